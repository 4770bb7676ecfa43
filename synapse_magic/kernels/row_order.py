"""An order of rows in which those alike stand together, in time linear in the rows."""

from __future__ import annotations

import numpy as np

_CLUSTERS = 24
_ROWS_OF_A_CLUSTER = 8
_BATCH = 256
_STEPS = 40
_BLOCK = 16_384


def order_alike(points: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return the places of (rows, features) points, neighbours beside each other.

    Mini-batch k-means (Sculley, 2010), its centres in the best order of the leaves of their tree;
    within a cluster, and from one end to the other, the sum of a row rises.
    """
    count = min(_CLUSTERS, len(points) // _ROWS_OF_A_CLUSTER)
    height = points.sum(axis=1)
    if count < 2:
        return np.argsort(height, kind="stable")
    centres = _centres(points, count, np.random.default_rng(seed))
    nearest = _nearest(points, centres)
    rank = np.empty(count, dtype=np.intp)
    rank[_leaves(centres)] = np.arange(count)
    return np.lexsort((height, rank[nearest]))


def _centres(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    centres = _far_apart(points[rng.integers(0, len(points), 32 * count)], count, rng)
    seen = np.zeros(count)
    for _ in range(_STEPS):
        batch = points[rng.integers(0, len(points), _BATCH)]
        nearest = _nearest(batch, centres)
        member = np.equal.outer(np.arange(count), nearest).astype(np.float64)
        arrived, sums = member.sum(axis=1), member @ batch
        some = arrived > 0
        seen += arrived
        pull = (sums[some] - arrived[some, None] * centres[some]) / seen[some, None]
        centres[some] += pull
    return centres


def _far_apart(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return first centres as k-means++ draws them: the farther from others, the likelier."""
    chosen = [points[0]]
    distance = np.square(points - chosen[0]).sum(axis=1)
    for _ in range(count - 1):
        total = distance.sum()
        weights = distance / total if total > 0 else None
        chosen.append(points[rng.choice(len(points), p=weights)])
        distance = np.minimum(distance, np.square(points - chosen[-1]).sum(axis=1))
    return np.array(chosen, dtype=np.float64)


def _nearest(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    half = np.square(centres).sum(axis=1) / 2
    blocks = range(0, len(points), _BLOCK)
    return np.concatenate(
        [np.argmin(half - points[b : b + _BLOCK] @ centres.T, axis=1) for b in blocks]
    )


def _leaves(centres: np.ndarray) -> np.ndarray:
    """Return the centres from one end of their tree to the other, the lower end first."""
    from scipy.cluster.hierarchy import leaves_list, linkage

    leaves = leaves_list(linkage(centres, "average", optimal_ordering=True))
    height = centres.sum(axis=1)[leaves]
    half = len(leaves) // 2
    return leaves if height[:half].mean() <= height[half:].mean() else leaves[::-1]
