from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.dashboard.plane import plane


def test_the_two_directions_of_most_variance_are_kept() -> None:
    corners = np.array([[0, 0, 7], [0, 4, 7], [6, 0, 7], [6, 4, 7]], np.float32)
    found = plane(corners)
    assert found.points.tolist() == [[-3, -2], [-3, 2], [3, -2], [3, 2]]
    assert found.share == 1.0


def test_what_the_plane_does_not_keep_is_told() -> None:
    cube = np.array([[x, y, z] for x in (-3, 3) for y in (-2, 2) for z in (-1, 1)], float)
    assert plane(cube).share == pytest.approx((9 + 4) / (9 + 4 + 1))


def test_more_numbers_than_vectors_give_the_same_plane() -> None:
    rng = np.random.default_rng(0)
    wide = np.pad(rng.normal(size=(12, 3)), ((0, 0), (0, 97)))
    turned, _ = np.linalg.qr(rng.normal(size=(100, 100)))
    found, expected = plane(wide @ turned), plane(wide)
    assert found.share == pytest.approx(expected.share)
    assert np.abs(found.points) == pytest.approx(np.abs(expected.points))


def test_a_vector_with_a_missing_number_has_no_place() -> None:
    found = plane(np.array([[0.0, 1], [np.nan, 1], [2, 1]]))
    assert found.points[:, 0] == pytest.approx([-1, np.nan, 1], nan_ok=True)


@pytest.mark.parametrize("vectors", [np.zeros((0, 3)), np.ones((4, 3)), np.full((2, 2), np.nan)])
def test_vectors_that_do_not_vary_lie_on_one_point(vectors: np.ndarray) -> None:
    found = plane(vectors)
    assert found.share == 0.0
    assert np.isnan(found.points).all() or not found.points.any()


def test_one_number_varies_along_one_direction() -> None:
    assert plane(np.array([[1.0], [3.0]])).points.tolist() == [[-1, 0], [1, 0]]
