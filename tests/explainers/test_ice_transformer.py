from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pytest
from formulas import InSpark, InWorker
from pyspark.errors import PySparkException
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer, VectorAssembler
from pyspark.sql import functions as F

from synapse_magic import ICETransformer, SynapseError
from synapse_magic.explainers.drawing import draw_rows

ROWS = [
    (0.0, 1, "x", True, datetime.date(2024, 1, 1), Decimal("1.00")),
    (2.0, 2, "y", False, datetime.date(2024, 1, 3), Decimal("2.50")),
    (4.0, 3, "x", True, datetime.date(2024, 1, 2), Decimal("1.25")),
    (1.0, 2, None, None, None, None),
]
SCHEMA = "a double, n int, job string, flag boolean, day date, price decimal(9,2)"
both = pytest.mark.parametrize("model", [InWorker(), InSpark()], ids=["worker", "spark"])
PARTS = {"numericFeatures": [{"name": "a", "numSplits": 2}, "n"], "categoricalFeatures": ["job"]}


@pytest.fixture(scope="module")
def frame(spark):
    return spark.createDataFrame(ROWS, SCHEMA).coalesce(2).cache()


def ice(**more):
    return ICETransformer(**{"targetCol": "prediction", **PARTS, **more})


def said(a, n, job):
    return a * n + {"x": 10, None: 5}.get(job, 0)


def plain(column):
    return {key: vector.toArray().tolist() for key, vector in column.items()}


@both
def test_each_row_has_a_curve_a_feature_and_all_it_had(model, frame):
    found = ice(model=model).transform(frame)
    made = ["job_dependence", "a_dependence", "n_dependence"]
    assert found.columns == [*frame.columns, *made]
    rows = found.collect()
    assert {tuple(row[:6]) for row in rows} == set(ROWS)
    for row in rows:
        assert plain(row.a_dependence) == {a: [said(a, row.n, row.job)] for a in (0, 2, 4)}
        assert plain(row.n_dependence) == {n: [said(row.a, n, row.job)] for n in (1, 2, 3)}
        assert plain(row.job_dependence) == {job: [said(row.a, row.n, job)] for job in "xy"}


@both
def test_the_average_is_one_row_of_the_means(model, frame):
    found = ice(model=model, kind="average", twoWay=[("job", "n")]).transform(frame)
    assert found.count() == 1
    row = found.first()
    assert list(row.asDict())[:3] == ["job_dependence", "a_dependence", "n_dependence"]
    extra = (10 + 0 + 10 + 5) / 4
    assert plain(row.a_dependence) == {a: [a * 2.0 + extra] for a in (0, 2, 4)}
    assert plain(row.n_dependence) == {n: [1.75 * n + extra] for n in (1, 2, 3)}
    mean = np.mean([a * n for a, n, *_ in ROWS])
    assert plain(row.job_dependence) == {"x": [mean + 10], "y": [mean]}
    pairs = {(key.job, key.n): value for key, value in plain(row.job_n_dependence).items()}
    expected = {(job, n): [1.75 * n + 10 * (job == "x")] for job in "xy" for n in (1, 2, 3)}
    assert pairs == expected


@both
def test_features_are_ranked_by_how_much_the_average_moves(model, frame):
    rows = ice(model=model, kind="feature").transform(frame).collect()
    assert [row.featureNames for row in rows] == ["a_dependence", "job_dependence", "n_dependence"]
    moves = [row.pdpBasedDependence.toArray().tolist() for row in rows]
    assert moves == [[4.0], [2.5], [1.75]]


def test_columns_and_grids_are_named_and_limited_as_asked(frame):
    numeric = [{"name": "a", "rangeMin": -1, "rangeMax": 1, "numSplits": 1, "outputColName": "A"}]
    categorical = [{"name": "job", "numTopValues": 1}]
    stage = ICETransformer(
        model=InWorker(), targetCol="prediction", kind="feature", featureNameCol="f",
        dependenceNameCol="d", numericFeatures=numeric, categoricalFeatures=categorical,
    )  # fmt: skip
    rows = stage.transform(frame).collect()
    assert rows[0].__fields__ == ["d", "f"]
    assert [row.f for row in rows] == ["A", "job_dependence"]
    assert [row.d[0] for row in rows] == pytest.approx([4 / np.sqrt(2), 0.0])


def test_dates_decimals_booleans_and_numbers_as_levels_keep_their_types(frame):
    stage = ICETransformer(
        model=InWorker(), targetCol="prediction", kind="average", categoricalFeatures=["flag", "n"],
        numericFeatures=[
            {"name": "day", "rangeMin": "2023-12-31", "numSplits": 3},
            {"name": "price", "numSplits": 3},
        ],
    )  # fmt: skip
    row = stage.transform(frame).first()
    mean = [np.mean([said(*own[:3]) for own in ROWS])]
    assert plain(row.flag_dependence) == {True: mean, False: mean}
    assert {type(key) for key in row.flag_dependence} == {bool}
    assert set(row.n_dependence) == {1, 2, 3}
    days = [datetime.date(2023, 12, 31) + datetime.timedelta(days) for days in range(4)]
    assert plain(row.day_dependence) == dict.fromkeys(days, mean)
    prices = [Decimal(price) for price in ("1.00", "1.50", "2.00", "2.50")]
    assert plain(row.price_dependence) == dict.fromkeys(prices, mean)


@pytest.fixture(scope="module")
def three_classes():
    shares = "SELECT *, a AS p0, n * 1.0D AS p1, a + n AS p2 FROM __THIS__"
    assembler = VectorAssembler(inputCols=["p0", "p1", "p2"], outputCol="probability")
    return PipelineModel([SQLTransformer(statement=shares), assembler])


def test_classes_are_picked_for_all_rows_or_for_each(three_classes, frame):
    of_a = {"numericFeatures": [{"name": "a", "numSplits": 1}], "kind": "average"}
    every = ICETransformer(model=three_classes, **of_a).transform(frame).first()
    assert plain(every.a_dependence) == {0: [0, 2, 2], 4: [4, 2, 6]}
    some = ICETransformer(model=three_classes, targetClasses=[2, 0], **of_a)
    assert plain(some.transform(frame).first().a_dependence) == {0: [2, 0], 4: [6, 4]}
    own = frame.withColumn("k", F.when(F.col("n") == 3, 2).otherwise(1))
    picked = ICETransformer(model=three_classes, targetClassesCol="k", **of_a)
    average = (1 + 2 + 2) / 4
    assert plain(picked.transform(own).first().a_dependence) == {
        0: [average + 3 / 4], 4: [average + 7 / 4],
    }  # fmt: skip


def test_rows_are_drawn_alike_on_any_number_of_partitions(spark):
    rows = [(float(i % 5), i % 3, "xy"[i % 2]) for i in range(60)]
    made = spark.createDataFrame(rows, "a double, n int, job string")
    stage = ice(model=InWorker(), numSamples=20)
    found = [stage.transform(made.repartition(n)).collect() for n in (1, 4)]
    assert found[0] == found[1]
    assert len(found[0]) == 20
    assert len({tuple(row[:3]) for row in found[0]}) > 8
    averages = [
        ice(model=InWorker(), numSamples=20, kind="average")
        .transform(made.repartition(n))
        .collect()
        for n in (2, 4)
    ]
    assert averages[0] == averages[1]
    other = ice(model=InWorker(), numSamples=20, seed=7).transform(made).collect()
    assert [row[:3] for row in other] != [row[:3] for row in found[0]]


def test_equal_rows_are_drawn_as_often_as_they_are_there(spark):
    frame = spark.createDataFrame([(i % 10 == 0, {"a": 1}) for i in range(1000)], ["rare", "m"])
    rare = sum(row.rare for row in draw_rows(frame, 400, 42).collect())
    assert 20 <= rare <= 60


def test_totals_of_all_rows_are_the_same_on_any_number_of_partitions(spark):
    rng = np.random.default_rng(5)
    rows = [
        (float(a), int(n), "xyz"[n])
        for a, n in zip(rng.normal(size=200), rng.integers(3, size=200))
    ]
    made = spark.createDataFrame(rows, "a double, n int, job string")
    stage = ice(model=InWorker(), kind="average")
    found = [stage.transform(made.repartition(n)).collect() for n in (1, 4)]
    assert found[0] == found[1]


def test_a_saved_stage_comes_back_with_its_model(frame, tmp_path):
    model = SQLTransformer(statement="SELECT *, 2 * a AS prediction FROM __THIS__")
    stage = ICETransformer(
        model=model, targetCol="prediction", kind="average", numericFeatures=["n"]
    )
    stage.save(str(tmp_path / "ice"))
    loaded = ICETransformer.load(str(tmp_path / "ice"))
    assert loaded.transform(frame).collect() == stage.transform(frame).collect()


def test_a_row_that_the_model_fails_for_says_so_and_others_have_curves(frame):
    failing = frame.withColumn("a", F.when(F.col("n") == 3, None).otherwise(F.col("a")))
    good = ice(model=InWorker(), errorCol="why", numericFeatures=["n"])
    rows = good.transform(failing).orderBy("n").collect()
    assert [row.n_dependence is None for row in rows] == [False, False, False, True]
    assert [row.why for row in rows[:3]] == [None] * 3
    assert "NaN" in rows[3].why
    through = ice(model=InSpark(), errorCol="why", numericFeatures=["n"])
    assert "null" in through.transform(failing).orderBy("n").collect()[3].why
    with pytest.raises(PySparkException, match="NaN or infinite in column"):
        ice(model=InWorker(), numericFeatures=["n"]).transform(failing).collect()


def test_a_model_that_drops_rows_is_refused(frame):
    drops = InSpark("n < 3")
    with pytest.raises(SynapseError, match=r"gave 23 rows for 32 .*handleInvalid='keep'"):
        ice(model=drops, kind="average").transform(frame)
    rows = ice(model=drops, errorCol="why").transform(frame).orderBy("a").collect()
    assert all("perturbed rows" in row.why and row.a_dependence is None for row in rows)


BAD = [
    ({"numericFeatures": ["aa"]}, r"no column 'aa'.*Did you mean 'a'"),
    (
        {"numericFeatures": ["flag"]},
        r"type boolean, not numeric. Try: categoricalFeatures=\['flag'\]",
    ),
    ({"numericFeatures": [], "categoricalFeatures": []}, "no features to vary"),
    ({"numericFeatures": ["n", "n"]}, "'n' is there twice"),
    ({"numericFeatures": ["n"], "categoricalFeatures": ["n"]}, "'n' is there twice"),
    ({"numericFeatures": [{"name": "n", "outputColName": "job_dependence"}]}, "twice"),
    ({"numericFeatures": [{"name": "n", "numSplit": 3}]}, "no part 'numSplit'.*'numSplits'"),
    ({"numericFeatures": [{"name": "n", "numSplits": 0}]}, "numSplits of 'n' must be .* 1, got 0"),
    ({"categoricalFeatures": [{"name": "job", "numTopValues": 0}]}, "numTopValues of 'job'"),
    ({"numericFeatures": [{"numSplits": 3}]}, "Expected a column's name"),
    ({"numericFeatures": [{"name": "a", "rangeMin": 9}]}, "starts at 9 and ends at 4.0"),
    ({"numericFeatures": [{"name": "a", "rangeMin": "x"}]}, "rangeMin of 'a' is 'x'"),
    ({"numericFeatures": [{"name": "day", "rangeMin": 3}]}, "is 3. Expected '2024-01-31'"),
    ({"twoWay": [("a", "b")], "kind": "average"}, "'b' of a pair is none of the features"),
    ({"twoWay": [("a", "a")], "kind": "average"}, "twice"),
    ({"twoWay": ["an"], "kind": "average"}, "Expected two features"),
    ({"twoWay": [("a", "n")]}, "no effect with kind='individual'"),
    ({"targetCol": "predict"}, "no column 'predict'.*Did you mean 'prediction'"),
    ({"targetClassesCol": "k"}, "no column 'k'"),
]


@pytest.mark.parametrize(("more", "told"), BAD, ids=[told[:30] for _, told in BAD])
def test_what_cannot_be_is_told_before_any_curve_is_made(more, told, frame):
    with pytest.raises(SynapseError, match=told):
        ice(**{"model": InWorker(), **more}).transform(frame)


def test_a_class_that_a_number_does_not_have_is_told(frame):
    with pytest.raises(PySparkException, match=r"one number a row, so it has no classes \[2\]"):
        ice(model=InWorker(), targetClasses=[2]).transform(frame).collect()


def test_a_vector_is_refused_with_what_to_try(frame):
    made = VectorAssembler(inputCols=["a", "n"], outputCol="v").transform(frame)
    with pytest.raises(SynapseError, match=r"'v' is a vector.*whose first stage assembles"):
        ice(model=InWorker(), numericFeatures=["v"]).transform(made)


def test_no_rows_no_values_and_no_model_are_told(frame):
    with pytest.raises(SynapseError, match="no rows to explain"):
        ice(model=InWorker()).transform(frame.limit(0))
    empty = frame.withColumn("a", F.lit(float("nan"))).withColumn("job", F.lit(None).cast("string"))
    with pytest.raises(SynapseError, match="'a' has no finite values"):
        ice(model=InWorker(), categoricalFeatures=[]).transform(empty)
    with pytest.raises(SynapseError, match="'job' has no values"):
        ice(model=InWorker(), numericFeatures=[]).transform(empty)
    with pytest.raises(SynapseError, match="no model to explain"):
        ice().transform(frame)


def test_a_feature_that_the_model_makes_itself_is_told(frame):
    chain = PipelineModel([InWorker()])
    made = frame.withColumn("prediction", F.lit(1.0))
    with pytest.raises(SynapseError, match="makes column 'prediction' itself"):
        ice(model=chain, numericFeatures=["prediction"], kind="average").transform(made)


def test_a_column_of_the_frame_is_never_replaced(frame):
    taken = frame.withColumn("a_dependence", F.lit(1))
    with pytest.raises(SynapseError, match="would replace the column 'a_dependence'"):
        ice(model=InWorker()).transform(taken)
