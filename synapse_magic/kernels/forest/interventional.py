"""Exact Shapley values of trees where a feature that is away takes its values of a background.

S. Lundberg et al., "From local explanations to global understanding with explainable AI for trees",
Nature Machine Intelligence 2020 (interventional TreeSHAP). Here leaf by leaf: of an explained row x
and a background row z, a leaf is reached with the players S of x and the others of z where every
player that x lacks is away and every one that z lacks is in S. With p players that only x
satisfies and q that only z does, each of the p gets value (p-1)! q! / (p+q)!, each of the q
loses value p! (q-1)! / (p+q)!. That depends on the patterns of x and z alone.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from synapse_magic.kernels.forest.forest import Forest
from synapse_magic.kernels.forest.frontier import Nodes, Paths, Patterns, add_leaves

_PAIRS = 200_000
"""Pairs of a row and a row of the background that are looked at together."""
_TOGETHER = np.array([[0, 1], [1, 0], [1, 1], [2, 3], [3, 2], [3, 3]])
"""What a pair can become: on the left or right, let in by the row, the background, or both."""


def interventional(
    forest: Forest, matrix: np.ndarray, background: np.ndarray, player: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the Shapley values of rows and their base, the mean raw score of the background.

    Parameters
    ----------
    forest : Forest
    matrix : numpy.ndarray
        (rows, features) to explain.
    background : numpy.ndarray
        (rows, features), at least one row.
    player : numpy.ndarray of int
        The player of each feature, from 0; features of one player are taken away together.

    Returns
    -------
    values : numpy.ndarray
        (rows, players, outputs); they and the base sum to the raw score.
    base : numpy.ndarray
        (outputs,)
    """
    players = int(player.max(initial=-1)) + 1
    values = np.zeros((len(matrix), players, forest.outputs))
    behind = forest.seen(background)
    for part in forest.parts():
        nodes = Nodes.of(part, player)
        theirs = part.all_answers(behind)
        for some in part.rows_at_once(len(matrix), _PAIRS // len(behind)):
            _add(nodes, part.all_answers(forest.seen(matrix[some])), theirs, values[some])
    return values, forest.raw(background).mean(axis=0)


@dataclass(frozen=True, eq=False)
class _Level:
    """The nodes of one level, and the rows of both sides that may still count there.

    ``row`` and ``other`` are pairs of a pattern of rows and one of the background with which a leaf
    below can be reached by some of the players of either: no player may be lacked by both.
    """

    paths: Paths
    rows: Patterns
    behind: Patterns
    row: np.ndarray
    other: np.ndarray


def _add(nodes: Nodes, mine: np.ndarray, theirs: np.ndarray, values: np.ndarray) -> None:
    """Add what some trees give, to values of shape (rows, players, outputs)."""
    trees, count = np.arange(len(nodes.roots)), theirs.shape[1]
    sides = Patterns.of(len(trees), mine.shape[1]), Patterns.of(len(trees), count)
    level = _Level(Paths.of(nodes), *sides, trees, trees)
    while len(level.row):
        ends = nodes.left[level.paths.at] < 0
        each = _leaf_values(level, ends, count)
        add_leaves(nodes, level.paths, level.rows, ends, each, values)
        level = _below(nodes, level, ends, mine, theirs)


def _below(
    nodes: Nodes, level: _Level, ends: np.ndarray, mine: np.ndarray, theirs: np.ndarray
) -> _Level:
    """Return the next level, without the rows that can no longer count."""
    paths, rows, behind = level.paths, level.rows, level.behind
    position = paths.position(nodes.player[paths.at])
    row_keys, other_keys = (
        side.keys(paths, position, answers) for side, answers in ((rows, mine), (behind, theirs))
    )
    goes_on = ~ends[rows.path[level.row]]
    row = 4 * level.row[goes_on] + _TOGETHER[:, :1]
    other = 4 * level.other[goes_on] + _TOGETHER[:, 1:]
    there = rows.marked(*row_keys)[row] & behind.marked(*other_keys)[other]
    row, other = row[there], other[there]
    row_alive, other_alive = rows.marked(row), behind.marked(other)
    side, child = rows.sides(row_alive, len(paths.at))
    return _Level(
        paths.below(nodes, side),
        rows.below(row_keys, row_alive, position, child),
        behind.below(other_keys, other_alive, position, child),
        (np.cumsum(row_alive) - 1)[row],
        (np.cumsum(other_alive) - 1)[other],
    )


def _leaf_values(level: _Level, ends: np.ndarray, background: int) -> np.ndarray:
    """Return what each player of a path has of its leaf, (players, patterns of rows)."""
    rows, behind = level.rows, level.behind
    here = ends[rows.path[level.row]]
    row, other = level.row[here], level.other[here]
    most = int(level.paths.length.max())
    lacks = ~behind.admits[:, :most]
    share = np.bincount(behind.place, minlength=len(behind.path))[other] / background
    gain, loss = _shares(most)
    only_behind, only_row = (~rows.admits).sum(axis=1)[row], lacks.sum(axis=1)[other]
    gained, lost = share * gain[only_behind, only_row], share * loss[only_behind, only_row]
    lost = np.bincount(row, weights=lost, minlength=len(rows.path))
    each = np.empty((most, len(rows.path)))
    for number in range(most):
        given = np.bincount(row, gained * lacks[other, number], minlength=len(rows.path))
        each[number] = given - lost * ~rows.admits[:, number]
    return each


@functools.lru_cache(maxsize=256)
def _shares(players: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (p-1)! q! / (p+q)! and p! (q-1)! / (p+q)! as [q, p], 0 where there is no such player.

    By 1 / (p C(p+q, p)), which does not overflow.
    """
    from scipy.special import comb

    q, p = np.mgrid[: players + 1, : players + 1].astype(np.float64)
    ways = comb(p + q, p)
    gain = np.where(p > 0, 1.0 / (np.maximum(p, 1.0) * ways), 0.0)
    loss = np.where(q > 0, 1.0 / (np.maximum(q, 1.0) * ways), 0.0)
    return gain, loss
