"""Values of superpixels painted over an image, and images in few bytes."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from synapse_magic.views import png
from synapse_magic.views.palette import HIGH, LOW

OPACITY = 0.75
"""Of the paint where a value is as strong as any."""
HATCH = 6
"""Distance in pixels of the lines that tell what lowers a prediction."""
_FADED = 0.55
"""How much of an image's own colour is taken out below the paint."""


def shrunk(image: np.ndarray, labels: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an image as red, green, blue with its labels, and no side longer than ``side``.

    Parameters
    ----------
    image
        (height, width) or (height, width, 3 or 4) uint8 in Spark's order.
    labels
        (height, width) the superpixel of each pixel.
    side
        Longest side wanted.
    """
    colours = _rgb(image)
    step = max(1.0, max(labels.shape) / side)
    sizes = [max(1, round(length / step)) for length in labels.shape]
    rows, columns = (np.arange(n) * length // n for n, length in zip(sizes, labels.shape))
    if step > 1:
        sums = np.add.reduceat(colours.astype(np.float32), rows, axis=0)
        sums = np.add.reduceat(sums, columns, axis=1)
        counts = np.outer(np.diff([*rows, labels.shape[0]]), np.diff([*columns, labels.shape[1]]))
        colours = np.rint(sums / counts[:, :, None]).astype(np.uint8)
    return colours, labels[np.ix_(rows, columns)]


def enlarged(pixels: np.ndarray, side: int) -> np.ndarray:
    """Return tiny pixels larger, by whole steps, up to about ``side``."""
    step = max(1, side // max(pixels.shape[:2]))
    return pixels.repeat(step, axis=0).repeat(step, axis=1)


def painted(colours: np.ndarray, labels: np.ndarray, values: np.ndarray, top: float) -> np.ndarray:
    """Return an image with the values of its superpixels: orange raises, blue hatching lowers.

    Parameters
    ----------
    colours
        (height, width, 3) uint8.
    labels
        (height, width)
    values
        (superpixels,)
    top
        The value of full colour.
    """
    gray = colours.astype(np.float64) @ (0.299, 0.587, 0.114)
    ground = colours * (1 - _FADED) + gray[:, :, None] * _FADED
    each = np.clip(values / top, -1.0, 1.0)[labels]
    down, across = np.indices(labels.shape)
    gaps = (each < 0) & ((down + across) % HATCH >= HATCH // 2)
    alpha = (OPACITY * np.abs(each) * np.where(gaps, 0.45, 1.0))[:, :, None]
    paint = np.where((each > 0)[:, :, None], HIGH, LOW)
    mixed: np.ndarray = np.rint(ground * (1 - alpha) + paint * alpha).astype(np.uint8)
    return mixed


def still(colours: np.ndarray) -> str:
    """Return a picture of red, green and blue as the address of a PNG of at most 256 colours."""
    from PIL import Image

    made = Image.fromarray(colours).quantize(256, dither=Image.Dither.NONE)
    palette = np.array(made.getpalette(), np.uint8).reshape(-1, 3)
    return png.address(png.encode_indexed(np.asarray(made), palette))


def photo(colours: np.ndarray) -> str:
    """Return a picture of red, green and blue as the address of a JPEG, a small one of a PNG."""
    from PIL import Image

    if max(colours.shape) <= 64:
        alpha = np.full((*colours.shape[:2], 1), 255, np.uint8)
        return png.data_url(np.concatenate([colours, alpha], axis=2))
    buffer = io.BytesIO()
    Image.fromarray(colours).save(buffer, "JPEG", quality=82, optimize=True)
    return png.address(buffer.getvalue(), "jpeg")


def _rgb(image: np.ndarray) -> np.ndarray:
    if image.ndim == 2 or image.shape[2] == 1:
        flat: Any = image.reshape(*image.shape[:2], 1)
        return np.repeat(flat, 3, axis=2)
    return np.ascontiguousarray(image[:, :, 2::-1])
