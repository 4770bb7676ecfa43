"""Mini-batches of what arrives within a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

from synapse_magic.batching.fixed import MOST
from synapse_magic.batching.mini_batcher import MiniBatcher, Work
from synapse_magic.errors import SynapseError
from synapse_magic.kernels import minibatches
from synapse_magic.spark.param import Param, param, unset


class TimeIntervalMiniBatchTransformer(MiniBatcher):
    """Put those rows together that arrive within a time of each other.

    A mini-batch is closed ``millisToWait`` after its first row has arrived, and before that when
    it has ``maxBatchSize`` rows or 64 MB, or when the partition ends. Rows arrive as Spark hands
    them to Python: several thousand at once (``spark.sql.execution.arrow.maxRecordsPerBatch``).

    Examples
    --------
    >>> stage = TimeIntervalMiniBatchTransformer(millisToWait=500, maxBatchSize=1000)
    >>> batches = stage.transform(texts)  # doctest: +SKIP
    """

    millisToWait: Param[int] = param(
        "Milliseconds that a mini-batch waits for more rows.", default=unset, low=0, high=MOST
    )
    maxBatchSize: Param[int] = param("Most rows of a mini-batch.", default=MOST, low=1, high=MOST)

    def _work(self) -> Work:
        if not self.isDefined("millisToWait"):
            raise SynapseError(
                "TimeIntervalMiniBatchTransformer has no millisToWait. Try: millisToWait=1000"
            )
        seconds = self.getOrDefault("millisToWait") / 1000
        size = self.getOrDefault("maxBatchSize")

        def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return minibatches.drained(batches, size, seconds)

        return work
