"""The steps of image processing: from what is saved of them to functions on pixels.

A step is a dict of JSON values with its name under ``action``, as SynapseML saves it. Pixels are
arrays of 8 bits a value in OpenCV's order of channels.
"""

from __future__ import annotations

import functools
import inspect
import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.image_error import ImageError
from synapse_magic.kernels.image_header import MOST_PIXELS, check_pixels
from synapse_magic.kernels.opencv import opencv

Step = Callable[[np.ndarray], np.ndarray]

ACTION = "action"
_THRESHOLDS = {"binary": 0, "binary_inv": 1, "trunc": 2, "zero": 3, "zero_inv": 4}
_THRESHOLD_FLAGS = {8: "otsu", 16: "triangle"}


def step_of(described: Mapping[str, Any]) -> Step:
    """Return the function of one step.

    Raises
    ------
    SynapseError
        When there is no such step, or its values are not right.
    """
    named = dict(described)
    if ACTION not in named:
        raise SynapseError(
            f"A step lacks its name under {ACTION!r}: {named}. Steps: {', '.join(_ACTIONS)}"
        )
    given = str(named.pop(ACTION))
    known = {name.lower(): name for name in _ACTIONS}
    if given.lower() not in known:
        said = f"There is no image step {given!r}. {closest(given, _ACTIONS)}".rstrip()
        raise SynapseError(f"{said} Steps: {', '.join(_ACTIONS)}")
    action = known[given.lower()]
    make = _ACTIONS[action]
    try:
        inspect.signature(make).bind(**named)
    except TypeError as error:
        expected = ", ".join(inspect.signature(make).parameters)
        raise SynapseError(
            f"The step {action!r} is not right: {error}. It has {expected}"
        ) from None
    return make(**named)


def run_steps(image: np.ndarray, steps: Sequence[tuple[str, Step]]) -> np.ndarray:
    """Return the image after all named steps.

    Raises
    ------
    ImageError
        When a step cannot be done on this image, with the step's name.
    """
    cv2 = opencv()
    for name, step in steps:
        try:
            image = step(image)
        except ImageError as error:
            raise ImageError(f"{name}: {error}") from error
        except cv2.error as error:
            said = str(error.err or error).strip().replace("\n", " ")
            raise ImageError(f"{name}: OpenCV says {said}") from error
    return image


def colour_code(given: Any) -> int:
    """Return the number of a colour conversion of OpenCV, from its number or name.

    ``COLOR_BGR2GRAY``, ``BGR2GRAY`` and ``gray`` are the same.

    Raises
    ------
    SynapseError
        When there is none, with the nearest name.
    """
    codes = _colour_codes()
    if isinstance(given, str):
        name = given.upper().removeprefix("COLOR_")
        found = codes.get(name, codes.get(f"BGR2{name}"))
        if found is not None:
            return found
        hint = closest(name, codes) or closest(f"BGR2{name}", codes)
        raise SynapseError(
            f"colorFormat knows no {given!r}. {hint} Expected a colour conversion of OpenCV, such "
            "as 'gray', 'COLOR_BGR2HSV' or cv2.COLOR_BGR2RGB".replace("  ", " ")
        )
    code = _whole(given, "format of colorFormat", None)
    if code not in codes.values():
        raise SynapseError(
            f"colorFormat knows no {code}. Expected a colour conversion of OpenCV, such as "
            "cv2.COLOR_BGR2GRAY or 'gray'"
        )
    return code


def _resize(
    height: Any = None, width: Any = None, size: Any = None, keepAspectRatio: Any = False
) -> Step:
    if size is not None:
        side = _whole(size, "size of resize", 1)
        if keepAspectRatio:
            return functools.partial(_resize_shorter, side)
        height = width = side
    tall, wide = _whole(height, "height of resize", 1), _whole(width, "width of resize", 1)
    _check_size(wide, tall)
    return functools.partial(_resize_to, tall, wide)


def _resize_to(height: int, width: int, image: np.ndarray) -> np.ndarray:
    if image.shape[:2] == (height, width):
        return image
    resized: np.ndarray = opencv().resize(image, (width, height))
    return resized


def _resize_shorter(size: int, image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    ratio = size / min(height, width)
    tall, wide = int(height * ratio + 0.5), int(width * ratio + 0.5)
    check_pixels(wide, tall)
    return _resize_to(tall, wide, image)


def _check_size(width: int, height: int) -> None:
    try:
        check_pixels(width, height)
    except ImageError as error:
        raise SynapseError(f"resize: {error}") from error


def _crop(x: Any, y: Any, height: Any, width: Any) -> Step:
    left, top = _whole(x, "x of crop", 0), _whole(y, "y of crop", 0)
    tall, wide = _whole(height, "height of crop", 1), _whole(width, "width of crop", 1)
    return functools.partial(_crop_at, left, top, tall, wide)


def _crop_at(x: int, y: int, height: int, width: int, image: np.ndarray) -> np.ndarray:
    tall, wide = image.shape[:2]
    if y + height > tall or x + width > wide:
        raise ImageError(
            f"x {x} to {x + width} and y {y} to {y + height} reach beyond the image, which is "
            f"{wide} wide and {tall} high"
        )
    return image[y : y + height, x : x + width]


def _center_crop(height: Any, width: Any) -> Step:
    tall = _whole(height, "height of centerCrop", 1)
    return functools.partial(_crop_center, tall, _whole(width, "width of centerCrop", 1))


def _crop_center(height: int, width: int, image: np.ndarray) -> np.ndarray:
    """Cut the middle out, of a side that is smaller all."""
    tall, wide = image.shape[:2]
    height, width = min(height, tall), min(width, wide)
    top, left = tall // 2 - height // 2, wide // 2 - width // 2
    return image[top : top + height, left : left + width]


def _color_format(format: Any) -> Step:  # noqa: A002  # the name under which it is saved
    code = colour_code(format)
    return lambda image: opencv().cvtColor(image, code)


def _flip(flipCode: Any) -> Step:
    code = _whole(flipCode, "flipCode of flip", None)
    return lambda image: opencv().flip(image, code)


def _blur(height: Any, width: Any) -> Step:
    tall, wide = _whole(height, "height of blur", 1), _whole(width, "width of blur", 1)
    return lambda image: opencv().blur(image, (wide, tall))


def _threshold(threshold: Any, maxVal: Any, type: Any) -> Step:  # noqa: A002
    limit, top = _real(threshold, "threshold of threshold"), _real(maxVal, "maxVal of threshold")
    code = _threshold_code(type)
    return lambda image: opencv().threshold(image, limit, top, code)[1]


def _threshold_code(given: Any) -> int:
    if isinstance(given, str):
        name = given.lower().removeprefix("thresh_").replace("tozero", "zero")
        if name not in _THRESHOLDS:
            hint = closest(name, _THRESHOLDS)
            expected = ", ".join(_THRESHOLDS)
            raise SynapseError(f"threshold knows no type {given!r}. {hint} Expected {expected}")
        return _THRESHOLDS[name]
    code = _whole(given, "type of threshold", 0)
    if code & 7 not in _THRESHOLDS.values() or code & ~7 not in (0, *_THRESHOLD_FLAGS):
        raise SynapseError(f"threshold knows no type {code}. Expected {', '.join(_THRESHOLDS)}")
    return code


def _gaussian(apertureSize: Any, sigma: Any) -> Step:
    size = _whole(apertureSize, "apertureSize of gaussianKernel", 1)
    if size % 2 == 0:
        raise SynapseError(
            f"apertureSize of gaussianKernel must be odd, got {size}. Try: {size + 1}"
        )
    spread = _real(sigma, "sigma of gaussianKernel")
    return lambda image: opencv().GaussianBlur(image, (size, size), spread)


def _whole(value: Any, what: str, low: int | None) -> int:
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if (
        number
        and math.isfinite(value)
        and value == int(value)
        and (low is None or low <= value <= MOST_PIXELS)
    ):
        return int(value)
    least = "" if low is None else f" of at least {low}"
    raise SynapseError(f"{what} must be an integer{least}, got {value!r}")


def _real(value: Any, what: str) -> float:
    if isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise SynapseError(f"{what} must be a number, got {value!r}")


@functools.cache
def _colour_codes() -> dict[str, int]:
    """Return OpenCV's colour conversions without those of cameras' raw sensors."""
    cv2 = opencv()
    names = (name for name in dir(cv2) if name.startswith("COLOR_") and "BAYER" not in name.upper())
    return {name.removeprefix("COLOR_").upper(): getattr(cv2, name) for name in names}


_ACTIONS: dict[str, Callable[..., Step]] = {
    "resize": _resize,
    "crop": _crop,
    "centerCrop": _center_crop,
    "colorFormat": _color_format,
    "flip": _flip,
    "blur": _blur,
    "threshold": _threshold,
    "gaussianKernel": _gaussian,
}
"""What makes a step, by the name of its method; it is saved in lower case."""
