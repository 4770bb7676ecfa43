"""A whole balance in one output: each sensitive column, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synapse_magic.kernels.balance.measures import AGGREGATE, DISTRIBUTION, PAIR
from synapse_magic.views.balance_column import BalanceColumnView
from synapse_magic.views.metrics import precise
from synapse_magic.views.page import figure, numbers, scrolled
from synapse_magic.views.table import html_table
from synapse_magic.views.view import SHOWN_ROWS, View
from synapse_magic.views.words import escape, plural, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 20
"""Columns that are drawn; all are in the table."""
_WORDS = {
    "atkinson_index": "Atkinson index",
    "theil_l_index": "Theil L",
    "theil_t_index": "Theil T",
}


@dataclass(frozen=True, eq=False, repr=False)
class BalanceReport(View):
    """Positive rates, shares and differences of each column, and the indices of all.

    Attributes
    ----------
    positive
        What is positive, in words.
    columns
        One view per sensitive column.
    aggregate
        Indices of how unequally rows are spread over combinations of levels.
    combinations
        How many combinations there are.
    """

    positive: str
    columns: tuple[BalanceColumnView, ...]
    aggregate: dict[str, float]
    combinations: int

    def sentence(self) -> str:
        """Return the view in one sentence."""
        first = self.columns[0]
        rows, part = plural(int(first.rows.sum()), "row"), self._rate()
        return f"Balance of {rows}, {part} with {self.positive}: {self._largest()}"

    def picture(self) -> str:
        """Return the indices in one line, then each column."""
        shown = self.columns[:COLUMNS]
        rest = len(self.columns) - len(shown)
        more = f"; {plural(rest, 'more column')} in the table" if rest else ""
        head = figure("Data balance", self.note() + more, self._strip())
        return head + "".join(view.picture() for view in shown) + _meanings()

    def note(self) -> str:
        """Return what is asked of the data, in plain words."""
        return (
            "Demographic parity: every level should be positive equally often. The dashed line is "
            f"the share over all rows, {self._rate()}; whiskers are 95 % intervals, wide where "
            "rows are few. Atkinson and Theil: 0 where all combinations of levels have as many "
            "rows, larger the more unequal they are."
        )

    def numbers(self) -> str:
        """Return the levels as a foldable table."""
        names, rows = self.records()
        table = html_table(names, rows[:SHOWN_ROWS], total=len(rows))
        return numbers(table, "Table of the levels")

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per column and level."""
        names: list[str] = []
        rows: list[tuple[Any, ...]] = []
        for view in self.columns:
            names, own = view.records()
            rows += [(view.name, *row) for row in own]
        return ["column", *names], rows

    def axes(self, ax: Axes | None = None, *, column: int = 0) -> Axes:
        """Draw the share of positives of one column with matplotlib."""
        return self.columns[column].axes(ax)

    def payload(self) -> dict[str, Any] | None:
        """Return None: the static view is the whole one."""
        return None

    def _rate(self) -> str:
        first = self.columns[0]
        return share(int(first.positives.sum()), int(first.labelled.sum()))

    def _largest(self) -> str:
        found = [(view, *view.gaps[0]) for view in self.columns if view.gaps]
        if not found:
            return "no level is positive more often than another"
        view, a, b = max(found, key=lambda one: float(one[0].rates[one[1]] - one[0].rates[one[2]]))
        points = f"{100 * float(view.rates[a] - view.rates[b]):.1f}"
        return f"{view.name} {view.levels[a]} {points} points above {view.levels[b]}"

    def _strip(self) -> str:
        first = self.columns[0]
        items = [
            ("rows", f"{int(first.rows.sum()):,}", "rows of the frame"),
            ("positive", self._rate(), f"share of the rows with a label for which {self.positive}"),
        ]
        missing = int(first.rows.sum() - first.labelled.sum())
        if missing:
            items.append(("without label", f"{missing:,}", "left out of the shares of positives"))
        names = " and ".join(view.name for view in self.columns)
        items.append(("combinations", f"{self.combinations:,}", f"of the levels of {names}"))
        items += [
            (_WORDS[name], precise(value), AGGREGATE[name])
            for name, value in self.aggregate.items()
        ]
        cells = "".join(
            f'<div role="listitem" title="{escape(meaning)}"><span class="syn-dim">{name}</span> '
            f'<b class="syn-metric">{escape(value)}</b></div>'
            for name, value, meaning in items
        )
        return f'<div class="syn-metrics" role="list" aria-label="Balance">{cells}</div>'


def _meanings() -> str:
    rows = [*PAIR.items(), *DISTRIBUTION.items(), *AGGREGATE.items()]
    table = html_table(["measure", "what it says"], rows)
    return (
        '<details class="syn-numbers"><summary>What the measures say</summary>'
        f"{scrolled(table, 'What the measures say')}</details>"
    )
