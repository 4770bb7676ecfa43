"""The dashboard of an explanation, without a widget: cohorts, and an answer for every question."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.dashboard.conditions import Condition, Joined, Levels
from synapse_magic.results.dashboard import compare, errors, features, overview, quality, rows
from synapse_magic.results.dashboard.cohort import Cohort, Frame, conditions_of
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.offered import offered
from synapse_magic.results.dashboard.report import report
from synapse_magic.results.dashboard.thresholds import thresholds
from synapse_magic.results.dashboard.what_if import WhatIf
from synapse_magic.views.words import plural

ALL = "all rows"
COLUMNS = 3_000
"""Columns that the cohort bar offers."""

Given = Mapping[str, Any]


class Board:
    """What a dashboard shows, and the cohorts that it is shown for.

    Parameters
    ----------
    examined : Examined
    frame : DataFrame, optional
        What cohorts take their rows from.
    what_if : WhatIf or str
        The model to ask, or why there is none.
    other : Examined, optional
        A second model on the same rows.
    codes : mapping, optional
        The levels of columns that hold their numbers in the frame.
    terms : mapping, optional
        What Spark is asked for in place of columns that the frame has not.
    """

    script: ClassVar[str] = "dashboard"
    """Stem of the widget that draws it."""

    def __init__(
        self,
        examined: Examined,
        frame: Frame | None = None,
        what_if: WhatIf | str = "",
        other: Examined | None = None,
        codes: Mapping[str, Sequence[str]] | None = None,
        terms: Mapping[str, str] | None = None,
    ) -> None:
        self.examined, self._frame, self._what_if, self._other = examined, frame, what_if, other
        self._codes, self._terms = codes or {}, {} if terms is None else terms
        if other is not None:
            compare.check_alike(examined, other)
        self.cohorts: dict[str, Cohort] = {}
        self._measures: dict[Cohort, dict[str, Any]] = {}
        self.add(ALL, ())
        self.chosen = ALL

    @property
    def label(self) -> str:
        """The dashboard in one sentence."""
        why = self.examined.why
        return (
            f"Dashboard of {plural(self.examined.explained, 'explained row')} and "
            f"{plural(len(why.names), 'feature')}"
        )

    @property
    def cohort(self) -> Cohort:
        """The cohort that is looked at."""
        return self.cohorts[self.chosen]

    def add(
        self,
        name: str,
        conditions: Sequence[Condition],
        joined: Joined = "and",
        within: Cohort | None = None,
    ) -> Cohort:
        """Make a cohort, of rows in another one where that is given, and keep it under its name.

        Raises
        ------
        SynapseError
            When a column is not among the explained rows, or compared with what it cannot be.
        """
        made = Cohort(
            name,
            tuple(conditions),
            joined,
            self.examined.numbers,
            self._frame,
            self._codes,
            within,
            self._terms,
        )
        made.mask(self.examined.columns, len(self.examined))  # raises before it is kept
        self.cohorts[name] = made
        return made

    def still(self) -> str:
        """Return the dashboard as HTML without a kernel: all tabs below one another."""
        return report(self.examined, list(self.cohorts.values()), self.chosen, interactive=False)

    def save_html(self, path: str | os.PathLike[str]) -> None:
        """Write the dashboard of the chosen cohort as one HTML file that needs nothing else."""
        html = report(self.examined, list(self.cohorts.values()), self.chosen, interactive=True)
        Path(path).write_text(html, encoding="utf-8")

    def answer(self, ask: str, given: Given) -> Mapping[str, Any]:
        """Return the answer to a question of the browser.

        Raises
        ------
        SynapseError
            When there is no such question, or no answer to it.
        """
        if ask not in _ANSWERS:
            raise SynapseError(f"The dashboard has no answer to {ask!r}. {closest(ask, _ANSWERS)}")
        return _ANSWERS[ask](self, given)

    def _mask(self, name: str) -> np.ndarray:
        if name not in self.cohorts:
            raise SynapseError(f"There is no cohort {name!r}. {closest(name, self.cohorts)}")
        return self.cohorts[name].mask(self.examined.columns, len(self.examined))

    def _opened(self, _: Given) -> dict[str, Any]:
        examined = self.examined
        return {
            "title": self.label,
            "task": examined.task,
            "positive": examined.positive,
            "rows": len(examined),
            "explained": examined.explained,
            "total": examined.why.rows_total,
            "columns": list(examined.columns)[:COLUMNS],
            "numbers": [name for name in list(examined.columns)[:COLUMNS] if name in self._numbers],
            "judged": bool(examined.judged.any()),
            "whatIf": self._what_if if isinstance(self._what_if, str) else "",
            "compares": self._other is not None,
            **self._listed(),
        }

    @property
    def _numbers(self) -> frozenset[str]:
        return self.examined.numbers

    def _measured(self, cohort: Cohort) -> dict[str, Any]:
        """Return the size and the measures of a cohort, which are kept."""
        if cohort not in self._measures:
            self._measures[cohort] = overview.measured(self.examined, cohort)
        return self._measures[cohort]

    def _overview(self, given: Given) -> dict[str, Any]:
        measures = [self._measured(cohort) for cohort in self.cohorts.values()]
        return overview.overview(self.examined, measures, self._mask(given["cohort"]))

    def _listed(self) -> dict[str, Any]:
        found = []
        for name, cohort in self.cohorts.items():
            one = self._measured(cohort)
            found.append({**one, "name": name, "where": cohort.where, "code": cohort.code})
        return {"cohorts": found, "chosen": self.chosen}

    def _added(self, given: Given) -> dict[str, Any]:
        conditions = conditions_of(given["conditions"])
        joined = given.get("joined", "and")
        base = self.cohorts.get(given.get("within", ALL))
        if base is not None and base.joined == joined == "and":
            conditions, base = (*base.conditions, *conditions), base.within
        elif base is not None and base.name == ALL:
            base = None
        name = self._free(given.get("name") or f"cohort {len(self.cohorts)}")
        self.add(name, conditions, joined, base)
        self.chosen = name
        return self._listed()

    def _free(self, name: str) -> str:
        taken, number = name, 2
        while taken in self.cohorts:
            taken, number = f"{name} {number}", number + 1
        return taken

    def _removed(self, given: Given) -> dict[str, Any]:
        if given["cohort"] != ALL:
            self.cohorts.pop(given["cohort"], None)
        if self.chosen not in self.cohorts:
            self.chosen = ALL
        return self._listed()

    def _choose(self, given: Given) -> dict[str, Any]:
        self._mask(given["cohort"])
        self.chosen = given["cohort"]
        return {"chosen": self.chosen}

    def _column(self, given: Given) -> dict[str, Any]:
        column = self.examined.columns[given["column"]]
        if isinstance(column, Levels):
            return {"levels": offered(column)}
        finite = column[np.isfinite(column)]
        return {"low": finite.min(), "high": finite.max()} if len(finite) else {}

    def _asked(self) -> WhatIf:
        if isinstance(self._what_if, str):
            raise SynapseError(self._what_if)
        return self._what_if

    def _compared(self, given: Given) -> dict[str, Any]:
        if self._other is None:
            raise SynapseError(
                "There is no second model. Try: Dashboard(why, model, df, other=why2)"
            )
        return compare.compare(self.examined, self._other, self._mask(given["cohort"]))


Answer = Callable[[Board, Given], Mapping[str, Any]]

_ANSWERS: dict[str, Answer] = {
    "open": Board._opened,
    "add": Board._added,
    "remove": Board._removed,
    "choose": Board._choose,
    "column": Board._column,
    "overview": Board._overview,
    "errors": lambda b, g: errors.errors(b.examined, b._mask(g["cohort"])),
    "map": lambda b, g: errors.error_map(
        b.examined, b._mask(g["cohort"]), g["across"], g.get("down")
    ),
    "features": lambda b, g: features.features(
        b.examined, b._mask(g["cohort"]), b._mask(g["against"])
    ),
    "dependence": lambda b, g: (
        features.dependence(b.examined, b._mask(g["cohort"]), g["name"]) or {}
    ),
    "rows": lambda b, g: rows.rows_page(
        b.examined, b._mask(g["cohort"]), g["sort"], g["descending"], g["start"], g["count"]
    ),
    "row": lambda b, g: rows.row_view(b.examined, g["places"]),
    "form": lambda b, g: b._asked().form(g["place"]),
    "score": lambda b, g: b._asked().score(g["values"]),
    "curves": lambda b, g: b._asked().curves(g["values"], g["names"]),
    "nearest": lambda b, g: b._asked().nearest(g["place"]),
    "changes": lambda b, g: b._asked().changes(
        g["values"], g["locked"], g.get("bound"), g.get("above", True)
    ),
    "thresholds": lambda b, g: thresholds(b.examined, b._mask(g["cohort"]), g.get("group")),
    "quality": lambda b, g: quality.quality(b.examined, b._mask(g["cohort"])),
    "compare": Board._compared,
}
