from __future__ import annotations

import datetime
import math

import numpy as np
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.feature import IDF, HashingTF, StringIndexer, VectorAssembler
from pyspark.ml.linalg import Vectors
from pyspark.sql import functions as F

from synapse_magic.compose.featurize import Featurize, FeaturizeModel
from synapse_magic.datasets.people import people
from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import slot_attributes, slot_names


def encoded(model, df):
    return np.array([row[0].toArray() for row in model.transform(df).select("features").collect()])


def names_of(model):
    return [slot.name for slot in model.scorer().slots]


def test_a_number_is_one_slot_and_a_missing_one_becomes_the_mean_with_a_flag(spark):
    df = spark.createDataFrame([(1.0,), (None,), (3.0,), (math.nan,), (math.inf,)], "x double")
    model = Featurize(inputCols=["x"]).fit(df)
    assert names_of(model) == ["x", "x is missing"]
    assert encoded(model, df).tolist() == [[1, 0], [2, 1], [3, 0], [2, 1], [math.inf, 0]]


def test_without_imputing_a_missing_number_stays_nan(spark):
    df = spark.createDataFrame([(1.0,), (None,), (math.inf,)], "x double")
    model = Featurize(inputCols=["x"], imputeMissing=False).fit(df)
    assert names_of(model) == ["x"]
    np.testing.assert_equal(encoded(model, df), [[1.0], [np.nan], [np.inf]])


@pytest.mark.parametrize("kind", ["tinyint", "int", "bigint", "float", "decimal(9,2)", "boolean"])
def test_every_type_of_number_works(spark, kind):
    df = spark.createDataFrame([("1",), ("0",), (None,)], "t string").select(
        F.col("t").cast("int").cast(kind).alias("x")
    )
    assert encoded(Featurize(inputCols=["x"]).fit(df), df)[:, 0].tolist() == [1, 0, 0.5]


def test_a_category_has_a_slot_for_each_level_by_frequency_then_alphabet(spark):
    values = ["b", "a", "b", "c", None]
    df = spark.createDataFrame([(v,) for v in values], "k string")
    model = Featurize(inputCols=["k"]).fit(df)
    assert names_of(model) == ["k=b", "k=a", "k=c", "k=(missing)", "k=(other)"]
    assert encoded(model, df).argmax(1).tolist() == [0, 1, 0, 2, 3]
    new = spark.createDataFrame([("zebra",)], "k string")
    assert encoded(model, new).tolist() == [[0, 0, 0, 0, 1]]


def test_a_null_that_training_never_met_is_other(spark):
    model = Featurize(inputCols=["k"]).fit(spark.createDataFrame([("a",)], "k string"))
    assert encoded(model, spark.createDataFrame([(None,)], "k string")).tolist() == [[0, 1]]


def test_categories_as_positions_are_marked_nominal(spark):
    df = spark.createDataFrame(
        [("b", 1.0), ("a", 2.0), ("b", 3.0), (None, 4.0)], "k string, x double"
    )
    model = Featurize(inputCols=["k", "x"], oneHotEncodeCategoricals=False).fit(df)
    assert encoded(model, df).tolist() == [[0, 1], [1, 2], [0, 3], [2, 4]]
    nominal, numeric = slot_attributes(model.transform(df).schema["features"])
    assert (nominal["type"], nominal["name"]) == ("nominal", "k")
    assert nominal["vals"] == ["b", "a", "(missing)", "(other)"]
    assert (numeric["type"], numeric["name"]) == ("numeric", "x")


def test_text_is_weighed_as_by_hashing_tf_and_idf_of_spark(spark):
    frame = people(spark, rows=400).where("about is not null").select("about")
    split = frame.withColumn("words", F.split(F.lower("about"), r"\W+"))
    hashed = HashingTF(inputCol="words", outputCol="tf", numFeatures=64).transform(split)
    weighed = IDF(inputCol="tf", outputCol="w").fit(hashed).transform(hashed)
    expected = np.array([row.w.toArray() for row in weighed.collect()])
    model = Featurize(inputCols=["about"], numFeatures=64).fit(frame)
    item = model.recipe[0]
    assert item.kind == "text"
    found = encoded(model, frame)
    np.testing.assert_allclose(found, expected[:, list(item.buckets)])
    unused = np.setdiff1d(np.arange(64), item.buckets)
    assert not expected[:, unused].any()


def test_a_text_slot_is_named_by_the_commonest_word_of_its_bucket(spark):
    texts = ["red red cat here", "red dog here now", "red fish then gone", "blue fish over there"]
    df = spark.createDataFrame([(t,) for t in texts], "t string")
    wide = Featurize(inputCols=["t"]).fit(df)
    assert names_of(wide)[:3] == ["t:red", "t:fish", "t:here"]
    assert {slot.source for slot in wide.scorer().slots} == {"t"}


def test_null_text_has_no_words_and_a_flag(spark):
    df = people(spark, rows=1000).select("about")
    model = Featurize(inputCols=["about"]).fit(df)
    assert names_of(model)[-1] == "about is missing"
    row = encoded(model, spark.createDataFrame([(None,), ("unheard of",)], "about string"))
    assert row[0].sum() == row[0, -1] == 1
    assert not row[1].any()


def test_dates_become_their_parts(spark):
    days = [datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)]
    df = spark.createDataFrame([(day,) for day in days], "d date")
    model = Featurize(inputCols=["d"], imputeMissing=False).fit(df)
    assert names_of(model) == ["d:days", "d:year", "d:month", "d:day", "d:weekday"]
    np.testing.assert_equal(
        encoded(model, df),
        [[19782, 2024, 2, 29, 4], [np.nan] * 5, [-1, 1969, 12, 31, 3]],
    )


def test_a_missing_date_becomes_the_mean_date(spark):
    days = [datetime.date(2024, 1, 1), None, datetime.date(2024, 1, 3)]
    df = spark.createDataFrame([(day,) for day in days], "d date")
    found = encoded(Featurize(inputCols=["d"]).fit(df), df)
    assert found[1].tolist() == [19724, 2024, 1, 2, 2, 1]


def test_times_are_read_in_the_zone_of_the_session_that_fitted(spark):
    before = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", "Asia/Kolkata")
    try:
        df = spark.sql("select timestamp '2024-07-01 00:10:05' as t")
        model = Featurize(inputCols=["t"]).fit(df)
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        found = dict(zip(names_of(model), encoded(model, df)[0]))
    finally:
        spark.conf.set("spark.sql.session.timeZone", before)
    assert found["t:epoch"] == 1719772805
    parts = ["year", "month", "day", "weekday", "hour", "minute", "second"]
    assert [found[f"t:{part}"] for part in parts] == [2024, 7, 1, 1, 0, 10, 5]


def test_times_without_a_zone_are_read_as_they_stand(spark):
    df = spark.sql("select timestamp_ntz '2024-07-01 13:10:05' as t")
    model = Featurize(inputCols=["t"]).fit(df)
    assert dict(zip(names_of(model), encoded(model, df)[0]))["t:hour"] == 13


def test_vectors_pass_through_with_their_names_sparse_or_null(spark):
    rows = [(Vectors.dense(1, 2),), (Vectors.sparse(2, {1: 5.0}),), (None,)]
    df = spark.createDataFrame(rows, ["v"])
    model = Featurize(inputCols=["v"]).fit(df)
    assert names_of(model) == ["v_0", "v_1"]
    np.testing.assert_equal(encoded(model, df), [[1, 2], [0, 5], [np.nan, np.nan]])
    assembled = VectorAssembler(inputCols=["a", "b"], outputCol="v").transform(
        spark.createDataFrame([(1.0, 2.0)], "a double, b double")
    )
    assert names_of(Featurize(inputCols=["v"]).fit(assembled)) == ["a", "b"]


def test_an_indexed_column_is_a_category_by_its_names(spark):
    df = spark.createDataFrame([("b",), ("a",), ("b",)], "k string")
    indexed = StringIndexer(inputCol="k", outputCol="i").fit(df).transform(df)
    model = Featurize(inputCols=["i"]).fit(indexed)
    assert names_of(model) == ["i=b", "i=a", "i=(other)"]
    assert encoded(model, indexed).argmax(1).tolist() == [0, 1, 0]


def test_no_row_is_dropped_and_slots_follow_the_input_columns(spark):
    df = people(spark, rows=2000)
    columns = [name for name in df.columns if name != "income"]
    model = Featurize(inputCols=columns).fit(df)
    scored = model.transform(df)
    assert scored.count() == 2000
    assert scored.columns == [*df.columns, "features"]
    sources = list(dict.fromkeys(slot.source for slot in model.scorer().slots))
    assert sources == columns
    assert slot_names(scored.schema["features"]) == names_of(model)
    assert "workclass=Private" in names_of(model)
    assert "about:engineer" in names_of(model)
    assert scored.select("features").first()[0].size == len(names_of(model))


def test_the_partitioning_changes_nothing(spark):
    df = people(spark, rows=2000)
    columns = df.columns[:-1]
    one = Featurize(inputCols=columns).fit(df.repartition(1))
    many = Featurize(inputCols=columns).fit(df.repartition(7).unionByName(df.limit(0)))
    assert one.recipe == many.recipe


def test_the_vector_is_sparse_only_where_that_is_smaller(spark):
    wide = spark.createDataFrame([(f"level {i}",) for i in range(50)], "k string")
    row = Featurize(inputCols=["k"]).fit(wide).transform(wide).first()
    assert type(row.features).__name__ == "SparseVector"
    dense = spark.createDataFrame([(1.0, 2.0)], "a double, b double")
    row = Featurize(inputCols=["a", "b"]).fit(dense).transform(dense).first()
    assert type(row.features).__name__ == "DenseVector"


def test_a_saved_model_encodes_the_same_bits(spark, tmp_path):
    df = people(spark, rows=500)
    model = Featurize(inputCols=df.columns[:-1], outputCol="features").fit(df)
    model.save(str(tmp_path / "m"))
    loaded = FeaturizeModel.load(str(tmp_path / "m"))
    assert loaded.uid == model.uid
    assert loaded.recipe == model.recipe
    assert encoded(loaded, df).tobytes() == encoded(model, df).tobytes()


def test_it_works_inside_a_pipeline(spark):
    df = people(spark, rows=200)
    pipeline = Pipeline(stages=[Featurize(inputCols=["age", "about"])])
    assert pipeline.fit(df).transform(df).count() == 200


HOSTILE = ["a b", "a.b", "quo'te", 'dou"ble', "back`tick", "größe 年", "class", "x=y:z[0]", "{v}"]


def test_names_may_hold_any_character(spark):
    row = tuple(float(i) for i in range(len(HOSTILE)))
    df = spark.createDataFrame([row], HOSTILE)
    model = Featurize(inputCols=HOSTILE).fit(df)
    assert names_of(model) == HOSTILE
    assert encoded(model, df).tolist() == [list(row)]


def test_an_all_null_column_and_a_constant_one_work(spark):
    df = spark.range(3).selectExpr(
        "cast(null as double) n", "null v", "cast(null as string) s", "7 c"
    )
    model = Featurize(inputCols=["n", "v", "s", "c"]).fit(df)
    assert encoded(model, df)[0].tolist() == [0, 1, 0, 1, 1, 0, 7]


def test_empty_partitions_and_one_row_work(spark):
    df = spark.createDataFrame([("one two three", 1.0)], "t string, x double").repartition(5)
    model = Featurize(inputCols=["t", "x"]).fit(df)
    assert encoded(model, df).shape[0] == 1
    assert model.transform(df.limit(0)).count() == 0


def test_two_thousand_columns_are_learned_in_one_pass(spark):
    names = [f"c{i}" for i in range(2000)]
    df = spark.range(20).select(
        *[(F.col("id") * i).cast("double").alias(n) for i, n in enumerate(names)]
    )
    model = Featurize(inputCols=names).fit(df)
    assert encoded(model, df).shape == (20, 2000)


def test_an_unknown_column_suggests_the_nearest(spark):
    with pytest.raises(SynapseError, match=r"no column 'aeg'\. Did you mean 'age'"):
        Featurize(inputCols=["aeg"]).fit(people(spark, rows=5))


def test_a_column_named_twice_is_refused(spark):
    with pytest.raises(SynapseError, match="names 'age' twice"):
        Featurize(inputCols=["age", "age"]).fit(people(spark, rows=5))


@pytest.mark.parametrize("second", ["x", "X"])
def test_two_columns_of_the_same_name_are_refused(spark, second):
    df = spark.createDataFrame([(1.0, 2.0)], ["x", second])
    with pytest.raises(SynapseError, match="rename one"):
        Featurize(inputCols=["x"]).fit(df)


def test_no_rows_are_refused(spark):
    with pytest.raises(SynapseError, match="no rows to learn from"):
        Featurize(inputCols=["age"]).fit(people(spark, rows=0))


@pytest.mark.parametrize("kind", ["array(1, 2)", "map('a', 1)", "struct(1, 2)", "binary('x')"])
def test_a_type_without_encoding_is_refused_with_those_that_have_one(spark, kind):
    df = spark.sql(f"select {kind} as x")
    with pytest.raises(SynapseError, match=r"cannot encode column 'x'.*Expected numbers, booleans"):
        Featurize(inputCols=["x"]).fit(df)


def test_no_input_columns_are_refused(spark):
    with pytest.raises(SynapseError, match="no inputCols"):
        Featurize().fit(people(spark, rows=5))


def test_a_column_whose_type_changed_is_refused(spark):
    model = Featurize(inputCols=["x"]).fit(spark.createDataFrame([(1.0,)], "x double"))
    with pytest.raises(SynapseError, match=r"'x' holds text\. Expected no text"):
        model.transform(spark.createDataFrame([("1",)], "x string"))
