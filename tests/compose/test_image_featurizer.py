from __future__ import annotations

from pathlib import Path
from typing import Any

import cloudpickle
import models
import networks
import numpy as np
import pyarrow as pa
import pytest
from onnx import helper
from pictures import BGR, GRAY, RGB, saved, struct_of
from pyspark.ml import Pipeline
from pyspark.sql import DataFrame, SparkSession

from synapse_magic import ImageFeaturizer, ImageTransformer, ONNXModel, SynapseError, read_images
from synapse_magic.kernels import image_scorer
from synapse_magic.kernels.scorer import score_in_parts
from synapse_magic.spark.image_schema import IMAGE

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def flat_image(color: tuple[int, int, int], height: int = 8, width: int = 8) -> np.ndarray:
    return np.broadcast_to(np.array(color, np.uint8), (height, width, 3))


REDDISH, BLUISH = flat_image((200, 10, 30)), flat_image((5, 20, 250), 20, 30)
FEATURES = [(np.array(color) / 255 - MEAN) / STD for color in ((200, 10, 30), (5, 20, 250))]
"""What the network's mean of each channel is by hand."""


@pytest.fixture(scope="module")
def files(spark: SparkSession) -> DataFrame:
    contents = [saved(REDDISH, "PNG"), saved(BLUISH, "PNG"), None, b"nothing"]
    return spark.createDataFrame(list(enumerate(contents)), "id int, image binary").cache()


@pytest.fixture
def stage() -> ImageFeaturizer:
    made = ImageFeaturizer(inputCol="image", outputCol="made")
    return made.setModelPayload(networks.pooled())


def rows_of(stage: ImageFeaturizer, frame: DataFrame) -> list[Any]:
    return stage.transform(frame).orderBy("id").collect()


def test_features_are_those_before_the_last_layer(stage: ImageFeaturizer, files: DataFrame) -> None:
    out = stage.transform(files)
    assert dict(out.dtypes)["made"] == "vector"
    assert out.columns == ["id", "image", "made", "made_error"]
    rows = rows_of(stage, files)
    assert [row.id for row in rows] == [0, 1, 2, 3]
    assert np.allclose([row.made.toArray() for row in rows[:2]], FEATURES, atol=1e-5)
    assert [row.made for row in rows[2:]] == [None, None]
    assert rows[2].made_error is None
    assert rows[3].made_error.startswith("this is no image")


def test_with_its_head_the_network_gives_its_output(
    stage: ImageFeaturizer, files: DataFrame
) -> None:
    rows = rows_of(stage.setHeadless(False), files.where("id < 2"))
    expected = networks.chances(np.array(FEATURES))
    assert np.allclose([row.made.toArray() for row in rows], expected, atol=1e-5)
    named = rows_of(stage.setOutputTensorName("A"), files.where("id < 2"))
    scores = np.array(FEATURES) @ networks.HEAD
    assert np.allclose([row.made.toArray() for row in named], scores, atol=1e-4)


def test_any_tensor_may_be_the_feature(stage: ImageFeaturizer, files: DataFrame) -> None:
    rows = rows_of(stage.setFeatureTensorName("G"), files.where("id < 2"))  # 3 x 1 x 1
    assert np.allclose([row.made.toArray() for row in rows], FEATURES, atol=1e-5)


def test_rows_that_give_nothing_are_kept_unless_all_are_dropped(
    stage: ImageFeaturizer, files: DataFrame
) -> None:
    kept = rows_of(stage, files)
    assert [row.made is None for row in kept] == [False, False, True, True]
    assert [row.made_error is None for row in kept] == [True, True, True, False]
    silent = stage.copy().setIgnoreDecodingErrors(True)
    assert [row.id for row in rows_of(silent, files)] == [0, 1, 2, 3]
    assert silent.transform(files).columns == ["id", "image", "made"]
    for dropping in (stage.copy().setDropNa(True), silent.setDropNa(True)):
        assert [row.id for row in rows_of(dropping, files)] == [0, 1]


def test_files_that_are_no_images_keep_their_rows_after_read_images(
    stage: ImageFeaturizer, spark: SparkSession, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(saved(REDDISH, "PNG"))
    (tmp_path / "b.png").write_bytes(b"nothing")
    rows = stage.transform(read_images(tmp_path)).orderBy("path").collect()
    assert [row.made is None for row in rows] == [False, True]
    assert rows[1].error.startswith("this is no image")


def test_it_gives_what_its_two_halves_give_one_after_the_other(
    stage: ImageFeaturizer, files: DataFrame
) -> None:
    whole = files.where("id < 2")
    tensor = ImageTransformer(outputCol="t").resize(8, 8).normalize(MEAN, STD, 1 / 255)
    model = ONNXModel(feedDict={"image": "t"}, fetchDict={"p": "P"})
    model.setModelPayload(networks.pooled())
    expected = model.transform(tensor.transform(whole)).orderBy("id").collect()
    found = rows_of(stage.setHeadless(False), whole)
    assert [row.made.toArray().tolist() for row in found] == [row.p for row in expected]


def test_structs_of_images_are_scored_too(stage: ImageFeaturizer, spark: SparkSession) -> None:
    rows = [(0, struct_of(np.ascontiguousarray(REDDISH[:, :, ::-1]))), (1, struct_of(GRAY))]
    frame = spark.createDataFrame(rows, f"id int, image {IMAGE.simpleString()}")
    first, second = rows_of(stage, frame)
    assert np.allclose(first.made.toArray(), FEATURES[0], atol=1e-5)
    gray = (GRAY.mean() / 255 - MEAN) / STD
    assert np.allclose(second.made.toArray(), gray, atol=1e-4)
    first, second = rows_of(stage.setAutoConvertToColor(False), frame)
    assert second.made is None
    assert "3 values and the image 1 channels" in second.made_error


def test_a_network_of_one_channel_sees_gray(spark: SparkSession) -> None:
    stage = ImageFeaturizer(inputCol="image", outputCol="made")
    stage.setModel(networks.pooled(channels=1).SerializeToString())
    frame = spark.createDataFrame([(0, saved(RGB, "PNG"))], "id int, image binary")
    with pytest.raises(SynapseError, match="Means has 3 values, and the network takes 1 channels"):
        stage.transform(frame)
    stage.setChannelNormalizationMeans([0.0]).setChannelNormalizationStds([1.0])
    assert rows_of(stage, frame)[0].made.size == 1


def test_the_size_of_images_is_given_where_the_network_takes_any(files: DataFrame) -> None:
    stage = ImageFeaturizer(inputCol="image", outputCol="made")
    stage.setModelPayload(networks.pooled("h", "w"))
    with pytest.raises(SynapseError, match=r"images of any size. Try: imageHeight=224"):
        stage.transform(files)
    stage.setImageHeight(5).setImageWidth(7).setFeatureTensorName("image2")
    with pytest.raises(SynapseError, match="no tensor 'image2'"):
        stage.transform(files)


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_images_of_a_call_make_no_difference(
    stage: ImageFeaturizer, files: DataFrame, size: int
) -> None:
    rows = rows_of(stage.setMiniBatchSize(size), files.where("id < 2"))
    assert np.allclose([row.made.toArray() for row in rows], FEATURES, atol=1e-5)


def test_its_scorer_works_without_spark_and_in_parts(
    stage: ImageFeaturizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = cloudpickle.loads(cloudpickle.dumps(stage.scorer()))
    images = [saved(REDDISH, "PNG"), None, saved(BLUISH, "PNG"), b"x", saved(REDDISH, "PNG")]
    batch = pa.RecordBatch.from_pydict({"image": images})
    whole = scorer.score(batch)
    values = [row and row["values"] for row in whole.column("made").to_pylist()]
    assert np.allclose([values[0], values[2]], FEATURES, atol=1e-5)
    assert [value is None for value in values] == [False, True, False, True, False]
    monkeypatch.setattr(image_scorer, "PART_BYTES", 1)
    parts = list(score_in_parts(scorer, batch))
    assert len(parts) >= 3
    assert pa.Table.from_batches(parts).combine_chunks() == pa.Table.from_batches([whole])


def test_a_saved_stage_scores_alike_in_a_pipeline(
    stage: ImageFeaturizer, files: DataFrame, tmp_path: Path
) -> None:
    stage.save(str(tmp_path / "stage"))
    loaded = ImageFeaturizer.load(str(tmp_path / "stage"))
    assert loaded.getModel() == stage.getModel()
    piped = Pipeline(stages=[loaded]).fit(files).transform(files).orderBy("id").collect()
    assert piped == rows_of(stage, files)


def test_a_copy_may_have_another_network(stage: ImageFeaturizer, files: DataFrame) -> None:
    before = stage.getModel()
    stage.copy().setModelPayload(networks.pooled(5, 5))
    assert stage.getModel() == before


def test_no_rows_and_empty_partitions(stage: ImageFeaturizer, files: DataFrame) -> None:
    assert stage.transform(files.limit(0)).collect() == []
    assert len(stage.transform(files.where("id < 2").repartition(5)).collect()) == 2
    assert len(stage.transform(files.where("id = 2")).collect()) == 1
    assert stage.setDropNa(True).transform(files.where("id = 2")).collect() == []


def test_a_network_may_be_a_file(files: DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "network.onnx"
    path.write_bytes(networks.pooled().SerializeToString())
    stage = ImageFeaturizer(inputCol="image", outputCol="made")
    for place in (path, str(path)):
        assert len(rows_of(stage.setModel(place), files.where("id < 2"))) == 2
    with pytest.raises(SynapseError, match="no file ResNet50"):
        stage.setModel("ResNet50")


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([models.port("X", models.FLOAT, "rows", 8, 8, 3)], r"takes X: float\[\?, 8, 8, 3\]"),
        ([models.port("X", models.FLOAT, "rows", 3)], "channels, height, width"),
        ([models.port("X", models.INT64, "rows", 3, 8, 8)], "Expected float numbers"),
    ],
)
def test_a_network_that_takes_no_images_is_told(inputs: Any, said: str, files: DataFrame) -> None:
    kind = inputs[0].type.tensor_type.elem_type
    nodes = [helper.make_node("Identity", ["X"], ["Y"])]
    network = models.model(nodes, inputs, [models.port("Y", kind, "rows", None)])
    stage = ImageFeaturizer(inputCol="image").setModelPayload(network)
    with pytest.raises(SynapseError, match=said):
        stage.transform(files)


def test_a_network_of_two_inputs_is_told(files: DataFrame) -> None:
    inputs = [models.port(name, models.FLOAT, "rows", 3, 8, 8) for name in ("d1", "d2")]
    nodes = [helper.make_node("Add", ["d1", "d2"], ["Y"])]
    network = models.model(nodes, inputs, [models.port("Y", models.FLOAT, "rows", 3, 8, 8)])
    stage = ImageFeaturizer(inputCol="image").setModelPayload(network)
    for own in (stage, stage.copy().setImageTensorName("d1")):
        with pytest.raises(SynapseError, match=r"takes 2 inputs. Expected one.*d1: .*d2: "):
            own.transform(files)


def test_names_that_do_not_exist_are_told(stage: ImageFeaturizer, files: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"imageTensorName is 'imag'.*Did you mean 'image'"):
        stage.setImageTensorName("imag").transform(files)
    with pytest.raises(SynapseError, match="no model yet"):
        ImageFeaturizer(inputCol="image").transform(files)
    with pytest.raises(SynapseError, match="inputCol and errorCol are both 'image'"):
        ImageFeaturizer(errorCol="image").setModelPayload(networks.pooled()).transform(files)


def test_the_picture_is_the_right_way_round(spark: SparkSession) -> None:
    """Red comes first, and rows come before columns, as the network sees the picture itself."""
    nodes = [helper.make_node("Identity", ["X"], ["Y"])]
    port = models.port("X", models.FLOAT, "rows", 3, 16, 32)
    network = models.model(nodes, [port], [models.port("Y", models.FLOAT, "rows", 3, 16, 32)])
    stage = ImageFeaturizer(inputCol="image", outputCol="made", headless=False)
    stage.setModelPayload(network).setColorScaleFactor(1.0)
    stage.setChannelNormalizationMeans([0.0] * 3).setChannelNormalizationStds([1.0] * 3)
    frame = spark.createDataFrame([(0, struct_of(BGR))], f"id int, image {IMAGE.simpleString()}")
    (row,) = rows_of(stage, frame)
    assert np.array_equal(row.made.toArray().reshape(3, 16, 32), RGB.transpose(2, 0, 1))
