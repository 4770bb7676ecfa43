"""Small images and files of them, made by Pillow."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from synapse_magic.kernels.pixels import image_column

RGB = np.zeros((16, 32, 3), np.uint8)
RGB[:8, :8] = (200, 0, 0)
RGB[8:, 16:] = (0, 120, 250)
BGR = np.ascontiguousarray(RGB[:, :, ::-1])
"""A picture without symmetry, of blocks of 8 pixels, which JPEG keeps nearly as they are."""
GRAY = (np.arange(64, dtype=np.uint8) * 4).reshape(8, 8)
PHOTO = np.asarray(
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (8, 8, 3), dtype=np.uint8)).resize(
        (64, 48)
    )
)
"""A picture that takes some kilobytes in any format."""


def saved(pixels: Any, kind: str, **options: Any) -> bytes:
    """Return the file of some pixels, or of an image of Pillow."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def rotated(kind: str, orientation: int, **options: Any) -> bytes:
    """Return a file that says how the camera was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    if kind == "TIFF":
        return saved(RGB, kind, tiffinfo={0x0112: orientation})
    return saved(RGB, kind, exif=exif, **options)


def animated(kind: str, **options: Any) -> bytes:
    """Return a film of which the first frame is RGB."""
    others = [Image.fromarray(np.full_like(RGB, level)) for level in (50, 100)]
    return saved(RGB, kind, save_all=True, append_images=others, **options)


def as_array(content: bytes) -> np.ndarray:
    """Return bytes as the kernels take them."""
    return np.frombuffer(content, np.uint8)


def bomb_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """Return a PNG whose header tells of a gigantic image."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + saved(RGB, "PNG")[33:]


def bomb_jpeg() -> bytes:
    """Return a JPEG whose header tells of a gigantic image."""
    content = bytearray(saved(RGB, "JPEG"))
    place = content.index(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", 65_000, 65_000)
    return bytes(content)


def bomb_gif() -> bytes:
    """Return a GIF whose header tells of a gigantic image."""
    content = bytearray(saved(RGB, "GIF"))
    content[6:10] = struct.pack("<HH", 65_000, 65_000)
    return bytes(content)


BROKEN = {
    "empty": b"",
    "no image": b"certainly not an image, but long enough",
    "one byte": b"\xff",
    "half a JPEG": saved(PHOTO, "JPEG")[: len(saved(PHOTO, "JPEG")) // 2],
    "half a PNG": saved(PHOTO, "PNG")[: len(saved(PHOTO, "PNG")) // 2],
    "half a GIF": saved(PHOTO, "GIF")[: len(saved(PHOTO, "GIF")) // 2],
    "half a WebP": saved(PHOTO, "WEBP")[: len(saved(PHOTO, "WEBP")) // 2],
    "half a TIFF": saved(PHOTO, "TIFF")[: len(saved(PHOTO, "TIFF")) // 2],
    "half a BMP": saved(PHOTO, "BMP")[: len(saved(PHOTO, "BMP")) // 2],
    "start of a JPEG": saved(PHOTO, "JPEG")[:30],
    "start of a PNG": saved(PHOTO, "PNG")[:18],
    "start of a GIF": saved(PHOTO, "GIF")[:8],
    "garbled PNG": saved(PHOTO, "PNG")[:100] + b"\0" * 400,
    "PNG bomb": bomb_png(),
    "JPEG bomb": bomb_jpeg(),
    "GIF bomb": bomb_gif(),
}
"""What is wrong with a file, and the file."""


def column(*images: np.ndarray | None) -> pa.StructArray:
    """Return a column of image structs."""
    return image_column(images, [f"{index}.png" for index in range(len(images))])


def struct_of(pixels: np.ndarray, origin: str = "") -> tuple[Any, ...]:
    """Return a row's value for a column of images in Spark."""
    (value,) = image_column([pixels], [origin]).to_pylist()
    return tuple(value.values())
