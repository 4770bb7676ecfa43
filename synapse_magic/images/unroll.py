"""Images as feature vectors."""

from __future__ import annotations

from pyspark.ml.linalg import VectorUDT
from pyspark.sql.types import DataType

from synapse_magic.errors import SynapseError
from synapse_magic.images.stage import ImageStage
from synapse_magic.kernels.image_makers import Steps, Unrolled
from synapse_magic.spark.param import Param, param, unset


class UnrollImage(ImageStage):
    """Write the pixels of an image as a vector: all of blue row by row, then green, then red.

    A gray image gives one value a pixel. Models want vectors of one size: resize the images first,
    with :class:`ImageTransformer`, or unroll them with :class:`UnrollBinaryImage`.

    Examples
    --------
    >>> stage = UnrollImage(inputCol="image", outputCol="features")
    >>> vectors = stage.transform(read_images("digits"))  # doctest: +SKIP
    """

    def _maker(self) -> Unrolled:
        return Unrolled()

    def _type(self) -> DataType:
        return VectorUDT()


class UnrollBinaryImage(ImageStage):
    """Decode image files and write their pixels as vectors of one size.

    As :class:`UnrollImage` after a resize. With ``nChannels`` all images are turned to gray (1),
    colour (3) or colour with alpha (4).

    Examples
    --------
    >>> stage = UnrollBinaryImage(inputCol="content", height=28, width=28, nChannels=1)
    >>> files = spark.read.format("binaryFile").load("digits")  # doctest: +SKIP
    >>> vectors = stage.transform(files)  # doctest: +SKIP
    """

    height: Param[int] = param(
        "Rows of pixels to resize to; unset for those of the image.", default=unset, low=1
    )
    width: Param[int] = param(
        "Columns of pixels to resize to; unset for those of the image.", default=unset, low=1
    )
    nChannels: Param[int] = param(
        "Values of a pixel: 1, 3 or 4; unset for those of the image.", default=unset, low=1, high=4
    )

    def _maker(self) -> Unrolled:
        size = {name: self.getOrDefault(name) for name in ("height", "width") if self.isSet(name)}
        if len(size) == 1:
            (given,) = size
            raise SynapseError(f"UnrollBinaryImage has {given} alone. Expected height and width")
        channels = self.getOrDefault("nChannels") if self.isDefined("nChannels") else None
        if channels == 2:
            raise SynapseError("nChannels of UnrollBinaryImage must be 1, 3 or 4, got 2")
        steps = ({"action": "resize", **size},) if size else ()
        return Unrolled(Steps(steps), channels)

    def _type(self) -> DataType:
        return VectorUDT()
