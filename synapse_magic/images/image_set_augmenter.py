"""More images to train on: each one and its flips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StringType, StructField

from synapse_magic.images.stage import ImageParams
from synapse_magic.kernels.augmenting import Flips
from synapse_magic.kernels.image_scorer import ImageScorer
from synapse_magic.spark.columns import col
from synapse_magic.spark.image_schema import IMAGE, require_images
from synapse_magic.spark.param import Param, param
from synapse_magic.spark.scoring import transform_with
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class ImageSetAugmenter(Transformer, ImageParams):
    """Multiply the rows of images: the image itself, and as it looks in a mirror.

    The other columns of a row, such as its label, are repeated. A null, and a file that cannot be
    decoded, keep their one row.

    Examples
    --------
    >>> stage = ImageSetAugmenter(outputCol="image", flipUpDown=True)
    >>> threefold = stage.transform(read_images("photos"))  # doctest: +SKIP
    """

    flipLeftRight: Param[bool] = param("Add what a mirror at the side shows.", default=True)
    flipUpDown: Param[bool] = param("Add what a mirror below shows.", default=False)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        flips = Flips(self.getOrDefault("flipLeftRight"), self.getOrDefault("flipUpDown"))
        name = self.getOutputCol()
        scorer = ImageScorer(self.getOrDefault("inputCol"), name, flips, self._error())
        require_images(dataset.schema, scorer.column)
        self._require_new(dataset, scorer.outputs)
        types = [ArrayType(IMAGE), StringType()]
        outputs = [StructField(name, own) for name, own in zip(scorer.outputs, types)]
        listed = transform_with(scorer, dataset, outputs)
        return listed.withColumn(name, F.explode(col(name)))
