"""Pixels as a PNG picture inside the page, without an imaging library."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np


def encode(pixels: np.ndarray) -> bytes:
    """Return an RGBA picture, (height, width, 4) uint8, as the bytes of a PNG file."""
    return _file(pixels.reshape(len(pixels), -1), pixels.shape[1], 6)


def encode_indexed(indices: np.ndarray, colours: np.ndarray) -> bytes:
    """Return a picture of at most 256 colours as the bytes of a PNG file.

    Parameters
    ----------
    indices
        (height, width) uint8, the position of each pixel's colour.
    colours
        (colours, 3) uint8.
    """
    return _file(indices, indices.shape[1], 3, _chunk(b"PLTE", colours.tobytes()))


def data_url(pixels: np.ndarray) -> str:
    """Return an RGBA picture as a ``data:`` address for an image element."""
    return address(encode(pixels))


def address(content: bytes, kind: str = "png") -> str:
    """Return the bytes of a picture's file as a ``data:`` address."""
    return f"data:image/{kind};base64," + base64.b64encode(content).decode("ascii")


def _file(rows: np.ndarray, width: int, colour_type: int, palette: bytes = b"") -> bytes:
    filtered = np.zeros((len(rows), 1 + rows.shape[1]), dtype=np.uint8)
    filtered[:, 1:] = rows
    header = struct.pack(">IIBBBBB", width, len(rows), 8, colour_type, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            palette,
            _chunk(b"IDAT", zlib.compress(filtered.tobytes(), 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
