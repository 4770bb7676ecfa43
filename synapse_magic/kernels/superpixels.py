"""Superpixels: an image cut into pieces of about one size and colour, by SLIC.

Achanta et al., "SLIC Superpixels Compared to State-of-the-art Superpixel Methods" (2012), as
scikit-image has it; nothing in it is random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.image_scorer import with_channels
from synapse_magic.kernels.pixels import channels_of

CLUSTERS_TYPE = pa.struct(
    [("clusters", pa.list_(pa.list_(pa.struct([("x", pa.int32()), ("y", pa.int32())]))))]
)


def superpixels(image: np.ndarray, cell_size: float = 16.0, modifier: float = 130.0) -> np.ndarray:
    """Return for each pixel the number of its superpixel, from 0 without a gap.

    Parameters
    ----------
    image : numpy.ndarray
        Of shape (height, width) or (height, width, 3 or 4) and 8 bits a value, from one pixel up.
    cell_size : float
        The side of a superpixel, about, in pixels.
    modifier : float
        How much nearness counts against likeness of colour: a distance of ``cell_size`` pixels is
        as much as this difference in colour. The larger, the more the pieces are squares.

    Examples
    --------
    >>> halves = np.repeat(np.array([[0, 255]], np.uint8), 4, axis=1)
    >>> superpixels(halves, cell_size=2, modifier=10).tolist()
    [[0, 0, 0, 0, 1, 1, 1, 1]]
    """
    slic = _slic()
    image = with_channels(image, 3) if channels_of(image) == 4 else image
    height, width = image.shape[:2]
    range_ = float(np.ptp(image)) or 255.0
    labels = slic(
        image,
        n_segments=max(1, round(height * width / cell_size**2)),
        compactness=modifier / range_,  # SLIC stretches the values of an image to 0..1
        channel_axis=None if image.ndim == 2 else -1,
        convert2lab=False,
        start_label=0,
    )
    numbered: np.ndarray = np.unique(labels, return_inverse=True)[1].reshape(height, width)
    return numbered.astype(np.int32)


@dataclass(frozen=True)
class Superpixels:
    """The superpixels of images, each a list of its pixels."""

    cell_size: float
    modifier: float

    def make(self, image: np.ndarray) -> np.ndarray:
        """Return the superpixel of each pixel."""
        return superpixels(image, self.cell_size, self.modifier)

    def column(
        self,
        made: Sequence[np.ndarray | None],
        names: Sequence[str],  # noqa: ARG002
    ) -> pa.Array:
        """Return a struct of clusters, each a list of places (x, y)."""
        labels = [each for each in made if each is not None]
        places = [
            np.unravel_index(np.argsort(each, axis=None, kind="stable"), each.shape)
            for each in labels
        ]
        xs, ys = (_joined([place[axis] for place in places]) for axis in (1, 0))
        sizes = [_NONE if each is None else np.bincount(each.reshape(-1)) for each in made]
        pixels = pa.StructArray.from_arrays([pa.array(xs), pa.array(ys)], ["x", "y"])
        clusters = pa.ListArray.from_arrays(_offsets(_joined(sizes)), pixels)
        lists = pa.ListArray.from_arrays(_offsets(np.array([len(s) for s in sizes])), clusters)
        missing = pa.array([each is None for each in made], pa.bool_())
        return pa.StructArray.from_arrays([lists], ["clusters"], mask=missing).cast(CLUSTERS_TYPE)


def _slic() -> Any:
    try:
        from skimage.segmentation import slic
    except ImportError as error:
        raise SynapseError(
            "Superpixels need scikit-image. Try: pip install 'synapse-magic[images]'"
        ) from error
    return slic


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([_NONE, *parts]).astype(np.int32)


def _offsets(lengths: np.ndarray) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())


_NONE = np.empty(0, np.int64)
