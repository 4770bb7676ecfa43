from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.row_order import order_alike


@pytest.mark.parametrize("rows", [0, 1, 7, 40, 1000])
def test_every_row_is_there_once(rows: int) -> None:
    points = np.random.default_rng(1).normal(size=(rows, 3))
    assert sorted(order_alike(points)) == list(range(rows))


def test_groups_of_like_rows_stand_together() -> None:
    rng = np.random.default_rng(2)
    group = rng.integers(0, 4, 400)
    centres = np.array([[0, 0], [0, 50], [50, 0], [50, 50]])
    order = order_alike(centres[group] + rng.normal(size=(400, 2)))
    changes = np.flatnonzero(np.diff(group[order]))
    assert len(changes) == 3


def test_neighbours_are_nearer_than_by_chance() -> None:
    points = np.random.default_rng(3).normal(size=(2000, 10))

    def steps(order: np.ndarray) -> float:
        return float(np.linalg.norm(np.diff(points[order], axis=0), axis=1).mean())

    assert steps(order_alike(points)) < 0.9 * steps(np.arange(2000))


def test_few_rows_rise() -> None:
    points = np.array([[3.0], [1.0], [2.0]])
    assert order_alike(points).tolist() == [1, 2, 0]


def test_rows_all_alike_have_an_order_and_a_seed_gives_the_same() -> None:
    assert sorted(order_alike(np.zeros((100, 3)))) == list(range(100))
    points = np.random.default_rng(3).normal(size=(500, 4))
    assert (order_alike(points, 5) == order_alike(points, 5)).all()
