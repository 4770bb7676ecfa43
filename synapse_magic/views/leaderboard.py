"""The trials of a search as a table, best first, with the metric drawn over each param."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from synapse_magic.views.metrics import precise
from synapse_magic.views.page import figure, scrolled
from synapse_magic.views.palette import SERIES
from synapse_magic.views.params import Axis, explained, panel
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import MISSING, cell, escape, number, plain, plural

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FIRST = 10
MOST = 200
PANELS = 6
LONGEST = 90


class TrialRow(NamedTuple):
    """One trial as it is drawn.

    Attributes
    ----------
    number
        Its place in the order of the search.
    model
        What it tunes.
    value, spread
        The metric, NaN where there is none, and how far it varies between the parts.
    state, seconds, note
        Its state in one word, its time, and a remark.
    """

    number: int
    model: str
    value: float
    spread: float
    state: str
    seconds: float
    note: str


@dataclass(frozen=True, eq=False, repr=False)
class LeaderboardView(View):
    """Trials in the order of their rank, with the values of their params.

    Attributes
    ----------
    metric, larger
        What is searched, and whether more of it is better.
    planned
        How many trials are planned.
    rows
        The trials, best first, those without a metric last.
    params
        The params, with one value for each row.
    """

    metric: str
    larger: bool
    planned: int
    rows: tuple[TrialRow, ...]
    params: tuple[Axis, ...]

    @property
    def best(self) -> int | None:
        """The place of the best trial, None before one has a metric."""
        return 0 if self.rows and not math.isnan(self.rows[0].value) else None

    def sentence(self) -> str:
        """Return the view in one sentence."""
        cancelled = ", cancelled" if any(row.state == "cancelled" for row in self.rows) else ""
        kept = sum(row.state not in ("running", "cancelled") for row in self.rows)
        head = f"{kept:,} of {plural(self.planned, 'trial')}{cancelled}"
        if self.best is None:
            return f"{head}, none finished yet"
        chosen = ", ".join(
            f"{axis.name}={cell(axis.values[0])}"
            for axis in self.params
            if axis.values[0] is not None
        )
        model = self.rows[0].model if self._several() else ""
        told = " ".join(filter(None, [model, chosen]))
        best = f"best {self.metric} {precise(self.rows[0].value)}"
        return f"{head}, {best} with {told}" if told else f"{head}, {best}"

    def picture(self) -> str:
        """Return the table of the first trials, and the metric by param."""
        table = self._table(self.rows[:FIRST], "Trials, best first")
        head = figure("Leaderboard", self.sentence(), scrolled(table, "Trials"))
        panels = self._panels()
        if not panels:
            return head
        order = "Params in the order of how much they matter." if len(panels) > 1 else ""
        note = f"Diamond: the best trial. {order}".strip()
        cards = "".join(f'<div class="syn-card">{each}</div>' for each in panels)
        body = f'<div class="syn-cards">{cards}</div>'
        return head + figure(f"{self.metric} by param", note, body)

    def numbers(self) -> str:
        """Return the foldable table of all trials, where the picture shows the first ones only."""
        if len(self.rows) <= FIRST:
            return ""
        table = self._table(self.rows[:MOST], f"first {MOST}" if len(self.rows) > MOST else "")
        return (
            f'<details class="syn-numbers"><summary>All {len(self.rows):,} trials</summary>'
            f"{scrolled(table, 'All trials')}</details>"
        )

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per trial."""
        names = [axis.name for axis in self.params]
        heads = ["trial", "model", *names, self.metric, "spread", "state", "seconds", "note"]
        records = [
            (row.number, row.model, *(axis.values[i] for axis in self.params), *row[2:])
            for i, row in enumerate(self.rows)
        ]
        return heads, records

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw the metric over the strongest param with matplotlib."""
        ax = new_axes(ax, 5, 4)
        ordered = self._ordered()
        if ordered:
            axis = ordered[0]
            places = axis.places()
            ax.scatter(places, self._metrics(), color=SERIES[0])
            if self.best is not None:
                ax.scatter(places[:1], self._metrics()[:1], color=SERIES[1], marker="D", zorder=3)
            if not axis.numeric:
                ax.set_xticks(range(len(axis.levels)), [plain(level) for level in axis.levels])
            unit = "log10 of " if axis.scaled else ""
            ax.set(xlabel=unit + plain(axis.name), ylabel=plain(self.metric))
        ax.set_title("Leaderboard")
        return ax

    def payload(self) -> dict[str, Any] | None:
        """Return None: the static view is the whole one."""
        return None

    def _several(self) -> bool:
        return len({row.model for row in self.rows}) > 1

    def _metrics(self) -> np.ndarray:
        return np.array([row.value for row in self.rows], dtype=float)

    def _ordered(self) -> list[Axis]:
        """Return the params that vary, the one that explains most of the metric first."""
        varied = [axis for axis in self.params if len(set(map(cell, axis.values))) > 1]
        return sorted(varied, key=lambda axis: -explained(axis, self._metrics()))

    def _panels(self) -> list[str]:
        values = self._metrics()
        if np.isfinite(values).sum() < 2:
            return []
        shown = self._ordered()[:PANELS]
        return [panel(axis, values, self.metric, self.best) for axis in shown]

    def _table(self, rows: Sequence[TrialRow], caption: str) -> str:
        several, spread = self._several(), any(row.spread > 0 for row in self.rows)
        heads = ["trial", self.metric, *(["\N{PLUS-MINUS SIGN}"] if spread else []), "state"]
        heads += [*(["model"] if several else []), *(axis.name for axis in self.params)]
        heads += ["seconds", ""]
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
        body = "".join(self._row(i, row, several, spread) for i, row in enumerate(rows))
        told = f"<caption>{escape(caption)}</caption>" if caption else ""
        return (
            f'<table class="syn-table">{told}<thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )

    def _row(self, place: int, row: TrialRow, several: bool, spread: bool) -> str:
        best = place == self.best
        missing = math.isnan(row.value)
        cells = [_number(f"{row.number}")]
        cells += [_number("" if missing else precise(row.value), strong=best)]
        cells += [_number("" if missing else number(row.spread / 2))] if spread else []
        badge = '<span class="syn-badge syn-good">best</span>' if best else escape(row.state)
        cells += [f"<td>{badge}</td>"]
        cells += [_text(row.model)] if several else []
        cells += [_value(axis.values[place]) for axis in self.params]
        cells += [_number(f"{row.seconds:.1f}"), _text(row.note)]
        return f"<tr>{''.join(cells)}</tr>"


def _number(words: str, strong: bool = False) -> str:
    shown = f"<b>{escape(words)}</b>" if strong else escape(words)
    return f'<td class="syn-number">{shown}</td>'


def _text(words: str) -> str:
    if len(words) <= LONGEST:
        return f"<td>{escape(words)}</td>"
    short = escape(words[:LONGEST]) + "\N{HORIZONTAL ELLIPSIS}"
    return f'<td class="syn-text" title="{escape(words[:2000])}">{short}</td>'


def _value(value: Any) -> str:
    if value is None:
        return '<td class="syn-null"></td>'
    words = cell(value)
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    return _number(words) if numeric and words != MISSING else _text(words)
