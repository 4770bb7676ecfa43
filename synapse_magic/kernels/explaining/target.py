"""Which numbers of what a model gives are explained."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.tensors import to_tensor


@dataclass(frozen=True)
class Target:
    """A column of a model's output, and the classes of it that are explained.

    Attributes
    ----------
    column : str
        Numbers, or one number a class in vectors, lists of one size, or maps by class.
    classes : tuple of int
        The classes, in the order of the explanation. Empty for all, and of two for the second
        alone, as the first mirrors it.
    classes_column : str
        A column with the classes of each row, a list or one of them; empty where all rows have
        the same.
    """

    column: str
    classes: tuple[int, ...] = ()
    classes_column: str = ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns of a row that it reads."""
        return (self.classes_column,) if self.classes_column else ()

    def of_row(self, batch: pa.RecordBatch, row: int) -> Target:
        """Return the target with the classes of one row.

        Raises
        ------
        SynapseError
            When the row has none.
        """
        if not self.classes_column:
            return self
        found = batch.column(self.classes_column)[row].as_py()
        classes = tuple(found) if isinstance(found, list) else (found,)
        if not classes or None in classes:
            raise SynapseError(
                f"Column {self.classes_column!r} has no classes in this row. "
                "Expected a list of class numbers"
            )
        return replace(self, classes=classes, classes_column="")

    def read(self, column: pa.Array) -> np.ndarray:
        """Return (rows, classes) of what the model gave.

        Raises
        ------
        SynapseError
            When something is missing, is no number, or has no such class.
        """
        if column.null_count:
            raise self._lacking("null", column.null_count, len(column))
        values = self._by_class(column)
        wrong = int((~np.isfinite(values)).any(axis=1).sum())
        if wrong:
            raise self._lacking("NaN or infinite", wrong, len(values))
        return values

    def _by_class(self, column: pa.Array) -> np.ndarray:
        if pa.types.is_map(column.type):
            return self._of_map(column)
        values = to_tensor(column, self.column)
        if values.dtype == object or values.ndim > 2:
            raise SynapseError(
                f"Column {self.column!r} holds {column.type}, which cannot be explained. "
                "Expected a number, or one a class in a vector, list or map"
            )
        values = values.astype(np.float64)
        return self._of_number(values) if values.ndim == 1 else self._of_slots(values)

    def _of_number(self, values: np.ndarray) -> np.ndarray:
        if self.classes not in ((), (0,)):
            raise SynapseError(
                f"Column {self.column!r} holds one number a row, so it has no classes "
                f"{list(self.classes)}. Try: targetClasses=[]"
            )
        return values[:, None]

    def _of_slots(self, values: np.ndarray) -> np.ndarray:
        count = values.shape[1]
        if not self.classes:
            return values[:, 1:] if count == 2 else values
        check_classes(self.classes, count, self.column)
        return values[:, list(self.classes)]

    def _of_map(self, column: pa.MapArray) -> np.ndarray:
        kind = column.type.key_type
        if not self.classes or not pa.types.is_integer(kind):
            raise SynapseError(
                f"Column {self.column!r} is a map, whose classes have no order. "
                f"Expected whole numbers for keys, got {kind}, and the classes to explain. "
                "Try: targetClasses=[1]"
            )
        found = [pc.map_lookup(column, pa.scalar(c, kind), "first") for c in self.classes]
        for own, values in zip(self.classes, found):
            if values.null_count:
                raise SynapseError(
                    f"There is no class {own} in {values.null_count} of {len(values)} maps of "
                    f"column {self.column!r}. Expected one of its keys"
                )
        return np.column_stack([to_tensor(values, self.column) for values in found])

    def _lacking(self, what: str, count: int, rows: int) -> SynapseError:
        return SynapseError(
            f"The model gives {what} in column {self.column!r} for {count} of {rows} perturbed "
            "rows. Expected numbers"
        )


def check_classes(classes: tuple[int, ...], count: int, column: str) -> None:
    """Raise a :class:`SynapseError` for a class that a column of ``count`` does not have."""
    beyond = [own for own in classes if not 0 <= own < count]
    if beyond:
        raise SynapseError(
            f"There is no class {beyond[0]} in column {column!r}, which has {count}. "
            f"Expected 0 to {count - 1}. Try: targetClasses=[{count - 1}]"
        )
