"""Mini-batches of a size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from synapse_magic.batching.mini_batcher import MiniBatcher, Work
from synapse_magic.errors import SynapseError
from synapse_magic.kernels import minibatches
from synapse_magic.spark.param import Param, param, unset

MOST = 2**31 - 1


class FixedMiniBatchTransformer(MiniBatcher):
    """Put a number of rows together as one: each column becomes a list of its values.

    Only the last mini-batch of a partition may be smaller. :class:`FlattenBatch` is the way back.

    Examples
    --------
    >>> stage = FixedMiniBatchTransformer(batchSize=100)
    >>> batches = stage.transform(texts)  # doctest: +SKIP
    """

    batchSize: Param[int] = param("Rows of a mini-batch.", default=unset, low=1, high=MOST)
    buffered: Param[bool] = param(
        "Read the next rows in a thread of its own while a mini-batch is worked on.", default=False
    )
    maxBufferSize: Param[int] = param(
        "Most mini-batches that are read ahead, and never more than 64 MB; for buffered.",
        default=MOST,
        low=1,
        high=MOST,
    )

    def _work(self) -> Work:
        if not self.isDefined("batchSize"):
            raise SynapseError("FixedMiniBatchTransformer has no batchSize. Try: batchSize=100")
        size = self.getOrDefault("batchSize")
        ahead = self.getOrDefault("maxBufferSize") if self.getOrDefault("buffered") else 0

        def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            if ahead:
                return minibatches.fixed_ahead(batches, size, ahead)
            return minibatches.fixed(batches, size)

        return work
