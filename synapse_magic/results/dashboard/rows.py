"""Rows one by one: a sorted page of a cohort's rows, and one row in full."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.kernels.dashboard.conditions import Column, Levels, column_of
from synapse_magic.kernels.dashboard.wording import short
from synapse_magic.results.dashboard.examined import SCORE, Examined
from synapse_magic.views.page import figure
from synapse_magic.views.row import SENT
from synapse_magic.views.table import html_table
from synapse_magic.views.words import cell, number, signed

MOST = 200
"""Rows of a page."""
SHOWN = 12
"""Columns of a page, those of the strongest features."""
REASONS = 3
ROW, ERROR = "(row)", "(error)"
"""What rows may be sorted by beside the score and columns, which may be called row, too."""


def rows_page(
    examined: Examined,
    mask: np.ndarray,
    sort: str = ROW,
    descending: bool = False,
    start: int = 0,
    count: int = MOST,
) -> dict[str, Any]:
    """Return some rows of a cohort in an order, as words.

    Parameters
    ----------
    sort
        "(row)", "(score)", "(error)", or a column.
    start, count
        Which places of that order; at most 200 at once.
    """
    order = ordered(examined, mask, sort, descending)
    places = order[max(start, 0) : max(start, 0) + min(count, MOST)]
    names = examined.strongest[:SHOWN]
    return {
        "names": names,
        "rows": [_words(examined, int(place), names) for place in places],
        "start": start,
        "total": len(order),
        "judged": bool(examined.judged.any()),
    }


def ordered(examined: Examined, mask: np.ndarray, sort: str, descending: bool) -> np.ndarray:
    """Return the places of a cohort's rows in an order; missing values come last."""
    places = np.flatnonzero(mask)
    if sort == ROW:
        return places[::-1] if descending else places
    keys = _keys(examined, sort)[places]
    known = places[~np.isnan(keys)]
    sorted_ = known[np.argsort(keys[~np.isnan(keys)], kind="stable")]
    return np.concatenate([sorted_[::-1] if descending else sorted_, places[np.isnan(keys)]])


def _keys(examined: Examined, sort: str) -> np.ndarray:
    if sort in (SCORE, ERROR):
        return examined.score if sort == SCORE else examined.errors
    column: Column = column_of(examined.columns, sort)
    if not isinstance(column, Levels):
        return column
    ranks = np.empty(len(column.names) + 1)
    ranks[np.argsort(np.array(column.names, dtype=object), kind="stable")] = np.arange(
        len(column.names)
    )
    ranks[-1] = np.nan
    found: np.ndarray = ranks[column.codes]
    return found


def _words(examined: Examined, place: int, names: list[str]) -> dict[str, Any]:
    label = None if examined.why.labels is None else examined.why.labels[place]
    error = float(examined.errors[place])
    return {
        "place": place,
        "score": number(examined.score[place]),
        "label": "" if label is None else short(cell(label)),
        "wrong": error > 0 if examined.task != "regression" else False,
        "error": "" if np.isnan(error) else number(error),
        "why": reasons(examined, place),
        "cells": [short(cell(examined.why.data[name][place])) for name in names],
    }


def reasons(examined: Examined, place: int) -> str:
    """Return what moved the prediction of a row most, in words."""
    output = int(examined.scores[place].argmax()) if examined.task == "multiclass" else 0
    values = examined.why.values[place, :, output]
    order = np.argsort(-np.abs(values), kind="stable")[:REASONS]
    return ", ".join(f"{examined.why.names[i]} {signed(float(values[i]))}" for i in order)


def row_view(examined: Examined, places: list[int]) -> dict[str, Any]:
    """Return some rows for the view of rows."""
    return {"kind": "row", "rows": [examined.why.row(place).entry(SENT) for place in places]}


def rows_still(examined: Examined, mask: np.ndarray, rows: int = 20) -> str:
    """Return the rows that are most wrong as a table; the first, where no labels are known."""
    judged = examined.judged.any()
    page = rows_page(examined, mask, ERROR if judged else ROW, True, 0, rows)
    body = [(one["place"], one["score"], one["label"], one["why"]) for one in page["rows"]]
    table = html_table(["row", "score", "label", "strongest reasons"], body)
    return figure("Rows", "The most wrong first." if judged else "", table)
