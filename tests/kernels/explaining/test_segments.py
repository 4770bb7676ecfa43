from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.explaining.segments import Segments, grid, regions
from synapse_magic.kernels.superpixels import superpixels


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (5, 7), (33, 64)])
@pytest.mark.parametrize("cell", [0.1, 1, 3, 16, 1000])
def test_cells_of_a_grid_are_numbered_without_a_gap(shape: tuple[int, int], cell: float) -> None:
    labels = grid(*shape, cell)
    assert labels.shape == shape
    assert np.array_equal(np.unique(labels), np.arange(labels.max() + 1))
    sizes = np.bincount(labels.reshape(-1))
    assert sizes.max() <= 4 * max(sizes.min(), 1)


def test_a_grid_of_16_cuts_a_square_of_64_into_16_squares() -> None:
    assert np.bincount(grid(64, 64, 16).reshape(-1)).tolist() == [256] * 16


def test_segments_are_superpixels_or_cells() -> None:
    image = np.random.default_rng(0).integers(0, 255, (32, 32, 3), np.uint8)
    assert np.array_equal(Segments(8, 130).make(image), superpixels(image, 8, 130))
    assert np.array_equal(Segments(8, 130, "grid").make(image), grid(32, 32, 8))


@pytest.mark.parametrize(("cell", "count"), [(64, 1), (32, 2), (16, 4), (4, 16), (2, 32)])
def test_regions_hold_about_as_many_pieces_as_there_are_regions(cell: int, count: int) -> None:
    found = regions(grid(64, 64, cell))
    assert np.array_equal(np.unique(found), np.arange(found.max() + 1))
    assert found.max() + 1 == count


def test_pieces_of_a_region_are_neighbours() -> None:
    labels = grid(64, 64, 8)
    region = regions(labels)[labels]
    for one in range(region.max() + 1):
        down, across = np.nonzero(region == one)
        assert (np.ptp(down) + 1) * (np.ptp(across) + 1) == len(down)
