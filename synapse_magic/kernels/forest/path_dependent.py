"""Exact Shapley values of trees where a feature that is away is split as training rows were.

S. Lundberg et al., 2020 (path-dependent TreeSHAP). Leaf by leaf the game is a product: a player in
the coalition counts o = 1 where it lets the row in and 0 else, one that is away counts r, the share
of training rows that go on along its splits. Shapley's weight s! (d-s-1)! / d! is the integral of
t^s (1-t)^(d-s-1) over 0..1, so player j has (o_j - r_j) times the integral of the product over all
others i of (o_i t + r_i (1-t)): a polynomial of degree d-1, which Gauss' rule integrates exactly.
"""

from __future__ import annotations

import functools

import numpy as np

from synapse_magic.kernels.forest.forest import Forest
from synapse_magic.kernels.forest.frontier import Nodes, Paths, Patterns, add_leaves

_ROWS = 500
"""Rows that are looked at together: all of them come to all leaves."""


def path_dependent(
    forest: Forest, matrix: np.ndarray, features: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the Shapley values of rows and their base, the mean raw score in training.

    Parameters
    ----------
    forest : Forest
    matrix : numpy.ndarray
        (rows, features) to explain.
    features : int

    Returns
    -------
    values : numpy.ndarray
        (rows, features, outputs); they and the base sum to the raw score.
    base : numpy.ndarray
        (outputs,)
    """
    values, base = np.zeros((len(matrix), features, forest.outputs)), forest.base.copy()
    for part in forest.parts():
        nodes = Nodes.of(part, np.arange(features))
        base += _mean(nodes)
        for some in part.rows_at_once(len(matrix), _ROWS):
            _add(nodes, part.all_answers(forest.seen(matrix[some])), values[some])
    return values, base


def _add(nodes: Nodes, answers: np.ndarray, values: np.ndarray) -> None:
    """Add what some trees give, to values of shape (rows, features, outputs).

    ``passing`` is (paths, most + 1): the share of training rows that each feature lets through, 1
    behind the last.
    """
    paths, rows = Paths.of(nodes), Patterns.of(len(nodes.roots), answers.shape[1])
    passing = np.ones((len(nodes.roots), 1))
    while len(paths.at):
        ends = nodes.left[paths.at] < 0
        each = _leaf_values(paths, rows, ends, passing)
        add_leaves(nodes, paths, rows, ends, each, values)
        position = paths.position(nodes.player[paths.at])
        keys = rows.keys(paths, position, answers)
        alive = rows.marked(*keys) & np.repeat(~ends[rows.path], 4)
        side, child = rows.sides(alive, len(paths.at))
        below = paths.below(nodes, side)
        passing = _passing(nodes, passing, side, position, below)
        paths, rows = below, rows.below(keys, alive, position, child)


def _passing(
    nodes: Nodes, passing: np.ndarray, side: np.ndarray, position: np.ndarray, below: Paths
) -> np.ndarray:
    path, most = side >> 1, below.players.shape[1]
    wider = np.concatenate([passing, np.ones((len(passing), 1))], axis=1)[path]
    wider[np.arange(len(path)), position[path]] *= nodes.share[below.at]
    return wider[:, :most]


def _leaf_values(paths: Paths, rows: Patterns, ends: np.ndarray, passing: np.ndarray) -> np.ndarray:
    """Return the Shapley values of the product games of the leaves, (features, patterns)."""
    most = int(paths.length[ends].max(initial=0))
    here = np.flatnonzero(ends[rows.path])
    admits, share = rows.admits[here, :most], passing[rows.path[here], :most]
    found = np.zeros((len(here), most))
    for t, weight in zip(*_gauss(most)):
        inside = t + share * (1 - t)
        product = np.where(admits, inside, share * (1 - t)).prod(axis=1) * weight
        # A player that keeps the row out has o - r = -r, and its own factor is r (1 - t).
        found += product[:, None] * np.where(admits, (1 - share) / inside, -1 / (1 - t))
    each = np.zeros((most, len(rows.path)))
    each[:, here] = found.T
    return each


@functools.lru_cache(maxsize=256)
def _gauss(features: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points in 0..1 and weights that integrate a polynomial of degree features - 1."""
    points, weights = np.polynomial.legendre.leggauss(features // 2 + 1)
    return (points + 1) / 2, weights / 2


def _mean(nodes: Nodes) -> np.ndarray:
    """Return the sum of the trees' means over the rows of training, (outputs,)."""
    reached, mean = np.ones(len(nodes.roots)), np.zeros(nodes.values.shape[1])
    at = nodes.roots
    while len(at):
        ends = nodes.left[at] < 0
        mean += reached[ends] @ nodes.values[at[ends]]
        below = np.concatenate([nodes.left[at[~ends]], nodes.right[at[~ends]]])
        reached, at = np.tile(reached[~ends], 2) * nodes.share[below], below
    return mean
