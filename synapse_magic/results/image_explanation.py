"""Why predictions of images are what they are: what each superpixel adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from synapse_magic.results.parts import PartsExplanation
from synapse_magic.views.image import Image, ImageView
from synapse_magic.views.words import plural


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class ImageExplanation(PartsExplanation):
    """What each superpixel of some images adds to their predictions.

    Attributes
    ----------
    images
        The pixels of each image, (height, width) or (height, width, 3 or 4) uint8: gray, or blue,
        green, red and alpha.
    labels
        For each image the superpixel of each pixel, (height, width).
    origins
        Where each image came from; empty where that is not known.

    Examples
    --------
    >>> found = ImageExplanation(
    ...     images=(np.array([[0, 255]], np.uint8),), labels=(np.array([[0, 1]]),), origins=("",),
    ...     starts=np.array([0, 2]), values=np.array([[0.0], [0.4]]), base=np.array([[0.5]]),
    ...     prediction=np.array([[0.9]]), quality=np.ones((1, 1)), outputs=("bright",),
    ...     scale="probability", method="kernel_shap", rows_total=1, seed=42)
    >>> found
    <ImageExplanation (SHAP) of 1 image with 2 superpixels>
    """

    images: tuple[np.ndarray, ...]
    labels: tuple[np.ndarray, ...]
    origins: tuple[str, ...]

    def image(self, i: int = 0) -> ImageView:
        """Return what the superpixels of image ``i`` add.

        Raises
        ------
        SynapseError
            If there is no such image.
        """
        return ImageView(images=(self._image(self._at(i)),), **self._shown(whole=False))

    def toSHAP(self, output: str | int | None = None) -> Any:
        """Return a ``shap.Explanation``, on which ``shap.plots.image`` works.

        Each pixel has an equal share of what its superpixel adds, (rows, height, width, 3).

        Parameters
        ----------
        output
            The class to take, by name or position. By default all of them, on a last axis, where
            there are several.

        Raises
        ------
        SynapseError
            If the shap package is not there, images differ in size, or there is no such output.

        Examples
        --------
        >>> shap.plots.image(found.toSHAP("cat"))  # doctest: +SKIP
        """
        from synapse_magic.results.shap_package import images_to_shap

        return images_to_shap(self, output)

    def report(self) -> ImageView:
        """Return all images as one view."""
        every = tuple(map(self._image, range(len(self))))
        return ImageView(images=every, **self._shown(whole=True))

    def _image(self, i: int) -> Image:
        name = self.origins[i].replace("\\", "/").rpartition("/")[2]
        title = f"Image {i}, {name}" if name else f"Image {i}"
        pixels = {"image": self.images[i], "labels": self.labels[i]}
        return Image(title=title, **pixels, **self._whole(i))

    def __repr__(self) -> str:
        told = f"({self._shown_method()}) of {plural(len(self), 'image')}"
        return f"<ImageExplanation {told} with {plural(len(self.values), 'superpixel')}>"
