"""Images to what a network makes of them: its features, or its outputs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

from pyspark.ml.linalg import VectorUDT
from pyspark.sql.types import StringType, StructField

from synapse_magic.errors import SynapseError, closest
from synapse_magic.images.stage import ImageParams
from synapse_magic.kernels.image_makers import Steps, Tensors
from synapse_magic.kernels.image_model_scorer import ImageModelScorer
from synapse_magic.kernels.image_scorer import ImageScorer
from synapse_magic.kernels.onnx_scorer import OnnxScorer
from synapse_magic.onnx.last_layer import before_last_layer
from synapse_magic.onnx.model_location import HasModelLocation
from synapse_magic.onnx.onnx_model import ONNXModel, worker_scorer
from synapse_magic.spark.columns import col
from synapse_magic.spark.image_schema import require_images
from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.scoring import transform_with

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from typing_extensions import Self

    from synapse_magic.kernels.signature import Port


class ImageFeaturizer(HasModelLocation, ImageParams):
    """Turn images into vectors with a network in the ONNX format.

    Each image is decoded, resized to what the network takes, normalised and scored, all in one
    pass of the worker. A row without an image gets a null, and so does one whose image is broken,
    with the reason in ``errorCol``; ``dropNa=True`` leaves both out. The vector is the tensor
    before the last layer, the features that other models learn from with few images, or with
    ``headless=False`` the output, such as the scores of classes. Networks take images as
    (channels, height, width), red first; for one of a single channel the images are turned to
    gray. A network of several inputs is refused.

    The network comes from ``modelLocation``, or by :meth:`setModelPayload`. The normalisation
    defaults to that of networks trained on ImageNet.

    Examples
    --------
    >>> stage = ImageFeaturizer(
    ...     inputCol="image", outputCol="features", modelLocation="resnet50.onnx"
    ... )  # doctest: +SKIP
    >>> features = stage.transform(read_images("photos"))  # doctest: +SKIP
    """

    attachments: ClassVar[tuple[str, ...]] = ("model",)

    headless: Param[bool] = param(
        "Give the tensor before the last layer, rather than the output.", default=True
    )
    featureTensorName: Param[str] = param(
        "Tensor to give when headless; unset for the one before the last layer.", default=unset
    )
    outputTensorName: Param[str] = param(
        "Tensor to give when not headless; empty for the first output.", default=""
    )
    imageTensorName: Param[str] = param(
        "Input that takes the images, the only one that the network has; unset for it.",
        default=unset,
    )
    imageHeight: Param[int] = param(
        "Rows of pixels to resize to; unset for what the network takes.", default=unset, low=1
    )
    imageWidth: Param[int] = param(
        "Columns of pixels to resize to; unset for what the network takes.", default=unset, low=1
    )
    channelNormalizationMeans: Param[list[float]] = param(
        "What red, green and blue are less, after colorScaleFactor.", default=[0.485, 0.456, 0.406]
    )
    channelNormalizationStds: Param[list[float]] = param(
        "What red, green and blue are divided by, last.", default=[0.229, 0.224, 0.225], above=0
    )
    colorScaleFactor: Param[float] = param(
        "What values from 0 to 255 are multiplied by, first.", default=1 / 255, above=0
    )
    autoConvertToColor: Param[bool] = param(
        "Turn gray images to colour where the network takes colour.", default=True
    )
    dropNa: Param[bool] = param(
        "Drop the rows that give no vector: those of no image, and of one that is broken.",
        default=False,
    )
    miniBatchSize: Param[int] = param(
        "Images of one call of the network; unset for as many as stay in the caches of its cores.",
        default=unset,
        low=1,
    )

    _network = ONNXModel()

    def setModelPayload(self, content: bytes) -> Self:
        """Take the network from the bytes of an ``.onnx`` file, or an ``onnx.ModelProto``.

        Raises
        ------
        SynapseError
            When onnxruntime cannot run it.
        """
        self._network = ONNXModel().setModelPayload(content)
        self.clear(self.getParam("modelLocation"))
        return self

    def setModel(self, model: str | os.PathLike[str] | bytes) -> Self:
        """Take the network from a file by its path, or from its bytes."""
        if isinstance(model, (str, os.PathLike)):
            return self.setModelLocation(model)
        return self.setModelPayload(model)

    def getModel(self) -> bytes:
        """Return the network as the bytes of an ``.onnx`` file."""
        return self._network.getModelPayload()

    def scorer(self) -> ImageModelScorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        port = self._port()
        return ImageModelScorer(self._images(port), self._model(port))

    def _transform(self, dataset: DataFrame) -> DataFrame:
        scorer = self.scorer()
        column, output = scorer.images.column, scorer.images.output
        require_images(dataset.schema, column)
        self._require_new(dataset, scorer.outputs)
        model = worker_scorer(dataset.sparkSession, self._model(self._port()))
        types = [VectorUDT(), StringType()]
        outputs = [StructField(name, own) for name, own in zip(scorer.outputs, types)]
        made = transform_with(ImageModelScorer(scorer.images, model), dataset, outputs)
        return made.where(col(output).isNotNull()) if self.getOrDefault("dropNa") else made

    def _take(self, place: str) -> None:
        self._network = ONNXModel().setModelLocation(place)

    def _images(self, port: Port) -> ImageScorer:
        """Return what makes tensors as an input takes them."""
        channels = _channels(port)
        resize = {"action": "resize", "height": self._side(port, 2), "width": self._side(port, 3)}
        tensors = Tensors(
            Steps((resize,)),
            means=self._per_channel("channelNormalizationMeans", channels),
            deviations=self._per_channel("channelNormalizationStds", channels),
            scale=self.getOrDefault("colorScaleFactor"),
        )
        return ImageScorer(
            self.getOrDefault("inputCol"),
            self.getOutputCol(),
            tensors,
            self._error(),
            channels=1 if channels == 1 else None,
            color=channels == 3 and self.getOrDefault("autoConvertToColor"),
        )

    def _model(self, port: Port) -> OnnxScorer:
        network: ONNXModel = self._network.copy()
        network._set(
            feedDict={port.name: self.getOutputCol()}, fetchDict={"vector": self._tensor()}
        )
        if self.isDefined("miniBatchSize"):
            network._set(miniBatchSize=self.getOrDefault("miniBatchSize"))
        return network.scorer()

    def _port(self) -> Port:
        """Return the input that takes the images."""
        ports = {port.name: port for port in self._network.inputs}
        if len(ports) > 1:
            raise SynapseError(
                f"The network takes {len(ports)} inputs. Expected one, which takes images; "
                f"ImageFeaturizer has nothing for others. Inputs: "
                f"{'; '.join(map(str, ports.values()))}. Try: ONNXModel(feedDict={{...}})"
            )
        given = self.isDefined("imageTensorName")
        name = self.getOrDefault("imageTensorName") if given else next(iter(ports))
        if name not in ports:
            raise SynapseError(
                f"imageTensorName is {name!r}, which the network does not take. "
                f"{closest(name, ports)} Inputs: {'; '.join(map(str, ports.values()))}"
            )
        return ports[name]

    def _tensor(self) -> str:
        """Return the tensor that becomes the vector."""
        output = self.getOrDefault("outputTensorName") or self._network.outputs[0].name
        if not self.getOrDefault("headless"):
            return str(output)
        if self.isDefined("featureTensorName"):
            return str(self.getOrDefault("featureTensorName"))
        return before_last_layer(self.getModel(), output)

    def _side(self, port: Port, axis: int) -> int:
        name = {2: "imageHeight", 3: "imageWidth"}[axis]
        if self.isDefined(name):
            return int(self.getOrDefault(name))
        fixed = port.shape[axis]
        if fixed is None:
            raise SynapseError(f"The network takes images of any size. Try: {name}=224")
        return fixed

    def _per_channel(self, name: str, channels: int) -> tuple[float, ...]:
        values = tuple(self.getOrDefault(name))
        if len(values) != channels:
            raise SynapseError(
                f"{name} has {len(values)} values, and the network takes {channels} channels. "
                f"Try: {name}={[0.5] * channels}"
            )
        return values

    def _get_attachment(self, name: str) -> bytes:
        return self._network._get_attachment(name)

    def _set_attachment(self, name: str, content: bytes) -> None:
        self._network = ONNXModel()
        self._network._set_attachment(name, content)


def _channels(port: Port) -> int:
    """Return how many channels an input takes, if it takes images."""
    if port.kind != "tensor" or len(port.shape) != 4 or port.shape[1] not in (None, 1, 3):
        raise SynapseError(
            f"The network takes {port}. Expected images as (rows, channels, height, width) with 1 "
            "or 3 channels. Try: a network that takes the channels first"
        )
    if port.dtype.kind != "f":
        raise SynapseError(f"The network takes {port}. Expected float numbers")
    return port.shape[1] or 3
