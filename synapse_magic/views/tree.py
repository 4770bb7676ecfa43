"""One tree of a model: its splits from left to right, its leaves, and the rows that came there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.trees import TreeNode
from synapse_magic.views.page import figure
from synapse_magic.views.palette import LINE
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import escape, number, plain, plural, share, shorten, signed, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVELS = 4
"""Levels of splits that are drawn unless more are asked for: what a page can hold."""
_WIDE, _HIGH = 176.0, 40.0
_ACROSS, _DOWN = 234.0, 52.0
_EDGE = 10.0
_SIZE = 12.0


@dataclass(frozen=True, eq=False, repr=False)
class TreeView(View):
    """A tree, drawn to a depth.

    Attributes
    ----------
    nodes
        All nodes of the tree, each after the one above it.
    title
        Which tree of which model it is.
    sums
        What becomes of the leaves of all trees.
    depth
        Levels of splits that are drawn; the table has all.
    """

    nodes: tuple[TreeNode, ...]
    title: str = "Tree"
    sums: str = "add up to the raw score"
    depth: int = LEVELS

    def sentence(self) -> str:
        """Return the view in one sentence."""
        deepest = max(node.depth for node in self.nodes)
        root = self.nodes[0]
        first = f": {split_words(root)} first" if root.feature else ""
        return (
            f"{self.title} with {count_leaves(self.nodes)}, {plural(deepest, 'level')} deep{first}"
        )

    def note(self) -> str:
        """Return how to read the tree, and what is not drawn."""
        words = (
            "Left to right: the upper branch is yes, the lower one no. Bar: share of the training "
            f"rows. The leaves of all trees {self.sums}."
        )
        shown = self._shown()
        hidden = sum(not n.feature for n in self.nodes) - sum(not n.feature for n in shown)
        if not hidden:
            return words
        return (
            f"{words} Drawn are {plural(self.depth, 'level')} of splits; "
            f"{count_leaves_of(hidden)} below them are in the table, and drawn with a larger depth."
        )

    def _shown(self) -> list[TreeNode]:
        return [node for node in self.nodes if node.depth <= self.depth]

    def _is_end(self, node: TreeNode) -> bool:
        return not node.feature or node.depth == self.depth

    def places(self) -> dict[int, tuple[float, float]]:
        """Return where each drawn node stands: left end and middle, in pixels.

        The ends of branches stand under each other; a split stands midway between its two sides.
        """
        shown = self._shown()
        ends = [node.node for node in shown if self._is_end(node)]
        middle = {name: _EDGE + _HIGH / 2 + _DOWN * row for row, name in enumerate(ends)}
        for node in reversed(shown):
            if node.node not in middle:
                below = [middle[n.node] for n in shown if n.parent == node.node]
                middle[node.node] = sum(below) / len(below)
        return {n.node: (_EDGE + _ACROSS * n.depth, middle[n.node]) for n in shown}

    def _size(self, places: dict[int, tuple[float, float]]) -> tuple[float, float]:
        right = max(x for x, _ in places.values()) + _WIDE + _EDGE
        bottom = max(y for _, y in places.values()) + _HIGH / 2 + _EDGE
        return right, bottom

    def picture(self) -> str:
        """Return the tree at its own size; a narrow page scrolls it."""
        places = self.places()
        board = Drawing(*self._size(places), self.sentence())
        for node in self._shown():
            if node.parent >= 0:
                self._draw_branch(board, node, places)
        for node in self._shown():
            self._draw_node(board, node, *places[node.node])
        scroll = (
            '<div class="syn-scroll" tabindex="0" role="region" '
            f'aria-label="{escape(self.title)}">{board.image(fluid=False)}</div>'
        )
        return figure(self.title, self.note(), scroll)

    def _draw_branch(
        self, board: Drawing, node: TreeNode, places: dict[int, tuple[float, float]]
    ) -> None:
        (x, y), (above_x, above_y) = places[node.node], places[node.parent]
        start, turn = above_x + _WIDE, above_x + _WIDE + 14
        board.path(np.array([start, turn, turn, x]), np.array([above_y, above_y, y, y]), "axis")
        words = branch_words(node, self.nodes[node.parent])
        board.text(x - 4, y - 8, words, anchor="end", kind="dim", size=10.5)

    def _draw_node(self, board: Drawing, node: TreeNode, x: float, y: float) -> None:
        top = y - _HIGH / 2
        board.rect(x, top, _WIDE, _HIGH, "rail" if node.feature else "data", radius=5)
        part = node.rows / self.nodes[0].rows if self.nodes[0].rows else 0.0
        board.rect(x + 8, top + _HIGH - 6, (_WIDE - 16) * part, 2.5, "bar", radius=1)
        board.text(x + 8, top + 11, self._headline(node), room=_WIDE - 16, size=_SIZE)
        board.text(x + 8, top + 25.5, self._details(node), kind="dim", room=_WIDE - 16, size=10.5)

    def _headline(self, node: TreeNode) -> str:
        return split_words(node, (_WIDE - 16) / _SIZE) if node.feature else leaf_words(node)

    def _details(self, node: TreeNode) -> str:
        rows = plural(node.rows, "row")
        if not node.feature:
            return f"{rows}, {share(node.rows, self.nodes[0].rows)}"
        if self._is_end(node):
            return f"\N{HORIZONTAL ELLIPSIS} {count_leaves(below(self.nodes, node))}, {rows}"
        return f"gain {number(node.gain)}, {rows}"

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per node, those that are not drawn included."""
        rows = [
            (
                node.node,
                node.parent if node.parent >= 0 else None,
                node.branch or None,
                node.depth,
                full_split_words(node) if node.feature else "leaf",
                node.missing or None,
                node.gain,
                node.value,
                node.rows,
            )
            for node in self.nodes
        ]
        names = ["node", "parent", "answer", "depth", "split", "missing goes", "gain", "value"]
        return [*names, "rows"], rows

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw with matplotlib."""
        places = self.places()
        right, bottom = self._size(places)
        ax = new_axes(ax, right / 90, bottom / 80 + 0.4)
        for node in self._shown():
            x, y = places[node.node]
            if node.parent >= 0:
                above_x, above_y = places[node.parent]
                start, turn = above_x + _WIDE, above_x + _WIDE + 14
                ax.plot([start, turn, turn, x], [above_y, above_y, y, y], color="#888", lw=1)
                words = branch_words(node, self.nodes[node.parent])
                ax.text(x - 4, y - 8, words, ha="right", va="center", fontsize=6, color="#555")
            words = f"{plain(shorten(self._headline(node), _WIDE, 13))}\n{self._details(node)}"
            edge = "#888" if node.feature else LINE
            box = {"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": edge}
            ax.text(x, y, words, ha="left", va="center", fontsize=7, bbox=box)
        ax.set(xlim=(0, right), ylim=(bottom, 0), title=plain(self.title))
        ax.set_axis_off()
        return ax

    def payload(self) -> None:
        """Return None: the picture needs no script."""


def split_words(node: TreeNode, room: float = 200.0) -> str:
    """Return what a split asks, its feature's name cut to ``room`` times the size of its letters.

    Examples
    --------
    >>> split_words(TreeNode(0, -1, "", 0, 9, 0.0, feature="age", threshold=35.5))
    'age \u2264 35.5'
    """
    if not node.categories:
        asked = f" \N{LESS-THAN OR EQUAL TO} {threshold_words(node.threshold)}"
    elif len(node.categories) == 1:
        asked = f" is {shorten(node.categories[0], 6 * _SIZE, _SIZE)}"
    else:
        first = shorten(node.categories[0], 4 * _SIZE, _SIZE)
        asked = f" is {first} or {len(node.categories) - 1} more"
    left = max(room - width(asked, 1.0), 3.0)
    return shorten(node.feature, left * _SIZE, _SIZE) + asked


def full_split_words(node: TreeNode) -> str:
    """Return what a split asks, in full."""
    if node.categories:
        return f"{node.feature} is {' or '.join(node.categories)}"
    return f"{node.feature} \N{LESS-THAN OR EQUAL TO} {node.threshold!r}"


def threshold_words(value: float) -> str:
    """Return a threshold to six digits: three may not tell it from its neighbours."""
    if math.isinf(value) or 0 < abs(value) < 1e-4 or abs(value) >= 1e12:
        return number(value)
    return f"{value:,.6g}".replace("-", "\N{MINUS SIGN}")


def leaf_words(node: TreeNode) -> str:
    """Return what a leaf adds to the score."""
    if not node.linear:
        return signed(node.value)
    return f"linear in {', '.join(node.linear)}"


def branch_words(node: TreeNode, above: TreeNode) -> str:
    """Return the answer that leads to a node, and whether missing values come along."""
    return f"{node.branch}, missing" if above.missing == node.branch else node.branch


def below(nodes: Sequence[TreeNode], top: TreeNode) -> list[TreeNode]:
    """Return the nodes of the tree that starts at ``top``."""
    inside = {top.node}
    for node in nodes:  # each comes after the one above it
        if node.parent in inside:
            inside.add(node.node)
    return [node for node in nodes if node.node in inside]


def count_leaves(nodes: Sequence[TreeNode]) -> str:
    """Return how many leaves are among the nodes, in words."""
    return count_leaves_of(sum(not node.feature for node in nodes))


def count_leaves_of(count: int) -> str:
    """Return a number of leaves in words."""
    return "1 leaf" if count == 1 else f"{count:,} leaves"
