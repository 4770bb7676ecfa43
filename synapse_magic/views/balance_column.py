"""One sensitive column: how often each level is positive, and how frequent each level is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.balance.pairs import telling
from synapse_magic.kernels.intervals import newcombe, wilson
from synapse_magic.views.page import figure
from synapse_magic.views.palette import LINE
from synapse_magic.views.scale import Scale, ticks
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import MINUS, escape, number, plain, plural, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 12
"""Levels that are drawn; all are in the table."""
GAPS = 5
BUCKETS = 50
"""Different numbers from which on buckets are advised."""
_ROW = 26.0
_TOP = 46.0
_WIDE, _LEFT, _RIGHT = 520.0, 180.0, 400.0


@dataclass(frozen=True, eq=False, repr=False)
class BalanceColumnView(View):
    """Shares of positives and of rows, level by level.

    Attributes
    ----------
    name
        The sensitive column.
    levels
        Its levels.
    rows, labelled, positives
        (levels,) rows, those with a label, and those that are positive.
    reference
        (levels,) the shares of rows that are expected.
    given
        Whether the reference was given; else shares are equal.
    numeric
        Whether levels are numbers.
    positive
        What is positive, in words.
    measures
        The distances of shares and reference, by name.
    """

    name: str
    levels: tuple[str, ...]
    rows: np.ndarray
    labelled: np.ndarray
    positives: np.ndarray
    reference: np.ndarray
    given: bool
    numeric: bool
    positive: str
    measures: dict[str, float]

    @cached_property
    def rates(self) -> np.ndarray:
        """(levels,) shares of positives; NaN where no row has a label."""
        none = np.full(len(self.levels), np.nan)
        return np.divide(self.positives, self.labelled, out=none, where=self.labelled > 0)

    @cached_property
    def intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the 95 % intervals of the shares of positives (Wilson)."""
        return wilson(self.positives, self.labelled)

    @cached_property
    def shares(self) -> np.ndarray:
        """(levels,) shares of rows."""
        return np.asarray(self.rows / self.rows.sum())

    @cached_property
    def gaps(self) -> list[tuple[int, int]]:
        """Places of the two levels of the most telling differences, those first."""
        return telling(self.labelled, self.positives, GAPS)

    def sentence(self) -> str:
        """Return the view in one sentence."""
        told = f"{self.name}: {plural(len(self.levels), 'level')}"
        if not self.gaps:
            return f"{told}, none is positive more often than another"
        a, b = self.gaps[0]
        return (
            f"{told}, {self.levels[a]} positive {self._points(a, b)} more often than "
            f"{self.levels[b]}"
        )

    def picture(self) -> str:
        """Return the drawing of levels, the differences, and the distances in words."""
        boards = (self._rate_board(), self._share_board())
        panels = "".join(f'<div class="syn-panel">{each.image()}</div>' for each in boards)
        drawn = f'<div class="syn-beside">{panels}</div>'
        return figure(self.name, self.note(), drawn + self._gap_table())

    def note(self) -> str:
        """Return what is drawn, and how far rows are from the reference."""
        shown = len(self._chosen())
        rest = len(self.levels) - shown
        which = "those that differ most surely, then the largest"
        more = f" {shown} of {len(self.levels):,} levels are drawn, {which}." if rest else ""
        many = self.numeric and len(self.levels) > BUCKETS
        hint = (
            f" {self.name} has {len(self.levels):,} different numbers: buckets of them compare "
            "better (Bucketizer)."
            if many
            else ""
        )
        return f"{self._distances()}{more}{hint}"

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per level."""
        low, high = self.intervals
        arrays = (self.rows, self.shares, self.reference, self.labelled, self.positives)
        columns = [array.tolist() for array in (*arrays, self.rates, low, high)]
        names = ["level", "rows", "share", "reference", "labelled", "positives"]
        return [*names, "positive_rate", "low_95", "high_95"], list(zip(self.levels, *columns))

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw the share of positives of the drawn levels with matplotlib."""
        chosen = self._chosen()
        ax = new_axes(ax, 7, 1.2 + 0.32 * len(chosen))
        low, high = (ends[chosen] for ends in self.intervals)
        rates = self.rates[chosen]
        reach = np.nan_to_num([rates - low, high - rates])
        places = range(len(chosen))
        ax.errorbar(rates, places, xerr=np.maximum(reach, 0), fmt="o", color=LINE, capsize=3)
        ax.axvline(self._overall(), color="#888", linewidth=1, linestyle="--")
        names = [plain(shorten(self.levels[i], 170, 12)) for i in chosen]
        ax.set_yticks(places, labels=names)
        ax.invert_yaxis()
        title = plain(shorten(f"{self.name}: share with {self.positive}", 420, 12))
        ax.set(xlabel="share of positives, 95 % interval", title=title)
        return ax

    def payload(self) -> dict[str, Any] | None:
        """Return None: the static view is the whole one."""
        return None

    def _overall(self) -> float:
        return float(self.positives.sum() / self.labelled.sum())

    def _chosen(self) -> list[int]:
        """Return the levels that are drawn, the most often positive first."""
        order = [place for pair in self.gaps for place in pair]
        order += np.argsort(-self.rows, kind="stable")[:SHOWN].tolist()
        chosen = list(dict.fromkeys(order))[:SHOWN]
        rates = np.where(np.isnan(self.rates), -1.0, self.rates)
        return sorted(chosen, key=lambda place: (-rates[place], place))

    def _rate_board(self) -> Drawing:
        """Draw how often each level is positive."""
        chosen = self._chosen()
        board = Drawing(_WIDE, _bottom(chosen) + 24, self.sentence())
        scale = Scale(0.0, _nice(self.intervals[1][chosen].max()), _LEFT, _RIGHT)
        _frame(board, scale, _bottom(chosen), "share of positives", self.positive)
        board.text(_WIDE - 4, 10, "rows", anchor="end", size=12.5)
        overall = scale(self._overall())
        board.line(overall, _TOP - 4, overall, _bottom(chosen), "ideal")
        for i, place in enumerate(chosen):
            y = self._name(board, i, place)
            self._draw_rate(board, place, y, scale)
            count = f"{int(self.rows[place]):,}"
            board.text(_WIDE - 4, y, count, anchor="end", kind="dim", size=11.5)
        return board

    def _draw_rate(self, board: Drawing, place: int, y: float, scale: Scale) -> None:
        if not self.labelled[place]:
            board.text(_RIGHT + 12, y, "no label", kind="dim", size=11.5)
            return
        low, high = (scale(float(ends[place])) for ends in self.intervals)
        board.line(low, y, high, y, "whisker")
        for end in (low, high):
            board.line(end, y - 4, end, y + 4, "whisker")
        rate = float(self.rates[place])
        board.dots(np.array([scale(rate)]), np.array([y]), 4.5, "bar")
        board.text(_RIGHT + 12, y, _percent(rate), size=11.5)

    def _share_board(self) -> Drawing:
        """Draw how frequent each level is, and how frequent it is expected to be."""
        chosen = self._chosen()
        board = Drawing(_WIDE, _bottom(chosen) + 24, f"Shares of rows by level of {self.name}")
        most = max(self.shares[chosen].max(), self.reference[chosen].max())
        scale = Scale(0.0, _nice(most), _LEFT, _RIGHT)
        against = "line: reference" if self.given else "line: equal shares"
        _frame(board, scale, _bottom(chosen), "share of rows", against)
        for i, place in enumerate(chosen):
            y = self._name(board, i, place)
            part = float(self.shares[place])
            told = f"{self.levels[place][:200]}: {_percent(part)}"
            board.rect(scale.start, y - 7, scale(part) - scale.start, 14, "box", title=told)
            mark = scale(float(self.reference[place]))
            board.line(mark, y - 10, mark, y + 10, "middle")
            board.text(_RIGHT + 12, y, _percent(part), size=11.5)
        return board

    def _name(self, board: Drawing, i: int, place: int) -> float:
        """Write the name of a level, and return the height of its row."""
        y = _TOP + _ROW * (i + 0.5)
        board.text(4, y, self.levels[place], room=_LEFT - 36, size=12.5)
        return y

    def _points(self, a: int, b: int) -> str:
        return f"{100 * float(self.rates[a] - self.rates[b]):.1f} points"

    def _gap_table(self) -> str:
        if not self.gaps:
            return ""
        low, high = self.intervals
        heads = ("more often positive", "less often", "difference (dp)", "95 % interval")
        head = "".join(f'<th scope="col">{name}</th>' for name in heads)
        body = ""
        for a, b in self.gaps:
            ends = newcombe(
                (float(self.rates[a]), float(low[a]), float(high[a])),
                (float(self.rates[b]), float(low[b]), float(high[b])),
            )
            between = " to ".join(f"{100 * end:.1f}" for end in ends).replace("-", MINUS)
            body += (
                f"<tr>{self._named(a)}{self._named(b)}"
                f'<td class="syn-number"><b>{self._points(a, b)}</b></td>'
                f'<td class="syn-number">{between}</td></tr>'
            )
        table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        return _scroll("Differences", f'<table class="syn-table">{table}</table>')

    def _named(self, place: int) -> str:
        full = escape(self.levels[place][:200])
        words = escape(shorten(self.levels[place], 220, 12.5))
        part = _percent(float(self.rates[place])).replace(" ", "\N{NO-BREAK SPACE}")
        return f'<td title="{full}"><bdi>{words}</bdi> <span class="syn-dim">{part}</span></td>'

    def _distances(self) -> str:
        found = self.measures
        against = "the reference" if self.given else "equal shares"
        moved = _percent(found["total_variation_dist"])
        if np.isinf(found["kl_divergence"]):
            return (
                f"Against {against}: {moved} of the rows would have to change their level. There "
                "are rows of levels that the reference excludes."
            )
        p = found["chi_sq_p_value"]
        chance = "p < 0.001" if p < 0.001 else f"p = {number(p)}"
        return (
            f"Against {against}: {moved} of the rows would have to change their level; "
            f"Jensen-Shannon distance {number(found['js_dist'])} (0 alike, 1 apart), "
            f"Kullback-Leibler {number(found['kl_divergence'])}, "
            f"chi-squared {number(found['chi_sq_stat'])} ({chance})."
        )


def _percent(part: float) -> str:
    """Return a share with one decimal, so that those below each other compare."""
    if part in (0.0, 1.0):
        return f"{100 * part:.0f} %"
    return f"{100 * part:.1f} %" if part >= 0.0005 else "< 0.1 %"


def _scroll(name: str, body: str) -> str:
    return f'<div class="syn-scroll" tabindex="0" role="region" aria-label="{name}">{body}</div>'


def _nice(value: float) -> float:
    """Return the next round share above a value, at most 1."""
    steps = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
    return next((step for step in steps if value <= step), 1.0)


def _bottom(chosen: list[int]) -> float:
    return _TOP + _ROW * len(chosen)


def _frame(board: Drawing, scale: Scale, bottom: float, title: str, under: str) -> None:
    """Draw what a board says of itself, and its axis."""
    board.text(scale.start, 10, title, size=12.5)
    board.text(scale.start, 27, under, kind="dim", room=_WIDE - _LEFT - 60, size=11.5)
    for value in ticks(scale.low, scale.high, 4):
        board.line(scale(value), _TOP - 4, scale(value), bottom, "grid")
        told = f"{100 * value:g} %"
        board.text(scale(value), bottom + 12, told, anchor="middle", kind="dim", size=11)
