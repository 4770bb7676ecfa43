from __future__ import annotations

from pathlib import Path
from typing import Any

import models
import numpy as np
import onnx
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from synapse_magic import ONNXModel, SynapseError

X = np.random.default_rng(0).normal(size=(60, 3)).round(3)


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    values = [(index, *map(float, row), row.tolist()) for index, row in enumerate(X)]
    return spark.createDataFrame(
        values, "id long, a double, b double, c double, list array<double>"
    )


@pytest.fixture
def linear() -> ONNXModel:
    return ONNXModel(feedDict={"X": ["a", "b", "c"]}, fetchDict={"p": "P"}).setModelPayload(
        models.linear()
    )


def column(frame: DataFrame, name: str) -> np.ndarray:
    return np.array([row[name] for row in frame.orderBy("id").select("id", name).collect()])


def test_rows_are_scored(rows: DataFrame, linear: ONNXModel) -> None:
    out = linear.transform(rows)
    assert out.columns == [*rows.columns, "p"]
    assert dict(out.dtypes)["p"] == "array<float>"
    assert np.allclose(column(out, "p"), models.chances(X), atol=1e-6)


@pytest.mark.parametrize("feed", ["list", "vector"])
def test_lists_and_vectors_feed_an_input(rows: DataFrame, linear: ONNXModel, feed: str) -> None:
    assembler = VectorAssembler(inputCols=["a", "b", "c"], outputCol="vector")
    out = linear.setFeedDict({"X": feed}).transform(assembler.transform(rows))
    assert np.allclose(column(out, "p"), models.chances(X), atol=1e-6)


def test_softmax_and_best_have_columns(rows: DataFrame, linear: ONNXModel) -> None:
    linear.setFetchDict({"m": "M"}).setSoftMaxDict({"m": "soft"}).setArgMaxDict({"m": "best"})
    out = linear.transform(rows)
    assert dict(out.dtypes) | {"soft": "vector", "best": "double"} == dict(out.dtypes)
    assert np.allclose(column(out, "soft"), models.chances(X), atol=1e-6)
    assert column(out, "best").tolist() == models.scores(X).argmax(axis=1).tolist()


def test_tensors_inside_the_model_come_out_without_what_follows(
    rows: DataFrame, linear: ONNXModel
) -> None:
    out = linear.setFetchDict({"m": "M"}).transform(rows)
    assert np.allclose(column(out, "m"), models.scores(X), atol=1e-6)
    cut = linear.sliceAtOutput("M")
    kept = onnx.load_from_string(cut.getModelPayload()).graph.node
    assert [node.op_type for node in kept] == ["MatMul"]
    assert [port.name for port in cut.outputs] == ["M"]
    assert [port.name for port in linear.outputs] == ["P"]


def test_all_inputs_and_outputs_by_their_names(rows: DataFrame) -> None:
    model = ONNXModel().setModelPayload(models.linear())
    out = model.transform(rows.withColumnRenamed("list", "X"))
    assert np.allclose(column(out, "P"), models.chances(X), atol=1e-6)


def test_maps_and_texts(spark: SparkSession, rows: DataFrame) -> None:
    zipped = ONNXModel(feedDict={"X": "list"}, fetchDict={"z": "Z"}).setModelPayload(
        models.zipped()
    )
    out = zipped.transform(rows)
    assert dict(out.dtypes)["z"] == "map<bigint,float>"
    found = [[row.z[7], row.z[9]] for row in out.orderBy("id").collect()]
    assert np.allclose(found, models.chances(X), atol=1e-6)
    texts = spark.createDataFrame([("b",), (None,), ("x",)], "T string")
    numbered = ONNXModel().setModelPayload(models.indexed()).transform(texts)
    assert [row.I for row in numbered.collect()] == [2, None, -1]


def test_rows_with_a_null_get_nulls(rows: DataFrame, linear: ONNXModel) -> None:
    some = rows.withColumn("list", F.when(F.col("id") != 3, F.col("list")))
    out = linear.setFeedDict({"X": "list"}).transform(some).orderBy("id").collect()
    assert [row.id for row in out if row.p is None] == [3]


def test_no_rows_and_empty_partitions(rows: DataFrame, linear: ONNXModel) -> None:
    assert linear.transform(rows.limit(0)).count() == 0
    assert linear.transform(rows.limit(0)).collect() == []
    assert len(linear.transform(rows.where("id < 2").repartition(5)).select("p").collect()) == 2


def test_a_model_saved_and_loaded_scores_alike(
    rows: DataFrame, linear: ONNXModel, tmp_path: Path
) -> None:
    linear.write().save(str(tmp_path / "model"))
    again = ONNXModel.load(str(tmp_path / "model"))
    assert again.getFeedDict() == {"X": ["a", "b", "c"]}
    assert again.getModelPayload() == linear.getModelPayload()
    assert np.allclose(column(again.transform(rows), "p"), models.chances(X), atol=1e-6)


def test_it_stands_in_a_pipeline(rows: DataFrame, linear: ONNXModel) -> None:
    assembler = VectorAssembler(inputCols=["a", "b", "c"], outputCol="v")
    fitted = Pipeline(stages=[assembler, linear.setFeedDict({"X": "v"})]).fit(rows)
    assert np.allclose(column(fitted.transform(rows), "p"), models.chances(X), atol=1e-6)


def test_files_here_and_where_spark_reaches(
    rows: DataFrame, linear: ONNXModel, tmp_path: Path
) -> None:
    path = tmp_path / "model.onnx"
    onnx.save(models.linear(), path)
    for place in (path, str(path), path.as_uri()):
        loaded = linear.copy().setModelLocation(place)
        assert np.allclose(column(loaded.transform(rows), "p"), models.chances(X), atol=1e-6)


def test_it_shows_what_it_takes_and_gives(linear: ONNXModel) -> None:
    assert list(map(str, linear.inputs)) == ["X: float[?, 3]"]
    assert list(map(str, linear.outputs)) == ["P: float[?, 2]"]


def test_a_session_is_opened_once_in_a_worker(rows: DataFrame, linear: ONNXModel) -> None:
    linear.transform(rows).collect()

    def count(batches: Any) -> Any:
        import pyarrow as pa

        from synapse_magic.kernels.onnx_session import open_session

        for _ in batches:
            pass
        yield pa.RecordBatch.from_pydict({"misses": [open_session.cache_info().misses]})

    def misses() -> list[int]:
        parts = rows.repartition(2).mapInArrow(count, "misses long").collect()
        return sorted(row.misses for row in parts)

    before = misses()
    for _ in range(3):
        linear.transform(rows).collect()
    assert misses() == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no ONNX model"),
        (b"certainly not", "no ONNX model"),
        (models.linear().SerializeToString()[:70], "no ONNX model"),
        ("text", "bytes of an .onnx file"),
    ],
)
def test_what_is_no_model_is_told(content: Any, said: str) -> None:
    with pytest.raises(SynapseError, match=said):
        ONNXModel().setModelPayload(content)


def test_a_model_of_a_newer_opset_is_told() -> None:
    newer = models.linear()
    newer.opset_import[0].version = 99
    with pytest.raises(SynapseError, match=r"newer than onnxruntime.*pip install -U onnxruntime"):
        ONNXModel().setModelPayload(newer)


def test_an_operator_that_the_runtime_lacks_is_told() -> None:
    strange = models.linear()
    strange.graph.node[0].op_type = "Frobnicate"
    with pytest.raises(SynapseError, match="Frobnicate"):
        ONNXModel().setModelPayload(strange)


def test_weights_in_a_file_that_is_missing_are_told(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    onnx.save(
        models.linear(), path, save_as_external_data=True, location="weights", size_threshold=0
    )
    (tmp_path / "weights").unlink()
    with pytest.raises(SynapseError, match=r"other files that are not there.*weights"):
        ONNXModel().setModelLocation(path)
    with pytest.raises(SynapseError, match=r"other files that are not there.*weights"):
        ONNXModel().setModelPayload(path.read_bytes())


def test_weights_in_a_file_beside_it_are_taken_along(
    rows: DataFrame, linear: ONNXModel, tmp_path: Path
) -> None:
    path = tmp_path / "model.onnx"
    onnx.save(
        models.linear(), path, save_as_external_data=True, location="weights", size_threshold=0
    )
    loaded = linear.copy().setModelLocation(path)
    (tmp_path / "weights").unlink()
    assert np.allclose(column(loaded.transform(rows), "p"), models.chances(X), atol=1e-6)


def test_no_model_yet_is_told(rows: DataFrame) -> None:
    with pytest.raises(SynapseError, match="has no model yet"):
        ONNXModel().transform(rows)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"feedDict": {"Y": "a"}}, r"feedDict names 'Y'.*Inputs: X: float\[\?, 3\]"),
        ({"feedDict": {"X": "lst"}}, r"no column 'lst'.*Did you mean 'list'"),
        ({"fetchDict": {"p": "PP"}}, r"no tensor 'PP'.*Did you mean 'P'.*Tensors: X, M, P"),
        ({"softMaxDict": {"q": "soft"}}, "softMaxDict names 'q'.*Columns: p"),
        ({"argMaxDict": {"q": "best"}}, "argMaxDict names 'q'"),
    ],
)
def test_names_that_do_not_exist_are_told(
    params: dict[str, Any], said: str, rows: DataFrame, linear: ONNXModel
) -> None:
    with pytest.raises(SynapseError, match=said):
        linear._set(**params).transform(rows)


@pytest.mark.parametrize(("name", "kind"), [("text", "string"), ("short", "array<double>")])
def test_a_column_of_the_wrong_type_or_shape_is_told(
    name: str, kind: str, rows: DataFrame, linear: ONNXModel
) -> None:
    frame = rows.withColumn("text", F.lit("x")).withColumn("short", F.array("a", "b"))
    assert dict(frame.dtypes)[name] == kind
    with pytest.raises(Exception, match=f"Column '{name}' holds"):
        linear.setFeedDict({"X": name}).transform(frame).collect()
