"""Few callers for a service that many would be too much for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synapse_magic.spark.executors import executors
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class PartitionConsolidator(Transformer):
    """Put all partitions through as many tasks as there are executors: one in a local session.

    What follows, up to the next shuffle, is done by these tasks alone, so a service that limits
    its callers sees one for each executor. Rows keep their order, nothing is shuffled, and a task
    that fails is run again with exactly its own rows. What comes before is done by the same tasks:
    ``cache`` a frame that took long to make, or ``repartition`` the result to go on with all slots.

    Tasks do not hand rows to each other while they run: a row that its task gave away would be
    lost when the other one fails.

    Examples
    --------
    >>> asked = PartitionConsolidator().transform(requests)  # doctest: +SKIP
    >>> answered = HTTPTransformer(...).transform(asked).repartition(32)  # doctest: +SKIP
    """

    inputCol: Param[str] = param("Column of requests.", default=unset, column="in", effect=False)
    outputCol: Param[str] = param("Column of responses.", default=unset, column="out", effect=False)
    concurrency: Param[int] = param("Requests in flight.", default=1, low=1, effect=False)
    concurrentTimeout: Param[float] = param(
        "Seconds for a row.", default=unset, above=0, effect=False
    )
    timeout: Param[float] = param("Seconds for each try.", default=60.0, above=0, effect=False)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return dataset.coalesce(executors(dataset.sparkSession))
