from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import BGR, BROKEN, GRAY, PHOTO, RGB, saved, struct_of
from pyspark.ml import Pipeline
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, FloatType

from synapse_magic import ImageTransformer, SynapseError
from synapse_magic.spark.image_schema import IMAGE


@pytest.fixture(scope="module")
def images(spark: SparkSession) -> DataFrame:
    rows = [(0, struct_of(BGR, "a.png")), (1, None), (2, struct_of(GRAY, "b.png"))]
    kinds = f"id int, image {IMAGE.simpleString()}"
    return spark.createDataFrame(rows, kinds).cache()


@pytest.fixture(scope="module")
def files(spark: SparkSession) -> DataFrame:
    rows = [(0, saved(RGB, "PNG")), (1, None), (2, saved(GRAY, "PNG")), (3, b"nothing")]
    return spark.createDataFrame(rows, "id int, image binary").cache()


def pixels(row: Any) -> np.ndarray:
    shape = (row.height, row.width, row.nChannels)
    found = np.frombuffer(row.data, np.uint8).reshape(shape)
    return found[:, :, 0] if row.nChannels == 1 else found


def made(stage: ImageTransformer, frame: DataFrame) -> list[Any]:
    name = stage.getOutputCol()
    return [row[name] for row in stage.transform(frame).orderBy("id").collect()]


def test_images_stay_images(images: DataFrame) -> None:
    stage = ImageTransformer(outputCol="made").flip(1)
    out = stage.transform(images)
    assert out.columns == ["id", "image", "made", "made_error"]
    assert out.schema["made"].dataType == IMAGE
    first, second, third = made(stage, images)
    assert np.array_equal(pixels(first), BGR[:, ::-1])
    assert (first.origin, first.mode, first.nChannels) == ("a.png", 16, 3)
    assert second is None
    assert np.array_equal(pixels(third), GRAY[:, ::-1])
    assert third.mode == 0


def test_files_are_decoded(files: DataFrame) -> None:
    stage = ImageTransformer(outputCol="made")
    first, second, third, fourth = made(stage, files)
    assert np.array_equal(pixels(first), BGR)
    assert np.array_equal(pixels(third), GRAY)
    assert second is None
    assert fourth is None


def test_what_spark_reads_and_what_we_make_is_alike(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(saved(PHOTO, "PNG"))
    theirs = spark.read.format("image").load(str(tmp_path))
    (row,) = ImageTransformer(outputCol="made").transform(theirs).collect()
    assert row.made == row.image


def test_a_row_tells_what_is_wrong_with_it(files: DataFrame) -> None:
    stage = ImageTransformer(outputCol="made").crop(0, 0, 10, 10)
    rows = stage.transform(files).orderBy("id").collect()
    assert [row.made_error for row in rows[:2]] == [None, None]
    assert rows[2].made_error.startswith("crop: x 0 to 10 and y 0 to 10 reach beyond the image")
    assert rows[3].made_error.startswith("this is no image")


def test_every_broken_file_is_one_row(spark: SparkSession) -> None:
    frame = spark.createDataFrame(list(BROKEN.items()), "what string, image binary")
    rows = ImageTransformer(outputCol="made").resize(8, 8).transform(frame).collect()
    assert [row.what for row in rows if row.made is not None or not row.made_error] == []
    assert len(rows) == len(BROKEN)


def test_errors_have_the_name_asked_for_or_no_column(files: DataFrame) -> None:
    out = ImageTransformer(outputCol="made", errorCol="why").transform(files)
    assert out.columns[2:] == ["made", "why"]
    silent = ImageTransformer(outputCol="made", ignoreDecodingErrors=True).transform(files)
    assert silent.columns[2:] == ["made"]
    assert silent.where("made is null").count() == 2
    with pytest.raises(SynapseError, match="outputCol and errorCol are both 'made'"):
        ImageTransformer(outputCol="made", errorCol="made").transform(files)


def test_without_names_the_columns_are_named_after_the_stage(files: DataFrame) -> None:
    stage = ImageTransformer()
    names = [f"{stage.uid}_output", f"{stage.uid}_output_error"]
    assert stage.transform(files).columns[2:] == names


def test_an_image_may_be_replaced(files: DataFrame) -> None:
    stage = ImageTransformer(inputCol="image", outputCol="image").resize(4, 6)
    out = stage.transform(files)
    assert out.columns == ["id", "image", "image_error"]
    assert out.where("id = 0").first().image.width == 6


def test_tensors_are_normalised(images: DataFrame) -> None:
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    stage = ImageTransformer(outputCol="made", autoConvertToColor=True)
    stage.normalize(mean, std, 1 / 255)
    out = stage.transform(images)
    assert dict(out.dtypes)["made"] == "array<array<array<float>>>"
    first, second, third = made(stage, images)
    expected = ((RGB / 255 - mean) / std).transpose(2, 0, 1)
    assert np.abs(np.array(first) - expected).max() < 1e-6
    assert second is None
    assert np.array(third).shape == (3, 8, 8)


def test_the_type_of_tensors_is_given_as_in_spark_or_by_name(images: DataFrame) -> None:
    for kind, name in ((DoubleType(), "double"), (FloatType(), "float"), ("double", "double")):
        stage = ImageTransformer(outputCol="made", toTensor=True).setTensorElementType(kind)
        assert stage.getTensorElementType() == name
        assert dict(stage.transform(images).dtypes)["made"] == f"array<array<array<{name}>>>"
    assert np.array_equal(np.array(made(stage, images)[0]), RGB.transpose(2, 0, 1))


def test_methods_add_steps_that_are_json() -> None:
    stage = (
        ImageTransformer()
        .resize(10, 20)
        .resize(np.int64(5), True)
        .resize(6)
        .resize(7, False)
        .resize((30, 40))
        .resize(size=8, keep_aspect_ratio=False)
        .resize(size=9, keepAspectRatio=False)
        .resize(size=(30, 40))
        .resize(height=1, width=2)
        .crop(1, 2, 3, 4)
        .centerCrop(5, 6)
        .colorFormat("gray")
        .flip()
        .blur(2, 3)
        .threshold(10, 255, "binary")
        .gaussianKernel(3, 1.5)
    )
    assert stage.getStages() == [
        {"action": "resize", "height": 10, "width": 20},
        {"action": "resize", "size": 5, "keepAspectRatio": True},
        {"action": "resize", "size": 6, "keepAspectRatio": True},
        {"action": "resize", "size": 7, "keepAspectRatio": False},
        {"action": "resize", "height": 40, "width": 30},
        {"action": "resize", "size": 8, "keepAspectRatio": False},
        {"action": "resize", "size": 9, "keepAspectRatio": False},
        {"action": "resize", "height": 40, "width": 30},
        {"action": "resize", "height": 1, "width": 2},
        {"action": "crop", "x": 1, "y": 2, "height": 3, "width": 4},
        {"action": "centercrop", "height": 5, "width": 6},
        {"action": "colorformat", "format": "gray"},
        {"action": "flip", "flipCode": 1},
        {"action": "blur", "height": 2, "width": 3},
        {"action": "threshold", "threshold": 10, "maxVal": 255, "type": "binary"},
        {"action": "gaussiankernel", "apertureSize": 3, "sigma": 1.5},
    ]
    rebuilt = eval(stage.to_code(), {"ImageTransformer": ImageTransformer})
    assert rebuilt.getStages() == stage.getStages()
    assert ImageTransformer().getStages() == []


def test_a_copy_has_steps_of_its_own() -> None:
    stage = ImageTransformer().flip(1)
    stage.copy().flip(0)
    stage.getStages().append({"action": "flip", "flipCode": 0})
    assert len(stage.getStages()) == 1


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda stage: stage.resize(-1, 5), "height of resize .* got -1"),
        (lambda stage: stage.resize(), r"resize got \(\). Expected resize\(height, width\), or"),
        (lambda stage: stage.resize(1, 2, 3), r"resize got \(1, 2, 3\). Expected"),
        (lambda stage: stage.resize(height=3), r"resize got \(height=3\). Expected"),
        (lambda stage: stage.resize(3, size=3), r"resize got \(3, size=3\). Expected"),
        (lambda stage: stage.resize(3, sides=3), r"resize got \(3, sides=3\). Expected"),
        (lambda stage: stage.resize((1, 2, 3)), r"size of resize is \(1, 2, 3\). Expected"),
        (
            lambda stage: stage.setStages([{}]),
            "lacks its name under 'action'.* Steps: resize",
        ),
        (lambda stage: stage.centerCrop(0, 5), "height of centerCrop .* got 0"),
        (lambda stage: stage.colorFormat("grey"), "Did you mean 'BGR2GRAY'"),
        (lambda stage: stage.gaussianKernel(4, 1), "must be odd, got 4"),
        (lambda stage: stage.setStages([{"action": "spin"}]), "no image step 'spin'"),
        (lambda stage: stage.normalize([0.0], [0.0], 1.0), "normalizeStd .* greater than 0"),
        (lambda stage: stage.setColorScaleFactor(0), "colorScaleFactor .* greater than 0"),
    ],
)
def test_wrong_values_are_told_where_they_are_given(call: Any, said: str) -> None:
    stage = ImageTransformer().flip(1)
    with pytest.raises(SynapseError, match=said):
        call(stage)
    assert len(stage.getStages()) == 1


def test_normalising_without_a_tensor_is_told(images: DataFrame) -> None:
    with pytest.raises(SynapseError, match="normalizeMean of ImageTransformer need toTensor=True"):
        ImageTransformer(normalizeMean=[1.0]).transform(images)


def test_a_column_of_something_else_is_told(images: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"'id' holds int.*image files.*read_images"):
        ImageTransformer(inputCol="id").transform(images)
    with pytest.raises(SynapseError, match=r"no column 'imge'. Did you mean 'image'"):
        ImageTransformer(inputCol="imge").transform(images)


def test_no_rows_and_empty_partitions(files: DataFrame) -> None:
    for stage in (ImageTransformer(outputCol="m"), ImageTransformer(outputCol="m", toTensor=True)):
        assert stage.transform(files.limit(0)).collect() == []
        assert len(stage.transform(files.where("id < 2").repartition(5)).collect()) == 2


def test_a_saved_stage_makes_the_same(files: DataFrame, tmp_path: Path) -> None:
    stage = (
        ImageTransformer(outputCol="made")
        .resize(6, 9)
        .colorFormat("gray")
        .normalize([0.5], [0.25], 1 / 255)
    )
    stage.save(str(tmp_path / "stage"))
    loaded = ImageTransformer.load(str(tmp_path / "stage"))
    assert loaded.to_code() == stage.to_code()
    assert made(loaded, files.where("id = 0")) == made(stage, files.where("id = 0"))


def test_it_stands_in_a_pipeline(files: DataFrame) -> None:
    small = ImageTransformer(outputCol="small").resize(4, 4)
    tensor = ImageTransformer(inputCol="small", outputCol="tensor", toTensor=True)
    out = Pipeline(stages=[small, tensor]).fit(files).transform(files)
    assert np.array(out.orderBy("id").first().tensor).shape == (3, 4, 4)
    assert out.where("tensor is null and small_error is not null").count() == 1


def test_what_is_made_is_filtered_and_made_once(files: DataFrame) -> None:
    out = ImageTransformer(outputCol="made").transform(files).where(F.col("made.height") == 16)
    assert [row.id for row in out.collect()] == [0]


def test_many_images_come_in_parts(spark: SparkSession) -> None:
    content = saved(RGB, "PNG")
    frame = spark.range(300).withColumn("image", F.lit(content)).coalesce(1)
    stage = ImageTransformer(outputCol="made").resize(224, 224).normalize([0.0] * 3, [1.0] * 3, 1)
    out = stage.transform(frame)  # 180 MB in one Arrow batch, six parts of 32 MB
    found = out.selectExpr("id", "made[0][0][0] as red").orderBy("id").collect()
    assert [row.id for row in found] == list(range(300))
    assert {row.red for row in found} == {200.0}


def test_images_that_are_too_large_are_a_row(spark: SparkSession) -> None:
    stripe = saved(np.zeros((1, 20_000), np.uint8), "PNG")
    frame = spark.createDataFrame([(stripe,)], "image binary")
    (row,) = ImageTransformer(outputCol="made").resize(224, True).transform(frame).collect()
    assert "too large" in row.made_error


def test_other_columns_are_never_replaced(files: DataFrame) -> None:
    stage = ImageTransformer(outputCol="made", errorCol="id")
    with pytest.raises(SynapseError, match="'id' would replace the column 'id'"):
        stage.transform(files)
    out = ImageTransformer(outputCol="image", errorCol="why").resize(4, 4).transform(files)
    assert out.columns == ["id", "image", "why"]


def test_a_step_without_its_name_is_told() -> None:
    with pytest.raises(SynapseError, match="lacks its name under 'action'"):
        ImageTransformer(stages=[{"height": 3}])
