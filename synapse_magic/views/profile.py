# ruff: noqa: D102 -- what the properties of the protocol are is said by ColumnProfile
"""Profile: the columns of a frame at a glance, one line each, with a small histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from synapse_magic.views.page import figure
from synapse_magic.views.palette import LINE
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import cell, escape, number, plain, plural, share, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 60
_WIDE, _HIGH = 132.0, 30.0


class Column(Protocol):
    """What the view reads of a column; ``ColumnProfile`` is one."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def missing(self) -> int: ...
    @property
    def distinct(self) -> int | None: ...
    @property
    def mean(self) -> float | None: ...
    @property
    def std(self) -> float | None: ...
    @property
    def minimum(self) -> Any: ...
    @property
    def quantiles(self) -> Sequence[float] | None: ...
    @property
    def maximum(self) -> Any: ...
    @property
    def counts(self) -> np.ndarray | None: ...
    @property
    def edges(self) -> np.ndarray | None: ...
    @property
    def levels(self) -> Sequence[tuple[str, int]]: ...


@dataclass(frozen=True, eq=False, repr=False)
class ProfileTable(View):
    """One line per column.

    Attributes
    ----------
    rows
        Rows of the frame.
    columns
        Its columns.
    """

    rows: int
    columns: tuple[Column, ...]

    def sentence(self) -> str:
        """Return the view in one sentence."""
        gaps = sum(1 for column in self.columns if column.missing)
        return (
            f"Profile of {plural(self.rows, 'row')} and {plural(len(self.columns), 'column')}, "
            f"{gaps:,} with missing values"
        )

    def picture(self) -> str:
        """Return the lines of the first columns."""
        shown = self.columns[:SHOWN]
        body = "".join(self._line(column) for column in shown)
        heads = "".join(
            f'<th scope="col">{name}</th>'
            for name in ("column", "missing", "distinct", "distribution", "range or top levels")
        )
        more = (
            ""
            if len(shown) == len(self.columns)
            else f" First {len(shown)} columns; table() has all."
        )
        table = (
            '<div class="syn-scroll" tabindex="0" role="region" aria-label="Profile">'
            f'<table class="syn-table syn-profile"><thead><tr>{heads}</tr></thead>'
            f"<tbody>{body}</tbody></table></div>"
        )
        return figure("Profile", f"{self.sentence().removeprefix('Profile of ')}.{more}", table)

    def _line(self, column: Column) -> str:
        missing = share(column.missing, self.rows)
        part = column.missing / self.rows if self.rows else 0.0
        mark = ' class="syn-warn"' if part >= 0.2 else ""
        distinct = "" if column.distinct is None else f"{column.distinct:,}"
        name, under = escape(column.name), escape(shorten(column.type, 160, 11))
        return (
            f'<tr><th scope="row" title="{name}">{escape(shorten(column.name, 210, 13))}'
            f'<br><span class="syn-dim">{escape(column.kind)} \N{MIDDLE DOT} {under}</span></th>'
            f"<td><span{mark}>{missing}</span><br>{_meter(part)}</td>"
            f'<td class="syn-number">{distinct}</td><td>{self._mini(column)}</td>'
            f'<td class="syn-facts">{self._facts(column)}</td></tr>'
        )

    def _mini(self, column: Column) -> str:
        if column.counts is not None and len(column.counts):
            counts = np.asarray(column.counts, float)
            label = f"Histogram of {column.name}"
        elif column.levels:
            counts = np.array([count for _, count in column.levels], float)
            label = f"Rows of the most frequent levels of {column.name}"
        else:
            return ""
        board = Drawing(_WIDE, _HIGH, label)
        step = _WIDE / len(counts)
        gap = 1.0 if step > 4 else 0.0
        for i, count in enumerate(counts.tolist()):
            tall = (_HIGH - 2) * count / max(counts.max(), 1)
            tall = max(tall, 1.0) if count else 0.0
            board.rect(
                i * step,
                _HIGH - 1 - tall,
                step - gap,
                tall,
                "bar",
                title=_bar_title(column, i, count),
            )
        board.line(0, _HIGH - 0.5, _WIDE, _HIGH - 0.5, "grid")
        return board.image()

    def _facts(self, column: Column) -> str:
        if column.levels:
            return "<br>".join(
                f"{escape(shorten(str(level), 190, 12.5))} "
                f'<span class="syn-dim">{share(count, self.rows)}</span>'
                for level, count in list(column.levels)[:3]
            )
        if column.minimum is None and column.maximum is None:
            return ""
        ends = (
            f"{escape(cell(column.minimum))} \N{HORIZONTAL ELLIPSIS} {escape(cell(column.maximum))}"
        )
        if column.mean is None:
            return ends
        spread = "" if column.std is None else f" \N{PLUS-MINUS SIGN} {escape(number(column.std))}"
        return f'{ends}<br><span class="syn-dim">mean {escape(number(column.mean))}{spread}</span>'

    def numbers(self) -> str:
        """Return nothing more: the picture is the table."""
        return ""

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per column."""
        names = ["column", "type", "kind", "missing", "distinct", "mean", "std", "minimum"]
        names += ["q05", "q25", "median", "q75", "q95", "maximum", "top_level"]
        rows = []
        for one in self.columns:
            quantiles = [*(one.quantiles if one.quantiles is not None else ()), *[None] * 5][:5]
            top = one.levels[0][0] if one.levels else None
            facts = (one.missing, one.distinct, one.mean, one.std, one.minimum)
            rows.append((one.name, one.type, one.kind, *facts, *quantiles, one.maximum, top))
        return names, rows

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw the share of missing values per column with matplotlib."""
        shown = self.columns[:SHOWN]
        ax = new_axes(ax, 7, 1 + 0.3 * len(shown))
        parts = [100 * column.missing / self.rows if self.rows else 0.0 for column in shown]
        ax.barh(range(len(shown)), parts, color=LINE)
        names = [plain(shorten(column.name, 170, 12)) for column in shown]
        ax.set_yticks(range(len(shown)), labels=names)
        ax.invert_yaxis()
        ax.set(xlabel="missing (%)", xlim=(0, 100), title=f"{self.rows:,} rows")
        return ax

    def payload(self) -> dict[str, Any] | None:
        """Return None: a table needs no script."""
        return None


def _meter(part: float) -> str:
    filled = round(100 * part, 2)
    return (
        f'<span class="syn-meter" aria-hidden="true"><span style="width:{filled}%"></span></span>'
    )


def _bar_title(column: Column, i: int, count: float) -> str:
    if column.counts is not None and column.edges is not None and len(column.edges) > i + 1:
        ends = f"{cell(column.edges[i])} to {cell(column.edges[i + 1])}"
    else:
        ends = str(column.levels[i][0])
    return f"{ends}: {count:,.0f}"
