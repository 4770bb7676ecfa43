"""Mini-batches of what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from synapse_magic.batching.fixed import MOST
from synapse_magic.batching.mini_batcher import MiniBatcher, Work
from synapse_magic.kernels import minibatches
from synapse_magic.spark.param import Param, param


class DynamicMiniBatchTransformer(MiniBatcher):
    """Put those rows together that have arrived while the last mini-batch was worked on.

    A thread reads rows while there is room for 64 MB of them; whenever the next mini-batch is
    asked for, it is all that was read, up to ``maxBatchSize`` rows. The slower the work, the
    larger the batches. Rows arrive as Spark hands them to Python: several thousand at once, or
    all of a small partition (``spark.sql.execution.arrow.maxRecordsPerBatch``).

    Examples
    --------
    >>> stage = DynamicMiniBatchTransformer(maxBatchSize=500)
    >>> batches = stage.transform(texts)  # doctest: +SKIP
    """

    maxBatchSize: Param[int] = param("Most rows of a mini-batch.", default=MOST, low=1, high=MOST)

    def _work(self) -> Work:
        size = self.getOrDefault("maxBatchSize")

        def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return minibatches.drained(batches, size)

        return work
