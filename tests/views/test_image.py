from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from everyparts import images
from PIL import Image as Pillow

from synapse_magic.views import pack
from synapse_magic.views.image import ImageView
from synapse_magic.views.overlay import painted, photo, shrunk, still
from synapse_magic.views.palette import HIGH, LOW

RNG = np.random.default_rng(0)
PHOTO = np.asarray(
    Pillow.fromarray(RNG.integers(0, 255, (10, 14, 3), dtype=np.uint8)).resize((300, 200))
)
GRAY = np.full((16, 16, 3), 128, np.uint8)


def view(*pictures: np.ndarray, **more: object) -> ImageView:
    return images(pictures or (PHOTO,), **more).report()


def pixels_of(address: str) -> np.ndarray:
    content = base64.b64decode(address.partition("base64,")[2])
    return np.asarray(Pillow.open(io.BytesIO(content)).convert("RGB"))


def test_what_raises_is_orange_and_what_lowers_is_hatched_blue() -> None:
    labels = np.repeat([[0, 1]], 16, axis=0).repeat(8, axis=1)
    made = painted(GRAY, labels, np.array([2.0, -2.0]), 2.0).astype(int)
    raised, lowered = made[:, :8].reshape(-1, 3), made[:, 8:].reshape(-1, 3)
    assert len(np.unique(raised, axis=0)) == 1
    assert np.abs(raised[0] - HIGH).sum() < np.abs(raised[0] - LOW).sum()
    assert len(np.unique(lowered, axis=0)) == 2
    assert (lowered[:, 2] > lowered[:, 0]).all()


def test_nothing_is_painted_where_nothing_is_added() -> None:
    labels = np.zeros((16, 16), int)
    assert np.array_equal(painted(GRAY, labels, np.zeros(1), 1.0), GRAY)


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (30, 40), (300, 200), (65, 64)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_any_image_is_made_small_with_its_labels(shape: tuple[int, int], channels: int) -> None:
    image = RNG.integers(0, 255, (*shape, channels), dtype=np.uint8)
    labels = np.arange(shape[0] * shape[1]).reshape(shape)
    colours, small = shrunk(image, labels, 64)
    assert colours.shape == (*small.shape, 3)
    assert max(small.shape) == min(64, max(shape))
    if max(shape) <= 64:
        assert np.array_equal(small, labels)
        assert np.array_equal(colours[:, :, 2], image[:, :, 0])


def test_a_small_image_has_the_mean_colours() -> None:
    image = np.array([[[0, 0, 10], [0, 0, 20]]], np.uint8).repeat(2, axis=0)
    colours, _ = shrunk(image, np.zeros((2, 2), int), 1)
    assert colours.tolist() == [[[15, 0, 0]]]


def test_a_still_picture_is_a_png_of_256_colours_near_the_own() -> None:
    made = pixels_of(still(PHOTO)).astype(int)
    assert made.shape == PHOTO.shape
    assert np.abs(made - PHOTO).mean() < 12
    few = RNG.integers(0, 2, (9, 9, 3)).astype(np.uint8) * 255
    assert np.array_equal(pixels_of(still(few)), few)


def test_a_photo_is_a_jpeg_and_a_tiny_one_is_exact() -> None:
    assert photo(PHOTO).startswith("data:image/jpeg;")
    assert len(photo(PHOTO)) < PHOTO.size / 4
    assert np.array_equal(pixels_of(photo(GRAY)), GRAY)


def test_the_picture_needs_no_script_and_holds_the_painted_image() -> None:
    found = re.findall(r'<img class="syn-photo"[^>]*src="data:image/svg\+xml;base64,([^"]*)"',
                       view().picture())  # fmt: skip
    (svg,) = [base64.b64decode(one).decode() for one in found]
    (address,) = re.findall(r'href="([^"]*)"', svg)
    assert pixels_of(address).shape == (133, 200, 3)


def test_three_images_are_still_and_the_rest_is_told() -> None:
    one = view(*[GRAY] * 5)
    assert one.picture().count("syn-photo") == 3
    assert "The first 3 of 5 images." in one.picture()


def test_the_table_has_every_superpixel_with_base_and_prediction() -> None:
    table = view(GRAY).table()
    bad = table[table.output == "bad"]
    assert bad.superpixel.tolist() == ["(base)", "0", "3", "1", "2", "(prediction)"]
    assert bad.pixels.tolist()[1:-1] == [64] * 4
    assert bad.value.iloc[:-1].sum() == pytest.approx(bad.value.iloc[-1])


def test_the_browser_gets_the_superpixel_of_each_pixel() -> None:
    (one,) = pack.extract(pack.embed(view(GRAY).payload()))["images"]
    assert one["labels"].shape == (16, 16)
    assert one["labels"].dtype == np.uint8
    assert one["values"].shape == (4, 3)


def test_many_images_are_sent_smaller_or_fewer_and_it_is_said() -> None:
    made = view(*[PHOTO] * 200, cell=16)
    payload = made.payload()
    assert payload["total"] == 200
    assert 3 < len(payload["images"]) < 200
    assert len(pack.embed(payload)) <= 220_000
    assert len(made.html()) < 500_000


def test_names_of_files_are_told_without_their_folders() -> None:
    assert view(GRAY, origins=["s3://a/b/cat.png"]).images[0].title == "Image 0, cat.png"


def test_axes_show_the_painted_image() -> None:
    ax = view(GRAY).axes(output=1)
    (shown,) = ax.get_images()
    assert shown.get_array().shape[2] == 3
    assert "Image 0, so so" in ax.get_title()
