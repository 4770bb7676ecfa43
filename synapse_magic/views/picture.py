"""Small pictures as values of a table."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from synapse_magic.views.png import data_url
from synapse_magic.views.words import escape

LEAST_SIDE = 48
"""Longest side in pixels up to which tiny images are drawn larger, by whole steps."""


@dataclass(frozen=True)
class Picture:
    """An image for a cell of a table.

    Attributes
    ----------
    pixels : numpy.ndarray
        (height, width, channels) uint8 in Spark's order: gray, or blue, green, red, and alpha.
    name : str
        What it is, for readers of text and of screens.
    words : str
        A line to stand below it.
    """

    pixels: np.ndarray = field(repr=False, compare=False)
    name: str
    words: str = ""

    def html(self) -> str:
        """Return the picture with the line below it."""
        height, width = self.pixels.shape[:2]
        step = max(1, LEAST_SIDE // max(height, width))
        look = "syn-picture syn-pixels" if step > 1 else "syn-picture"
        image = (
            f'<img class="{look}" src="{data_url(_rgba(self.pixels))}" width="{width * step}" '
            f'height="{height * step}" alt="{escape(self.name)}" title="{escape(self.name)}">'
        )
        if not self.words:
            return image
        below = f'<span class="syn-dim">{escape(self.words)}</span>'
        return f'<span class="syn-captioned">{image}{below}</span>'

    def __str__(self) -> str:
        return f"{self.name} ({self.words})" if self.words else self.name


@dataclass(frozen=True)
class Strip:
    """Several pictures in one cell of a table, in their order."""

    pictures: tuple[Picture, ...]

    def html(self) -> str:
        """Return the pictures beside one another."""
        return f'<span class="syn-pictures">{"".join(p.html() for p in self.pictures)}</span>'

    def __str__(self) -> str:
        return ", ".join(map(str, self.pictures))


def _rgba(pixels: np.ndarray) -> np.ndarray:
    channels = pixels.shape[2]
    order = [0, 0, 0] if channels == 1 else [2, 1, 0]
    alpha = pixels[:, :, 3:] if channels == 4 else np.full((*pixels.shape[:2], 1), 255, np.uint8)
    return np.concatenate([pixels[:, :, order], alpha], axis=2)
