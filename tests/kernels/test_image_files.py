from __future__ import annotations

import io

import numpy as np
import pytest
from pictures import BGR, BROKEN, GRAY, PHOTO, RGB, animated, as_array, rotated, saved
from PIL import Image, ImageOps

from synapse_magic.kernels.image_error import ImageError
from synapse_magic.kernels.image_files import decode, to_eight_bits
from synapse_magic.kernels.image_header import MOST_PIXELS, read_header
from synapse_magic.kernels.opencv import one_thread, opencv

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:PIL")
LOSSLESS = ["PNG", "BMP", "TIFF", "PPM", "WEBP", "JPEG2000"]


def lossless(kind: str) -> dict[str, bool]:
    return {"lossless": True} if kind == "WEBP" else {}


@pytest.mark.parametrize("kind", LOSSLESS)
def test_colours_are_blue_green_red_as_in_the_file(kind: str) -> None:
    assert np.array_equal(decode(as_array(saved(RGB, kind, **lossless(kind)))), BGR)


def test_a_jpeg_is_nearly_the_picture() -> None:
    found = decode(as_array(saved(RGB, "JPEG", quality=95, subsampling=0)))
    assert np.abs(found.astype(int) - BGR).max() <= 8


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "GIF"])
def test_gray_images_have_two_dimensions_unless_the_format_has_palettes(kind: str) -> None:
    found = decode(as_array(saved(GRAY, kind)))
    if found.ndim == 3:
        assert kind in ("GIF", "BMP")
        found = found[:, :, 0]
    assert np.array_equal(found, GRAY)


def test_cmyk_becomes_colours() -> None:
    file = saved(Image.fromarray(RGB).convert("CMYK"), "JPEG", quality=95)
    assert np.abs(decode(as_array(file)).astype(int) - BGR).max() <= 12


def test_sixteen_bits_are_scaled_to_eight() -> None:
    deep = GRAY.astype(np.uint16) * 257
    assert np.array_equal(decode(as_array(saved(deep, "PNG"))), GRAY)


def test_integers_that_fit_into_eight_bits_stay_as_they_are() -> None:
    wide = GRAY.astype(np.int32) // 2
    assert np.array_equal(decode(as_array(saved(wide, "TIFF"))), wide)


def test_black_and_white_is_gray() -> None:
    file = saved(Image.fromarray(GRAY > 100), "PNG")
    assert np.array_equal(decode(as_array(file)), np.where(GRAY > 100, 255, 0))


def test_alpha_is_kept() -> None:
    alpha = np.dstack([RGB, RGB[:, :, 0]])
    expected = np.dstack([BGR, RGB[:, :, 0]])
    for kind, options in {
        "PNG": {},
        "TIFF": {},
        "WEBP": {"lossless": True, "exact": True},
    }.items():
        assert np.array_equal(decode(as_array(saved(alpha, kind, **options))), expected)
    gray = np.dstack([GRAY, 255 - GRAY])
    found = decode(as_array(saved(Image.fromarray(gray, "LA"), "PNG")))
    assert np.array_equal(found, np.dstack([GRAY, GRAY, GRAY, 255 - GRAY]))


def test_palettes_become_colours() -> None:
    file = saved(Image.fromarray(RGB).quantize(8), "PNG")
    assert np.array_equal(decode(as_array(file)), BGR)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_a_film_the_first_frame_is_taken(kind: str) -> None:
    assert np.array_equal(decode(as_array(animated(kind, **lossless(kind)))), BGR)


def test_icons_are_read() -> None:
    file = saved(Image.fromarray(RGB[:16, :16]), "ICO", sizes=[(16, 16)])
    assert np.array_equal(decode(as_array(file))[:, :, :3], BGR[:16, :16])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_images_are_turned_upright(kind: str, orientation: int) -> None:
    file = rotated(kind, orientation, **lossless(kind))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(file))))[:, :, ::-1]
    found = decode(as_array(file))
    assert found.shape == upright.shape
    assert np.abs(found.astype(int) - upright).max() <= 12


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_is_told_in_one_line(what: str) -> None:
    with one_thread(), pytest.raises(ImageError) as told:
        decode(as_array(BROKEN[what]))
    assert "\n" not in str(told.value)
    assert len(str(told.value)) > 15


@pytest.mark.parametrize("what", ["PNG bomb", "JPEG bomb", "GIF bomb"])
def test_a_gigantic_image_is_told_before_it_is_decoded(what: str) -> None:
    with pytest.raises(ImageError, match=r"too large. Expected at most 134,217,728"):
        read_header(memoryview(BROKEN[what]))


def test_every_cut_of_every_format_is_an_error_or_an_image() -> None:
    formats = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM", "JPEG2000", "ICO")
    with one_thread():
        for file in (saved(PHOTO, kind) for kind in formats):
            for end in range(0, len(file), max(1, len(file) // 40)):
                try:
                    found = decode(as_array(file[:end]))
                except ImageError:
                    continue
                assert found.dtype == np.uint8


def test_garbled_files_are_an_error_or_an_image() -> None:
    rng = np.random.default_rng(0)
    with one_thread():
        for kind in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "PPM"):
            file = as_array(saved(PHOTO, kind))
            for _ in range(30):
                garbled = file.copy()
                garbled[rng.integers(0, len(file), 8)] = rng.integers(0, 256, 8)
                try:
                    found = decode(garbled)
                except ImageError:
                    continue
                assert found.dtype == np.uint8
                assert found.size <= 4 * MOST_PIXELS


def test_headers_tell_format_and_size() -> None:
    for kind in ("JPEG", "PNG", "GIF", "WEBP"):
        header = read_header(memoryview(saved(RGB, kind)))
        assert (header.format, header.width, header.height) == (kind, 32, 16)


def test_a_jpeg_with_a_preview_inside_has_its_own_size() -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" * 20_000
    file = saved(RGB, "JPEG", exif=exif, comment=saved(PHOTO, "JPEG"))
    assert read_header(memoryview(file)).width == 32


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (np.array([0, 128, 129, 257, 65535], np.uint16), [0, 0, 1, 1, 255]),
        (np.array([0.0, 0.5, 1.0, np.nan], np.float32), [0, 128, 255, 0]),
        (np.array([0.25, 0.5]), [64, 128]),
        (np.array([-10.0, 0.0, 10.0, np.inf, -np.inf]), [0, 128, 255, 255, 0]),
        (np.array([-100, 100], np.int16), [0, 255]),
        (np.array([7, 7], np.int32), [7, 7]),
        (np.array([0, 127, 200], np.int32), [0, 127, 200]),
        (np.array([-1, 127, 255], np.int32), [0, 128, 255]),
        (np.array([300, 300], np.int32), [0, 0]),
        (np.array([np.nan]), [0]),
        (np.array([0, 200], np.uint8), [0, 200]),
    ],
)
def test_values_are_scaled_to_eight_bits(given: np.ndarray, expected: list[int]) -> None:
    assert to_eight_bits(given).tolist() == expected
    assert to_eight_bits(given).dtype == np.uint8


def test_settings_of_opencv_are_put_back() -> None:
    cv2 = opencv()
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    try:
        with one_thread():
            assert cv2.getNumThreads() == 1
        assert cv2.getNumThreads() == 2
    finally:
        cv2.setNumThreads(before)
