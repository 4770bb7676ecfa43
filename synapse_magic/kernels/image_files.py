"""Image files to pixels: whatever the file holds, 8 bits a value, upright, gray, BGR or BGRA."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.image_error import ImageError
from synapse_magic.kernels.image_header import pillow_image, read_header
from synapse_magic.kernels.opencv import opencv

if TYPE_CHECKING:
    from PIL.Image import Image

_BY_PILLOW = ("GIF", "AVIF", "ICO")
"""Formats that only some versions of OpenCV read, and read differently."""
_STRICT = ("JPEG", "PNG")
"""Formats of which OpenCV reads every file that is whole."""
_KEPT = ("L", "I", "F", "RGB", "RGBA")
"""Modes of Pillow that are arrays as they are."""
_ORIENTATION = 0x0112


def decode(content: np.ndarray) -> np.ndarray:
    """Return the pixels of a file: of shape (height, width) for gray, else (..., 3 or 4), uint8.

    The first frame of an animation; turned upright where the file says how the camera was held.
    The channels are in OpenCV's order: blue, green, red and, where the file has it, alpha.

    Parameters
    ----------
    content : numpy.ndarray
        The bytes of the file.

    Raises
    ------
    ImageError
        When it is no image, broken, cut off or too large.
    """
    view = memoryview(content.data)
    kind = read_header(view).format
    if kind in _BY_PILLOW:
        return _decode_by_pillow(view)
    pixels = _decode_by_opencv(content, kind)
    # OpenCV multiplies the colours of a TIFF by its alpha; Pillow leaves them.
    if pixels is not None and not (kind == "TIFF" and pixels.shape[2:] == (4,)):
        return to_eight_bits(_upright(pixels, view, kind))
    if kind in _STRICT:
        raise ImageError(f"the {kind} image is broken or cut off")
    return _decode_by_pillow(view)


def to_eight_bits(pixels: np.ndarray) -> np.ndarray:
    """Return pixels as 8 bits a value.

    16 bits without sign are scaled from their whole range, and so are fractions from 0 to 1.
    Other integers stay as they are where all lie within 0 and 255. What else there is, such as
    heights or temperatures, is scaled from the smallest value of the image to its largest; what
    is no number becomes 0.

    Examples
    --------
    >>> to_eight_bits(np.array([[0, 257, 65535]], np.uint16)).tolist()
    [[0, 1, 255]]
    >>> to_eight_bits(np.array([[0.0, 0.5, 1.0]])).tolist()
    [[0, 128, 255]]
    """
    if pixels.dtype == np.uint8:
        return pixels
    if pixels.dtype == np.uint16:
        return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    values = pixels.astype(np.float64)
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    if pixels.dtype.kind in "iu" and low >= 0 and high <= 255:
        return pixels.astype(np.uint8)
    if pixels.dtype.kind == "f" and low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    scale = 255 / (high - low) if high > low else 0.0
    return ((values - low) * scale + 0.5).astype(np.uint8)


def _decode_by_opencv(content: np.ndarray, kind: str) -> np.ndarray | None:
    """Return the pixels as they are in the file, or None where OpenCV cannot read it."""
    cv2 = opencv()
    # A JPEG has no alpha to keep, and is turned upright by OpenCV unless it is read "unchanged".
    flags = cv2.IMREAD_ANYCOLOR if kind == "JPEG" else cv2.IMREAD_UNCHANGED
    try:
        pixels: np.ndarray | None = cv2.imdecode(content, flags)
    except cv2.error:
        return None
    return pixels


def _decode_by_pillow(view: memoryview) -> np.ndarray:
    with pillow_image(view) as image:
        try:
            pixels = to_eight_bits(_in_our_order(_plain(image)))
        except Exception as error:  # Pillow's readers raise whatever a broken file leads them to
            raise ImageError(f"the {image.format} image is broken: {error}") from error
        turned = _ORIENTATIONS.get(_orientation(image))
    return turned(pixels) if turned else pixels


def _plain(image: Image) -> np.ndarray:
    """Return an opened image as an array, without palettes and other ways to write colours."""
    if image.mode in _KEPT or image.mode.startswith("I;16"):
        return np.asarray(image)
    gray = image.mode == "1"
    return np.asarray(
        image.convert("L" if gray else "RGBA" if image.has_transparency_data else "RGB")
    )


def _in_our_order(pixels: np.ndarray) -> np.ndarray:
    """Return RGB as BGR and RGBA as BGRA."""
    if pixels.ndim == 2:
        return pixels
    order = [2, 1, 0, 3][: pixels.shape[2]]
    return np.ascontiguousarray(pixels[:, :, order])


def _upright(pixels: np.ndarray, view: memoryview, kind: str) -> np.ndarray:
    """Turn what OpenCV does not: PNG and WebP, of which few say how the camera was held."""
    mark = {"PNG": b"eXIf", "WEBP": b"EXIF"}.get(kind)
    if mark is None or mark not in bytes(view):
        return pixels
    with pillow_image(view) as image:
        turned = _ORIENTATIONS.get(_orientation(image))
    return turned(pixels) if turned else pixels


def _orientation(image: Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken metadata leave the image as it is
        return 1


def _turn(quarters: int, mirrored: bool = False) -> Any:
    def turned(pixels: np.ndarray) -> np.ndarray:
        source = pixels[:, ::-1] if mirrored else pixels
        return np.ascontiguousarray(np.rot90(source, quarters))

    return turned


_ORIENTATIONS = {
    2: _turn(0, mirrored=True),
    3: _turn(2),
    4: _turn(2, mirrored=True),
    5: _turn(1, mirrored=True),
    6: _turn(3),
    7: _turn(3, mirrored=True),
    8: _turn(1),
}
"""How the camera was held, by the number in the file, to what turns the pixels upright."""
