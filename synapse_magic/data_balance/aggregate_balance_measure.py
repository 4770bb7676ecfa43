"""How unequally rows are spread over the combinations of sensitive levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql.types import StructType

from synapse_magic.data_balance.counting import count
from synapse_magic.data_balance.stage import BalanceStage, measures
from synapse_magic.kernels.balance.aggregate import NAMES, aggregate
from synapse_magic.spark.param import Param, param

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class AggregateBalanceMeasure(BalanceStage):
    """Measure how unequally rows are spread over the combinations of levels that there are.

    The result is one row with ``atkinson_index``, ``theil_l_index`` and ``theil_t_index``: all are
    0 where each combination has as many rows. Null is a level.

    Examples
    --------
    >>> measure = AggregateBalanceMeasure(sensitiveCols=["sex", "race"])
    >>> measure.transform(people).select("AggregateBalanceMeasure.*").show()  # doctest: +SKIP
    """

    epsilon: Param[float] = param(
        "Aversion to inequality of the Atkinson index: the more, the more small cells weigh.",
        default=1.0,
        low=0,
    )
    errorTolerance: Param[float] = param("How near to 1 epsilon counts as 1.", default=1e-12, low=0)
    outputCol: Param[str] = param(
        "New column of the indices.", default="AggregateBalanceMeasure", column="out"
    )
    verbose: Param[bool] = param(
        "Print what the measures are made from.", default=False, effect=False
    )

    def _transform(self, dataset: DataFrame) -> DataFrame:
        counts = count(dataset, self._sensitive(dataset), combinations=True)
        found = aggregate(
            counts.sizes,
            counts.times,
            self.getOrDefault("epsilon"),
            self.getOrDefault("errorTolerance"),
        )
        schema = StructType([measures(str(self.getOrDefault("outputCol")), NAMES)])
        return dataset.sparkSession.createDataFrame([(tuple(found.values()),)], schema)
