"""What the stages on images share: superpixels, and how they are taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.parts_explainer import PartsExplainer
from synapse_magic.explainers.routes import Made
from synapse_magic.kernels.explaining.details import SuperpixelLists
from synapse_magic.kernels.explaining.image_masker import ImageMasker, Mask
from synapse_magic.kernels.explaining.segments import Segmentation, Segments
from synapse_magic.kernels.pixels import loaders, origins
from synapse_magic.results.image_explanation import ImageExplanation
from synapse_magic.spark.image_schema import SUPERPIXELS, require_images
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.explainers.local_explainer import Told


class ImageExplainer(PartsExplainer):
    """A stage that explains images by their superpixels."""

    inputCol: Param[str] = param(
        "Column of images: Spark's image structs, or the bytes of image files.",
        default=unset,
        column="in",
    )
    superpixelCol: Param[str] = param(
        "New column of the superpixels, in the order of the values.",
        default="superpixels",
        column="out",
    )
    segmentation: Param[Segmentation] = param(
        "How an image is cut: into superpixels of like colour, or into the cells of a grid.",
        default="slic",
    )
    cellSize: Param[float] = param("Side of a piece, about, in pixels.", default=16.0, above=0)
    modifier: Param[float] = param(
        "How much nearness counts against likeness of colour; the larger, the squarer the pieces.",
        default=130.0,
        above=0,
    )
    mask: Param[Mask] = param(
        "What stands for a piece that is taken away: maskColor, its own mean colour, or a blur "
        "of the image.",
        default="color",
    )
    maskColor: Param[list[int]] = param(
        "Red, green and blue of mask='color'.", default=[0, 0, 0], low=0, high=255
    )

    def _masker(self, dataset: DataFrame) -> ImageMasker:
        require_images(dataset.schema, self._column())
        color = self.getOrDefault("maskColor")
        if len(color) != 3:
            raise SynapseError(
                f"maskColor has {len(color)} numbers. Expected red, green and blue. "
                "Try: maskColor=[0, 0, 0]"
            )
        mask = self.getOrDefault("mask")
        return ImageMasker(self._column(), self._segments(), mask, (color[0], color[1], color[2]))

    def _segments(self) -> Segments:
        names = ("cellSize", "modifier", "segmentation")
        return Segments(*(self.getOrDefault(name) for name in names))

    def _details(self) -> list[Made]:
        name = self.getOrDefault("superpixelCol")
        return [Made(SuperpixelLists(name, self._column(), self._segments()), SUPERPIXELS)]

    def explanation(self, df: DataFrame, rows: int = 500) -> ImageExplanation:
        """Explain some images, drawn at random, as one result with its views.

        Parameters
        ----------
        df : DataFrame
        rows : int
            How many images to explain at most.

        Raises
        ------
        SynapseError
            When there are no rows, or none of them can be explained.
        """
        found: ImageExplanation = super().explanation(df, rows)
        return found

    def _explanation(
        self,
        df: DataFrame,
        told: Told,
    ) -> ImageExplanation:
        column = told.sample.batch.column(self._column())
        images = [load() for load in loaders(column) if load is not None]
        return ImageExplanation(
            images=tuple(images),
            labels=tuple(map(self._segments().make, images)),
            origins=tuple(origins(column)),
            **self._shared(df, told),
        )
