"""Arrow batches to what LightGBM reads, without a loop over rows. Runs in workers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.booster import stack
from synapse_magic.kernels.vectors import Matrix, to_matrix
from synapse_magic.lightgbm.plan import Layout

if TYPE_CHECKING:
    import lightgbm


_NOT_FEATURES = ("label", "weight", "valid")


@dataclass
class Rows:
    """Rows of one kind (training or validation) that a worker holds, chunk by chunk."""

    chunks: list[Matrix] = field(default_factory=list)
    labels: list[np.ndarray] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(len(label) for label in self.labels)

    @property
    def features(self) -> int:
        """The number of features; 0 when there are no rows."""
        return max((chunk.shape[1] for chunk in self.chunks), default=0)

    @property
    def weight(self) -> float:
        """The sum of the weights."""
        return float(sum(w.sum() for w in self.weights)) if self.weights else float(len(self))

    def add(self, matrix: Matrix, label: np.ndarray, weight: np.ndarray | None) -> None:
        """Take one batch."""
        if len(label):
            self.chunks.append(matrix)
            self.labels.append(label)
            if weight is not None:
                self.weights.append(weight)

    def dataset(
        self, params: dict[str, Any], reference: lightgbm.Dataset | None = None, **options: Any
    ) -> lightgbm.Dataset:
        """Return a LightGBM data set, which takes the chunks over: they are freed once binned."""
        import lightgbm

        chunks, self.chunks = self.chunks, []
        return lightgbm.Dataset(
            _joined(chunks),
            label=np.concatenate(self.labels),
            weight=np.concatenate(self.weights) if self.weights else None,
            reference=reference,
            params=params,
            free_raw_data=True,
            **options,
        )


def gather(batches: Iterable[pa.RecordBatch], layout: Layout) -> tuple[Rows, Rows]:
    """Return the training rows and the validation rows of all batches."""
    training, validation = Rows(), Rows()
    for batch in batches:
        matrix = _matrix(batch, layout)
        label = _floats(batch, "label")
        weight = _floats(batch, "weight") if "weight" in batch.schema.names else None
        if "valid" not in batch.schema.names:
            training.add(matrix, label, weight)
            continue
        valid = batch.column("valid").to_numpy(zero_copy_only=False).astype(bool)
        for rows, mask in ((training, ~valid), (validation, valid)):
            rows.add(matrix[mask], label[mask], None if weight is None else weight[mask])
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


def _floats(batch: pa.RecordBatch, name: str) -> np.ndarray:
    values: np.ndarray = batch.column(name).to_numpy(zero_copy_only=False)
    return values


def _joined(chunks: list[Matrix]) -> Any:
    """Return the chunks as LightGBM takes them: a list of arrays, or one sparse matrix."""
    if all(isinstance(chunk, np.ndarray) for chunk in chunks):
        return chunks
    from scipy.sparse import csr_matrix, vstack

    return vstack([csr_matrix(chunk) for chunk in chunks], format="csr")
