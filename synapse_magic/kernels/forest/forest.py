"""The trees of a fitted model as plain arrays, whichever library grew them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from synapse_magic.kernels.responses import Link

ZERO = float(np.float32(1e-35))
"""Numbers up to this size are zeros where zero stands for missing, by LightGBM's rule."""

_NUMBERS = 4_000_000
_ANSWERS = 32_000_000
_ROWS = 1000
_LEAVES = 2000
"""What is held at once: answers of a byte each, rows, and leaves of several trees."""


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree; its root is node 0. All arrays have one element a node.

    Attributes
    ----------
    left, right : numpy.ndarray of int
        The nodes below, -1 for a leaf.
    feature : numpy.ndarray of int
        The feature that is asked for; -1 for a leaf.
    threshold : numpy.ndarray of float
        A number up to this goes left.
    missing_left : numpy.ndarray of bool
        Whether a missing value goes left.
    zero_missing : numpy.ndarray of bool
        Whether zero counts as missing.
    categories : dict of int to numpy.ndarray
        The levels that go left at a node that asks for a category instead of comparing.
    values : numpy.ndarray
        (nodes, outputs) what a leaf adds; of other nodes it means nothing.
    cover : numpy.ndarray of float
        Weight of the training rows that came here.
    """

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    zero_missing: np.ndarray
    categories: dict[int, np.ndarray]
    values: np.ndarray
    cover: np.ndarray

    @classmethod
    def leaf(cls, values: Sequence[float] | np.ndarray) -> Tree:
        """Return a tree that asks for nothing."""
        none, no = np.full(1, -1), np.zeros(1, bool)
        value = np.asarray(values, np.float64)[None]
        return cls(none, none, none, np.zeros(1), no, no, {}, value, np.ones(1))

    def share(self) -> np.ndarray:
        """Return the share of the training rows above each node that came to it, 1 for the root."""
        share = np.ones(len(self.left))
        inner = np.flatnonzero(self.left >= 0)
        cover = self.cover[self.left[inner]] + self.cover[self.right[inner]]
        for side in (self.left, self.right):
            # Where no row came by, as in a refitted tree, both ways are as likely.
            known = np.where(cover > 0, self.cover[side[inner]], 0.5)
            share[side[inner]] = known / np.where(cover > 0, cover, 1.0)
        return share

    def goes_left(self, nodes: np.ndarray, x: np.ndarray, *, whole: bool) -> np.ndarray:
        """Return the answer of each node for its value, (nodes,), or its values, (nodes, rows)."""
        place = (nodes, None) if x.ndim == 2 else (nodes,)
        missing = np.isnan(x)
        if self.zero_missing.any():
            missing |= self.zero_missing[place] & (np.abs(x) <= ZERO)
        left: np.ndarray = np.where(missing, self.missing_left[place], x <= self.threshold[place])
        for node, levels in self.categories.items():
            asked = np.flatnonzero(nodes == node)
            if len(asked):
                level = np.trunc(x[asked]) if whole else x[asked]
                inside = np.isin(level, levels)
                left[asked] = np.where(missing[asked], self.missing_left[node], inside)
        return left


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees whose leaves add up to raw scores.

    Attributes
    ----------
    trees : tuple of Tree
        Weights, shrinkage and averaging are in their leaves.
    base : numpy.ndarray
        (outputs,) what is added to the leaves.
    link : {"identity", "logit", "softmax", "log"}
        What makes predictions of raw scores.
    single : bool
        Whether a value is rounded to float32 before it is compared.
    whole : bool
        Whether the fraction of a category is dropped; else one with a fraction is none.
    """

    trees: tuple[Tree, ...]
    base: np.ndarray
    link: Link
    single: bool = False
    whole: bool = True

    @property
    def outputs(self) -> int:
        """How many raw scores a row has."""
        return len(self.base)

    def only(self, output: int) -> Forest:
        """Return the forest of one of the outputs."""
        kept = slice(output, output + 1)
        trees = tuple(replace(tree, values=tree.values[:, kept]) for tree in self.trees)
        return replace(self, trees=trees, base=self.base[kept])

    def seen(self, matrix: np.ndarray) -> np.ndarray:
        """Return features of shape (rows, features) as the trees compare them."""
        if not self.single:
            return np.asarray(matrix, np.float64)
        with np.errstate(over="ignore"):
            return np.asarray(matrix, np.float32).astype(np.float64)

    def raw(self, matrix: np.ndarray) -> np.ndarray:
        """Return the raw scores of features of shape (rows, features), as (rows, outputs)."""
        seen = self.seen(matrix)
        raw = np.tile(self.base, (len(seen), 1))
        for tree in self.trees:
            raw += tree.values[self._leaves(tree, seen)]
        return raw

    def _leaves(self, tree: Tree, seen: np.ndarray) -> np.ndarray:
        at = np.zeros(len(seen), np.intp)
        rows = np.arange(len(seen)) if tree.left[0] >= 0 else np.empty(0, np.intp)
        while len(rows):
            here = at[rows]
            left = tree.goes_left(here, seen[rows, tree.feature[here]], whole=self.whole)
            at[rows] = np.where(left, tree.left[here], tree.right[here])
            rows = rows[tree.left[at[rows]] >= 0]
        return at

    def answers(self, tree: Tree, seen: np.ndarray) -> np.ndarray:
        """Return whether each row goes left at each node of a tree, (nodes, rows)."""
        answers = np.zeros((len(tree.left), len(seen)), bool)
        inner = np.flatnonzero(tree.left >= 0)
        step = max(1, _NUMBERS // max(1, len(seen)))
        for start in range(0, len(inner), step):
            part = inner[start : start + step]
            answers[part] = tree.goes_left(part, seen.T[tree.feature[part]], whole=self.whole)
        return answers

    def all_answers(self, seen: np.ndarray) -> np.ndarray:
        """Return the answers of all trees, one after the other, (nodes, rows)."""
        return np.concatenate([self.answers(tree, seen) for tree in self.trees])

    def parts(self) -> list[Forest]:
        """Return some trees at a time, of few leaves together.

        Which ones does not depend on the rows, so that a row's values are the same among others.
        """
        leaves = np.cumsum([(len(tree.left) + 1) // 2 for tree in self.trees])
        edges = [0, *np.flatnonzero(np.diff(leaves // _LEAVES)) + 1, len(self.trees)]
        parts = [self.trees[start:end] for start, end in itertools.pairwise(edges)]
        return [replace(self, trees=trees) for trees in parts if trees]

    def rows_at_once(self, rows: int, most: int) -> Iterator[slice]:
        """Yield rows in turn, at most so many at once, and so few that memory is flat."""
        nodes = sum(len(tree.left) for tree in self.trees)
        step = max(1, min(most, _ROWS, _ANSWERS // max(1, nodes)))
        for start in range(0, rows, step):
            yield slice(start, start + step)
