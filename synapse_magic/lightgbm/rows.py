"""Arrow batches to what LightGBM reads, without a loop over rows. Runs in workers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.inputs import stack
from synapse_magic.kernels.vectors import Matrix, to_matrix
from synapse_magic.lightgbm.plan import Layout

if TYPE_CHECKING:
    import lightgbm


_NOT_FEATURES = ("label", "weight", "valid", "group", "start")


@dataclass
class Rows:
    """Rows of one kind (training or validation) that a worker holds, chunk by chunk.

    ``columns`` holds what goes beside the features: ``label``, and ``weight``, ``group`` and
    ``start`` where the training has them.
    """

    chunks: list[Matrix] = field(default_factory=list)
    columns: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(label) for label in self.columns.get("label", ()))

    @property
    def features(self) -> int:
        """The number of features; 0 when there are no rows."""
        return max((chunk.shape[1] for chunk in self.chunks), default=0)

    @property
    def weight(self) -> float:
        """The sum of the weights."""
        weights = self.columns.get("weight")
        return float(sum(w.sum() for w in weights)) if weights else float(len(self))

    def add(self, matrix: Matrix, columns: dict[str, np.ndarray]) -> None:
        """Take one batch."""
        if matrix.shape[0]:
            self.chunks.append(matrix)
            for name, values in columns.items():
                self.columns.setdefault(name, []).append(values)

    def dataset(
        self,
        params: dict[str, Any],
        reference: lightgbm.Dataset | None = None,
        started_by: lightgbm.Booster | None = None,
        **options: Any,
    ) -> lightgbm.Dataset:
        """Return a LightGBM data set, which takes the chunks over: they are freed once binned.

        Parameters
        ----------
        params : dict
        reference : lightgbm.Dataset, optional
            The data set whose bins this one shares.
        started_by : lightgbm.Booster, optional
            The model that training goes on from: its raw scores are where these rows start.
        """
        import lightgbm

        start = self._start(started_by, params)
        chunks, self.chunks = self.chunks, []
        return lightgbm.Dataset(
            _joined(chunks),
            label=self._column("label"),
            weight=self._column("weight"),
            group=_runs(self._column("group")),
            init_score=start,
            reference=reference,
            params=params,
            free_raw_data=True,
            **options,
        )

    def _column(self, name: str) -> np.ndarray | None:
        values = self.columns.get(name)
        return np.concatenate(values) if values else None

    def _start(
        self, started_by: lightgbm.Booster | None, params: dict[str, Any]
    ) -> np.ndarray | None:
        """Return the raw scores to start from, shape (rows,) or (rows, classes)."""
        start = self._column("start")
        if start is not None:
            _require_finite(start)
            start = _fitting(start, int(params.get("num_class", 1)))
        if started_by is None:
            return start
        threads = int(params.get("num_threads", 0))
        raw = [started_by.predict(c, raw_score=True, num_threads=threads) for c in self.chunks]
        before = np.concatenate([np.asarray(part) for part in raw])
        return before if start is None else before + start


def gather(batches: Iterable[pa.RecordBatch], layout: Layout) -> tuple[Rows, Rows]:
    """Return the training rows and the validation rows of all batches."""
    training, validation = Rows(), Rows()
    for batch in batches:
        matrix = _matrix(batch, layout)
        columns = {
            name: _values(batch.column(name))
            for name in ("label", "weight", "group", "start")
            if name in batch.schema.names
        }
        if "valid" not in batch.schema.names:
            training.add(matrix, columns)
            continue
        valid = batch.column("valid").to_numpy(zero_copy_only=False).astype(bool)
        for rows, mask in ((training, ~valid), (validation, valid)):
            rows.add(matrix[mask], {name: values[mask] for name, values in columns.items()})
    return training, validation


def _matrix(batch: pa.RecordBatch, layout: Layout) -> Matrix:
    if layout == "plain":
        names = [name for name in batch.schema.names if name not in _NOT_FEATURES]
        return stack(names, [batch.column(name) for name in names], batch.num_rows)
    column = batch.column("features")
    if layout == "vector":
        return to_matrix(column)
    flat = column.flatten().to_numpy(zero_copy_only=False)
    return flat.reshape(len(column), -1) if len(column) else flat.reshape(0, 0)


def _values(column: pa.Array) -> np.ndarray:
    """Return a column as numbers of shape (rows,), or (rows, size) of vectors."""
    if pa.types.is_struct(column.type):
        matrix = to_matrix(column)
        return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
    values: np.ndarray = column.to_numpy(zero_copy_only=False)
    return values


def _require_finite(start: np.ndarray) -> None:
    poor = int((~np.isfinite(start)).sum())
    if poor:
        raise SynapseError(
            f"initScoreCol holds {poor} scores that are NaN or infinite. Expected finite numbers"
        )


def _fitting(start: np.ndarray, classes: int) -> np.ndarray:
    """Return start scores in the shape LightGBM expects for so many classes."""
    width = start.shape[1] if start.ndim == 2 else 1
    if width != classes:
        raise SynapseError(
            f"initScoreCol holds {width} scores in a row. Expected {classes}, "
            + ("one for each class" if classes > 1 else "the raw score of class 1")
        )
    return start.reshape(len(start), classes) if classes > 1 else start.reshape(-1)


def _runs(groups: np.ndarray | None) -> np.ndarray | None:
    """Return the lengths of the runs of equal values.

    Examples
    --------
    >>> _runs(np.array([7, 7, 3, 3, 3, 7]))
    array([2, 3, 1])
    """
    if groups is None:
        return None
    ends = np.flatnonzero(np.diff(groups)) + 1
    return np.diff(np.concatenate([[0], ends, [len(groups)]]))


def _joined(chunks: list[Matrix]) -> Any:
    """Return the chunks as LightGBM bins them fastest: by column, or as one sparse matrix."""
    if all(isinstance(chunk, np.ndarray) for chunk in chunks):
        return _table(chunks) if chunks and _takes_tables() else chunks
    from scipy.sparse import csr_matrix, vstack

    return vstack([csr_matrix(chunk) for chunk in chunks], format="csr")


def _takes_tables() -> bool:
    """Say whether the LightGBM of this worker reads Arrow, for which older ones need ``cffi``."""
    from lightgbm import compat

    return bool(getattr(compat, "CFFI_INSTALLED", True))


def _table(chunks: list[np.ndarray]) -> pa.Table:
    """Return dense chunks as a table; each chunk goes once it is turned."""
    names = [f"Column_{index}" for index in range(chunks[0].shape[1])]
    turned = []
    while chunks:
        columns = np.ascontiguousarray(chunks.pop(0).T)
        turned.append(pa.RecordBatch.from_arrays([pa.array(column) for column in columns], names))
    return pa.Table.from_batches(turned)
