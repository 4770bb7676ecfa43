"""Arrow columns of images to arrays and back, without a loop over pixels.

An image is a struct as in Spark's image source, with the pixels as rows of blue, green and red; or
the bytes of a file.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.image_error import ImageError
from synapse_magic.kernels.image_files import decode, to_eight_bits

IMAGE_TYPE = pa.struct(
    [
        ("origin", pa.string()),
        ("height", pa.int32()),
        ("width", pa.int32()),
        ("nChannels", pa.int32()),
        ("mode", pa.int32()),
        ("data", pa.binary()),
    ]
)
_DEPTHS = (np.uint8, np.int8, np.uint16, np.int16, np.int32, np.float32, np.float64)
"""The type of a value by the last three bits of ``mode``, which Spark took from OpenCV 3."""

Load = Callable[[], np.ndarray]


def loaders(column: pa.Array) -> Iterator[Load | None]:
    """Yield for each row what reads or decodes its pixels when called; None for a null.

    What it returns is of shape (height, width) for gray, else (height, width, channels), uint8.
    """
    if pa.types.is_struct(column.type):
        yield from _struct_loaders(column)
        return
    for valid, content in zip(column.is_valid().to_numpy(zero_copy_only=False), _bytes(column)):
        yield functools.partial(decode, content) if valid else None


def origins(column: pa.Array) -> list[str]:
    """Return where each image came from, empty where that is not known."""
    if pa.types.is_struct(column.type):
        return [origin or "" for origin in column.field("origin").to_pylist()]
    return [""] * len(column)


def image_column(images: Sequence[np.ndarray | None], names: Sequence[str]) -> pa.StructArray:
    """Return images of 8 bits a value as a column; None becomes null.

    Examples
    --------
    >>> image_column([np.array([[65, 66]], np.uint8)], ["a.png"]).to_pylist()[0]["data"]
    b'AB'
    """
    shapes = np.array([_shape(image) for image in images], np.int32).reshape(len(images), 3)
    height, width, channels = (pa.array(shapes[:, part]) for part in range(3))
    mode = pa.array(8 * (shapes[:, 2] - 1).astype(np.int32))
    fields = [pa.array(names, pa.string()), height, width, channels, mode, _binary(images)]
    missing = pa.array([image is None for image in images], pa.bool_())
    return pa.StructArray.from_arrays(fields, fields=list(IMAGE_TYPE), mask=missing)


def channels_of(image: np.ndarray) -> int:
    """Return how many values a pixel has."""
    return 1 if image.ndim == 2 else image.shape[2]


def _struct_loaders(column: pa.StructArray) -> Iterator[Load | None]:
    names = ("height", "width", "nChannels", "mode")
    numbers = (column.field(name).fill_null(-1).to_numpy(zero_copy_only=False) for name in names)
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    for there, content, *layout in zip(valid, _bytes(column.field("data")), *numbers):
        yield functools.partial(_from_struct, content, *map(int, layout)) if there else None


def _from_struct(
    content: np.ndarray, height: int, width: int, channels: int, mode: int
) -> np.ndarray:
    """Return the pixels of one image struct."""
    depth = mode & 7
    if mode < 0 or depth >= len(_DEPTHS) or mode >> 3 != channels - 1 or channels > 4:
        raise ImageError(
            f"the image has mode {mode} and {channels} channels. Expected Spark's image column "
            "with 1 to 4 channels, such as mode 16 and 3 channels"
        )
    dtype = np.dtype(_DEPTHS[depth])
    if height < 1 or width < 1 or content.nbytes != height * width * channels * dtype.itemsize:
        raise ImageError(
            f"the image has {content.nbytes} bytes of pixels. "
            f"Expected {height} x {width} x {channels} values of {dtype.itemsize} bytes"
        )
    shape = (height, width) if channels == 1 else (height, width, channels)
    return to_eight_bits(np.frombuffer(content, dtype).reshape(shape))


def _bytes(column: pa.Array) -> Iterator[np.ndarray]:
    """Yield the bytes of each row, which stay where they are."""
    if not len(column):
        return
    width = np.int64 if pa.types.is_large_binary(column.type) else np.int32
    _, places, data = column.buffers()
    offsets = np.frombuffer(places, width)[column.offset : column.offset + len(column) + 1]
    flat = np.frombuffer(data, np.uint8) if data is not None and data.size else _NOTHING
    for start, end in itertools.pairwise(offsets):
        yield flat[start:end]


def _shape(image: np.ndarray | None) -> tuple[int, int, int]:
    return (0, 0, 1) if image is None else (image.shape[0], image.shape[1], channels_of(image))


def _binary(images: Sequence[np.ndarray | None]) -> pa.BinaryArray:
    there = [_NOTHING if image is None else image.reshape(-1) for image in images]
    offsets = np.zeros(len(there) + 1, np.int64)
    np.cumsum([len(each) for each in there], out=offsets[1:])
    flat = np.concatenate([_NOTHING, *there])
    buffers = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(flat)]
    return pa.Array.from_buffers(pa.binary(), len(there), buffers)


_NOTHING = np.empty(0, np.uint8)
