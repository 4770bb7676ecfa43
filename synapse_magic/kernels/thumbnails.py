"""Images made small enough to stand in a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

LONGEST_SIDE = 72
"""In pixels: what a row of a table has room for."""


def small(pixels: np.ndarray) -> np.ndarray:
    """Return an image, (height, width, channels) uint8, with sides of at most ``LONGEST_SIDE``.

    Every new pixel is the mean of those it covers, so that fine patterns do not flicker.

    Examples
    --------
    >>> small(np.zeros((100, 400, 3), np.uint8)).shape
    (18, 72, 3)
    """
    height, width = pixels.shape[:2]
    share = LONGEST_SIDE / max(height, width, 1)
    if share >= 1:
        return pixels
    sizes = [max(1, round(side * share)) for side in (height, width)]
    rows, columns = (np.arange(n) * side // n for n, side in zip(sizes, (height, width)))
    sums = np.add.reduceat(pixels.astype(np.float32), rows, axis=0)
    sums = np.add.reduceat(sums, columns, axis=1)
    counts = np.outer(np.diff([*rows, height]), np.diff([*columns, width]))
    return np.rint(sums / counts[:, :, None]).astype(np.uint8)


@dataclass(frozen=True)
class SmallImages:
    """Scorer that replaces columns of Spark images by the same images made small.

    Attributes
    ----------
    inputs : tuple of str
        The columns; ``outputs`` has the same names.
    """

    inputs: tuple[str, ...]

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it replaces."""
        return self.inputs

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the small images."""
        columns = [_shrunk(column) for column in batch.columns]
        return pa.RecordBatch.from_arrays(columns, list(self.inputs))


def _shrunk(column: pa.StructArray) -> pa.Array:
    made = [None if image is None else _shrink(image) for image in column.to_pylist()]
    return pa.array(made, column.type)


def _shrink(image: dict[str, object]) -> dict[str, object]:
    pixels = pixels_of(image["height"], image["width"], image["nChannels"], image["data"])
    if pixels is None:
        return image
    made = small(pixels)
    height, width = made.shape[:2]
    return {**image, "height": height, "width": width, "data": made.tobytes()}


def pixels_of(height: object, width: object, channels: object, data: object) -> np.ndarray | None:
    """Return the pixels of a Spark image; None where its bytes are not one for each value."""
    if not (isinstance(height, int) and isinstance(width, int) and isinstance(channels, int)):
        return None
    if not isinstance(data, (bytes, bytearray)) or len(data) != height * width * channels:
        return None
    if channels not in (1, 3, 4) or not data:
        return None
    return np.frombuffer(data, np.uint8).reshape(height, width, channels)


def is_image(names: Iterable[str]) -> bool:
    """Say whether a struct of these fields is a Spark image."""
    return {"height", "width", "nChannels", "data"} <= set(names)
