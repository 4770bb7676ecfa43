"""Images cut into pieces, and pieces put together to regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from synapse_magic.kernels.superpixels import Superpixels, superpixels

Segmentation = Literal["slic", "grid"]


@dataclass(frozen=True)
class Segments(Superpixels):
    """The pieces of images: superpixels, or the cells of a grid.

    Attributes
    ----------
    kind : {"slic", "grid"}
    """

    kind: Segmentation = "slic"

    def make(self, image: np.ndarray) -> np.ndarray:
        """Return the piece of each pixel, from 0 without a gap."""
        if self.kind == "slic":
            return superpixels(image, self.cell_size, self.modifier)
        height, width = image.shape[:2]
        return grid(height, width, self.cell_size)


def grid(height: int, width: int, cell_size: float) -> np.ndarray:
    """Return for each pixel the number of its cell, row by row; all cells are of about one size.

    Examples
    --------
    >>> grid(2, 5, 2.5).tolist()
    [[0, 0, 0, 1, 1], [0, 0, 0, 1, 1]]
    """
    rows, columns = (min(side, max(1, round(side / cell_size))) for side in (height, width))
    down, across = (np.arange(side) * n // side for side, n in ((height, rows), (width, columns)))
    labels: np.ndarray = (down[:, None] * columns + across).astype(np.int32)
    return labels


def regions(labels: np.ndarray) -> np.ndarray:
    """Return the region of each piece: neighbours, about as many regions as pieces in each.

    All pieces are halved across their longer side, again and again.

    Examples
    --------
    >>> regions(grid(4, 4, 1)).reshape(4, 4).tolist()
    [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
    """
    size = np.bincount(labels.reshape(-1))
    places = np.indices(labels.shape).reshape(2, -1)
    centers = np.stack([np.bincount(labels.reshape(-1), at) / size for at in places], axis=1)
    halves = max(0, round(np.log2(max(len(size), 1)) / 2))
    parts = [np.arange(len(size))]
    for _ in range(halves):
        parts = [half for part in parts for half in _halves(part, centers)]
    found = np.empty(len(size), np.int64)
    for number, part in enumerate(parts):
        found[part] = number
    return found


def _halves(part: np.ndarray, centers: np.ndarray) -> list[np.ndarray]:
    if len(part) < 2:
        return [part]
    axis = int(np.argmax(np.ptp(centers[part], axis=0)))
    ordered = part[np.argsort(centers[part, axis], kind="stable")]
    return [ordered[: len(part) // 2], ordered[len(part) // 2 :]]
