"""Points and queries, and the answers that measuring every pair gives."""

from __future__ import annotations

from typing import Any

import numpy as np

POINTS = np.random.default_rng(5).normal(size=(400, 3)).round(3)
QUERIES = np.random.default_rng(6).normal(size=(50, 3)).round(3)


def distances(points: np.ndarray = POINTS, queries: np.ndarray = QUERIES) -> np.ndarray:
    """Return the distance of every pair, shape (queries, points)."""
    return np.linalg.norm(queries[:, None] - points[None], axis=2)


def nearest(k: int) -> list[list[int]]:
    """Return the nearest points to each query."""
    return np.argsort(distances(), axis=1, kind="stable")[:, :k].tolist()


def values(rows: list[Any], output: str = "neighbors") -> list[list[Any]]:
    """Return the values that were found."""
    return [[found.value for found in row[output]] for row in rows]
