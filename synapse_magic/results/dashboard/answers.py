"""The questions of the dashboard's browser side, each with what answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import Levels, column_of
from synapse_magic.results.dashboard import (
    compare,
    errors,
    exported,
    features,
    interactions,
    overview,
    quality,
    rows,
    thresholds,
)
from synapse_magic.results.dashboard.evenness import evenness
from synapse_magic.results.dashboard.found import told
from synapse_magic.results.dashboard.offered import offered

if TYPE_CHECKING:
    from synapse_magic.results.dashboard.board import Board
    from synapse_magic.results.dashboard.what_if import WhatIf

COLUMNS = 3_000
"""Columns that the cohort bar offers."""

Given = Mapping[str, Any]
Answer = Callable[["Board", Given], Mapping[str, Any]]


def _opened(board: Board, _: Given) -> dict[str, Any]:
    examined = board.examined
    columns = list(examined.columns)[:COLUMNS]
    return {
        "title": board.label,
        "task": examined.task,
        "positive": examined.positive,
        "rows": len(examined),
        "explained": examined.explained,
        "total": examined.why.rows_total,
        "columns": columns,
        "numbers": [name for name in columns if name in examined.numbers],
        "judged": bool(examined.judged.any()),
        "whatIf": board.what_if if isinstance(board.what_if, str) else "",
        "compares": board.other is not None,
        "keys": [] if board.finder is None else list(board.finder.keys)[:COLUMNS],
        **board.listed(),
    }


def _overview(board: Board, given: Given) -> dict[str, Any]:
    measures = [board.measured(cohort) for cohort in board.cohorts.values()]
    return overview.overview(board.examined, measures, board.mask(given["cohort"]))


def _column(board: Board, given: Given) -> dict[str, Any]:
    column = column_of(board.examined.columns, given["column"])
    if isinstance(column, Levels):
        return {"levels": offered(column)}
    finite = column[np.isfinite(column)]
    return {"low": finite.min(), "high": finite.max()} if len(finite) else {}


def _thresholds(board: Board, given: Given) -> dict[str, Any]:
    among = {}
    if given.get("cohorts"):
        among = {name: board.mask(name) for name in board.cohorts}
    mask, group = board.mask(given["cohort"]), given.get("group")
    return thresholds.thresholds(board.examined, mask, group, among)


def _found(board: Board, given: Given) -> Mapping[str, Any]:
    if board.finder is None:
        raise SynapseError("There is no frame to look in. Try: Dashboard(why, model, df)")
    what_if = None if isinstance(board.what_if, str) else board.what_if
    found = board.finder.find(given["column"], given["value"])
    board.found = given.get("number", 0), found
    return told(found, what_if)


def _form(board: Board, given: Given) -> Mapping[str, Any]:
    """Return the form of an explained row, or of one that was looked for by a key."""
    asked = _asked(board)
    if "found" not in given:
        return asked.form(asked.row(given["place"]))
    number, found = board.found
    if number != given["found"]["number"]:
        raise SynapseError("Another row was looked for since. Try: find it again")
    return asked.form(found.values[given["found"]["row"]])


def _asked(board: Board) -> WhatIf:
    if isinstance(board.what_if, str):
        raise SynapseError(board.what_if)
    return board.what_if


def _compared(board: Board, given: Given) -> dict[str, Any]:
    if board.other is None:
        raise SynapseError("There is no second model. Try: Dashboard(why, model, df, other=why2)")
    return compare.compare(board.examined, board.other, board.mask(given["cohort"]))


ANSWERS: dict[str, Answer] = {
    "open": _opened,
    "add": lambda b, g: b.added(g),
    "try": lambda b, g: b.tried(g),
    "remove": lambda b, g: b.removed(g),
    "undo": lambda b, g: b.undone(g),
    "redo": lambda b, g: b.redone(g),
    "choose": lambda b, g: b.choose(g),
    "column": _column,
    "overview": _overview,
    "errors": lambda b, g: errors.errors(b.examined, b.mask(g["cohort"])),
    "map": lambda b, g: errors.error_map(
        b.examined, b.mask(g["cohort"]), g["across"], g.get("down")
    ),
    "features": lambda b, g: features.features(
        b.examined, b.mask(g["cohort"]), b.mask(g["against"])
    ),
    "dependence": lambda b, g: (
        features.dependence(b.examined, b.mask(g["cohort"]), g["name"], g.get("color")) or {}
    ),
    "interactions": lambda b, g: interactions.interactions(b.examined, b.mask(g["cohort"])),
    "heatmap": lambda b, g: interactions.heatmap(b.examined, b.mask(g["cohort"])),
    "rows": lambda b, g: rows.rows_page(
        b.examined, b.mask(g["cohort"]), g["sort"], g["descending"], g["start"], g["count"]
    ),
    "row": lambda b, g: rows.row_view(b.examined, g["places"]),
    "export": lambda b, g: exported.exported(b.examined, g["place"], g["kind"]),
    "find": _found,
    "form": _form,
    "score": lambda b, g: _asked(b).score(g["values"]),
    "curves": lambda b, g: _asked(b).curves(g["values"], g["names"]),
    "nearest": lambda b, g: _asked(b).nearest(g["values"]),
    "changes": lambda b, g: _asked(b).changes(
        g["values"], g["locked"], g.get("bound"), g.get("above", True)
    ),
    "test": lambda b, g: {"text": _asked(b).test_case(g["values"])},
    "thresholds": _thresholds,
    "balance": lambda b, g: evenness(b.examined, b.mask(g["cohort"]), g["group"]),
    "quality": lambda b, g: quality.quality(b.examined, b.mask(g["cohort"])),
    "compare": _compared,
}
