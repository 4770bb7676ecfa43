"""A whole explanation in one output: the summary, rows one by one, and dependence on a click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synapse_magic.views import pack
from synapse_magic.views.bars import badges
from synapse_magic.views.dependence import Dependence
from synapse_magic.views.failures import Failures, failure_table
from synapse_magic.views.heatmap import Heatmap
from synapse_magic.views.interaction import Interaction
from synapse_magic.views.row import SENT, Row
from synapse_magic.views.summary import Summary
from synapse_magic.views.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BUDGET = 280_000
ROWS_BUDGET = 90_000
LEAST = 20
FIRST = 6
FEW_ROWS = 4


@dataclass(frozen=True, eq=False, repr=False)
class ExplanationReport(View):
    """Summary, dependence of the strongest features, and the first rows, of one explanation.

    Attributes
    ----------
    summary
        Summary of all rows.
    dependences
        Of the strongest features, strongest first.
    rows
        The rows that can be looked at.
    facts
        Short words on method, rows, seed and trust, shown as badges: (words, whether good).
    failures
        Rows that could not be explained: (number, reason).
    interaction, heatmap
        Further views, shown where scripts run and their data fit; None where there are none.
    """

    summary: Summary
    dependences: tuple[Dependence, ...]
    rows: tuple[Row, ...]
    facts: tuple[tuple[str, bool | None], ...] = ()
    failures: Failures = ()
    interaction: Interaction | None = None
    heatmap: Heatmap | None = None

    def sentence(self) -> str:
        """Return the view in one sentence."""
        return "Explanation. " + self.summary.sentence()

    @property
    def _few(self) -> bool:
        """Whether there are too few rows for a summary to say anything."""
        return self.summary.rows < FEW_ROWS

    def badges(self) -> str:
        """Return the facts as badges."""
        return badges(self.facts)

    def picture(self) -> str:
        """Return the static pictures: badges, summary and the first row."""
        parts = [self.badges()]
        if not self._few:
            parts.append(self.summary.picture())
        parts.extend(row.picture() for row in self.rows[: FEW_ROWS if self._few else 1])
        return "".join(parts)

    def numbers(self) -> str:
        """Return the tables of the summary, or of few rows, and of what could not be explained."""
        found = [row.numbers() for row in self.rows] if self._few else [self.summary.numbers()]
        return "".join([*found, failure_table(self.failures)])

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the table of the summary."""
        return self.summary.records()

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw the summary with matplotlib."""
        return self.summary.axes(ax)

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data; fewer views and rows where they do not fit."""
        rows = {"kind": "row", "rows": self._entries()}
        fixed = {
            "kind": "explanation",
            "facts": [list(fact) for fact in self.facts],
            "summary": None if self._few else self.summary.payload(),
            "row": rows,
        }
        first, later = self.dependences[:FIRST], self.dependences[FIRST:]
        wanted: list[View | None] = [*first, self.interaction, self.heatmap, *later]
        sent = _fitting(wanted, BUDGET - len(pack.embed(fixed)))
        dependence = [one for one in sent if one["kind"] == "dependence"]
        more = [one for one in sent if one["kind"] != "dependence"]
        return {**fixed, "dependence": dependence, "more": more}

    def _entries(self) -> list[dict[str, Any]]:
        """Return the rows with so many features that their numbers take a part of the budget."""
        error = any(row.error is not None for row in self.rows)
        size = len(self.summary.outputs) * (16 if error else 8) + 16
        few = ROWS_BUDGET // (max(len(self.rows), 1) * size)
        if few >= LEAST:
            return [row.entry(min(few, SENT)) for row in self.rows]
        return [row.entry(max(ROWS_BUDGET // (10 * size), LEAST)) for row in self.rows[:10]]


def _fitting(views: Sequence[View | None], room: int) -> list[dict[str, Any]]:
    """Return the data of the views that fit, first come first served."""
    found = []
    for view in views:
        data = view.payload() if view is not None else None
        size = len(pack.embed(data)) if data is not None else 0
        if data is not None and size <= room:
            found.append(data)
            room -= size
    return found
