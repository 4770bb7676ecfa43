"""What all stages on a column of images share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql.types import DataType, StringType, StructField

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.image_scorer import ImageScorer, Maker
from synapse_magic.spark.columns import require_new
from synapse_magic.spark.image_schema import require_images
from synapse_magic.spark.output_names import OutputNames
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.scoring import transform_with
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class ImageParams(OutputNames):
    """The columns that a stage on images reads and writes."""

    inputCol: Param[str] = param(
        "Column of images: Spark's image structs, or the bytes of image files.",
        default="image",
        column="in",
    )
    outputCol: Param[str] = param(
        "New column; unset for one named after the stage's uid.", default=unset, column="out"
    )
    errorCol: Param[str] = param(
        "New column that tells why a row has no result; unset for outputCol with '_error' after "
        "its name.",
        default=unset,
        column="out",
    )
    ignoreDecodingErrors: Param[bool] = param(
        "Leave out errorCol, so that a row without a result has a null and no reason.",
        default=False,
    )

    def _require_new(self, dataset: DataFrame, outputs: tuple[str, ...]) -> None:
        """Refuse to replace columns, but for images by what is made of them."""
        own = self.getOrDefault("inputCol").casefold()
        added = [name for name in outputs if name.casefold() != own]
        hint = "outputCol='...', or errorCol='...' for the reasons"
        require_new(dataset.schema, added, hint)

    def _error(self) -> str:
        """Return the name of the column of errors, empty where none is wanted."""
        if self.getOrDefault("ignoreDecodingErrors"):
            return ""
        error = self.getErrorCol()
        for role in ("outputCol", "inputCol"):
            if str(self.getOrDefault(role)).casefold() == error.casefold():
                raise SynapseError(
                    f"{role} and errorCol are both {error!r}. Expected a column of its own for "
                    f"the reasons. Try: errorCol='{error}_error'"
                )
        return error


class ImageStage(Transformer, ImageParams):
    """A stage that makes something of each image; subclasses say what."""

    def scorer(self) -> ImageScorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        return ImageScorer(
            self.getOrDefault("inputCol"), self.getOutputCol(), self._maker(), self._error()
        )

    def _maker(self) -> Maker:
        raise NotImplementedError(f"{type(self).__name__} makes nothing")

    def _type(self) -> DataType:
        raise NotImplementedError(f"{type(self).__name__} makes nothing")

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return self._scored(dataset, self._type())

    def _scored(self, dataset: DataFrame, kind: DataType) -> DataFrame:
        scorer = self.scorer()
        require_images(dataset.schema, scorer.column)
        self._require_new(dataset, scorer.outputs)
        types = [kind, StringType()]
        outputs = [StructField(name, own) for name, own in zip(scorer.outputs, types)]
        return transform_with(scorer, dataset, outputs)
