from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest

from synapse_magic.kernels.forest.forest import Forest, Tree

Enumerated = Callable[..., np.ndarray]


@pytest.fixture(scope="session")
def enumerated() -> Enumerated:
    """Give the Shapley values by their definition, over all coalitions of players."""

    def values(
        forest: Forest, rows: np.ndarray, background: np.ndarray, player: np.ndarray
    ) -> np.ndarray:
        count = int(player.max()) + 1

        def outcome(row: np.ndarray, kept: tuple[int, ...]) -> np.ndarray:
            mixed = np.where(np.isin(player, kept), row, background)
            return forest.raw(mixed).mean(axis=0)

        found = np.zeros((len(rows), count, forest.outputs))
        for number, row in enumerate(rows):
            for one in range(count):
                others = [other for other in range(count) if other != one]
                for size in range(count):
                    weight = 1 / (count * math.comb(count - 1, size))
                    for kept in itertools.combinations(others, size):
                        gain = outcome(row, (*kept, one)) - outcome(row, kept)
                        found[number, one] += weight * gain
        return found

    return values


@pytest.fixture
def stump() -> Tree:
    """Give a tree of one split: feature 0 up to 1.5 goes left, three rows of four did."""
    no = np.zeros(3, bool)
    return Tree(
        left=np.array([1, -1, -1]),
        right=np.array([2, -1, -1]),
        feature=np.array([0, -1, -1]),
        threshold=np.array([1.5, np.nan, np.nan]),
        missing_left=no,
        zero_missing=no,
        categories={},
        values=np.array([[0.0], [10.0], [20.0]]),
        cover=np.array([4.0, 3.0, 1.0]),
    )
