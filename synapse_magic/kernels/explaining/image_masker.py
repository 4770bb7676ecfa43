"""Superpixels taken out of an image: painted over, in their own mean colour, or blurred."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.segments import Segments, regions
from synapse_magic.kernels.explaining.vector_masker import with_column
from synapse_magic.kernels.image_error import ImageError
from synapse_magic.kernels.opencv import opencv
from synapse_magic.kernels.pixels import channels_of, image_column, loaders, origins

Mask = Literal["color", "mean", "blur"]
_BLUR = 0.5
"""Deviation of the blur in sides of a superpixel: what is inside it can no longer be told."""


@dataclass(frozen=True)
class ImageMasker:
    """Opens images to have superpixels taken away.

    Attributes
    ----------
    column : str
        Spark's image structs, or the bytes of files; masked images are of the same kind, those of
        files as PNG, with 8 bits a value.
    segments : Segments
        Cuts an image into pieces.
    mask : {"color", "mean", "blur"}
        What stands for a piece that is taken away. The alpha of a pixel stays.
    color : tuple of int
        Red, green and blue of ``mask="color"``.
    """

    column: str
    segments: Segments
    mask: Mask = "color"
    color: tuple[int, int, int] = (0, 0, 0)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The column of images."""
        return (self.column,)

    def open(self, batch: pa.RecordBatch, row: int) -> ImageCase:
        """Return one image.

        Raises
        ------
        SynapseError
            When it is null or broken.
        """
        own = batch.slice(row, 1)
        load = next(loaders(own.column(self.column)))
        if load is None:
            raise ImageError(f"The image in column {self.column!r} is null. Expected an image")
        image = load()
        labels = self.segments.make(image)
        hidden = _hidden(image, labels, self)
        return ImageCase(image, labels, hidden, self.column, own)


@dataclass(frozen=True, eq=False)
class ImageCase:
    """One image whose superpixels can be kept or taken away.

    Attributes
    ----------
    image : numpy.ndarray
        (height, width) or (height, width, channels) uint8.
    labels : numpy.ndarray
        (height, width) the superpixel of each pixel.
    hidden : numpy.ndarray
        The image with all superpixels taken away.
    """

    image: np.ndarray
    labels: np.ndarray
    hidden: np.ndarray
    column: str
    own: pa.RecordBatch

    @property
    def names(self) -> tuple[str, ...]:
        """The numbers of the superpixels."""
        return tuple(map(str, range(self.features)))

    @property
    def features(self) -> int:
        """How many superpixels there are."""
        return int(self.labels.max()) + 1

    @property
    def places(self) -> np.ndarray:
        """Those that look otherwise when they are taken away."""
        differs = (self.image != self.hidden).reshape(*self.labels.shape, -1).any(2)
        return np.flatnonzero(np.bincount(self.labels[differs], minlength=self.features))

    @property
    def size(self) -> int:
        """How many superpixels look otherwise when they are taken away."""
        return len(self.places)

    @property
    def copies(self) -> int:
        """A mask is one image."""
        return 1

    @property
    def groups(self) -> np.ndarray:
        """The region of each superpixel that can be taken away."""
        numbers: np.ndarray = np.unique(regions(self.labels)[self.places], return_inverse=True)[1]
        return numbers

    @property
    def row_bytes(self) -> int:
        """How large an image is, with what making it takes."""
        return 2 * self.image.nbytes + self.labels.size

    def masked(self, masks: np.ndarray) -> pa.RecordBatch:
        """Return the image once for each mask of kept superpixels."""
        kept = np.ones((len(masks), self.features), bool)
        kept[:, self.places] = masks
        shown = kept[:, self.labels]
        if self.image.ndim == 3:
            shown = shown[:, :, :, None]
        images = np.where(shown, self.image, self.hidden)
        return with_column(self.own, self.column, self._column(images))

    def _column(self, images: np.ndarray) -> pa.Array:
        own = self.own.column(self.column)
        return written(list(images), own.type, origins(own) * len(images))


def written(images: Sequence[np.ndarray], kind: pa.DataType, names: Sequence[str]) -> pa.Array:
    """Return images as a column of a type: Spark's structs, or the bytes of PNG files.

    Examples
    --------
    >>> written([np.zeros((2, 2), np.uint8)], pa.binary(), [""])[0].as_py()[1:4]
    b'PNG'
    """
    if not pa.types.is_struct(kind):
        return pa.array([_png(image) for image in images], kind)
    return _with_fields_of(kind, image_column(list(images), list(names)))


def _hidden(image: np.ndarray, labels: np.ndarray, masker: ImageMasker) -> np.ndarray:
    """Return what stands for the pixels that are taken away."""
    made = _HIDING[masker.mask](image, labels, masker)
    if channels_of(image) == 4:
        made[:, :, 3] = image[:, :, 3]
    return made


def _colored(image: np.ndarray, _: np.ndarray, masker: ImageMasker) -> np.ndarray:
    red, green, blue = masker.color
    if channels_of(image) == 1:
        gray = round(0.299 * red + 0.587 * green + 0.114 * blue)
        return np.full_like(image, gray)
    made = np.empty_like(image)
    made[:, :, :3] = (blue, green, red)
    return made


def _averaged(image: np.ndarray, labels: np.ndarray, _: ImageMasker) -> np.ndarray:
    flat = labels.reshape(-1)
    size = np.bincount(flat)
    values = image.reshape(len(flat), -1).astype(np.float64)
    means = np.stack([np.bincount(flat, each) / size for each in values.T], axis=1)
    return np.rint(means)[flat].astype(np.uint8).reshape(image.shape)


def _blurred(image: np.ndarray, _: np.ndarray, masker: ImageMasker) -> np.ndarray:
    cv2: Any = opencv()
    made: np.ndarray = cv2.GaussianBlur(image, (0, 0), _BLUR * masker.segments.cell_size)
    return made


_HIDING = {"color": _colored, "mean": _averaged, "blur": _blurred}


def _png(image: np.ndarray) -> bytes:
    cv2: Any = opencv()
    # Read again at once by the model, so that speed counts and size does not.
    done, content = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise SynapseError(f"An image of shape {image.shape} cannot be written as PNG")
    return content.tobytes()


def _with_fields_of(kind: pa.DataType, made: pa.StructArray) -> pa.StructArray:
    """Return images with their fields in the order of a type, and as wide."""
    fields = [made.field(field.name).cast(field.type) for field in kind]
    return pa.StructArray.from_arrays(fields, fields=list(kind))
