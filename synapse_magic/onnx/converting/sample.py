"""A few rows of what a model takes: names, types and shapes of its inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from synapse_magic.errors import SynapseError, closest

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MATRIX = "features"
"""The input that takes all columns of one type together, named as Spark names a vector column."""

OTHER = "other"
"""Kind of a column that is no number, text or list of one size."""

Form = Literal["frame", "array", "tensors", "none"]


@dataclass(frozen=True)
class Column:
    """What one column or tensor holds.

    Attributes
    ----------
    name : str
    kind : str
        Type of an element by ONNX's name, such as ``double`` or ``string``.
    shape : tuple of int or None
        Of one row; empty for a number or a text. None where rows differ.
    """

    name: str
    kind: str
    shape: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class Sample:
    """The rows that a model is converted for, and checked on.

    Attributes
    ----------
    form : {"frame", "array", "tensors", "none"}
        Named columns, one array, one or several tensors, or nothing at all.
    columns : tuple of Column
    values : dict of str to numpy.ndarray
        The rows of each column.
    given : Any
        What was handed in, as the model's own functions take it: rows of Spark as pandas has them.
    source : DataFrame or None
        The Spark frame that was handed in.
    """

    form: Form
    columns: tuple[Column, ...] = ()
    values: dict[str, np.ndarray] = field(default_factory=dict)
    given: Any = None
    source: DataFrame | None = None

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return min((len(value) for value in self.values.values()), default=0)

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    @property
    def is_numeric(self) -> bool:
        """Whether each column is a number, or a row of numbers."""
        return all(column.kind != "string" for column in self.columns)

    @property
    def width(self) -> int:
        """How many numbers a row has, all columns side by side."""
        return sum(int(np.prod([size or 1 for size in c.shape])) for c in self.columns)

    @property
    def kind(self) -> str:
        """The type that holds the elements of all columns."""
        kinds = {column.kind for column in self.columns}
        if len(kinds) == 1:
            return kinds.pop()
        return "double" if kinds - {"float", "bool", "int8", "int16", "uint8"} else "float"

    def matrix(self, dtype: Any = None) -> np.ndarray:
        """Return the rows of all columns side by side, in the type that holds them all."""
        parts = [self.values[name].reshape(self.rows, -1) for name in self.names]
        return np.hstack(parts).astype(dtype or np.result_type(*parts), copy=False)

    def only(self, names: Sequence[str], owner: str) -> Sample:
        """Return the sample of just these columns, in this order.

        Raises
        ------
        SynapseError
            When one is not there.
        """
        by_name = {column.name: column for column in self.columns}
        for name in names:
            if name not in by_name:
                hint = closest(name, by_name) or f"Columns: {', '.join(self.names[:20])}"
                raise SynapseError(
                    f"The sample has no column {name!r}, which {owner} takes. {hint}"
                )
        chosen = replace(
            self,
            columns=tuple(by_name[name] for name in names),
            values={name: self.values[name] for name in names if name in self.values},
            given=self.given[list(names)],
        )
        chosen.require_usable(owner)
        return chosen

    def narrowed(self) -> Sample:
        """Return the sample with float32 for float64."""
        return replace(
            self,
            columns=tuple(
                replace(column, kind="float") if column.kind == "double" else column
                for column in self.columns
            ),
        )

    def typed(self, kind: str) -> Sample:
        """Return the sample with all columns of one type."""
        return replace(self, columns=tuple(replace(own, kind=kind) for own in self.columns))

    def require_usable(self, owner: str) -> None:
        """Raise a :class:`SynapseError` when a column is no number, text or list."""
        others = [column.name for column in self.columns if column.kind == OTHER]
        if others:
            raise SynapseError(
                f"Column {others[0]!r} of the sample, which {owner} takes, holds no numbers, texts "
                "or lists of one size, or no rows to see that from"
            )

    def require_width(self, expected: int, owner: str) -> None:
        """Raise a :class:`SynapseError` unless a row has so many numbers."""
        if self.width != expected:
            raise SynapseError(
                f"A row of the sample has {self.width} values. "
                f"Expected {expected}, as {owner} was fitted"
            )

    def require_numbers(self, owner: str) -> None:
        """Raise a :class:`SynapseError` when a column holds texts."""
        self.require_usable(owner)
        texts = [column.name for column in self.columns if column.kind == "string"]
        if texts:
            raise SynapseError(
                f"Column {texts[0]!r} of the sample holds text. "
                f"Expected numbers, which {owner} takes"
            )
