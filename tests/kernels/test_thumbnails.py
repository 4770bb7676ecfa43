from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.thumbnails import small


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1, 1, 1), (1, 1, 1)),
        ((72, 72, 3), (72, 72, 3)),
        ((73, 72, 3), (72, 71, 3)),
        ((100, 400, 3), (18, 72, 3)),
        ((5000, 1, 4), (72, 1, 4)),
    ],
)
def test_the_longest_side_is_72_and_none_vanishes(
    shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    made = small(np.full(shape, 200, np.uint8))
    assert made.shape == expected
    assert (made == 200).all()


def test_a_new_pixel_is_the_mean_of_those_it_covers() -> None:
    board = np.indices((144, 144)).sum(axis=0)[:, :, None] % 2 * np.uint8(200)
    assert (small(board.astype(np.uint8)) == 100).all()
    halves = np.zeros((144, 144, 1), np.uint8)
    halves[:, 72:] = 255
    made = small(halves)
    assert (made[:, :36] == 0).all()
    assert (made[:, 36:] == 255).all()
