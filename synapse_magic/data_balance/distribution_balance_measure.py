"""How far the levels of sensitive columns are from a reference distribution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql.types import StructType

from synapse_magic.data_balance.counting import count
from synapse_magic.data_balance.reference import check_reference, referred
from synapse_magic.data_balance.stage import BalanceStage, measures, texts
from synapse_magic.errors import SynapseError
from synapse_magic.kernels.balance.distribution import NAMES, distribution
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class DistributionBalanceMeasure(BalanceStage):
    """Compare the shares of the levels of each sensitive column with a reference.

    The result has a row for each column with ``kl_divergence``, ``js_dist`` (base 2),
    ``inf_norm_dist``, ``total_variation_dist``, ``wasserstein_dist`` (mean difference),
    ``chi_sq_stat`` and ``chi_sq_p_value``. Levels that only the reference has count as levels
    without rows; one that it lacks counts as impossible, so that divergence and statistic are
    infinite. Null is a level.

    Examples
    --------
    >>> measure = DistributionBalanceMeasure(
    ...     sensitiveCols=["sex"], referenceDistribution=[{"Female": 0.5, "Male": 0.5}]
    ... )
    >>> measure.transform(people).show()  # doctest: +SKIP
    """

    referenceDistribution: Param[list[dict[str, float]]] = param(
        "For each sensitive column, in their order, a dict from level to probability; an empty "
        "one, as unset, for the same of each level.",
        default=unset,
    )
    featureNameCol: Param[str] = param(
        "New column of the sensitive column's name.", default="FeatureName", column="out"
    )
    outputCol: Param[str] = param(
        "New column of the measures.", default="DistributionBalanceMeasure", column="out"
    )
    verbose: Param[bool] = param(
        "Print what the measures are made from.", default=False, effect=False
    )

    def _transform(self, dataset: DataFrame) -> DataFrame:
        sensitive = self._sensitive(dataset)
        references = self._references(sensitive)
        rows: list[tuple[str, tuple[Any, ...]]] = []
        for own, reference in zip(count(dataset, sensitive).columns, references):
            widened, shares = referred(own, reference)
            rows.append((own.name, tuple(distribution(widened.rows, shares).values())))
        feature, output = (str(self.getOrDefault(n)) for n in ("featureNameCol", "outputCol"))
        schema = StructType([*texts(feature), measures(output, NAMES)])
        return dataset.sparkSession.createDataFrame(rows, schema)

    def _references(self, sensitive: Sequence[str]) -> list[dict[str, float]]:
        if not self.isDefined("referenceDistribution"):
            return [{} for _ in sensitive]
        given = list(self.getOrDefault("referenceDistribution"))
        if len(given) != len(sensitive):
            raise SynapseError(
                f"referenceDistribution has {len(given)} distributions, and there are "
                f"{len(sensitive)} sensitiveCols. Expected one for each, in their order; "
                "an empty one stands for equal shares. Try: [{}, {'a': 0.4, 'b': 0.6}]"
            )
        for name, reference in zip(sensitive, given):
            check_reference(name, reference)
        return given
