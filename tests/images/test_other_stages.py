from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import BGR, GRAY, RGB, saved, struct_of
from pyspark.ml import Pipeline
from pyspark.sql import DataFrame, SparkSession

from synapse_magic import (
    ImageFeaturizer,
    ImageSetAugmenter,
    ImageTransformer,
    SuperpixelTransformer,
    SynapseError,
    UnrollBinaryImage,
    UnrollImage,
)
from synapse_magic.spark.image_schema import IMAGE

STAGES = [ImageSetAugmenter, SuperpixelTransformer, UnrollBinaryImage, UnrollImage]
every_stage = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)


@pytest.fixture(scope="module")
def images(spark: SparkSession) -> DataFrame:
    rows = [(0, struct_of(BGR, "a.png")), (1, None), (2, struct_of(GRAY, "b.png"))]
    return spark.createDataFrame(rows, f"id int, image {IMAGE.simpleString()}").cache()


@pytest.fixture(scope="module")
def files(spark: SparkSession) -> DataFrame:
    rows = [(0, saved(RGB, "PNG")), (1, None), (2, saved(GRAY, "PNG")), (3, b"nothing")]
    return spark.createDataFrame(rows, "id int, image binary").cache()


def made(stage: Any, frame: DataFrame) -> list[Any]:
    out = stage.transform(frame).orderBy("id").collect()
    return [row[stage.getOutputCol()] for row in out]


@every_stage
def test_files_and_images_give_the_same(stage: Any, images: DataFrame, files: DataFrame) -> None:
    own = stage(inputCol="image", outputCol="made")
    of_files = own.transform(files.where("id < 3"))
    of_images = own.transform(images)
    for frame in (of_files, of_images):
        assert frame.columns == ["id", "image", "made", "made_error"]
    found, expected = made(own, files.where("id < 3")), made(own, images)
    if stage is ImageSetAugmenter:
        found, expected = ([row and row.data for row in rows] for rows in (found, expected))
    assert found == expected
    assert sum(row is None for row in found) == 1


@every_stage
def test_a_broken_file_is_a_row_with_a_reason(stage: Any, files: DataFrame) -> None:
    own = stage(inputCol="image", outputCol="made", errorCol="why")
    (row,) = own.transform(files.where("id = 3")).collect()
    assert row.made is None
    assert row.why.startswith("this is no image")
    (silent,) = own.copy().setIgnoreDecodingErrors(True).transform(files.where("id = 3")).collect()
    assert "why" not in silent
    assert silent.made is None


@pytest.mark.parametrize("stage", [*STAGES, ImageTransformer, ImageFeaturizer])
def test_unset_columns_have_names_that_can_be_asked_for(stage: Any) -> None:
    own = stage()
    assert own.getOrDefault("inputCol") == own.getInputCol() == "image"
    assert own.getOrDefault("outputCol") == own.getOutputCol() == f"{own.uid}_output"
    assert own.getOrDefault(own.getParam("errorCol")) == f"{own.uid}_output_error"
    assert own.setOutputCol("made").getOrDefault("errorCol") == own.getErrorCol() == "made_error"
    assert own.setErrorCol("why").getOrDefault("errorCol") == "why"


@every_stage
@pytest.mark.parametrize("name", ["image", "Image", "made"])
def test_reasons_take_the_place_of_no_other_column(
    stage: Any, name: str, images: DataFrame
) -> None:
    own = stage(outputCol="made", errorCol=name)
    with pytest.raises(SynapseError, match=f"(inputCol|outputCol) and errorCol are both '{name}'"):
        own.transform(images)
    assert own.setIgnoreDecodingErrors(True).transform(images).columns == ["id", "image", "made"]


@every_stage
def test_no_rows_and_empty_partitions(stage: Any, files: DataFrame) -> None:
    own = stage(inputCol="image", outputCol="made")
    assert own.transform(files.limit(0)).collect() == []
    assert len(own.transform(files.where("id = 3").repartition(4)).collect()) == 1


@every_stage
def test_a_saved_stage_in_a_pipeline_makes_the_same(
    stage: Any, files: DataFrame, tmp_path: Path
) -> None:
    own = stage(inputCol="image", outputCol="made")
    own.save(str(tmp_path / "stage"))
    loaded = stage.load(str(tmp_path / "stage"))
    piped = Pipeline(stages=[loaded]).fit(files).transform(files)
    assert piped.orderBy("id").collect() == own.transform(files).orderBy("id").collect()


def test_images_are_multiplied_by_their_flips(images: DataFrame) -> None:
    stage = ImageSetAugmenter(outputCol="image", flipUpDown=True)
    out = stage.transform(images)
    assert out.columns == ["id", "image", "image_error"]
    rows = out.where("id = 0").collect()
    expected = [BGR, BGR[:, ::-1], BGR[::-1]]
    assert [bytes(row.image.data) for row in rows] == [each.tobytes() for each in expected]
    assert out.where("id = 1").count() == 1
    one = ImageSetAugmenter(outputCol="made", flipLeftRight=False).transform(images)
    assert one.count() == 3
    assert ImageSetAugmenter(outputCol="made").transform(images).count() == 5


def test_vectors_are_blue_then_green_then_red(images: DataFrame) -> None:
    stage = UnrollImage(outputCol="made")
    assert dict(stage.transform(images).dtypes)["made"] == "vector"
    first, second, third = made(stage, images)
    assert first.toArray().tolist() == BGR.transpose(2, 0, 1).reshape(-1).tolist()
    assert second is None
    assert third.size == 64


def test_files_become_vectors_of_one_size(files: DataFrame) -> None:
    stage = UnrollBinaryImage(outputCol="made", height=4, width=6, nChannels=3)
    sizes = [vector and vector.size for vector in made(stage, files)]
    assert sizes == [72, None, 72, None]
    gray = UnrollBinaryImage(outputCol="made", nChannels=1)
    assert [vector and vector.size for vector in made(gray, files)] == [512, None, 64, None]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"height": 5}, "has height alone. Expected height and width"),
        ({"nChannels": 2}, "must be 1, 3 or 4, got 2"),
    ],
)
def test_half_a_size_is_told(params: dict[str, int], said: str, files: DataFrame) -> None:
    with pytest.raises(SynapseError, match=said):
        UnrollBinaryImage(**params).transform(files)
    with pytest.raises(SynapseError, match=r"nChannels .* at most 4, got 5"):
        UnrollBinaryImage(nChannels=5)


def test_superpixels_hold_each_pixel_once(images: DataFrame) -> None:
    stage = SuperpixelTransformer(inputCol="image", outputCol="made", cellSize=8)
    expected = "struct<clusters:array<array<struct<x:int,y:int>>>>"
    assert dict(stage.transform(images).dtypes)["made"] == expected
    first, second, third = made(stage, images)
    places = sorted((pixel.x, pixel.y) for cluster in first.clusters for pixel in cluster)
    assert places == [(x, y) for x in range(32) for y in range(16)]
    assert second is None
    assert sum(map(len, third.clusters)) == 64


def test_superpixels_are_cut_as_asked_for(images: DataFrame) -> None:
    numbers = []
    for size in (4.0, 16.0, 100.0):
        stage = SuperpixelTransformer(inputCol="image", outputCol="made", cellSize=size)
        numbers.append(len(made(stage, images)[0].clusters))
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[-1] == 1
    with pytest.raises(SynapseError, match=r"cellSize .* greater than 0, got 0"):
        SuperpixelTransformer(cellSize=0)
    assert SuperpixelTransformer().transform(images).count() == 3


def test_a_vector_of_a_black_pixel_is_zero(spark: SparkSession) -> None:
    black = np.zeros((1, 1, 3), np.uint8)
    frame = spark.createDataFrame([(0, struct_of(black))], f"id int, image {IMAGE.simpleString()}")
    assert made(UnrollImage(), frame)[0].toArray().tolist() == [0, 0, 0]
