from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from synapse_magic import SynapseError, balance
from synapse_magic.data_balance import counting

SCHEMA = "sex string, age int, rich string, yes boolean, paid double, nothing string, day date"


@pytest.fixture(scope="module")
def people(spark: SparkSession) -> DataFrame:
    rows = [
        ("f", 30, "no", False, 0.0, None, None),
        ("f", 30, "yes", True, 2.5, None, None),
        ("m", -0, "no", False, -1.0, None, None),
        (None, None, None, None, None, None, None),
        (None, 30, "yes", True, float("nan"), None, None),
    ]
    return spark.createDataFrame(rows, SCHEMA).cache()


def test_counts_are_of_levels_null_is_one_and_all_columns_count_together(people: DataFrame) -> None:
    found = balance(people, label="yes", sensitive=["sex", "age", "nothing", "day"])
    sex = found["sex"]
    assert sex.levels == ("f", "m", "(null)")
    assert sex.rows.tolist() == [2, 1, 2]
    assert sex.labelled.tolist() == [2, 1, 1]
    assert sex.positives.tolist() == [1, 0, 1]
    assert found["age"].levels == ("0", "30", "(null)")
    assert found["nothing"].levels == ("(null)",)
    assert (found.rows, found.combinations) == (5, 4)
    assert len(found.to_pandas()) == 3 + 3 + 1 + 1
    assert "(null)" in found.html()


def test_a_level_called_like_the_null_level_stays_apart(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("(null)", 1), (None, 0)], "sex string, label int")
    assert balance(frame, label="label", sensitive="sex")["sex"].levels == ("(null)", "((null))")


def test_minus_zero_is_zero_and_nan_is_a_level(spark: SparkSession) -> None:
    data = [(0.0, 1), (-0.0, 0), (float("nan"), 1), (-3.0, 0)]
    frame = spark.createDataFrame(data, "x double, label int")
    own = balance(frame, label="label", sensitive="x")["x"]
    assert own.levels == ("-3.0", "0.0", "NaN")
    assert own.rows.tolist() == [1, 2, 1]


@pytest.mark.parametrize(
    ("label", "positive", "words", "positives"),
    [
        ("rich", None, "rich is 'yes'", 2),
        ("rich", "no", "rich is 'no'", 2),
        ("yes", None, "yes is true", 2),
        ("yes", False, "yes is false", 2),
        ("paid", None, "paid > 0", 1),
        ("paid", -1, "paid is -1", 1),
    ],
)
def test_the_positive_class_is_named_or_follows_the_type(
    people: DataFrame, label: str, positive: Any, words: str, positives: int
) -> None:
    found = balance(people, label=label, sensitive="sex", positive=positive)
    assert found.positive == words
    assert found["sex"].positives.sum() == positives


def test_one_class_only_is_measured(people: DataFrame) -> None:
    found = balance(people.where("yes"), label="yes", sensitive=["sex"])
    assert found.fail_if("abs(dp) > 0") is found
    assert "100 %" in found.html()


def test_a_text_of_one_class_only_needs_the_positive_one(people: DataFrame) -> None:
    one = people.where("rich = 'no'")
    with pytest.raises(SynapseError, match=r"'rich' has one class: 'no'. Expected the positive"):
        balance(one, label="rich", sensitive="sex")
    assert balance(one, label="rich", sensitive="sex", positive="yes")["sex"].positives.sum() == 0


def test_a_reference_may_be_written_with_numbers_and_none(people: DataFrame) -> None:
    reference = {"age": {0: 0.2, 30: 0.6, None: 0.1, 99: 0.1}}
    found = balance(people, label="yes", sensitive=["sex", "age"], reference=reference)
    own = found["age"]
    assert own.levels == ("0", "30", "(null)", "99")
    np.testing.assert_allclose(own.reference, [0.2, 0.6, 0.1, 0.1])
    assert own.distances["total_variation_dist"] == pytest.approx(0.1)
    assert (own.given, found["sex"].given) == (True, False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label": "riches"}, "There is no column 'riches'. Did you mean 'rich'"),
        ({"sensitive": ["sx"]}, "Did you mean 'sex'"),
        ({"label": 3}, "label must be the name of a column, got 3"),
        ({"sensitive": [3]}, r"sensitive must be names of columns, got \[3\]"),
        ({"sensitive": None}, "sensitive must be names of columns, got None"),
        ({"reference": [1]}, r"reference must be a dict from column to levels, got \[1\]"),
        ({"sensitive": []}, "No sensitive column is named"),
        ({"sensitive": ["rich"]}, "'rich' is among the sensitive columns"),
        ({"label": "day"}, r"The label 'day' is date. Expected numbers"),
        ({"positive": "Yes"}, r"In no row rich is 'Yes'. Did you mean 'yes'\?"),
        ({"positive": 1}, "positive must be a text, as the label 'rich' is string, got 1"),
        ({"label": "yes", "positive": "yes"}, "positive must be True or False"),
        ({"label": "paid", "positive": "1"}, "positive must be a number"),
        ({"label": "sex", "sensitive": ["age"], "positive": "x"}, "Values: 'f', 'm'|'m', 'f'"),
        ({"label": "nothing"}, "'nothing' is null in every row"),
        ({"reference": {"sx": {"f": 1.0}}}, "of 'sx', which is not sensitive. Did you mean 'sex'"),
        ({"reference": {"sex": 0.5}}, "must be a dict from level to probability, got 0.5"),
        ({"reference": {"sex": {"f": 0.5}}}, "sums to 0.5"),
        ({"reference": {"sex": {"f": True}}}, "'f' the probability True"),
    ],
)
def test_what_cannot_be_is_said(people: DataFrame, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SynapseError, match=message):
        balance(people, **{"label": "rich", "sensitive": ["sex"], **options})


def test_a_text_of_three_classes_needs_the_positive_one(people: DataFrame) -> None:
    three = people.selectExpr("sex", "coalesce(rich, 'unknown') as rich")
    with pytest.raises(SynapseError, match=r"more than two classes: 'no', 'unknown', 'yes'"):
        balance(three, label="rich", sensitive="sex")
    assert balance(three, label="rich", sensitive="sex", positive="yes").columns


def test_two_names_of_one_level_in_a_reference_are_refused(people: DataFrame) -> None:
    with pytest.raises(SynapseError, match="has the level '30' twice"):
        balance(
            people, label="yes", sensitive="age", reference={"age": {30: 0.5, "30": 0.2, 0: 0.3}}
        )


def test_identifiers_are_refused_before_they_come_here(
    people: DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MOST_LEVELS", 4)
    with pytest.raises(SynapseError, match=r"more than 4 levels, most of them of '(sex|age)'"):
        balance(people, label="yes", sensitive=["sex", "age"])


def test_something_else_than_a_frame_is_refused() -> None:
    with pytest.raises(SynapseError, match="df must be a Spark DataFrame"):
        balance([1], label="yes", sensitive="sex")


def test_levels_of_floats_are_called_as_they_are(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(0.1, 0.1), (0.5, 0.2)], "x float, label float")
    found = balance(frame, label="label", sensitive="x", reference={"x": {0.1: 0.5, 0.5: 0.5}})
    assert found["x"].levels == ("0.1", "0.5")
    assert balance(frame, label="label", sensitive="x", positive=0.1)["x"].positives.tolist() == [
        1,
        0,
    ]


def test_a_reference_may_know_nan(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(float("nan"), 1), (1.0, 0)], "x double, label int")
    reference = {"x": {float("nan"): 0.5, 1: 0.5}}
    assert balance(frame, label="label", sensitive="x", reference=reference)["x"].levels == (
        "1.0",
        "NaN",
    )
