"""Images resized, cropped, turned to other colours, blurred and made tensors of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, overload

from pyspark.sql.types import ArrayType, DataType, DoubleType, FloatType

from synapse_magic.errors import SynapseError
from synapse_magic.images.stage import ImageStage
from synapse_magic.kernels.image_makers import Steps, Tensors
from synapse_magic.kernels.image_scorer import ImageScorer
from synapse_magic.kernels.image_steps import ACTION, step_of
from synapse_magic.spark.image_schema import IMAGE
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from typing_extensions import Self

_SPELLINGS = {"keep_aspect_ratio": "keepAspectRatio"}
_RATIO = {"keepAspectRatio": True}
_NORMAL = ("normalizeMean", "normalizeStd", "colorScaleFactor")


class ImageTransformer(ImageStage):
    """Change images step by step with OpenCV, into images or, with ``toTensor``, into tensors.

    The methods ``resize``, ``crop``, ``centerCrop``, ``colorFormat``, ``flip``, ``blur``,
    ``threshold`` and ``gaussianKernel`` each add a step to ``stages`` and return the stage;
    ``normalize`` asks for a tensor. Steps see 8 bits a value and OpenCV's order blue, green, red.
    A tensor is a list of channels of rows, without alpha.

    A broken file, or a step that cannot be done on an image, such as a crop that reaches beyond
    it, gives a null and the reason in ``errorCol``; other rows are not concerned.

    Examples
    --------
    >>> stage = ImageTransformer(outputCol="small").resize(256, True).centerCrop(224, 224)
    >>> stage.getStages()[0]
    {'action': 'resize', 'size': 256, 'keepAspectRatio': True}
    >>> small = stage.transform(read_images("photos"))  # doctest: +SKIP
    """

    stages: Param[list[dict[str, Any]]] = param(
        "The steps, each a dict with its name under 'action'; the methods add them.",
        default=unset,
    )
    toTensor: Param[bool] = param("Make a tensor of (channels, height, width).", default=False)
    tensorElementType: Param[Literal["float", "double"]] = param(
        "Type of the tensor's numbers, also as Spark's FloatType() or DoubleType(); unset for "
        "float.",
        default=unset,
    )
    tensorChannelOrder: Param[Literal["RGB", "BGR", "rgb", "bgr"]] = param(
        "Order of the tensor's channels, and of normalizeMean and normalizeStd.", default="RGB"
    )
    normalizeMean: Param[list[float]] = param(
        "What each channel of the tensor is less, after colorScaleFactor; unset for 0.",
        default=unset,
    )
    normalizeStd: Param[list[float]] = param(
        "What each channel of the tensor is divided by, last; unset for 1.", default=unset, above=0
    )
    colorScaleFactor: Param[float] = param(
        "What the tensor's values are multiplied by, first; unset for 1.", default=unset, above=0
    )
    autoConvertToColor: Param[bool] = param("Turn gray images to colour first.", default=False)

    @overload
    def resize(self, height: int, width: int) -> Self: ...
    @overload
    def resize(self, size: int | tuple[int, int], keepAspectRatio: bool = True) -> Self: ...
    @overload
    def resize(self, size: int | tuple[int, int], *, keep_aspect_ratio: bool = True) -> Self: ...
    def resize(self, *sides: Any, **named: Any) -> Self:
        """Add a step that resizes, with bilinear interpolation.

        Either ``resize(height, width)``, or ``resize(size, keepAspectRatio=True)``, by which the
        shorter side becomes ``size`` or, without the proportions, both. As in SynapseML,
        ``keep_aspect_ratio`` and ``resize((width, height))`` are possible too.

        Examples
        --------
        >>> ImageTransformer().resize(224, 320).getStages()
        [{'action': 'resize', 'height': 224, 'width': 320}]
        """
        return self._add("resize", **_sizes_to(sides, named))

    def crop(self, x: int, y: int, height: int, width: int) -> Self:
        """Add a step that cuts out what begins ``x`` from the left and ``y`` from the top.

        It must lie inside the image; a row where it does not gets a null and the reason.
        """
        return self._add("crop", x=x, y=y, height=height, width=width)

    def centerCrop(self, height: int, width: int) -> Self:
        """Add a step that cuts the middle out; a side that is smaller stays as it is."""
        return self._add("centercrop", height=height, width=width)

    def colorFormat(self, format: int | str) -> Self:  # noqa: A002  # SynapseML's name for it
        """Add a conversion of colours: ``"gray"``, ``"COLOR_BGR2HSV"`` or OpenCV's number."""
        return self._add("colorformat", format=format)

    def flip(self, flip_code: int = 1) -> Self:
        """Add a flip: 1 for left and right, 0 for up and down, -1 for both."""
        return self._add("flip", flipCode=flip_code)

    def blur(self, height: float, width: float) -> Self:
        """Add a blur by the mean of a box."""
        return self._add("blur", height=height, width=width)

    def threshold(self, threshold: float, max_val: float, threshold_type: int | str) -> Self:
        """Add a threshold: of type binary, binary_inv, trunc, zero, zero_inv or OpenCV's number."""
        return self._add("threshold", threshold=threshold, maxVal=max_val, type=threshold_type)

    def gaussianKernel(self, aperture_size: int, sigma: float) -> Self:
        """Add a Gaussian blur over ``aperture_size`` pixels, an odd number, each way."""
        return self._add("gaussiankernel", apertureSize=aperture_size, sigma=sigma)

    def normalize(
        self, mean: Sequence[float], std: Sequence[float], color_scale_factor: float
    ) -> Self:
        """Ask for tensors of (value * ``color_scale_factor`` - ``mean``) / ``std``."""
        self._set(toTensor=True, normalizeMean=mean, normalizeStd=std)
        self._set(colorScaleFactor=color_scale_factor)
        return self

    def getStages(self) -> list[dict[str, Any]]:
        """Return the steps; none while ``stages`` is unset."""
        return list(self.getOrDefault("stages")) if self.isDefined("stages") else []

    def scorer(self) -> ImageScorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        return replace(super().scorer(), color=self.getOrDefault("autoConvertToColor"))

    def _add(self, action: str, **values: Any) -> Self:
        plain = {name: v.item() if hasattr(v, "item") else v for name, v in values.items()}
        self._set(stages=[*self.getStages(), {ACTION: action, **plain}])
        return self

    def _set(self, **values: Any) -> Any:
        kind = values.get("tensorElementType")
        if isinstance(kind, DataType):
            values["tensorElementType"] = kind.typeName()
        if values.get("stages") is not None:
            for step in self.getParam("stages").typeConverter(values["stages"]):
                step_of(step)
        return super()._set(**values)

    def _maker(self) -> Steps | Tensors:
        steps = Steps(tuple(self.getStages()))
        given = {name: self.getOrDefault(name) for name in _NORMAL if self.isDefined(name)}
        if not self.getOrDefault("toTensor"):
            if given:
                raise SynapseError(f"{', '.join(given)} of ImageTransformer need toTensor=True")
            return steps
        return Tensors(
            steps,
            self.getOrDefault("tensorChannelOrder").upper(),
            tuple(given["normalizeMean"]) if "normalizeMean" in given else None,
            tuple(given["normalizeStd"]) if "normalizeStd" in given else None,
            given.get("colorScaleFactor", 1.0),
            self._element(),
        )

    def _element(self) -> Literal["float", "double"]:
        given = self.isDefined("tensorElementType")
        return self.getOrDefault("tensorElementType") if given else "float"

    def _type(self) -> DataType:
        if not self.getOrDefault("toTensor"):
            return IMAGE
        element = FloatType() if self._element() == "float" else DoubleType()
        return ArrayType(ArrayType(ArrayType(element)))


def _sizes_to(sides: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a step that resizes, from what the method was called with."""
    plain = {_SPELLINGS.get(name, name): value for name, value in named.items()}
    by_name = "height" in plain or "width" in plain
    by_sides = by_name or (len(sides) == 2 and not isinstance(sides[1], bool))
    names = ("height", "width") if by_sides else ("size", "keepAspectRatio")
    values = dict(zip(names, sides)) | plain
    needed = set(names[: 2 if by_sides else 1])
    if len(values) < len(sides) + len(named) or not needed <= set(values) <= set(names):
        given = [*map(repr, sides), *(f"{name}={value!r}" for name, value in named.items())]
        raise SynapseError(
            f"resize got ({', '.join(given)}). Expected resize(height, width), or "
            "resize(size, keepAspectRatio=True)"
        )
    if isinstance(values.get("size"), tuple):
        return _of_pair(values["size"])
    return values if by_sides else {"size": values["size"], **_RATIO, **values}


def _of_pair(size: tuple[Any, ...]) -> dict[str, Any]:
    if len(size) != 2:
        raise SynapseError(f"size of resize is {size!r}. Expected a number, or (width, height)")
    return {"height": size[1], "width": size[0]}
