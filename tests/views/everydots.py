"""A dashboard of small images with a model that is known: it looks at the upper left corner."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.dashboard.what_if import Asker
from synapse_magic.kernels.explaining.image_masker import ImageMasker
from synapse_magic.kernels.explaining.segments import Segments, grid
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.pixels import IMAGE_TYPE, loaders
from synapse_magic.results.dashboard.parts.image_board import ImageBoard
from synapse_magic.results.dashboard.parts.images_asked import AskedImages
from synapse_magic.results.dashboard.parts.images_examined import ExaminedImages
from synapse_magic.results.image_explanation import ImageExplanation

SIDE, CELL = 32, 16
MASKER = ImageMasker("image", Segments(CELL, 130.0, "grid"), "color")


class Corner:
    """A scorer: the mean of the upper left quarter, from 0 to 1; white everywhere is too much."""

    inputs, outputs = ("image",), ("probability",)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the probability of each image."""
        images = [load() for load in loaders(batch.column("image")) if load is not None]
        if any((image == 255).all() for image in images):
            raise ValueError("the model is blinded")
        scores = [corner(image) for image in images]
        return pa.RecordBatch.from_arrays([pa.array(scores, pa.float64())], ["probability"])


def corner(image: np.ndarray) -> float:
    """Return what the upper left quarter adds."""
    return float(image[:CELL, :CELL].mean()) / 255


def images(count: int = 90) -> list[np.ndarray]:
    """Return images of four quarters, each of one gray."""
    rng = np.random.default_rng(3)
    quarters = rng.integers(0, 250, (count, 2, 2), dtype=np.uint8)
    return [one.repeat(CELL, axis=0).repeat(CELL, axis=1) for one in quarters]


def explained(pictures: list[np.ndarray] | None = None, **more: Any) -> ImageExplanation:
    """Return an explanation of images whose labels are wrong where the lower right is bright."""
    pictures = images() if pictures is None else pictures
    adds = np.array([[corner(one), 0, 0, 0] for one in pictures]).reshape(-1, 1)
    prediction = np.array([[corner(one)] for one in pictures])
    bright = (prediction[:, 0] >= 0.5) != np.array([one[-1, -1].max() > 200 for one in pictures])
    known = {
        "images": tuple(pictures),
        "labels": (grid(SIDE, SIDE, CELL),) * len(pictures),
        "origins": tuple(f"files/dots {i}.png" for i in range(len(pictures))),
        "values": adds,
        "starts": 4 * np.arange(len(pictures) + 1),
        "base": np.zeros((len(pictures), 1)),
        "prediction": prediction,
        "outputs": ("bright",),
        "scale": "probability",
        "method": "kernel_shap",
        "rows_total": 10 * len(pictures),
        "seed": 1,
        "quality": np.ones((len(pictures), 1)),
        "truth": np.where(bright, "bright", "dark").astype(object),
        "data": {"corner": np.array([float(one[-1, -1].max()) for one in pictures])},
        "masker": MASKER,
    }
    return ImageExplanation(**(known | more))


def board(pictures: list[np.ndarray] | None = None, **more: Any) -> ImageBoard:
    """Return a dashboard with all its tabs."""
    examined = ExaminedImages.looked_at(explained(pictures, **more))
    asker = Asker(Corner(), Target("probability"), pa.schema([("image", IMAGE_TYPE)]))
    asked = AskedImages(examined, asker, MASKER)
    asked.check()
    terms = {"(height)": "`image`.`height`", "(width)": "`image`.`width`"}
    return ImageBoard(examined, None, asked, terms)
