from __future__ import annotations

from math import inf, log
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from synapse_magic import (
    AggregateBalanceMeasure,
    DistributionBalanceMeasure,
    FeatureBalanceMeasure,
    SynapseError,
)
from synapse_magic.kernels.balance.association import NAMES

# Of 4 rows with f is 1 positive, of 6 with m are 3; as in the test of the kernel.
ROWS = [("f", "a", 1), *[("f", "a", 0)] * 3, *[("m", "a", 2)] * 3, *[("m", "b", 0)] * 3]


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(ROWS, "sex string, side string, label int").cache()


def rows(frame: DataFrame) -> list[dict[str, Any]]:
    return [row.asDict(recursive=True) for row in frame.collect()]


def test_pairs_have_the_gaps_worked_out_on_paper(people: DataFrame) -> None:
    stage = FeatureBalanceMeasure(sensitiveCols=["sex"], verbose=True)
    (row,) = rows(stage.transform(people))
    assert (row["FeatureName"], row["ClassA"], row["ClassB"]) == ("sex", "m", "f")
    found = row["FeatureBalanceMeasure"]
    assert list(found) == [*NAMES, "prA", "prB"]
    assert (found["prA"], found["prB"], found["dp"]) == (0.5, 0.25, 0.25)
    assert found["sdc"] == pytest.approx(0.6 - 0.25)
    assert found["pmi"] == pytest.approx(log(2))
    assert found["krc"] == pytest.approx(0.5)


def test_every_pair_of_every_column_is_a_row_the_later_level_first(spark: SparkSession) -> None:
    data = [(10, None, 1), (9, "x", 0), (-1, "y", 0), (None, "y", 1)]
    frame = spark.createDataFrame(data, "n int, `odd. ``name` string, label int")
    names = {"featureNameCol": "f", "classACol": "a", "classBCol": "b", "outputCol": "gap"}
    stage = FeatureBalanceMeasure(sensitiveCols=["n", "odd. `name"], **names)
    found = {(row["f"], row["a"], row["b"]) for row in rows(stage.transform(frame))}
    # Numbers in the order of their values, null by its name and last.
    numbers = ["-1", "9", "10", "(null)"]
    expected = {("n", a, b) for i, a in enumerate(numbers) for b in numbers[:i]}
    letters = ["x", "y", "(null)"]
    expected |= {("odd. `name", a, b) for i, a in enumerate(letters) for b in letters[:i]}
    assert found == expected


def test_a_level_without_positives_is_infinitely_far(people: DataFrame) -> None:
    (row,) = rows(FeatureBalanceMeasure(sensitiveCols=["side"]).transform(people))
    found = row["FeatureBalanceMeasure"]
    assert (found["pmi"], found["llr"], found["n_pmi_y"]) == (-inf, -inf, inf)
    assert found["dp"] == pytest.approx(-4 / 7)


def test_one_class_only_gives_gaps_of_zero_or_null(people: DataFrame) -> None:
    (row,) = rows(FeatureBalanceMeasure(sensitiveCols=["sex"]).transform(people.where("label = 0")))
    found = row["FeatureBalanceMeasure"]
    assert found["dp"] == found["sdc"] == found["pmi"] == 0.0
    assert found["krc"] is None


def test_labels_may_be_booleans_and_rows_without_one_are_left_out(spark: SparkSession) -> None:
    data = [("f", True), ("f", False), ("f", None), ("m", True), ("x", None)]
    frame = spark.createDataFrame(data, "sex string, label boolean")
    stage = FeatureBalanceMeasure(sensitiveCols=["sex"], verbose=True)
    found = {r["ClassA"]: r["FeatureBalanceMeasure"] for r in rows(stage.transform(frame))}
    assert (found["m"]["prA"], found["m"]["prB"]) == (1.0, 0.5)
    assert found["x"]["dp"] is None


def test_nan_is_no_label(spark: SparkSession) -> None:
    data = [("f", 1.0), ("f", float("nan")), ("m", 0.5), ("m", -1.0)]
    frame = spark.createDataFrame(data, "sex string, label double")
    (row,) = rows(FeatureBalanceMeasure(sensitiveCols=["sex"], verbose=True).transform(frame))
    measures = row["FeatureBalanceMeasure"]
    assert (measures["prA"], measures["prB"]) == (0.5, 1.0)


def test_shares_are_compared_with_equal_ones_or_with_a_reference(people: DataFrame) -> None:
    stage = DistributionBalanceMeasure(sensitiveCols=["sex", "side"])
    first, second = rows(stage.transform(people))
    assert first["FeatureName"] == "sex"
    assert first["DistributionBalanceMeasure"]["inf_norm_dist"] == pytest.approx(0.1)
    assert second["DistributionBalanceMeasure"]["chi_sq_stat"] == pytest.approx(1.6)
    given = DistributionBalanceMeasure(
        sensitiveCols=["sex", "side"],
        referenceDistribution=[{"f": 0.4, "m": 0.6}, {}],
    )
    first, again = rows(given.transform(people))
    assert first["DistributionBalanceMeasure"]["js_dist"] == pytest.approx(0, abs=1e-9)
    assert again == second


def test_levels_that_one_side_lacks_follow_the_formulas(people: DataFrame) -> None:
    def measured(**reference: float) -> dict[str, float]:
        stage = DistributionBalanceMeasure(
            sensitiveCols=["sex"], referenceDistribution=[reference], outputCol="out"
        )
        return rows(stage.transform(people))[0]["out"]

    unseen = measured(f=0.4, m=0.4, x=0.2)
    assert unseen["total_variation_dist"] == pytest.approx(0.2)
    assert unseen["wasserstein_dist"] == pytest.approx(0.4 / 3)
    missing = measured(f=1.0)
    assert missing["kl_divergence"] == missing["chi_sq_stat"] == inf
    assert missing["chi_sq_p_value"] == 0.0


def test_combinations_are_counted_together(people: DataFrame) -> None:
    # Cells f a, m a and m b with 4, 3 and 3 rows: 1.2, 0.9 and 0.9 of their mean.
    stage = AggregateBalanceMeasure(sensitiveCols=["sex", "side"])
    ((found,),) = stage.transform(people).collect()
    assert found.theil_l_index == pytest.approx(-(log(1.2) + 2 * log(0.9)) / 3)
    assert found.atkinson_index == pytest.approx(1 - (1.2 * 0.9 * 0.9) ** (1 / 3))
    ((one,),) = AggregateBalanceMeasure(sensitiveCols=["side"]).transform(people).collect()
    assert one.theil_t_index == pytest.approx((1.4 * log(1.4) + 0.6 * log(0.6)) / 2)


def test_a_hundred_thousand_levels_are_measured_and_pairs_wait_to_be_asked_for(
    spark: SparkSession,
) -> None:
    frame = spark.range(200_000).selectExpr("id % 100000 as k", "id % 2 as label")
    pairs = FeatureBalanceMeasure(sensitiveCols=["k"]).transform(frame)
    assert len(pairs.limit(3).collect()) == 3
    (row,) = rows(DistributionBalanceMeasure(sensitiveCols=["k"]).transform(frame))
    assert row["DistributionBalanceMeasure"]["total_variation_dist"] == pytest.approx(0)


BOTH = (FeatureBalanceMeasure, DistributionBalanceMeasure)


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        *((kind(), f"{kind.__name__} has no sensitiveCols") for kind in BOTH),
        *((kind(sensitiveCols=[]), "No sensitive column is named") for kind in BOTH),
        *((kind(sensitiveCols=["sx"]), "Did you mean 'sex'") for kind in BOTH),
        *((kind(sensitiveCols=["sex", "sex"]), "'sex' is named twice") for kind in BOTH),
        (
            FeatureBalanceMeasure(sensitiveCols=["sex"], labelCol="side"),
            r"The label 'side' is string.*Expected numbers.*positive='>50K'",
        ),
        (
            FeatureBalanceMeasure(sensitiveCols=["sex", "label"]),
            "'label' is among the sensitive columns",
        ),
        (
            DistributionBalanceMeasure(sensitiveCols=["sex"], referenceDistribution=[]),
            "has 0 distributions, and there are 1 sensitiveCols",
        ),
        *(
            (
                DistributionBalanceMeasure(sensitiveCols=["sex"], referenceDistribution=[given]),
                message,
            )
            for given, message in (
                ({"f": 0.5, "m": 0.6}, r"sums to 1.1. Expected.*divided by 1.1"),
                ({"f": 0.0}, r"sums to 0. Expected"),
                ({"f": 1.5, "m": -0.5}, "'m' the probability -0.5"),
                ({"f": float("nan"), "m": 1.0}, "'f' the probability nan"),
                ({"f": inf, "m": 1.0}, "'f' the probability inf"),
            )
        ),
    ],
)
def test_what_cannot_be_is_said(stage: Any, message: str, people: DataFrame) -> None:
    with pytest.raises(SynapseError, match=message):
        stage.transform(people)


def test_no_rows_and_no_labels_are_said(people: DataFrame) -> None:
    stage = FeatureBalanceMeasure(sensitiveCols=["sex"])
    with pytest.raises(SynapseError, match="There are no rows to measure"):
        stage.transform(people.limit(0))
    with pytest.raises(SynapseError, match="'label' is null in every row"):
        stage.transform(people.selectExpr("sex", "cast(null as int) as label"))


def test_a_column_of_another_type_is_refused(people: DataFrame) -> None:
    listed = people.selectExpr("array(sex) as sex")
    with pytest.raises(SynapseError, match=r"'sex' is array<string>.*Expected text, numbers"):
        AggregateBalanceMeasure(sensitiveCols=["sex"]).transform(listed)
