"""What stages make of an image: another image, a tensor, a vector, its superpixels, its flips."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.image_error import ImageError
from synapse_magic.kernels.image_scorer import with_channels
from synapse_magic.kernels.image_steps import ACTION, Step, run_steps, step_of
from synapse_magic.kernels.opencv import opencv
from synapse_magic.kernels.pixels import channels_of, image_column
from synapse_magic.kernels.ragged import nested, vectors


@dataclass(frozen=True)
class Steps:
    """Images after some steps, as :func:`~synapse_magic.kernels.image_steps.step_of` knows them."""

    described: tuple[dict[str, object], ...] = ()

    def make(self, image: np.ndarray) -> np.ndarray:
        """Return the image after all steps."""
        return run_steps(image, self._functions)

    def column(self, made: Sequence[np.ndarray | None], names: Sequence[str]) -> pa.Array:
        """Return the images as structs of Spark's image source."""
        return image_column(made, names)

    @functools.cached_property
    def _functions(self) -> list[tuple[str, Step]]:
        return [(str(each[ACTION]), step_of(each)) for each in self.described]

    def __getstate__(self) -> dict[str, object]:
        return {"described": self.described}  # the functions are made again where they run


@dataclass(frozen=True)
class Tensors:
    """Images as tensors of (channels, height, width), without alpha.

    A value is multiplied by ``scale``, less the mean of its channel, divided by its deviation.

    Attributes
    ----------
    steps : Steps
        What is done first.
    order : {"RGB", "BGR"}
        The order of the channels, and so of ``means`` and ``deviations``.
    means, deviations : tuple of float or None
        None for 0 and for 1.
    scale : float
    element : {"float", "double"}
    """

    steps: Steps = Steps()
    order: Literal["RGB", "BGR"] = "RGB"
    means: tuple[float, ...] | None = None
    deviations: tuple[float, ...] | None = None
    scale: float = 1.0
    element: Literal["float", "double"] = "float"

    def make(self, image: np.ndarray) -> np.ndarray:
        """Return the tensor of an image."""
        image = self.steps.make(image)
        image = with_channels(image, 3) if channels_of(image) == 4 else image
        cv2 = opencv()
        planes = cv2.split(image)
        tables = _tables(len(planes), self.means, self.deviations, self.scale, self.element)
        tensor = np.empty((len(planes), *image.shape[:2]), tables.dtype)
        if self.order == "RGB" and len(planes) == 3:
            planes = planes[::-1]
        for plane, table, target in zip(planes, tables, tensor):
            cv2.LUT(plane, table, dst=target)
        return tensor

    def column(
        self,
        made: Sequence[np.ndarray | None],
        names: Sequence[str],  # noqa: ARG002
    ) -> pa.Array:
        """Return the tensors as lists of lists of lists."""
        return nested(made, 3, np.dtype(_TYPES[self.element]))


@dataclass(frozen=True)
class Unrolled:
    """Images as vectors: all of the first channel row by row, then of the next."""

    steps: Steps = Steps()
    channels: int | None = None

    def make(self, image: np.ndarray) -> np.ndarray:
        """Return the vector of an image."""
        image = self.steps.make(image)
        if self.channels is not None:
            image = with_channels(image, self.channels)
        planes = image if image.ndim == 2 else image.transpose(2, 0, 1)
        return planes.astype(np.float64).reshape(-1)

    def column(
        self,
        made: Sequence[np.ndarray | None],
        names: Sequence[str],  # noqa: ARG002
    ) -> pa.Array:
        """Return the vectors as Spark ML's."""
        return vectors(made)


@functools.lru_cache(maxsize=16)
def _tables(
    channels: int,
    means: tuple[float, ...] | None,
    deviations: tuple[float, ...] | None,
    scale: float,
    element: str,
) -> np.ndarray:
    """Return what each of the 256 values of a pixel becomes, for each channel."""
    less = _per_channel("normalizeMean", means, 0.0, channels)
    by = _per_channel("normalizeStd", deviations, 1.0, channels)
    tables: np.ndarray = (np.arange(256) * scale - less[:, None]) / by[:, None]
    return tables.astype(_TYPES[element])


def _per_channel(
    name: str, given: tuple[float, ...] | None, default: float, channels: int
) -> np.ndarray:
    values = np.full(channels, default) if given is None else np.array(given, np.float64)
    if len(values) != channels:
        raise ImageError(
            f"{name} has {len(values)} values and the image {channels} channels. "
            "Expected one for each. Try: autoConvertToColor=True for gray images"
        )
    return values


_TYPES = {"float": np.float32, "double": np.float64}
