from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.feature import StringIndexer
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import (
    IntegerType,
    StructField,
    StructType,
    TimestampNTZType,
    TimestampType,
)

from synapse_magic import (
    Explanation,
    Featurize,
    LightGBMClassifier,
    LightGBMRegressor,
    SynapseError,
    datasets,
    explain,
)
from synapse_magic.explainers.background import collected
from synapse_magic.explainers.board import board
from synapse_magic.explainers.finding import ROWS as FOUND
from synapse_magic.explainers.finding import FrameFinder
from synapse_magic.kernels.dashboard.conditions import Condition, Levels, mask
from synapse_magic.kernels.dashboard.typed import typed
from synapse_magic.kernels.plain_values import plain_values
from synapse_magic.results.dashboard.board import Board
from synapse_magic.results.dashboard.cohort import Cohort, merged
from synapse_magic.spark.arrow_types import arrow_schema
from synapse_magic.views.words import number

TEXTS = ("it's", "back\\slash", "${spark.app.name}", "</script>", "line\nbreak", "`quoted`", "%_")
AGE = 'age\'s `x` "y"'
_AGE = f"`{AGE.replace('`', '``')}`"
TYPED = (
    f"{_AGE} > 20 AND NOT job IN ('it\\'s', '%_')",
    f"NOT ({_AGE} BETWEEN 10 AND 30 OR ok = true)",
    f"ok <> false OR 7 >= {_AGE} AND job IS NOT NULL",
    f"{_AGE} NOT BETWEEN 10 AND 30 AND job NOT IN ('</script>', \"it's\")",
    "day = '2024-01-03' OR NOT (job = 'back\\\\slash' AND ok IS NULL)",
)
ROWS = [
    (i, None if i % 5 == 0 else i, [1.5, None, float("nan"), float("inf")][i % 4],
     None if i % 9 == 0 else TEXTS[i % 7], [True, False, None][i % 3], date(2024, 1, 1 + i % 20))
    for i in range(60)
]  # fmt: skip


@pytest.fixture(scope="module")
def odd(spark: SparkSession) -> DataFrame:
    schema = f"id int, `{AGE.replace('`', '``')}` int, pay double, job string, ok boolean, day date"
    return spark.createDataFrame(ROWS, schema)


def conditions() -> list[tuple[tuple[Condition, ...], Any]]:
    age = [Condition(AGE, op, (20,)) for op in ("<", "<=", ">", ">=", "not <=")]
    pay = [Condition("pay", op, (1.5,)) for op in ("<", "<=", ">", ">=", "not <=")]
    pay += [Condition("pay", op, (float("inf"),)) for op in ("<", ">=")]
    listed: list[tuple[str, tuple[Any, ...]]] = [
        ("job", TEXTS[:4]),
        ("job", (*TEXTS[4:], None)),
        ("job", (None,)),
        ("ok", ("true", None)),
        ("day", ("2024-01-03",)),
        (AGE, (3, None)),
        ("pay", (1.5,)),
    ]
    among = [Condition(name, op, values) for op in ("in", "not in") for name, values in listed]
    bare = [Condition(name, op) for name in (AGE, "pay", "job") for op in ("missing", "known")]
    single = [((one,), "and") for one in (*age, *pay, *among, *bare)]
    return [*single, ((age[2], pay[0]), "or"), ((age[2], among[0]), "and")]


def test_a_predicate_keeps_the_rows_that_the_cohort_has(odd: DataFrame) -> None:
    names = [AGE, "pay", "job", "ok", "day"]
    batch = collected(odd.orderBy("id"), names)
    columns = {
        name: Levels.of(values) if values.dtype == object else values
        for name, (values,) in zip(names, map(plain_values, batch.columns))
    }
    numbers = frozenset({AGE, "pay"})
    cohorts = [Cohort("c", own, joined, numbers, odd) for own, joined in conditions()]
    asked = [typed(text, names, numbers) for text in TYPED]
    cohorts += [Cohort("c", *merged(one), numbers, odd) for one in asked]
    flags = [f"({cohort.where}) AS c{i}" for i, cohort in enumerate(cohorts)]
    flags += [f"({text}) AS t{i}" for i, text in enumerate(TYPED)]
    found = odd.orderBy("id").selectExpr(*flags).collect()  # all predicates in one job
    for i, cohort in enumerate(cohorts):
        kept = [bool(row[i]) for row in found]
        assert kept == cohort.mask(columns, len(ROWS)).tolist(), cohort.where
    for i, one in enumerate(asked):  # what is typed means what Spark takes it for
        kept = [bool(row[f"t{i}"]) for row in found]
        assert kept == mask(columns, [one], "and", len(ROWS)).tolist(), TYPED[i]
    assert cohorts[0].df().count() == sum(bool(row[0]) for row in found)


def test_a_feature_that_is_no_column_gives_no_frame(odd: DataFrame) -> None:
    with pytest.raises(SynapseError, match="no column of the frame"):
        Cohort("c", (Condition("slot 3", "missing"),), frame=odd).df()
    with pytest.raises(SynapseError, match="without a frame"):
        Cohort("c", ()).df()


@pytest.fixture(scope="module")
def opened(spark: SparkSession) -> tuple[Board, Any, DataFrame]:
    people = datasets.people(spark, rows=400, seed=3)
    features = Featurize(inputCols=["age", "hours", "workclass"], outputCol="features")
    label = StringIndexer(inputCol="income", outputCol="label")
    booster = LightGBMClassifier(numIterations=8)
    model = Pipeline(stages=[label, features, booster]).fit(people)
    return board(explain(model, people, rows=50), model, people), model, people


def test_what_if_gives_what_transform_gives_of_the_same_row(
    opened: tuple[Board, Any, DataFrame], spark: SparkSession
) -> None:
    asked, model, people = opened
    values = asked.answer("form", {"place": 0})["values"]
    values = {**values, "age": 61, "workclass": None}
    found = asked.answer("score", {"values": values})
    schema = people.select("age", "hours", "workclass").schema
    row = spark.createDataFrame([tuple(_typed(values[f.name], f) for f in schema)], schema)
    expected = model.transform(row).first()["probability"][1]
    assert found["scores"] == [expected]
    form = asked.answer("form", {"place": 7})
    assert form["scores"][0] == pytest.approx(asked.examined.score[7], abs=1e-9)


def test_a_saved_case_passes_for_the_model_and_fails_for_another(
    opened: tuple[Board, Any, DataFrame],
) -> None:
    asked, model, _ = opened
    values = {**asked.answer("form", {"place": 0})["values"], "age": 61, "workclass": "it's `$x`"}
    cell = asked.answer("test", {"values": values})["text"]
    exec(cell, {"model": model})
    with pytest.raises(AssertionError):
        exec(cell.replace("expected = [0.", "expected = [1."), {"model": model})


def test_a_cohort_of_scores_is_of_all_rows_that_the_model_scores_so(
    opened: tuple[Board, Any, DataFrame],
) -> None:
    asked, model, people = opened
    high = asked.add("high", [Condition("(score)", ">=", (0.25,)), Condition("age", ">", (30,))])
    scores = [row["probability"][1] for row in model.transform(people).where("age > 30").collect()]
    found = high.df()
    assert found.columns == people.columns
    assert found.count() == (np.array(scores) >= 0.25).sum() > 0
    made: dict[str, Any] = {"model": model, "df": people}
    exec(high.code, made)
    assert made["cohort"].count() == found.count()


def test_a_row_is_found_by_its_key_among_all_rows(spark: SparkSession) -> None:
    long = 2**53 + 1  # no double is this number
    rows = [(long + i, f"name {i % 30}", 0.5 * i, date(2024, 1, 1), i / 10) for i in range(100)]
    schema = "`the id` bigint, name string, pay double, day date, ratio float"
    df = spark.createDataFrame(rows, schema)
    finder = FrameFinder(df, ["pay", "day"])
    found = finder.find("the id", str(long))
    assert found.cells == ((str(long), "name 0", "0.0", "2024-01-01", "0.0"),)
    assert found.values == ({"pay": 0.0, "day": "2024-01-01"},)
    assert not found.more
    assert len(finder.find("name", "name 3").cells) == 4
    assert finder.find("ratio", "0.1").cells[0][1] == str(long + 1)
    many = finder.find("day", "2024-01-01")
    assert (len(many.cells), many.more) == (FOUND, True)
    assert finder.find("name", "' OR 1=1 OR '").cells == ()
    wrong = (("the id", "7.5", "bigint"), ("pay", "x", "double"), ("nam", "x", "'name'"))
    for column, value, words in wrong:
        with pytest.raises(SynapseError, match=words):
            finder.find(column, value)


def test_a_found_row_is_scored_as_transform_scores_it(opened: tuple[Board, Any, DataFrame]) -> None:
    asked, model, people = opened
    first = people.first()
    found = asked.answer("find", {"column": "age", "value": str(first["age"])})
    expected = model.transform(people.where(f"age = {first['age']}")).collect()
    assert found["scores"] == [number(row["probability"][1]) for row in expected][:FOUND]


def _typed(value: Any, field: Any) -> Any:
    return int(value) if value is not None and "int" in field.dataType.typeName() else value


def test_labels_are_compared_with_predictions(opened: tuple[Board, Any, DataFrame]) -> None:
    asked, _, people = opened
    assert asked.examined.task == "binary"
    assert asked.examined.judged.all()
    assert asked.answer("overview", {"cohort": "all rows"})["cohorts"][0]["metrics"]["AUC"] > 0.5
    old = asked.add("old", [Condition("age", ">", (40.5,))])
    ages = np.array([row["age"] for row in people.select("age").collect()], float)
    assert old.df().count() == (ages > 40.5).sum()


def test_the_model_says_what_was_predicted_whatever_columns_are_called() -> None:
    from sklearn.linear_model import LinearRegression

    line = LinearRegression().fit(np.array([[0.0], [1.0]]), [0.0, 1.0])
    values = np.array([[[0.0]], [[1.0]]])
    data = {"age": values[:, 0, 0]}
    parts = (values, np.zeros((2, 1)), values[:, 0], data, ("age",), ("forecast",))
    why = Explanation(*parts, link="identity", method="linear", rows_total=2)
    assert board(why).examined.task == "binary"
    assert board(why, line).examined.task == "regression"


def test_times_are_of_the_zone_of_the_session() -> None:
    types = (TimestampType(), TimestampNTZType(), IntegerType())
    schema = StructType([StructField(f"c{i}", kind) for i, kind in enumerate(types)])
    kinds = [pa.timestamp("us", "Europe/Berlin"), pa.timestamp("us"), pa.int32()]
    assert arrow_schema(schema, "Europe/Berlin").types == kinds


def test_codes_and_times_are_asked_for_as_the_frame_holds_them(spark: SparkSession) -> None:
    rows = [(("a", "b", "c")[i % 3], datetime(2024, 1, 1, i % 24), i * 0.5) for i in range(60)]
    raw = spark.createDataFrame(rows, "job string, at timestamp, pay double")
    coded = StringIndexer(inputCol="job", outputCol="code").fit(raw).transform(raw)
    features = Featurize(inputCols=["code", "at"], outputCol="features")
    trees = LightGBMRegressor(labelCol="pay", predictionCol="forecast", numIterations=3)
    model = Pipeline(stages=[features, trees]).fit(coded)
    asked = board(explain(model, coded, rows=60), model, coded)
    assert asked.examined.task == "regression"
    form = asked.answer("form", {"place": 0})
    assert form["scores"][0] == pytest.approx(asked.examined.score[0])
    for name in ("code", "at"):
        level = str(form["values"][name])
        cohort = asked.add(name, [Condition(name, "in", (level,))])
        assert cohort.df().count() == cohort.mask(asked.examined.columns, 60).sum() > 0


def test_what_if_of_a_class_number_gives_that_number(
    opened: tuple[Board, Any, DataFrame],
) -> None:
    _, model, people = opened
    asked = board(explain(model, people, rows=9, target="prediction"), model, people)
    assert asked.answer("form", {"place": 0})["scores"][0] in (0.0, 1.0)
    margins = board(explain(model, people, rows=9, target="rawPrediction"), model, people)
    form = margins.answer("form", {"place": 0})
    assert form["scores"] == pytest.approx(margins.examined.why.prediction[0])


def test_what_is_no_explanation_of_a_table_is_refused() -> None:
    with pytest.raises(SynapseError, match="explanation of a table"):
        board("why")  # type: ignore[arg-type]
