"""What the first bytes of an image file say, before anything is decoded: format and size.

A file of a few kilobytes can unfold to gigabytes, so its size is known before it is decoded.
"""

from __future__ import annotations

import functools
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synapse_magic.kernels.image_error import ImageError

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PIXELS = 1 << 27
"""The largest image that is decoded or made: 134 million pixels, such as 16384 x 8192."""

_FORMATS = ("PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "JPEG2000", "AVIF", "ICO")
"""What Pillow may look for: its other formats run programs, or are no pictures of pixels."""
_TIFF = (b"II*\0", b"MM\0*")
_SIZE_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE_MARKERS = frozenset((*range(0xD0, 0xD9), 0x01))


@dataclass(frozen=True)
class Header:
    """The format, by Pillow's name, and the size of an image file."""

    format: str
    width: int
    height: int


def read_header(content: memoryview) -> Header:
    """Return what a file's header says.

    Raises
    ------
    ImageError
        When it is no image, broken, or has more than ``MOST_PIXELS``.
    """
    if not len(content):
        raise ImageError("the file is empty")
    start = bytes(content[:16])
    if start.startswith(b"\xff\xd8\xff"):
        header = _jpeg(content)
    elif start.startswith(b"\x89PNG\r\n\x1a\n"):
        header = _png(content)
    else:
        with pillow_image(content) as image:
            header = Header(image.format or "", *image.size)
    check_pixels(header.width, header.height)
    return header


def check_pixels(width: int, height: int) -> None:
    """Raise a :class:`ImageError` for a size that no image may have."""
    if width * height > MOST_PIXELS:
        raise ImageError(
            f"an image of {width} x {height} pixels is too large. "
            f"Expected at most {MOST_PIXELS:,} pixels"
        )


def pillow_image(content: memoryview) -> Image:
    """Return a file as Pillow opens it: its header is read, its pixels are not.

    Raises
    ------
    ImageError
        When it is no image that we read.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of sizes, which we check, and of odd metadata
            return Image.open(io.BytesIO(content), formats=_formats())
    except UnidentifiedImageError as error:
        start = bytes(content[:8])
        if start[:4] in _TIFF:
            raise ImageError(
                "this TIFF holds values that are not read. Expected 8 or 16 bits each"
            ) from error
        raise ImageError(f"this is no image, its first bytes are {start.hex(' ')}") from error
    except Image.DecompressionBombError as error:
        raise ImageError(
            f"the image is too large. Expected at most {MOST_PIXELS:,} pixels"
        ) from error
    except Exception as error:  # Pillow's readers raise whatever a broken file leads them to
        raise ImageError(f"the image is broken: {error}") from error


@functools.cache
def _formats() -> tuple[str, ...]:
    """Return those of our formats that this Pillow reads."""
    from PIL import Image

    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _png(content: memoryview) -> Header:
    if len(content) < 24 or bytes(content[12:16]) != b"IHDR":
        raise ImageError("the image is broken or cut off in its header")
    return Header("PNG", _number(content, 16, 4), _number(content, 20, 4))


def _jpeg(content: memoryview) -> Header:
    """Return the size from the first frame header, stepping over the segments before it."""
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:  # padding
            place += 1
        elif marker in _BARE_MARKERS:
            place += 2
        elif marker in _SIZE_MARKERS:
            return Header("JPEG", _number(content, place + 7, 2), _number(content, place + 5, 2))
        else:
            place += 2 + _number(content, place + 2, 2)
    raise ImageError("the image is broken or cut off in its header")


def _number(content: memoryview, place: int, size: int) -> int:
    return int.from_bytes(content[place : place + size], "big")
