from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from synapse_magic import KNN, ConditionalKNN, KNNModel, NoEffectWarning, SynapseError

Limit = Callable[[int], None]


@pytest.mark.parametrize("width", [2, 4])
def test_queries_of_another_size_are_refused(
    points: DataFrame, queries: DataFrame, width: int
) -> None:
    model = KNN().fit(points)
    other = queries.withColumn("features", F.expr(f"array_repeat(1D, {width})"))
    with pytest.raises(Exception, match=rf"queries have {width} features and the index 3"):
        model.transform(other).collect()


@pytest.mark.parametrize("vectors", [False, True])
def test_queries_of_several_sizes_hear_the_size_of_the_index(
    points: DataFrame, queries: DataFrame, vectors: bool
) -> None:
    model = KNN().fit(points)
    mixed = queries.coalesce(1).withColumn("features", F.expr("if(id < 9, array(1D), features)"))
    if vectors:
        mixed = mixed.withColumn("features", array_to_vector("features"))
    with pytest.raises(Exception, match=r"queries have 1 to 3 features and the index 3"):
        model.transform(mixed).collect()


def test_neighbours_take_the_place_of_no_input(points: DataFrame, queries: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"outputCol and featuresCol are both 'features'"):
        KNN(outputCol="features").fit(points)
    with pytest.raises(SynapseError, match=r"outputCol and conditionerCol are both 'Conditioner'"):
        ConditionalKNN(outputCol="Conditioner").fit(points)
    model = KNN().fit(points).setOutputCol("features")
    with pytest.raises(SynapseError, match=r"outputCol and featuresCol are both 'features'"):
        model.transform(queries)


def test_neighbours_take_the_place_of_no_other_column(
    points: DataFrame, queries: DataFrame
) -> None:
    model = KNN(outputCol="id").fit(points)
    with pytest.raises(SynapseError, match="'id' would replace the column 'id'"):
        model.transform(queries)


def test_rows_of_no_numbers_are_refused(points: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"'features' holds rows of 0 numbers. Expected at"):
        KNN().fit(points.withColumn("features", F.expr("cast(array() as array<double>)")))


def test_an_index_without_labels_is_refused(points: DataFrame) -> None:
    missing = points.withColumn("labels", F.lit(None).cast("string"))
    with pytest.raises(SynapseError, match=r"empty: the frame has 400 rows, all with null in 'la"):
        ConditionalKNN().fit(missing)


def test_rows_of_different_sizes_are_refused(points: DataFrame) -> None:
    sizes = points.withColumn("features", F.expr("if(values < 200, array(1D), features)"))
    with pytest.raises(Exception, match=r"'features' holds (rows|lists) of 1 to 3 numbers"):
        KNN().fit(sizes)
    with pytest.raises(Exception, match=r"'features' holds (rows|lists) of 1 to 3 numbers"):
        KNN().fit(sizes.coalesce(1))


@pytest.mark.parametrize("number", ["'NaN'", "'Infinity'"])
def test_numbers_that_are_not_finite_are_refused(
    points: DataFrame, queries: DataFrame, number: str
) -> None:
    poor = F.expr(f"array(1D, cast({number} as double), 2D)")
    with pytest.raises(Exception, match=r"'features' holds .* NaN, infinite"):
        KNN().fit(points.withColumn("features", poor))
    model = KNN().fit(points)
    with pytest.raises(Exception, match=r"'features' holds .* NaN, infinite"):
        model.transform(queries.withColumn("features", poor)).collect()


def test_an_empty_index_is_refused(points: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"index would be empty: the frame has no rows"):
        KNN().fit(points.limit(0))
    missing = points.withColumn("features", F.lit(None).cast("array<double>"))
    with pytest.raises(SynapseError, match=r"400 rows, all with null features"):
        KNN().fit(missing)


def test_features_that_are_no_numbers_are_refused(points: DataFrame, queries: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"'labels' holds string. Expected vectors or lists"):
        KNN(featuresCol="labels").fit(points)
    model = KNN().fit(points)
    with pytest.raises(SynapseError, match=r"'features' holds string"):
        model.transform(queries.withColumn("features", F.lit("x")))


def test_unknown_columns_get_a_hint(points: DataFrame, queries: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"no column 'feature'. Did you mean 'features'"):
        KNN(featuresCol="feature").fit(points)
    with pytest.raises(SynapseError, match=r"no column 'value'. Did you mean 'values'"):
        KNN(valuesCol="value").fit(points)
    model = KNN().fit(points)
    with pytest.raises(SynapseError, match=r"no column 'features'. Did you mean 'feature'"):
        model.transform(queries.withColumnRenamed("features", "feature"))


@pytest.mark.parametrize("k", [0, -1, 1.5, "x"])
def test_k_is_a_positive_integer(k: object) -> None:
    with pytest.raises(SynapseError, match=r"k of KNN must be an integer at least 1"):
        KNN(k=k)


def test_an_unknown_metric_gets_a_hint() -> None:
    with pytest.raises(SynapseError, match=r"metric of KNN must be one of .*Did you mean 'cosine'"):
        KNN(metric="cosinus")


def test_leaf_size_is_taken_and_said_to_do_nothing() -> None:
    with pytest.warns(NoEffectWarning, match=r"leafSize has no effect"):
        KNN(leafSize=20)


def test_a_model_without_an_index_says_so(spark: SparkSession, queries: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"KNNModel has no index. Try: fit"):
        KNNModel().transform(queries)


def test_a_large_index_stays_in_spark(points: DataFrame, block_bytes: Limit) -> None:
    block_bytes(1000)
    model = KNN().fit(points.repartitionByRange(9, "values"))
    with pytest.raises(SynapseError, match=r"index is too large outside Spark"):
        model.scorer()


def test_without_the_library_approximate_search_tells_what_to_install(
    points: DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "usearch", None)
    with pytest.raises(SynapseError, match=r"pip install 'synapse-magic\[search\]'"):
        KNN(algorithm="approximate").fit(points)


def test_an_approximate_index_serves_only_what_it_was_made_for(
    points: DataFrame, queries: DataFrame
) -> None:
    model = KNN().fit(points).setAlgorithm("approximate")
    with pytest.raises(SynapseError, match=r"made for exact search by l2, got approximate"):
        model.transform(queries)
