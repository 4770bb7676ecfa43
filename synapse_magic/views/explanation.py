"""A whole explanation in one output: the summary, rows one by one, and dependence on a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synapse_magic.views import pack
from synapse_magic.views.dependence import Dependence
from synapse_magic.views.row import Row
from synapse_magic.views.summary import Summary
from synapse_magic.views.view import View
from synapse_magic.views.words import escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BUDGET = 280_000
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
    """

    summary: Summary
    dependences: tuple[Dependence, ...]
    rows: tuple[Row, ...]
    facts: tuple[tuple[str, bool | None], ...] = ()

    def sentence(self) -> str:
        """Return the view in one sentence."""
        return "Explanation. " + self.summary.sentence()

    @property
    def _few(self) -> bool:
        """Whether there are too few rows for a summary to say anything."""
        return self.summary.rows < FEW_ROWS

    def badges(self) -> str:
        """Return the facts as badges."""
        kinds = {True: " syn-good", False: " syn-poor", None: ""}
        items = " ".join(
            f'<span class="syn-badge{kinds[good]}">{escape(words)}</span>'
            for words, good in self.facts
        )
        return f'<p class="syn-head">{items}</p>' if items else ""

    def picture(self) -> str:
        """Return the static pictures: badges, summary and the first row."""
        parts = [self.badges()]
        if not self._few:
            parts.append(self.summary.picture())
        parts.extend(row.picture() for row in self.rows[: FEW_ROWS if self._few else 1])
        return "".join(parts)

    def numbers(self) -> str:
        """Return the tables of the summary and of the first row."""
        if self._few:
            return "".join(row.numbers() for row in self.rows)
        return self.summary.numbers()

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the table of the summary."""
        return self.summary.records()

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw the summary with matplotlib."""
        return self.summary.axes(ax)

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data; fewer dependences and rows where they do not fit."""
        many, most = len(self.dependences), 200
        while True:
            data = self._payload(many, most)
            if (many <= 1 and most <= 20) or len(pack.embed(data)) <= BUDGET:
                return data
            many, most = max(many * 2 // 3, 1), max(most * 2 // 3, 20)

    def _payload(self, many: int, most: int) -> dict[str, Any]:
        rows = self.rows if most > 60 else self.rows[:10]
        return {
            "kind": "explanation",
            "facts": [list(fact) for fact in self.facts],
            "summary": None if self._few else self.summary.payload(),
            "dependence": [one.payload() for one in self.dependences[:many]],
            "row": {"kind": "row", "rows": [row.entry(most) for row in rows]},
        }
