"""ImageSHAP and ImageLIME, by way of the worker and by way of Spark."""

from __future__ import annotations

from typing import Any

import networks
import numpy as np
import pytest
from pictures import BGR, saved, struct_of
from pyspark.ml import Transformer
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from synapse_magic import ImageFeaturizer, ImageLIME, ImageSHAP, SynapseError
from synapse_magic.spark.image_schema import IMAGE, SUPERPIXELS

FLAT = np.full((8, 12, 3), 17, np.uint8)
"""Of bytes that are 11 in hexadecimal, so that Spark can count those that are not masked."""
GRID = {"segmentation": "grid", "cellSize": 4.0}


class Changing(Transformer):
    """A model without a scorer: a change of a frame."""

    def __init__(self, change: Any) -> None:
        super().__init__()
        self.change = change

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return self.change(dataset)


COUNTING = Changing(
    lambda df: df.withColumn(
        "probability",
        F.expr("array(0D, double(length(replace(hex(image.data), '0', '')) / 2))"),
    )
)


@pytest.fixture(scope="module")
def df(spark: SparkSession) -> DataFrame:
    from pyspark.sql.types import IntegerType, StructField, StructType

    origin, height, _, *rest = struct_of(FLAT)
    broken = (origin, height, 99, *rest)
    kind = StructType([StructField("id", IntegerType()), StructField("image", IMAGE)])
    rows = [(0, struct_of(FLAT)), (1, None), (2, broken), (3, struct_of(FLAT[:1, :1]))]
    return spark.createDataFrame(rows, kind).coalesce(1).cache()


@pytest.fixture(scope="module")
def files(spark: SparkSession) -> DataFrame:
    contents = [saved(BGR[:, :, ::-1], "PNG"), None, b"nothing"]
    rows = list(enumerate(contents))
    return spark.createDataFrame(rows, "id int, image binary").coalesce(1).cache()


@pytest.fixture(scope="module")
def model() -> ImageFeaturizer:
    made = ImageFeaturizer(inputCol="image", outputCol="made", dropNa=False)
    return made.setModelPayload(networks.pooled())


def rows_of(frame: DataFrame) -> list[Any]:
    return frame.orderBy("id").collect()


def arrays(vectors: Any) -> np.ndarray:
    return np.array([vector.toArray() for vector in vectors])


def test_superpixels_get_their_pixels_and_bad_rows_tell_why(df: DataFrame) -> None:
    out = ImageSHAP(model=COUNTING, inputCol="image", outputCol="shap", **GRID).transform(df)
    assert out.columns == ["id", "image", "shap", "r2", "superpixels", "shap_error"]
    assert out.schema["superpixels"].dataType == SUPERPIXELS
    rows = rows_of(out)
    assert np.allclose(arrays(rows[0].shap), [[0, 48, 48, 48, 48, 48, 48]])
    assert [len(cluster) for cluster in rows[0].superpixels.clusters] == [16] * 6
    assert rows[0].superpixels.clusters[1][0].asDict() == {"x": 4, "y": 0}
    assert rows[1].shap_error == "The image in column 'image' is null. Expected an image"
    assert "bytes of pixels" in rows[2].shap_error
    assert [rows[i][name] for i in (1, 2) for name in ("shap", "r2", "superpixels")] == [None] * 6
    assert np.allclose(arrays(rows[3].shap), [[0, 3]])


def test_bad_images_do_not_reach_a_model_that_takes_none(df: DataFrame) -> None:
    bytes_there = F.expr("if(length(image.data) = image.height * image.width * 3, 1D, null)")
    strict = Changing(
        lambda df: COUNTING.transform(df).withColumn(
            "checked", F.when(bytes_there.isNull(), F.raise_error(F.lit("bad"))).otherwise(0)
        )
    )
    summed = Changing(
        lambda df: strict.transform(df).withColumn(
            "probability", F.expr("transform(probability, x -> x + checked)")
        )
    )
    shap = ImageSHAP(model=summed, inputCol="image", outputCol="shap", **GRID)
    rows = rows_of(shap.transform(df.where("id in (1, 2)")))
    assert [row.shap for row in rows] == [None, None]
    assert "is null" in rows[0].shap_error
    assert "bytes of pixels" in rows[1].shap_error
    assert len(shap.explanation(df)) == 2


def test_many_superpixels_are_explained_in_regions(df: DataFrame) -> None:
    stage = ImageSHAP(
        model=COUNTING, inputCol="image", outputCol="shap", standardErrorCol="se",
        segmentation="grid", cellSize=2.0, groupAbove=12, numSamples=94,
    )  # fmt: skip
    row = stage.transform(df.where("id = 0")).collect()[0]
    assert np.allclose(arrays(row.shap), [[0] + [12] * 24])
    assert np.allclose(arrays(row.se), 0)
    few = stage.copy({stage.numSamples: 93}).transform(df.where("id = 0")).collect()[0]
    assert "numSamples=93 is too small for 24 features in groups" in few.shap_error


def test_lime_finds_the_same_where_the_model_is_a_line(df: DataFrame) -> None:
    lime = ImageLIME(model=COUNTING, inputCol="image", outputCol="lime", **GRID)
    rows = rows_of(lime.transform(df))
    assert np.allclose(arrays(rows[0].lime), [[48] * 6])
    assert rows[0].r2.toArray() == pytest.approx([1])
    assert np.allclose(arrays(rows[3].lime), [[3]])
    assert rows[2].lime is None


@pytest.mark.parametrize("kind", [ImageSHAP, ImageLIME])
@pytest.mark.parametrize("mask", ["mean", "blur"])
def test_worker_and_spark_give_the_same_for_bytes_of_files(
    kind: type, mask: str, files: DataFrame, model: ImageFeaturizer
) -> None:
    params = {
        "inputCol": "image", "targetCol": "made", "outputCol": "out", "cellSize": 8.0,
        "mask": mask, "targetClasses": [2, 0], "numSamples": 60,
    }  # fmt: skip
    here = rows_of(kind(model=model, **params).transform(files))
    there = rows_of(kind(model=Changing(model.transform), **params).transform(files))
    assert here[0].out_error is None
    assert np.abs(arrays(here[0].out)).max() > 0.01 or mask == "mean"
    np.testing.assert_allclose(arrays(here[0].out), arrays(there[0].out), atol=1e-6)
    assert [row.superpixels for row in here] == [row.superpixels for row in there]
    assert [row.out_error for row in here] == [row.out_error for row in there]
    assert here[2].out_error.startswith("this is no image")


def test_values_and_base_sum_to_what_the_model_gives(
    files: DataFrame, model: ImageFeaturizer
) -> None:
    good = files.where("id = 0")
    stage = ImageSHAP(model=model, inputCol="image", targetCol="made", outputCol="out", cellSize=8)
    found = stage.transform(good).collect()[0]
    given = model.transform(good).collect()[0].made.toArray()
    np.testing.assert_allclose(arrays(found.out).sum(1), given, atol=1e-9)


def test_an_explanation_shows_the_images_it_could_explain(df: DataFrame) -> None:
    stage = ImageSHAP(model=COUNTING, inputCol="image", **GRID)
    found = stage.explanation(df)
    assert sorted(image.shape for image in found.images) == [(1, 1, 3), (8, 12, 3)]
    row = [image.shape for image in found.images].index((8, 12, 3))
    assert np.array_equal(found.images[row], FLAT)
    assert np.abs(found.residual).max() < 1e-9
    assert found.image(row).table().value.tolist()[1:-1] == pytest.approx([48] * 6)
    assert "syn-photo" in found.html()


def test_a_saved_stage_explains_alike(
    files: DataFrame, model: ImageFeaturizer, tmp_path: Any
) -> None:
    stage = ImageLIME(
        model=model, inputCol="image", targetCol="made", outputCol="out", maskColor=[9, 8, 7],
        numSamples=30, **GRID | {"cellSize": 8},
    )  # fmt: skip
    stage.save(str(tmp_path / "stage"))
    again = ImageLIME.load(str(tmp_path / "stage"))
    one, two = (rows_of(each.transform(files.where("id = 0")))[0] for each in (stage, again))
    assert np.array_equal(arrays(one.out), arrays(two.out))


def test_what_is_no_column_of_images_is_told_before_the_job(df: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"'id' holds int. Expected images"):
        ImageSHAP(model=COUNTING, inputCol="id").transform(df)
    with pytest.raises(SynapseError, match=r"maskColor has 1 numbers. Expected red, green"):
        ImageLIME(model=COUNTING, inputCol="image", maskColor=[0]).transform(df)
    with pytest.raises(SynapseError, match=r"maskColor of ImageLIME must be"):
        ImageLIME(maskColor=[0, 0, 256])
