"""One sensitive column: how often each level is positive, and how frequent each level is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.balance.pairs import telling
from synapse_magic.kernels.intervals import newcombe, wilson
from synapse_magic.views.balance_boards import Level, percent, rate_board, share_board
from synapse_magic.views.page import figure
from synapse_magic.views.palette import LINE
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import MINUS, escape, number, plain, plural, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 12
"""Levels that are drawn; all are in the table."""
GAPS = 5
BUCKETS = 50
"""Different numbers from which on buckets are advised."""


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
    distances
        How far shares of rows are from the reference, by measure.
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
    distances: dict[str, float]

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
        levels = self._drawn()
        against = "reference" if self.given else "equal shares"
        boards = (
            rate_board(levels, self._overall(), self.positive, self.sentence()),
            share_board(levels, against, f"Shares of rows by level of {self.name}"),
        )
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

    def _drawn(self) -> list[Level]:
        """Return the drawn levels as the boards take them."""
        low, high = self.intervals
        arrays = (self.rates, low, high, self.rows, self.shares, self.reference)
        return [
            Level(self.levels[place], *(array[place].item() for array in arrays))
            for place in self._chosen()
        ]

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
        part = percent(float(self.rates[place])).replace(" ", "\N{NO-BREAK SPACE}")
        return f'<td title="{full}"><bdi>{words}</bdi> <span class="syn-dim">{part}</span></td>'

    def _distances(self) -> str:
        found = self.distances
        against = "the reference" if self.given else "equal shares"
        moved = percent(found["total_variation_dist"])
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


def _scroll(name: str, body: str) -> str:
    return f'<div class="syn-scroll" tabindex="0" role="region" aria-label="{name}">{body}</div>'
