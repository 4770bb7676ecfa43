"""Rows on their way down many trees at once, collapsed into few patterns.

All that a leaf's Shapley values need of a row is which players let it in: for each player (a
feature, or several that go together) on the path, whether all of its answers lead that way. Rows
alike in that at a node share a pattern, and there are far fewer patterns than rows. The nodes of
one level of all trees are answered for together, so that the work is done by few calls on long
arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synapse_magic.kernels.forest.forest import Forest


@dataclass(frozen=True, eq=False)
class Nodes:
    """The nodes of some trees in one numbering.

    Attributes
    ----------
    roots : numpy.ndarray of int
        (trees,)
    left, right, player : numpy.ndarray of int
        The nodes below, -1 for a leaf, and the player that is asked.
    values : numpy.ndarray
        (nodes, outputs)
    share : numpy.ndarray
        (nodes,) of the rows above a node in training, how many came to it.
    """

    roots: np.ndarray
    left: np.ndarray
    right: np.ndarray
    player: np.ndarray
    values: np.ndarray
    share: np.ndarray

    @classmethod
    def of(cls, forest: Forest, player: np.ndarray) -> Nodes:
        """Return the nodes of a forest whose features belong to players."""
        sizes = [len(tree.left) for tree in forest.trees]
        roots = np.cumsum([0, *sizes[:-1]])
        left = _shifted([tree.left for tree in forest.trees], roots)
        right = _shifted([tree.right for tree in forest.trees], roots)
        asked = np.concatenate([tree.feature for tree in forest.trees])
        values = np.concatenate([tree.values for tree in forest.trees])
        share = np.concatenate([tree.share() for tree in forest.trees])
        return cls(roots, left, right, player[asked], values, share)


def _shifted(sides: list[np.ndarray], roots: np.ndarray) -> np.ndarray:
    return np.concatenate(
        [np.where(side >= 0, side + root, -1) for side, root in zip(sides, roots)]
    )


@dataclass(frozen=True, eq=False)
class Paths:
    """The nodes of one level that rows came to.

    Attributes
    ----------
    at : numpy.ndarray of int
        (paths,) the nodes.
    players : numpy.ndarray of int
        (paths, most + 1) the players above each node in turn, -1 behind the last.
    length : numpy.ndarray of int
        (paths,) how many those are.
    """

    at: np.ndarray
    players: np.ndarray
    length: np.ndarray

    @classmethod
    def of(cls, nodes: Nodes) -> Paths:
        """Return the roots, above which nothing was asked."""
        trees = len(nodes.roots)
        return cls(nodes.roots, np.full((trees, 1), -1), np.zeros(trees, np.intp))

    def position(self, asked: np.ndarray) -> np.ndarray:
        """Return the place of each node's player on its path, past the last for a new one."""
        same = self.players == asked[:, None]
        return np.where(same.any(axis=1), same.argmax(axis=1), self.length)

    def below(self, nodes: Nodes, side: np.ndarray) -> Paths:
        """Return some of the children: 2 x path, and 1 more for the right one."""
        path, right = side >> 1, side & 1
        at = self.at[path]
        asked = nodes.player[at]
        child = np.where(right, nodes.right[at], nodes.left[at])
        place = self.position(nodes.player[self.at])[path]
        players = np.concatenate([self.players[path], np.full((len(path), 1), -1)], axis=1)
        players[np.arange(len(path)), place] = asked
        length = np.maximum(self.length[path], place + 1)
        return Paths(child, players[:, : length.max(initial=0) + 1], length)


@dataclass(frozen=True, eq=False)
class Patterns:
    """The rows of one side that may still count, at all nodes of a level.

    Attributes
    ----------
    path : numpy.ndarray of int
        (patterns,) where each pattern is.
    admits : numpy.ndarray of bool
        (patterns, most) whether each player of the path lets it in; True behind the last.
    place, rows : numpy.ndarray of int
        (items,) a pattern, and a row that has it.
    """

    path: np.ndarray
    admits: np.ndarray
    place: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, trees: int, rows: int) -> Patterns:
        """Return so many rows at the roots of so many trees, where nothing was asked yet."""
        each = np.arange(trees)
        place, row = np.repeat(each, rows), np.tile(np.arange(rows), trees)
        return cls(each, np.ones((trees, 0), bool), place, row)

    def keys(
        self, paths: Paths, position: np.ndarray, answers: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return what each item becomes on either side: 4 x pattern + 2 x right + let in.

        Parameters
        ----------
        paths : Paths
        position : numpy.ndarray of int
            (paths,) the place on the path of the player that is asked.
        answers : numpy.ndarray of bool
            (nodes, rows) who goes left.
        """
        wider = np.concatenate([self.admits, np.ones((len(self.admits), 1), bool)], axis=1)
        so_far = wider[np.arange(len(wider)), position[self.path]][self.place]
        left = answers[paths.at[self.path][self.place], self.rows]
        return 4 * self.place + (left & so_far), 4 * self.place + 2 + (~left & so_far)

    def marked(self, *keys: np.ndarray) -> np.ndarray:
        """Say of each key that there can be whether it is among the given ones."""
        marked = np.zeros(4 * len(self.path), bool)
        for found in keys:
            marked[found] = True
        return marked

    def sides(self, alive: np.ndarray, paths: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the paths that go on, 2 x path + right, and the number of each such path below."""
        found = np.flatnonzero(alive)
        side = np.unique(2 * self.path[found >> 2] + ((found >> 1) & 1))
        child = np.full(2 * paths, -1)
        child[side] = np.arange(len(side))
        return side, child

    def below(
        self,
        keys: tuple[np.ndarray, np.ndarray],
        alive: np.ndarray,
        position: np.ndarray,
        child: np.ndarray,
    ) -> Patterns:
        """Return the patterns of the next level.

        Parameters
        ----------
        keys : tuple of numpy.ndarray
            As of :meth:`keys`.
        alive : numpy.ndarray of bool
            (4 x patterns,) the keys that may still count.
        position : numpy.ndarray of int
            As in :meth:`keys`.
        child : numpy.ndarray of int
            (2 x paths,) the number of the path below on either side.
        """
        number = np.cumsum(alive) - 1
        found = np.flatnonzero(alive)
        before, right, let_in = found >> 2, (found >> 1) & 1, (found & 1).astype(bool)
        path = self.path[before]
        admits = np.ones((len(found), self.admits.shape[1] + 1), bool)
        admits[:, :-1] = self.admits[before]
        admits[np.arange(len(found)), position[path]] = let_in
        staying = [alive[key] for key in keys]
        place = np.concatenate([number[key[kept]] for key, kept in zip(keys, staying)])
        rows = np.concatenate([self.rows[kept] for kept in staying])
        return Patterns(child[2 * path + right], admits, place, rows)


def add_leaves(
    nodes: Nodes,
    paths: Paths,
    rows: Patterns,
    ends: np.ndarray,
    each: np.ndarray,
    values: np.ndarray,
) -> None:
    """Add what each player has of a leaf to the values of the rows that share a pattern.

    Parameters
    ----------
    nodes, paths, rows : Nodes, Paths, Patterns
    ends : numpy.ndarray of bool
        (paths,) which of them are leaves.
    each : numpy.ndarray
        (players of the path, patterns) the share of the leaf's value.
    values : numpy.ndarray
        (rows, players, outputs), contiguous.
    """
    item = np.flatnonzero(ends[rows.path][rows.place])
    place, row = rows.place[item], rows.rows[item]
    path, (players, outputs) = rows.path[place], values.shape[1:]
    leaf, flat = nodes.values[paths.at], values.reshape(-1)
    for number, share in enumerate(each):
        cell = (row * players + paths.players[path, number]) * outputs
        for output in np.flatnonzero(leaf[ends].any(axis=0)):
            np.add.at(flat, cell + output, (share * leaf[rows.path, output])[place])
