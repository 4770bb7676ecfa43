"""Images cut into superpixels."""

from __future__ import annotations

from pyspark.sql.types import DataType

from synapse_magic.images.stage import ImageStage
from synapse_magic.kernels.superpixels import Superpixels
from synapse_magic.spark.image_schema import SUPERPIXELS
from synapse_magic.spark.param import Param, param


class SuperpixelTransformer(ImageStage):
    """Cut images into pieces of about one size and colour, by SLIC.

    The new column is a struct with ``clusters``, the pieces: each an array of its pixels, as
    structs of ``x`` (from the left) and ``y`` (from the top). Every pixel is in one piece, and the
    same image is always cut alike.

    Examples
    --------
    >>> stage = SuperpixelTransformer(outputCol="superpixels", cellSize=30)
    >>> cut = stage.transform(read_images("photos"))  # doctest: +SKIP
    """

    cellSize: Param[float] = param("Side of a piece, about, in pixels.", default=16.0, above=0)
    modifier: Param[float] = param(
        "How much nearness counts against likeness of colour; the larger, the squarer the pieces.",
        default=130.0,
        above=0,
    )

    def _maker(self) -> Superpixels:
        return Superpixels(self.getOrDefault("cellSize"), self.getOrDefault("modifier"))

    def _type(self) -> DataType:
        return SUPERPIXELS
