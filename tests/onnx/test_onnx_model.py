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


def test_a_tensor_whose_shape_only_running_it_tells_comes_out(rows: DataFrame) -> None:
    scale = {"domain": "ai.onnx.ml", "offset": [0.0] * 3, "scale": [2.0] * 3}
    made = models.model(
        [
            models.helper.make_node("Scaler", ["X"], ["R"], **scale),
            models.helper.make_node("Relu", ["R"], ["Y"]),
        ],
        [models.port("X", models.FLOAT, "rows", 3)],
        [models.port("Y", models.FLOAT, "rows", 3)],
    )
    (inside,) = onnx.shape_inference.infer_shapes(made).graph.value_info or [onnx.ValueInfoProto()]
    assert not inside.type.tensor_type.HasField("shape")
    model = ONNXModel(feedDict={"X": "list"}, fetchDict={"r": "R"}).setModelPayload(made)
    out = model.transform(rows)
    assert dict(out.dtypes)["r"] == "array<float>"
    assert np.allclose(column(out, "r"), 2 * X, atol=1e-6)


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


def test_a_notebook_shows_what_it_takes_and_gives(linear: ONNXModel) -> None:
    shown = linear._repr_html_()
    for words in ("input", "X", "float", "[?, 3]", "output", "P", "[?, 2]"):
        assert f">{words}</td>" in shown
    assert "no model yet" in ONNXModel()._repr_html_()


def test_the_place_of_the_model_is_a_param(rows: DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    onnx.save(models.linear(), path)
    made = ONNXModel(modelLocation=str(path), feedDict={"X": "list"})
    again = eval(made.to_code(), {"ONNXModel": ONNXModel})
    assert again.getModelLocation() == str(path)
    made.write().save(str(tmp_path / "saved"))
    path.unlink()
    loaded = ONNXModel.load(str(tmp_path / "saved"))
    for model in (made, again, loaded):
        assert np.allclose(column(model.transform(rows), "P"), models.chances(X), atol=1e-6)
    with pytest.raises(SynapseError, match=r"nothing\.onnx"):
        ONNXModel(modelLocation=str(tmp_path / "nothing.onnx"))
    assert not loaded.setModelPayload(models.summed()).isSet("modelLocation")


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
    with pytest.raises(SynapseError, match="no model yet"):
        ONNXModel().transform(rows)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"feedDict": {"Y": "a"}}, r"feedDict names 'Y'.*Inputs: X: float\[\?, 3\]"),
        ({"feedDict": {"X": "lst"}}, r"no column 'lst'.*Did you mean 'list'"),
        ({"fetchDict": {"p": "PP"}}, r"no tensor 'PP'.*Did you mean 'P'.*P: float\[\?, 2\]"),
        ({"softMaxDict": {"q": "soft"}}, "softMaxDict names 'q'.*Columns: p"),
        ({"argMaxDict": {"q": "best"}}, "argMaxDict names 'q'"),
        ({"softMaxDict": {"p": "P"}}, "Two outputs are called 'p'.*case does not count"),
        ({"feedDict": {"X": []}}, "feeds 'X' with no column"),
        ({"fetchDict": {"x": "X"}}, "'X' is an input of the model"),
    ],
)
def test_names_that_do_not_exist_are_told(
    params: dict[str, Any], said: str, rows: DataFrame, linear: ONNXModel
) -> None:
    with pytest.raises(SynapseError, match=said):
        linear._set(**params).transform(rows)


def test_what_the_schema_tells_is_told_before_spark_runs(
    rows: DataFrame, linear: ONNXModel
) -> None:
    frame = rows.withColumn("text", F.lit("x")).withColumn("whole", F.lit(1.5))
    for feed, said in (
        ("text", r"Column 'text' holds text.*cast\('float'\)"),
        (["a", "b"], "takes 3 numbers a row, and 'a', 'b' give 2"),
        ("a", "takes 3 numbers a row, and 'a' gives 1"),
    ):
        with pytest.raises(SynapseError, match=said):
            linear.copy().setFeedDict({"X": feed}).transform(frame)
    soft = linear.copy().setFetchDict({"s": "S"}).setSoftMaxDict({"s": "soft"})
    soft.setModelPayload(models.summed()).setFeedDict({"X": "list"})
    with pytest.raises(SynapseError, match="no row of scores"):
        soft.transform(rows)


def test_an_output_without_a_dimension_for_the_rows_is_told(rows: DataFrame) -> None:
    means = models.model(
        [models.helper.make_node("ReduceMean", ["X"], ["Y"], axes=[0], keepdims=0)],
        [models.port("X", models.FLOAT, "rows", 3)],
        [models.port("Y", models.FLOAT, 3)],
    )
    means.opset_import[0].version = 13
    with pytest.raises(SynapseError, match="no dimension for the rows"):
        ONNXModel(feedDict={"X": "list"}).setModelPayload(means).transform(rows)


def test_rows_that_a_careless_export_fixed_at_one_are_free(rows: DataFrame) -> None:
    careless = models.linear()
    careless.graph.output[0].type.tensor_type.shape.dim[0].dim_value = 1
    model = ONNXModel(feedDict={"X": "list"}, fetchDict={"p": "P"}).setModelPayload(careless)
    assert np.allclose(column(model.transform(rows), "p"), models.chances(X), atol=1e-6)


def test_inputs_that_only_other_outputs_need_may_be_left_out(rows: DataFrame) -> None:
    two = models.model(
        [
            models.helper.make_node("Neg", ["X"], ["N"]),
            models.helper.make_node("Mul", ["X", "Y"], ["M"]),
        ],
        [models.port(name, models.FLOAT, "rows", 3) for name in "XY"],
        [models.port(name, models.FLOAT, "rows", 3) for name in "NM"],
    )
    model = ONNXModel(feedDict={"X": "list"}, fetchDict={"n": "N"}).setModelPayload(two)
    assert np.allclose(column(model.transform(rows), "n"), -X, atol=1e-6)
    with pytest.raises(SynapseError, match="feedDict lacks the inputs Y"):
        model.setFetchDict({"n": "N", "m": "M"}).transform(rows)


def test_a_model_without_inputs_is_told(rows: DataFrame) -> None:
    value = onnx.numpy_helper.from_array(np.ones(2, np.float32), "value")
    constant = models.model(
        [models.helper.make_node("Constant", [], ["Y"], value=value)],
        [],
        [models.port("Y", models.FLOAT, 2)],
    )
    with pytest.raises(SynapseError, match="takes no input"):
        ONNXModel().setModelPayload(constant).transform(rows)


def test_bytes_and_places_of_any_kind_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = models.linear().SerializeToString()
    for given in (bytearray(content), memoryview(content)):
        assert ONNXModel().setModelPayload(given).getModelPayload() == content
    (tmp_path / "model.onnx").write_bytes(content)
    monkeypatch.setenv("HOME", str(tmp_path))
    for place in (tmp_path / "model.onnx", "~/model.onnx"):
        assert ONNXModel(modelLocation=place).getModelPayload() == content


def test_weights_in_a_file_that_is_cut_off_are_told(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    onnx.save(
        models.linear(), path, save_as_external_data=True, location="weights", size_threshold=0
    )
    (tmp_path / "weights").write_bytes((tmp_path / "weights").read_bytes()[:8])
    with pytest.raises(SynapseError, match=r"not there, or not whole"):
        ONNXModel().setModelLocation(path)


def test_a_model_of_a_newer_format_is_told() -> None:
    newer = models.linear()
    newer.ir_version = 99
    with pytest.raises(SynapseError, match=r"newer than onnxruntime.*pip install -U onnxruntime"):
        ONNXModel().setModelPayload(newer)


@pytest.mark.parametrize(
    ("name", "kind"), [("text", "string"), ("short", "array<double>"), ("when", "timestamp")]
)
def test_a_column_of_the_wrong_type_or_shape_is_told(
    name: str, kind: str, rows: DataFrame, linear: ONNXModel
) -> None:
    frame = rows.withColumn("text", F.lit("x")).withColumn("short", F.array("a", "b"))
    frame = frame.withColumn("when", F.lit("2024-01-02").cast("timestamp"))
    assert dict(frame.dtypes)[name] == kind
    with pytest.raises(Exception, match=f"Column '{name}' holds"):
        linear.setFeedDict({"X": name}).transform(frame).collect()


def test_a_column_of_the_frame_is_never_replaced(rows: DataFrame, linear: ONNXModel) -> None:
    with pytest.raises(SynapseError, match=r"'p' would replace the column 'P'.*fetchDict="):
        linear.transform(rows.withColumn("P", F.lit("the truth")))
    with pytest.raises(SynapseError, match="would replace the column 'a'"):
        linear.setFetchDict({"a": "P"}).transform(rows)


def test_a_model_in_memory_is_seen_and_is_no_code(linear: ONNXModel, tmp_path: Path) -> None:
    assert repr(linear).startswith("<ONNXModel(feedDict=")
    assert " bytes>" in repr(linear)
    with pytest.raises(SynapseError, match="holds its model in memory"):
        linear.to_code()
    path = tmp_path / "linear.onnx"
    onnx.save(models.linear(), path)
    assert ONNXModel(modelLocation=str(path)).to_code() == f"ONNXModel(modelLocation={str(path)!r})"


def test_what_is_no_frame_is_told(rows: DataFrame, linear: ONNXModel) -> None:
    with pytest.raises(SynapseError, match="must be a Spark DataFrame, got a pandas"):
        linear.transform(rows.toPandas())


def test_an_input_that_nothing_feeds_is_told(rows: DataFrame) -> None:
    unfed = ONNXModel().setModelPayload(models.linear())
    with pytest.raises(SynapseError, match=r"Inputs: X: float\[\?, 3\].*Try: feedDict={'X': "):
        unfed.transform(rows)


def test_elements_that_spark_does_not_have_are_told(rows: DataFrame) -> None:
    given = onnx.helper.make_tensor_value_info("X", onnx.TensorProto.BFLOAT16, ["N"])
    made = onnx.helper.make_tensor_value_info("Y", onnx.TensorProto.BFLOAT16, ["N"])
    node = onnx.helper.make_node("Identity", ["X"], ["Y"])
    graph = onnx.helper.make_graph([node], "same", [given], [made])
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
    stage = ONNXModel(feedDict={"X": "a"}).setModelPayload(model.SerializeToString())
    with pytest.raises(SynapseError, match="holds bfloat16"):
        stage.transform(rows)
