"""Image: what each superpixel adds to a prediction, painted over the image."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.bars import badges
from synapse_magic.views.overlay import enlarged, painted, photo, shrunk, still
from synapse_magic.views.page import figure
from synapse_magic.views.parts import Whole, additive_bar, fitting, strongest
from synapse_magic.views.parts_view import PartsView
from synapse_magic.views.view import new_axes
from synapse_magic.views.words import escape, number, plain, plural, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BUDGET = 220_000
STILL_IMAGES = 3
STILL_SIDE = 200
SIDES = (320, 224, 160, 96)
"""Longest sides of images that are sent, the largest that fits."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Image(Whole):
    """One image with its superpixels.

    Attributes
    ----------
    image : numpy.ndarray
        (height, width) or (height, width, 3 or 4) uint8: gray, or blue, green, red.
    labels : numpy.ndarray
        (height, width) the superpixel of each pixel.
    """

    image: np.ndarray
    labels: np.ndarray

    @property
    def less(self) -> str:
        """What the base is, in words."""
        return "all masked" if self.quality is None else "intercept"

    @property
    def pieces(self) -> list[str]:
        """Names of the superpixels."""
        return [f"superpixel {i}" for i in range(len(self.values))]

    def rows(self, output: int) -> list[tuple[Any, ...]]:
        """Return the superpixel, its size, its value and the standard error of that."""
        pixels = np.bincount(self.labels.reshape(-1), minlength=len(self.values)).tolist()
        values, errors = self.values[:, output].tolist(), self.errors(output)
        chosen = [(str(i), pixels[i], values[i], errors[i]) for i in self.order(output).tolist()]
        return [
            ("(base)", None, float(self.base[output]), None),
            *chosen,
            ("(prediction)", None, float(self.prediction[output]), None),
        ]

    def painted(self, output: int, top: float, side: int) -> np.ndarray:
        """Return the image with the values of an output, (height, width, 3)."""
        colours, labels = shrunk(self.image, self.labels, side)
        size = max(labels.shape)
        if size < side // 2:
            colours, labels = enlarged(colours, side), enlarged(labels, side)
        return painted(colours, labels, self.values[:, output], top)

    def still(self, output: int, top: float) -> str:
        """Return the painted image as an element that needs no script."""
        pixels = self.painted(output, top, STILL_SIDE)
        height, width = pixels.shape[:2]
        size = f'width="{width}" height="{height}"'
        drawn = (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height}">'
            f'<image {size} href="{still(pixels)}"/></svg>'
        )
        source = base64.b64encode(drawn.encode()).decode("ascii")
        strongest_ = self.order(output)[:3]
        named = ", ".join(
            f"superpixel {i} {signed(float(self.values[i, output]))}" for i in strongest_
        )
        return (
            f'<img class="syn-photo" {size} style="max-width:100%;height:auto" '
            f'alt="{escape(f"{self.title}: {named}")}" '
            f'src="data:image/svg+xml;base64,{source}">'
        )

    def thumbnail(self, side: int) -> dict[str, Any]:
        """Return its data for the interactive view."""
        colours, labels = shrunk(self.image, self.labels, side)
        return {**self.entry(), "photo": photo(colours), "labels": pack.smallest(labels)}


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ImageView(PartsView):
    """Explained images.

    Attributes
    ----------
    images : tuple of Image
    """

    images: tuple[Image, ...]

    def sentence(self) -> str:
        """Return the view in one sentence."""
        told = plural(len(self.images), "image") + f" explained ({self.method})"
        one = self.images[0]
        if not len(one.values):
            return told
        most = one.order(self.first)[0]
        value = signed(float(one.values[most, self.first]))
        return f"{told}; {one.title}: most by superpixel {most} ({value})"

    def note(self) -> str:
        """Return how the picture is read."""
        return (
            f"Orange raises the {self.scale}; blue with stripes lowers it. The stronger, the "
            "deeper."
        )

    def picture(self) -> str:
        """Return the first images, painted."""
        top = strongest(self.images, len(self.outputs))[self.first]
        shown = self.images[:STILL_IMAGES]
        panels = "".join(self._panel(image, top) for image in shown)
        note = self.note()
        if len(shown) < len(self.images):
            note += f" The first {len(shown)} of {plural(len(self.images), 'image')}."
        return badges(self.facts) + figure("", note, f'<div class="syn-beside">{panels}</div>')

    def _panel(self, image: Image, top: float) -> str:
        bar = additive_bar(image, image.pieces, self.first, self.scale, 360)
        head = image.head(self.first, self.outputs[self.first])
        return f"<div>{head}{image.still(self.first, top)}{bar.image()}</div>"

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row a superpixel and output, the strongest first, between its ends."""
        rows = [
            (image.title, output, *row)
            for image in self.images
            for o, output in enumerate(self.outputs)
            for row in image.rows(o)
        ]
        return ["image", "output", "superpixel", "pixels", "value", "standard error"], rows

    def axes(self, ax: Axes | None = None, *, image: int = 0, output: int = 0) -> Axes:
        """Draw one image with matplotlib."""
        one = self.images[image]
        top = strongest(self.images, len(self.outputs))[output]
        ax = new_axes(ax, 5, 5)
        ax.imshow(one.painted(output, top, 480))
        ax.set_axis_off()
        about = f"{one.title}, {self.outputs[output]} {number(float(one.prediction[output]))}"
        ax.set_title(plain(f"{about} ({self.method})"))
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data; smaller and fewer images where they do not fit."""
        return {
            "kind": "image",
            "images": self._thumbnails(),
            **self.shared_payload(self.images),
        }

    def _thumbnails(self) -> list[dict[str, Any]]:
        """Return all images in the largest size in which they fit, or as many small ones."""
        made: list[dict[str, Any]] = []
        for side in SIDES:
            made = fitting((image.thumbnail(side) for image in self.images), BUDGET)
            if len(made) == len(self.images):
                break
        return made
