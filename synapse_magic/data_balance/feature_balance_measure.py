"""How differently the levels of sensitive columns go together with the positive label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql.types import StructType

from synapse_magic.data_balance.counting import count
from synapse_magic.data_balance.labelled import require_labels
from synapse_magic.data_balance.naming import level_names
from synapse_magic.data_balance.positive import numeric_positive
from synapse_magic.data_balance.stage import BalanceStage, measures, texts
from synapse_magic.kernels.balance.association import NAMES, association
from synapse_magic.kernels.balance.pair_rows import Levels, PairRows
from synapse_magic.spark.param import Param, param
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class FeatureBalanceMeasure(BalanceStage):
    """Compare the levels of each sensitive column by how they go together with a positive label.

    The result has a row for each pair of levels, the later one in their order first, with the
    difference of each measure: ``dp`` (demographic parity), ``sdc`` (Dice), ``ji`` (Jaccard),
    ``llr``, ``pmi``, ``n_pmi_y``, ``n_pmi_xy``, ``s_pmi``, ``krc`` (Kendall) and ``t_test``. A
    label is positive above 0, or where it is true; rows without one are left out. Null is a level,
    "(null)". The frame is counted once when the stage is applied; pairs are made by the workers
    when they are asked for, and there are n (n - 1) / 2 of them.

    Examples
    --------
    >>> measure = FeatureBalanceMeasure(sensitiveCols=["sex", "race"], labelCol="rich")
    >>> measure.transform(people).orderBy("FeatureBalanceMeasure.dp").show()  # doctest: +SKIP
    """

    labelCol: Param[str] = param(
        "Column of the label: numbers, positive above 0, or booleans.", default="label", column="in"
    )
    featureNameCol: Param[str] = param(
        "New column of the sensitive column's name.", default="FeatureName", column="out"
    )
    classACol: Param[str] = param(
        "New column of the first level of a pair.", default="ClassA", column="out"
    )
    classBCol: Param[str] = param(
        "New column of the second level of a pair.", default="ClassB", column="out"
    )
    outputCol: Param[str] = param(
        "New column of the measures, of the first level less the second.",
        default="FeatureBalanceMeasure",
        column="out",
    )
    verbose: Param[bool] = param(
        "Add the shares of positives of both levels, prA and prB.", default=False
    )

    def _transform(self, dataset: DataFrame) -> DataFrame:
        sensitive, label = self._sensitive(dataset), str(self.getOrDefault("labelCol"))
        counts = count(dataset, sensitive, numeric_positive(dataset, label))
        require_labels(counts, label)
        columns = tuple(
            Levels(own.name, level_names(own.levels), association(own.labelled, own.positives))
            for own in counts.columns
        )
        names = ("featureNameCol", "classACol", "classBCol", "outputCol")
        feature, first, second, output = (str(self.getOrDefault(name)) for name in names)
        verbose = bool(self.getOrDefault("verbose"))
        rates = ("prA", "prB") if verbose else ()
        schema = StructType([*texts(feature, first, second), measures(output, (*NAMES, *rates))])
        numbers = dataset.sparkSession.range(sum(len(own.names) for own in columns))
        work = PairRows(columns, (feature, first, second, output), verbose)
        return map_in_arrow(numbers, work, schema)
