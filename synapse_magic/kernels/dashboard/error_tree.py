"""Where errors gather: a shallow tree that parts rows by their errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from synapse_magic.kernels.dashboard.binning import Binned
from synapse_magic.kernels.dashboard.conditions import Condition, Operation

SHARE = 0.01
FEWEST = 20
CHANCE = 8.0
"""Variances that a cut must explain, beyond twice the logarithm of the cuts that are tried.

Where errors follow nothing, the best of all cuts of a node does so in less than one of 200.
"""


@dataclass(frozen=True)
class ErrorNode:
    """Some rows of the tree, with the conditions from its root.

    Attributes
    ----------
    parent
        Place of the node above, -1 for the root.
    column
        What its rows are parted by; empty in a leaf.
    """

    parent: int
    depth: int
    rows: int
    errors: float
    conditions: tuple[Condition, ...]
    column: str = ""

    @property
    def rate(self) -> float:
        """The mean error of its rows."""
        return self.errors / self.rows if self.rows else float("nan")


@dataclass(frozen=True)
class _Split:
    """A cut: what it explains, what of that sorting does, and the cuts that were tried for it."""

    gain: float
    chance: int
    tried: int
    column: str
    left: tuple[int, ...]
    right: tuple[int, ...]


def error_tree(
    columns: Mapping[str, Binned], errors: np.ndarray, depth: int = 3
) -> list[ErrorNode]:
    """Return the nodes of the tree, each after the one above it.

    Parameters
    ----------
    columns
        What rows may be parted by.
    errors
        (rows,) how wrong each row is, such as 1 and 0.

    Examples
    --------
    >>> from synapse_magic.kernels.dashboard.binning import binned
    >>> ages = binned("age", np.repeat([20.0, 60.0], 30), 4)
    >>> [node.rate for node in error_tree({"age": ages}, np.repeat([0.0, 1.0], 30))]
    [0.5, 0.0, 1.0]
    """
    nodes: list[ErrorNode] = []
    # numpy counts numbers of this type, and would turn others into it at every node.
    columns = {n: replace(one, codes=one.codes.astype(np.intp)) for n, one in columns.items()}
    least = max(FEWEST, int(SHARE * len(errors)))
    waiting = [(np.arange(len(errors)), ErrorNode(-1, 0, len(errors), float(errors.sum()), ()))]
    while waiting:
        places, node = waiting.pop(0)
        split = None
        if node.depth < depth and node.rows >= 2 * least:
            split = _best(columns, places, errors[places], least)
        nodes.append(node if split is None else _parted(node, split.column))
        if split is not None:
            here = len(nodes) - 1
            for side in (split.left, split.right):
                waiting.append(_child(columns[split.column], side, places, errors, node, here))
    return nodes


def _parted(node: ErrorNode, column: str) -> ErrorNode:
    return ErrorNode(node.parent, node.depth, node.rows, node.errors, node.conditions, column)


def _child(
    column: Binned,
    bins: tuple[int, ...],
    places: np.ndarray,
    errors: np.ndarray,
    above: ErrorNode,
    parent: int,
) -> tuple[np.ndarray, ErrorNode]:
    chosen = np.isin(np.arange(len(column.conditions)), bins)
    inside = places[chosen[column.codes[places]]]
    conditions = (*above.conditions, *_side(column, bins))
    total = float(errors[inside].sum())
    return inside, ErrorNode(parent, above.depth + 1, len(inside), total, conditions)


def _best(
    columns: Mapping[str, Binned], places: np.ndarray, errors: np.ndarray, least: int
) -> _Split | None:
    """Return the cut that explains most beyond what the best of as many does by chance."""
    found = [
        one
        for name, column in columns.items()
        if (one := _split(name, column, places, errors, least)) is not None
    ]
    tried = sum(one.tried for one in found)
    if not tried:
        return None
    variance = float(errors.var())
    best = max(found, key=lambda one: one.gain - one.chance * variance)
    needed = CHANCE + 2 * np.log(tried) + best.chance
    return best if best.gain > needed * variance else None


def _split(
    name: str, column: Binned, places: np.ndarray, errors: np.ndarray, least: int
) -> _Split | None:
    """Return the cut through a column that explains most of the variance of errors.

    Of rows without a pattern a cut explains about one variance. One through levels that are
    sorted by their errors explains about one for each level, of which it must explain two.
    """
    bins = len(column.conditions)
    codes = column.codes[places]
    rows = np.bincount(codes, minlength=bins).astype(float)
    wrong = np.bincount(codes, errors, minlength=bins)
    order = _order(column, rows, wrong)
    left_rows, left_wrong = rows[order].cumsum()[:-1], wrong[order].cumsum()[:-1]
    right_rows, right_wrong = len(places) - left_rows, wrong.sum() - left_wrong
    fits = (left_rows >= least) & (right_rows >= least)
    if not fits.any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = left_wrong**2 / left_rows + right_wrong**2 / right_rows
    gain = np.where(fits, gain, -np.inf) - wrong.sum() ** 2 / len(places)
    at = int(gain.argmax())
    chance = 0 if column.ordered else 2 * int((rows > 0).sum())
    cut = tuple(order[: at + 1].tolist()), tuple(order[at + 1 :].tolist())
    return _Split(float(gain[at]), chance, int(fits.sum()), name, *cut)


def _order(column: Binned, rows: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """Return bins in the order in which they may be cut: numbers by value, levels by their rate."""
    if column.ordered:
        return np.arange(len(rows))
    rate = np.divide(wrong, rows, out=np.zeros(len(rows)), where=rows > 0)
    return np.argsort(rate, kind="stable")


def _side(column: Binned, bins: tuple[int, ...]) -> tuple[Condition, ...]:
    """Return what is true of the rows on one side of a cut, and of no others."""
    name = column.conditions[0][0].column
    return (_numbers(name, column, bins) if column.ordered else _levels(name, column, bins),)


def _numbers(name: str, column: Binned, bins: tuple[int, ...]) -> Condition:
    """Return a side of a cut through numbers, of which missing ones are the last."""
    cut = column.edges
    if bins[0] == 0:
        last = bins[-1]
        return Condition(name, "<=", (cut[last],)) if last < len(cut) else Condition(name, "known")
    if bins[0] == column.missing:
        return Condition(name, "missing")
    operation: Operation = ">" if column.missing < 0 else "not <="
    return Condition(name, operation, (cut[bins[0] - 1],))


def _levels(name: str, column: Binned, bins: tuple[int, ...]) -> Condition:
    """Return a side of a cut through levels."""
    named = {b: column.levels[b] for b in bins if b < len(column.levels)}
    other = next((b for b in range(len(column.levels)) if _is_rest(column, b)), -1)
    missing: tuple[None, ...] = (None,) if column.missing in bins else ()
    if other not in bins:
        own = tuple(level for levels in named.values() for level in levels)
        return Condition(name, "in", (*own, *missing))
    away = [b for b in range(len(column.levels)) if b != other and b not in bins]
    out = tuple(level for b in away for level in column.levels[b])
    return Condition(name, "not in", (*out, *(() if missing else (None,))))


def _is_rest(column: Binned, place: int) -> bool:
    return column.conditions[place][0].operation == "not in"
