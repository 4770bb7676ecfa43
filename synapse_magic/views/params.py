"""Metric by param: one small scatter for each param of a search, the strongest first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synapse_magic.views.palette import SERIES
from synapse_magic.views.scale import Scale, extent, ticks
from synapse_magic.views.svg import Drawing
from synapse_magic.views.words import cell, number

WIDTH, HEIGHT = 268, 176
LEFT, RIGHT, TOP, BOTTOM = 52, 258, 10, 132
GROUPS = 3
LEVELS = 8


@dataclass(frozen=True, eq=False)
class Axis:
    """The values of one param, one for each trial.

    Attributes
    ----------
    name
        The param.
    values
        Its value in each trial; None where the trial did not try it.
    log
        Whether it is searched on a logarithmic scale.
    """

    name: str
    values: Sequence[Any]
    log: bool = False

    @property
    def numeric(self) -> bool:
        """Whether every value is a number."""
        known = [value for value in self.values if value is not None]
        return bool(known) and all(
            isinstance(value, (int, float)) and not isinstance(value, bool) for value in known
        )

    @property
    def levels(self) -> list[str]:
        """The distinct values in words, in the order of their first use; the first few of many."""
        words = [cell(value) for value in self.values if value is not None]
        return list(dict.fromkeys(words))[:LEVELS]

    def places(self) -> np.ndarray:
        """Return where each value stands: the number, its logarithm, or the place of its level."""
        if not self.numeric:
            place = {level: float(i) for i, level in enumerate(self.levels)}
            return np.array(
                [math.nan if v is None else place.get(cell(v), math.nan) for v in self.values]
            )
        numbers = np.array([math.nan if v is None else float(v) for v in self.values])
        if self.scaled:
            return np.log10(numbers)
        return numbers

    @property
    def scaled(self) -> bool:
        """Whether places are logarithms."""
        positive = all(value is None or value > 0 for value in self.values if self.numeric)
        return self.log and self.numeric and positive


def explained(axis: Axis, metric: np.ndarray) -> float:
    """Return the share of the metric's variance between low, middle and high values of a param.

    For a param of levels it is the share between them: the correlation ratio. It ranks params and
    is no test: with few trials, chance alone gives a share.

    Examples
    --------
    >>> explained(Axis("a", [1, 2, 3, 4]), np.array([1.0, 1.0, 5.0, 5.0])) > 0.8
    True
    """
    places = axis.places()
    known = np.isfinite(places) & np.isfinite(metric)
    x, y = places[known], metric[known]
    spread = float(((y - y.mean()) ** 2).sum()) if y.size else 0.0
    if y.size < GROUPS or spread <= 0:
        return 0.0
    groups = x
    if axis.numeric and len(np.unique(x)) > GROUPS:
        groups = np.searchsorted(np.quantile(x, [1 / 3, 2 / 3]), x)
    between = sum(
        (groups == g).sum() * (y[groups == g].mean() - y.mean()) ** 2 for g in np.unique(groups)
    )
    return float(between) / spread


def panel(axis: Axis, metric: np.ndarray, name: str, best: int | None) -> str:
    """Return the scatter of a metric over one param as an image.

    Parameters
    ----------
    axis
        The param.
    metric
        The metric of each trial, NaN where there is none.
    name
        What the metric is called.
    best
        The place of the best trial, which is marked; None before there is one.
    """
    board = Drawing(WIDTH, HEIGHT, _sentence(axis, metric, name))
    known = np.isfinite(axis.places()) & np.isfinite(metric)
    low, high = extent(metric[np.isfinite(metric)])  # one scale for all params
    margin = 0.08 * (high - low)
    y = Scale(low - margin, high + margin, BOTTOM, TOP)
    x = _across(axis, axis.places()[known])
    for value in ticks(y.low, y.high, 4):
        board.line(LEFT, y(value), RIGHT, y(value), "grid")
        board.text(LEFT - 6, y(value), number(value), anchor="end", kind="dim", size=11)
    _bottom(board, axis, x)
    others = [i for i in np.flatnonzero(known) if i != best]
    xs, ys = axis.places(), metric
    board.dots(
        np.array([x(xs[i]) for i in others]), np.array([y(ys[i]) for i in others]), 3.6, "dot",
        SERIES[0],
    )  # fmt: skip
    if best is not None and known[best]:
        _mark(board, x(xs[best]), y(ys[best]))
    board.text((LEFT + RIGHT) / 2, HEIGHT - 12, axis.name, anchor="middle", kind="dim", room=200)
    return board.image()


def _mark(board: Drawing, x: float, y: float) -> None:
    """Draw the best trial as a diamond, so that shape tells it and not colour alone."""
    size = 6.5
    corners = [(x, y - size), (x + size, y), (x, y + size), (x - size, y)]
    board.polygon(corners, "pos")


def _across(axis: Axis, places: np.ndarray) -> Scale:
    if not axis.numeric:
        last = max(len(axis.levels) - 1, 0)
        return Scale(-0.5, last + 0.5, LEFT, RIGHT)
    low, high = extent(places)
    margin = 0.06 * (high - low)
    return Scale(low - margin, high + margin, LEFT, RIGHT)


def _bottom(board: Drawing, axis: Axis, x: Scale) -> None:
    if not axis.numeric:
        room = (RIGHT - LEFT) / max(len(axis.levels), 1) - 4
        for place, level in enumerate(axis.levels):
            board.text(
                x(place), BOTTOM + 12, level, anchor="middle", kind="dim", room=room, size=11
            )
        return
    values = log_ticks(10**x.low, 10**x.high) if axis.scaled else ticks(x.low, x.high, 4)
    for value in values:
        at = x(math.log10(value) if axis.scaled else value)
        board.line(at, TOP, at, BOTTOM, "grid")
        board.text(at, BOTTOM + 11, number(value), anchor="middle", kind="dim", size=11)


def log_ticks(low: float, high: float) -> list[float]:
    """Return one to five round values between two positive numbers, apart on a log scale.

    Examples
    --------
    >>> log_ticks(0.008, 0.4)
    [0.01, 0.1]
    >>> log_ticks(20, 90)
    [20.0, 50.0]
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for steps in ((1,), (1, 2, 5)):
        found = [s * 10.0**p for p in range(first, last + 1) for s in steps]
        inside = [float(f"{value:g}") for value in found if low <= value <= high]
        if len(inside) >= 2:
            return inside[:: -(-len(inside) // 5)]
    return ticks(low, high, 3)


def _sentence(axis: Axis, metric: np.ndarray, name: str) -> str:
    known = int((np.isfinite(axis.places()) & np.isfinite(metric)).sum())
    return f"{name} by {axis.name} over {known:,} trials"
