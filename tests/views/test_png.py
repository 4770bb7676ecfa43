from __future__ import annotations

import io

import numpy as np
from matplotlib import image

from synapse_magic.views.png import data_url, encode, encode_indexed


def test_a_picture_of_few_colours_is_read_back(rng: np.random.Generator) -> None:
    indices = rng.integers(0, 7, (5, 9)).astype(np.uint8)
    colours = rng.integers(0, 256, (7, 3)).astype(np.uint8)
    back = image.imread(io.BytesIO(encode_indexed(indices, colours)), format="png")
    np.testing.assert_array_equal(np.round(back * 255).astype(np.uint8)[:, :, :3], colours[indices])


def test_another_reader_sees_the_same_pixels(rng: np.random.Generator) -> None:
    pixels = rng.integers(0, 256, (5, 9, 4)).astype(np.uint8)
    back = image.imread(io.BytesIO(encode(pixels)), format="png")
    np.testing.assert_array_equal(np.round(back * 255).astype(np.uint8), pixels)


def test_the_address_holds_the_picture() -> None:
    assert data_url(np.zeros((1, 1, 4), np.uint8)).startswith("data:image/png;base64,iVBORw0KGgo")
