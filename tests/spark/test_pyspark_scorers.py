from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.feature import Imputer, OneHotEncoder, StringIndexer, VectorAssembler
from pyspark.sql import DataFrame, SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.origin import origins_of
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.vectors import to_matrix
from synapse_magic.spark.scorer import has_scorer, scorer_of

ROWS = [("x", 1.0, 5, None), ("y", 2.0, 6, 1.5), ("x", 3.0, 7, float("nan")), (None, 4.0, 8, 2.5)]
SCHEMA = "kind string, size double, many int, part double"


@pytest.fixture(scope="module")
def frame(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(ROWS, SCHEMA)


def batch(rows: list[tuple[Any, ...]] = ROWS) -> pa.RecordBatch:
    names = ["kind", "size", "many", "part"]
    return pa.RecordBatch.from_arrays([pa.array(column) for column in zip(*rows)], names)


@pytest.mark.parametrize("invalid", ["keep", "error"])
@pytest.mark.parametrize("drop_last", [True, False])
def test_a_pipeline_of_common_stages_scores_as_spark_transforms(
    frame: DataFrame, invalid: str, drop_last: bool
) -> None:
    pipeline = Pipeline(
        stages=[
            StringIndexer(
                inputCols=["kind", "many"], outputCols=["kind_i", "many_i"], handleInvalid="keep"
            ),
            Imputer(inputCols=["part"], outputCols=["part_f"]),
            OneHotEncoder(
                inputCols=["kind_i"], outputCols=["hot"], handleInvalid=invalid, dropLast=drop_last
            ),
            VectorAssembler(inputCols=["size", "many_i", "part_f", "hot"], outputCol="features"),
        ]
    )
    model = pipeline.fit(frame)
    expected = [row["features"].toArray() for row in model.transform(frame).collect()]
    scored = scorer_of(model).score(batch())
    np.testing.assert_array_equal(to_matrix(scored.column("features")), expected)


def test_an_unseen_level_is_an_error_that_names_column_and_remedy(frame: DataFrame) -> None:
    model = StringIndexer(inputCol="kind", outputCol="i", handleInvalid="skip").fit(frame)
    with pytest.raises(SynapseError, match=r"not seen 'z' in column 'kind'.*handleInvalid='keep'"):
        scorer_of(model).score(batch([("z", 1.0, 1, 1.0)]))


def test_a_null_among_assembled_columns_is_an_error(frame: DataFrame) -> None:
    assembler = VectorAssembler(inputCols=["size", "part"], outputCol="v")
    with pytest.raises(SynapseError, match=r"null or NaN.*handleInvalid='keep'"):
        scorer_of(assembler).score(batch())


def test_columns_copied_under_a_plain_name_are_scored() -> None:
    from pyspark.ml.feature import SQLTransformer

    copies = SQLTransformer(statement="SELECT *, `a.b` AS `a_b`, `c``d` AS `cd` FROM __THIS__")
    scored = scorer_of(copies).score(pa.RecordBatch.from_pydict({"a.b": [1], "c`d": [2]}))
    assert scored.to_pydict() == {"a_b": [1], "cd": [2]}


def test_other_sql_is_refused() -> None:
    from pyspark.ml.feature import SQLTransformer

    with pytest.raises(SynapseError, match="only copies columns, got 'SELECT size"):
        scorer_of(SQLTransformer(statement="SELECT size + 1 AS x FROM __THIS__"))


def test_a_stage_without_a_scorer_says_which_have_one(frame: DataFrame) -> None:
    from pyspark.ml.feature import Tokenizer

    stage = Tokenizer(inputCol="kind", outputCol="words")
    assert not has_scorer(stage)
    with pytest.raises(SynapseError, match=r"Tokenizer cannot be scored.*StringIndexerModel"):
        scorer_of(stage)


def test_scaled_vectors_are_those_of_spark(frame: DataFrame) -> None:
    from pyspark.ml.feature import MinMaxScaler, StandardScaler

    scalers = [
        StandardScaler(inputCol="v", outputCol="s0"),
        StandardScaler(inputCol="v", outputCol="s1", withMean=True),
        StandardScaler(inputCol="v", outputCol="s2", withMean=True, withStd=False),
        MinMaxScaler(inputCol="v", outputCol="s3", min=-1.0, max=3.0),
    ]
    together = VectorAssembler(inputCols=["size", "many", "same"], outputCol="v")
    data = frame.selectExpr("*", "7D AS same")
    model = Pipeline(stages=[together, *scalers]).fit(data)
    expected = model.transform(data).collect()
    same = pa.RecordBatch.from_arrays([*batch().columns, pa.array([7.0] * 4)], data.columns)
    for stage in model.stages[1:]:
        chain = ChainedScorer.of([scorer_of(together), scorer_of(stage)])
        found = to_matrix(chain.score(same).column(stage.getOutputCol()))
        vectors = [row[stage.getOutputCol()].toArray() for row in expected]
        np.testing.assert_allclose(found, vectors, rtol=0, atol=1e-12)
        assert origins_of(chain, same) == ["size", "many", "same"]


def test_buckets_are_those_of_spark(frame: DataFrame) -> None:
    from pyspark.ml.feature import Bucketizer

    inf = float("inf")
    one = Bucketizer(splits=[1.0, 2.0, 4.0], inputCol="size", outputCol="b")
    several = Bucketizer(
        splitsArray=[[0.0, 6.0, 7.5, 9.0], [-inf, 2.0, inf]],
        inputCols=["many", "part"],
        outputCols=["c", "d"],
        handleInvalid="keep",
    )
    model = Pipeline(stages=[one, several]).fit(frame)
    expected = model.transform(frame).select("b", "c", "d").collect()
    scored = scorer_of(several).score(batch())
    scored_one = scorer_of(one).score(batch())
    found = zip(*(c.to_pylist() for c in (*scored_one.columns, *scored.columns)))
    assert list(found) == [tuple(row) for row in expected]
    with pytest.raises(SynapseError, match=r"met nan in column 'part'.*handleInvalid='keep'"):
        scorer_of(one.copy().setInputCol("part")).score(batch())
