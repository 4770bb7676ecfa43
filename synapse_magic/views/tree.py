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
from synapse_magic.views.words import (
    MINUS,
    escape,
    number,
    plain,
    plural,
    share,
    shorten,
    signed,
    width,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVELS = 4
"""Levels of splits that are drawn unless more are asked for: what a page can hold."""
_WIDE, _HIGH, _LEAF_HIGH = 168.0, 54.0, 39.0
_ACROSS, _DOWN = 240.0, 62.0
_EDGE = 10.0
_ROOM = _WIDE - 36
_SIZE = 12.0
_SMALL = 10.0
_TURN = 9.0


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
        first = f": {root.feature} {short_condition(root)} first" if root.feature else ""
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
        start, turn = above_x + _WIDE, above_x + _WIDE + _TURN
        board.path(np.array([start, turn, turn, x]), np.array([above_y, above_y, y, y]), "axis")
        words = branch_words(node, self.nodes[node.parent])
        board.text(x - 5, y - 8, words, anchor="end", kind="dim", size=_SMALL)

    def _draw_node(self, board: Drawing, node: TreeNode, x: float, y: float) -> None:
        high = height(node)
        top = y - high / 2
        board.rect(x, top, _WIDE, high, "rail" if node.feature else "data", radius=5)
        part = node.rows / self.nodes[0].rows if self.nodes[0].rows else 0.0
        board.rect(x + 9, top + high - 6, (_WIDE - 18) * part, 2.5, "bar", radius=1)
        *heads, details = self._lines(node)
        for row, words in enumerate(heads):
            board.text(x + 9, top + 12 + 15 * row, words, room=_ROOM, size=_SIZE)
        low = top + 12 + 15 * len(heads) - 0.5
        board.text(x + 9, low, details, kind="dim", room=_ROOM, size=_SMALL)

    def _lines(self, node: TreeNode) -> list[str]:
        """Return what is written in a node, the details last."""
        rows = plural(node.rows, "row")
        if not node.feature:
            return [leaf_words(node), f"{rows}, {share(node.rows, self.nodes[0].rows)}"]
        if self._is_end(node):
            hidden = count_leaves(below(self.nodes, node))
            details = f"\N{HORIZONTAL ELLIPSIS} {hidden}, {rows}"
        else:
            details = f"gain {number(node.gain)}, {rows}"
        return [node.feature, short_condition(node), details]

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per node, those that are not drawn included."""
        rows = [
            (
                node.node,
                node.parent if node.parent >= 0 else None,
                node.branch or None,
                node.depth,
                f"{node.feature} {full_condition(node)}" if node.feature else "leaf",
                node.missing or None,
                node.gain if node.feature else None,
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
                start, turn = above_x + _WIDE, above_x + _WIDE + _TURN
                ax.plot([start, turn, turn, x], [above_y, above_y, y, y], color="#888", lw=1)
                words = branch_words(node, self.nodes[node.parent])
                ax.text(x - 5, y - 8, words, ha="right", va="center", fontsize=6, color="#555")
            self._box(ax, node, x, y)
        ax.set(xlim=(0, right), ylim=(bottom, 0), title=plain(self.title))
        ax.set_axis_off()
        return ax

    def _box(self, ax: Axes, node: TreeNode, x: float, y: float) -> None:
        from matplotlib.patches import Rectangle

        edge, high = "#888" if node.feature else LINE, height(node)
        box = Rectangle((x, y - high / 2), _WIDE, high, facecolor="white", edgecolor=edge)
        ax.add_patch(box)
        words = "\n".join(plain(shorten(line, _ROOM, _SIZE)) for line in self._lines(node))
        ax.text(x + 8, y, words, ha="left", va="center", fontsize=7)

    def payload(self) -> None:
        """Return None: the picture needs no script."""


def height(node: TreeNode) -> float:
    """Return how high the box of a node is, in pixels."""
    return _HIGH if node.feature else _LEAF_HIGH


def short_condition(node: TreeNode) -> str:
    """Return for which values the answer is yes, in the room of a box.

    Examples
    --------
    >>> short_condition(TreeNode(0, -1, "", 0, 9, 0.0, feature="age", threshold=35.50000000001))
    '\u2264 35.5'
    """
    if not node.categories:
        return f"\N{LESS-THAN OR EQUAL TO} {threshold_words(node.threshold)}"
    more = len(node.categories) - 1
    rest = f" or {more} more" if more else ""
    return f"is {shorten(node.categories[0], _ROOM - width(f'is {rest}', _SIZE), _SIZE)}{rest}"


def full_condition(node: TreeNode) -> str:
    """Return for which values the answer is yes, in full."""
    if node.categories:
        return f"is {' or '.join(node.categories)}"
    return f"\N{LESS-THAN OR EQUAL TO} {node.threshold:.10g}".replace("-", MINUS)


def threshold_words(value: float) -> str:
    """Return a threshold to five digits: three may not tell it from its neighbours."""
    size = abs(value)
    if math.isinf(value) or 0 < size < 1e-4 or size >= 1e12:
        return number(value)
    return (f"{value:,.0f}" if size >= 99999.5 else f"{value:,.5g}").replace("-", MINUS)


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
