"""A column of images to whatever is made of each of them, image by image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.image_error import ImageError
from synapse_magic.kernels.opencv import one_thread, opencv
from synapse_magic.kernels.pixels import Load, channels_of, loaders, origins

PART_BYTES = 32 << 20
"""What is made is handed on in parts of about this size, however many images there are."""
_MOST_BYTES = 2**31 - 1


class Maker(Protocol):
    """What a stage makes of an image."""

    def make(self, image: np.ndarray) -> np.ndarray:
        """Return what is made of the pixels of one image."""
        ...

    def column(self, made: Sequence[np.ndarray | None], names: Sequence[str]) -> pa.Array:
        """Return a column of what was made; ``names`` tell where the images came from."""
        ...


@dataclass(frozen=True)
class ImageScorer:
    """Makes something of each image, one after the other.

    A null stays null. Where an image is broken, or nothing can be made of it, what is made is null
    and the column ``error`` tells why.

    Attributes
    ----------
    column : str
        The images: Spark's image structs, or the bytes of files.
    output : str
    maker : Maker
    error : str
        The column that tells what is wrong with a row; empty for none.
    channels : int or None
        What an image is turned to first: 1 for gray, 3 for colour, 4 for colour and alpha. None
        leaves it.
    color : bool
        Whether gray images are turned to colour first, and others left.
    origin : str
        A column that tells where the images came from, for those that do not tell themselves.
    """

    column: str
    output: str
    maker: Maker
    error: str = ""
    channels: int | None = None
    color: bool = False
    origin: str = ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.column, self.origin) if self.origin else (self.column,)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it adds."""
        return (self.output, self.error) if self.error else (self.output,)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the output columns, one row for each row of ``batch``.

        Raises
        ------
        SynapseError
            When it would be too large for one batch; ``parts`` knows no such limit.
        """
        return joined(self.parts(batch))

    def parts(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yield the output columns for the rows of ``batch``, in order, some rows at a time."""
        images = batch.column(self.column)
        names = batch.column(self.origin).to_pylist() if self.origin else origins(images)
        with one_thread():
            start, size = 0, 0
            made: list[np.ndarray | None] = []
            errors: list[str | None] = []
            for load in loaders(images):
                found, error = self._make(load)
                made.append(found)
                errors.append(error)
                size += 0 if found is None else found.nbytes
                if size >= PART_BYTES:
                    yield self._part(made, errors, names[start : start + len(made)])
                    start, size, made, errors = start + len(made), 0, [], []
            if made or not start:
                yield self._part(made, errors, names[start:])

    def _make(self, load: Load | None) -> tuple[np.ndarray | None, str | None]:
        """Return what is made of a row, or why nothing is."""
        if load is None:
            return None, None
        try:
            return self.maker.make(self._with_channels(load())), None
        except ImageError as error:
            return None, str(error)

    def _with_channels(self, image: np.ndarray) -> np.ndarray:
        wanted = 3 if self.color and channels_of(image) == 1 else self.channels
        return image if wanted is None else with_channels(image, wanted)

    def _part(
        self, made: list[np.ndarray | None], errors: list[str | None], names: Sequence[str]
    ) -> pa.RecordBatch:
        columns: list[pa.Array] = [self.maker.column(made, names)]
        if self.error:
            columns.append(pa.array(errors, pa.string()))
        return pa.RecordBatch.from_arrays(columns, list(self.outputs))


def joined(parts: Iterable[pa.RecordBatch]) -> pa.RecordBatch:
    """Return the rows of all parts in one batch.

    Raises
    ------
    SynapseError
        When they are too large for one.
    """
    found = list(parts)
    if sum(part.nbytes for part in found) > _MOST_BYTES:
        rows = sum(part.num_rows for part in found)
        raise SynapseError(
            f"What is made of {rows} images takes more than two gigabytes, too much for one batch. "
            "Try: fewer images at once"
        )
    columns = [pa.concat_arrays(same) for same in zip(*(part.columns for part in found))]
    return pa.RecordBatch.from_arrays(columns, found[0].schema.names)


def with_channels(image: np.ndarray, channels: int) -> np.ndarray:
    """Return an image as gray (1), colour (3), or colour and alpha (4)."""
    have = channels_of(image)
    if have == channels:
        return image
    if (have, channels) not in _CONVERSIONS:
        raise ImageError(f"an image of {have} channels cannot be turned to {channels}")
    cv2: Any = opencv()
    converted: np.ndarray = cv2.cvtColor(image, getattr(cv2, _CONVERSIONS[have, channels]))
    return converted


_CONVERSIONS = {
    (1, 3): "COLOR_GRAY2BGR",
    (1, 4): "COLOR_GRAY2BGRA",
    (3, 1): "COLOR_BGR2GRAY",
    (3, 4): "COLOR_BGR2BGRA",
    (4, 1): "COLOR_BGRA2GRAY",
    (4, 3): "COLOR_BGRA2BGR",
}
"""Channels of an image and those wanted, to the name of OpenCV's conversion."""
