"""The two drawings of a sensitive column: how often levels are positive, and how frequent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from synapse_magic.views.scale import Scale, ticks
from synapse_magic.views.svg import Drawing

_ROW, _TOP, _WIDE, _LEFT, _RIGHT = 26.0, 46.0, 520.0, 180.0, 400.0


class Level(NamedTuple):
    """A level as it is drawn.

    Attributes
    ----------
    name
        What it is called.
    rate, low, high
        Its share of positives with the ends of the interval; NaN where no row has a label.
    rows
        How many rows it has.
    share, reference
        Its share of the rows, and the one that is expected.
    """

    name: str
    rate: float
    low: float
    high: float
    rows: int
    share: float
    reference: float


def rate_board(levels: Sequence[Level], overall: float, positive: str, label: str) -> Drawing:
    """Draw how often each level is positive, with whiskers; a line for all of them."""
    # Of a level without labels nothing is known, and its interval is all there is.
    top = max((level.high for level in levels if not math.isnan(level.rate)), default=1.0)
    board, scale = _framed(len(levels), top, "share of positives", positive, label)
    board.text(_WIDE - 4, 10, "rows", anchor="end", size=12.5)
    board.line(scale(overall), _TOP - 4, scale(overall), _bottom(len(levels)), "ideal")
    for i, level in enumerate(levels):
        y = _named(board, i, level)
        _draw_rate(board, level, y, scale)
        board.text(_WIDE - 4, y, f"{level.rows:,}", anchor="end", kind="dim", size=11.5)
    return board


def share_board(levels: Sequence[Level], against: str, label: str) -> Drawing:
    """Draw how frequent each level is; a line for how frequent it is expected to be."""
    top = max(max(level.share, level.reference) for level in levels)
    board, scale = _framed(len(levels), top, "share of rows", f"line: {against}", label)
    for i, level in enumerate(levels):
        y = _named(board, i, level)
        told = f"{level.name[:200]}: {percent(level.share)}"
        board.rect(scale.start, y - 7, scale(level.share) - scale.start, 14, "box", title=told)
        mark = scale(level.reference)
        board.line(mark, y - 10, mark, y + 10, "middle")
        board.text(_RIGHT + 12, y, percent(level.share), size=11.5)
    return board


def percent(part: float) -> str:
    """Return a share with one decimal, so that those below each other compare.

    Examples
    --------
    >>> percent(0.25), percent(1.0), percent(0.0001)
    ('25.0 %', '100 %', '< 0.1 %')
    """
    if part in (0.0, 1.0):
        return f"{100 * part:.0f} %"
    return f"{100 * part:.1f} %" if part >= 0.0005 else "< 0.1 %"


def _draw_rate(board: Drawing, level: Level, y: float, scale: Scale) -> None:
    if np.isnan(level.rate):
        board.text(_RIGHT + 12, y, "no label", kind="dim", size=11.5)
        return
    low, high = scale(level.low), scale(level.high)
    board.line(low, y, high, y, "whisker")
    for end in (low, high):
        board.line(end, y - 4, end, y + 4, "whisker")
    board.dots(np.array([scale(level.rate)]), np.array([y]), 4.5, "bar")
    board.text(_RIGHT + 12, y, percent(level.rate), size=11.5)


def _framed(count: int, top: float, title: str, under: str, label: str) -> tuple[Drawing, Scale]:
    """Return a board with its titles and its axis from 0 to a round share above ``top``."""
    board = Drawing(_WIDE, _bottom(count) + 24, label)
    scale = Scale(0.0, _nice(top), _LEFT, _RIGHT)
    board.text(_LEFT, 10, title, size=12.5)
    board.text(_LEFT, 27, under, kind="dim", room=_WIDE - _LEFT - 60, size=11.5)
    for value in ticks(scale.low, scale.high, 4):
        x = scale(value)
        board.line(x, _TOP - 4, x, _bottom(count), "grid")
        told = f"{100 * value:g} %"
        board.text(x, _bottom(count) + 12, told, anchor="middle", kind="dim", size=11)
    return board, scale


def _named(board: Drawing, i: int, level: Level) -> float:
    """Write the name of a level, and return the height of its row."""
    y = _TOP + _ROW * (i + 0.5)
    board.text(4, y, level.name, room=_LEFT - 36, size=12.5)
    return y


def _bottom(count: int) -> float:
    return _TOP + _ROW * count


def _nice(value: float) -> float:
    """Return the next round share above a value, at most 1."""
    steps = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
    return next((step for step in steps if value <= step), 1.0)
