"""More images out of one: itself and how it looks in a mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.pixels import image_column


@dataclass(frozen=True)
class Flips:
    """An image and its flips, as a list of images.

    Attributes
    ----------
    left_right, up_down : bool
        Which flips there are.
    """

    left_right: bool
    up_down: bool

    def make(self, image: np.ndarray) -> np.ndarray:
        """Return the images one after the other, along a new first axis."""
        flips = [image]
        if self.left_right:
            flips.append(image[:, ::-1])
        if self.up_down:
            flips.append(image[::-1])
        return np.stack(flips)

    def column(self, made: Sequence[np.ndarray | None], names: Sequence[str]) -> pa.Array:
        """Return lists of images; where there is none, a list of one null, to keep the row."""
        images: list[np.ndarray | None] = []
        lengths = []
        for each in made:
            images.extend([None] if each is None else each)
            lengths.append(1 if each is None else len(each))
        repeated = [name for name, length in zip(names, lengths) for _ in range(length)]
        offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
        return pa.ListArray.from_arrays(offsets, image_column(images, repeated))
