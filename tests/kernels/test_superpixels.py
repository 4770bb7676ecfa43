from __future__ import annotations

import numpy as np
import pytest
from pictures import BGR

from synapse_magic.kernels.superpixels import superpixels

RNG = np.random.default_rng(0)
SHAPES = [(1, 1), (1, 2), (2, 1), (1, 50), (50, 1), (3, 3), (17, 5), (15, 15), (64, 64)]


@pytest.mark.parametrize("channels", [0, 3, 4])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("cell", [0.5, 1, 16, 1000])
def test_every_pixel_of_every_size_has_a_superpixel(
    shape: tuple[int, int], channels: int, cell: float
) -> None:
    image = RNG.integers(0, 256, shape + ((channels,) if channels else ()), dtype=np.uint8)
    labels = superpixels(image, cell)
    assert labels.shape == shape
    assert np.array_equal(np.unique(labels), np.arange(labels.max() + 1))


def test_an_image_of_one_colour_is_cut_into_cells() -> None:
    labels = superpixels(np.full((64, 64), 7, np.uint8), 16)
    assert labels.max() == 15
    sizes = np.bincount(labels.reshape(-1))
    assert 15 * 15 <= sizes.min() <= sizes.max() <= 17 * 17


def test_pieces_end_where_colours_do() -> None:
    labels = superpixels(BGR, 8, 10)
    for label in np.unique(labels):
        assert len(np.unique(BGR[labels == label], axis=0)) == 1


def test_a_larger_modifier_makes_squares() -> None:
    image = RNG.integers(0, 256, (32, 32, 3), dtype=np.uint8)
    assert _rectangles(superpixels(image, 8, 1e6)) == 16
    assert _rectangles(superpixels(image, 8, 1)) < 8


def _rectangles(labels: np.ndarray) -> int:
    """Return how many superpixels fill the box around them."""
    places = [np.nonzero(labels == label) for label in np.unique(labels)]
    return sum(len(ys) == (np.ptp(ys) + 1) * (np.ptp(xs) + 1) for ys, xs in places)


def test_the_same_image_is_cut_alike_whenever_it_is() -> None:
    image = RNG.integers(0, 256, (40, 30, 3), dtype=np.uint8)
    assert np.array_equal(superpixels(image, 7), superpixels(image.copy(), 7))
