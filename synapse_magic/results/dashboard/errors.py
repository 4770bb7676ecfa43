"""Where the model is wrong: a tree of cohorts, and a map over one or two features."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.binning import Binned
from synapse_magic.kernels.dashboard.error_tree import FEWEST, ErrorNode, error_tree
from synapse_magic.kernels.dashboard.wording import within, worded
from synapse_magic.results.dashboard.cohort import as_plain
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.views.page import figure
from synapse_magic.views.table import html_table
from synapse_magic.views.words import number, share

TREE_BINS = 24
MAP_BINS = 8
LONGEST = 400
"""Letters of a level that rows are parted by: a condition is sent with all of them."""
MOST_FEATURES = 40
"""Features that the tree may part rows by, the strongest first: more would take seconds."""


def errors(examined: Examined, mask: np.ndarray) -> dict[str, Any]:
    """Return the tree of the errors of a cohort.

    Raises
    ------
    SynapseError
        When no labels are known.
    """
    nodes = tree(examined, mask)
    return {
        "nodes": [
            {
                "parent": node.parent,
                "depth": node.depth,
                "rows": node.rows,
                "errors": node.errors,
                "rate": node.rate,
                "column": node.column,
                "words": worded(node.conditions[-1:]) if node.conditions else "all of the cohort",
                "path": worded(node.conditions),
                "conditions": as_plain(node.conditions),
            }
            for node in nodes
        ],
        "whole": whole(nodes),
        "error": "mean squared error" if examined.task == "regression" else "error rate",
        "features": parted(examined),
        "all": len(examined.columns),
    }


def whole(nodes: Sequence[ErrorNode]) -> str:
    """Return why the rows of a cohort are not parted; empty where they are."""
    root = nodes[0]
    if len(nodes) > 1:
        return ""
    if not root.errors:
        return "There are no errors to part rows by."
    if root.rows < 2 * FEWEST:
        return f"Rows are not parted: each side needs {FEWEST}, and {root.rows} have a label."
    return "Rows are not parted: no one feature tells errors apart better than chance would."


def tree(examined: Examined, mask: np.ndarray) -> list[ErrorNode]:
    """Return the nodes of the tree over the rows of a cohort that have a label."""
    if not examined.judged.any():
        raise SynapseError(
            "No labels are known for these rows, so there are no errors. "
            "Try: explain a frame that has the label"
        )
    inside = np.flatnonzero(mask & examined.judged)
    columns = {name: _taken(examined.binned(name, TREE_BINS), inside) for name in parted(examined)}
    return error_tree(columns, examined.errors[inside])


def parted(examined: Examined) -> list[str]:
    """Return the strongest features, but for texts that are too long to tell rows apart by."""
    known = (name for name in examined.strongest if _is_short(examined.binned(name, TREE_BINS)))
    return list(itertools.islice(known, MOST_FEATURES))


def _is_short(column: Binned) -> bool:
    return all(len(level) <= LONGEST for levels in column.levels for level in levels)


def _taken(column: Binned, places: np.ndarray) -> Binned:
    return Binned(
        column.codes[places],
        column.conditions,
        column.ordered,
        column.missing,
        column.edges,
        column.levels,
    )


def error_map(
    examined: Examined, mask: np.ndarray, across: str, down: str | None
) -> dict[str, Any]:
    """Return rows and errors over the bins of one feature, or of two."""
    inside = np.flatnonzero(mask & examined.judged)
    x = examined.binned(across, MAP_BINS)
    y = examined.binned(down, MAP_BINS) if down else None
    wide, high = len(x.conditions), len(y.conditions) if y else 1
    place = x.codes[inside].astype(np.intp)
    if y:
        place += wide * y.codes[inside].astype(np.intp)
    rows = np.bincount(place, minlength=wide * high)
    wrong = np.bincount(place, examined.errors[inside], minlength=wide * high)
    return {
        "across": [within(own) for own in x.conditions],
        "down": [within(own) for own in y.conditions] if y else [""],
        "acrossConditions": [as_plain(own) for own in x.conditions],
        "downConditions": [as_plain(own) for own in y.conditions] if y else [[]],
        "rows": rows.reshape(high, wide).astype(np.uint32),
        "errors": wrong.reshape(high, wide).astype(float),
        "mean": float(examined.errors[inside].mean()) if len(inside) else None,
    }


def errors_still(examined: Examined, mask: np.ndarray) -> str:
    """Return the tree as a table, the worst leaves first."""
    if not examined.judged.any():
        return ""
    nodes = tree(examined, mask)
    leaves = sorted((node for node in nodes if not node.column), key=lambda node: -node.rate)
    total = nodes[0].errors
    rows = [(worded(n.conditions), n.rows, number(n.rate), share(n.errors, total)) for n in leaves]
    head = "mean squared error" if examined.task == "regression" else "error rate"
    table = html_table(["cohort", "rows", head, "of all errors"], rows)
    told = whole(nodes) or "Leaves of a shallow tree over the errors, the worst first."
    return figure("Errors", told, table)
