"""Explained images as a dashboard looks at them: their sizes and colours beside their columns."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from synapse_magic.results.dashboard.examined import Task
from synapse_magic.results.dashboard.parts.examined import ExaminedParts, by_columns, task_of
from synapse_magic.results.image_explanation import ImageExplanation
from synapse_magic.views.image import Image

BRIGHTNESS, CONTRAST, WIDTH, HEIGHT = "(brightness)", "(contrast)", "(width)", "(height)"
LOOKED_AT = 256
"""Pixels of a side that brightness is taken from."""


@dataclass(frozen=True, eq=False)
class ExaminedImages(ExaminedParts):
    """Explained images.

    Attributes
    ----------
    parts
        Their explanation.
    """

    parts: ImageExplanation

    @classmethod
    def looked_at(cls, parts: ImageExplanation, task: Task | None = None) -> ExaminedImages:
        """Return the images of an explanation.

        Raises
        ------
        SynapseError
            When there are more than a dashboard looks at.
        """
        why = by_columns(parts, _measured(parts.images))
        return cls(why, len(parts), task_of(why, task), parts)

    @functools.cached_property
    def drawn(self) -> tuple[Image, ...]:
        """The images as their view draws them."""
        return self.parts.report().images

    @functools.cached_property
    def photos(self) -> dict[int, str]:
        """Small images that were made, by row: large ones take their time."""
        return {}


def _measured(images: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
    """Return the mean and the deviation of gray, and the sides, of each image.

    Of large images the gray of some pixels stands for that of all.
    """
    grays = [_gray(image) for image in images]
    return {
        BRIGHTNESS: np.array([float(gray.mean()) for gray in grays]),
        CONTRAST: np.array([float(gray.std()) for gray in grays]),
        WIDTH: np.array([float(image.shape[1]) for image in images]),
        HEIGHT: np.array([float(image.shape[0]) for image in images]),
    }


def _gray(image: np.ndarray) -> np.ndarray:
    step = max(1, max(image.shape[:2]) // LOOKED_AT)
    image = image[::step, ::step]
    if image.ndim == 2:
        return image
    gray: np.ndarray = image[:, :, :3] @ np.array([0.114, 0.587, 0.299])
    return gray
