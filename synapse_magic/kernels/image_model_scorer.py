"""Images through a model: pixels to tensors to what the model makes of them, in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from synapse_magic.kernels.image_scorer import ImageScorer, joined
from synapse_magic.kernels.ragged import flattened
from synapse_magic.kernels.scorer import Scorer


@dataclass(frozen=True)
class ImageModelScorer:
    """Scores images with a model, a part at a time, so that the tensors never pile up.

    Attributes
    ----------
    images : ImageScorer
        Makes the tensors, in the column that at last holds the vectors.
    model : Scorer
        Makes one column of numbers, or of lists of them, from the tensors.
    """

    images: ImageScorer
    model: Scorer

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns it reads."""
        return self.images.inputs

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it adds."""
        return self.images.outputs

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the output columns, one row for each row of ``batch``."""
        return joined(self.parts(batch))

    def parts(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yield the output columns for the rows of ``batch``, in order, some rows at a time."""
        for part in self.images.parts(batch):
            (made,) = self.model.score(part.select([self.images.output])).columns
            columns = [flattened(made), *part.columns[1:]]
            yield pa.RecordBatch.from_arrays(columns, list(self.outputs))
