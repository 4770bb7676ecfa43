"""The dashboard of an explanation, without a widget: cohorts, and an answer for every question."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.dashboard.conditions import Clause, Joined
from synapse_magic.kernels.dashboard.typed import typed
from synapse_magic.results.dashboard import compare, overview
from synapse_magic.results.dashboard.answers import ANSWERS, Given
from synapse_magic.results.dashboard.cohort import Cohort, Frame, Scored, conditions_of, merged
from synapse_magic.results.dashboard.examined import SCORE, Examined
from synapse_magic.results.dashboard.found import Finder, Found
from synapse_magic.results.dashboard.kept import Kept
from synapse_magic.results.dashboard.report import report
from synapse_magic.results.dashboard.what_if import WhatIf
from synapse_magic.views.words import plural

ALL = "all rows"


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
    scored : Scored, optional
        The frame with the score of each row: cohorts of scores take their rows from it.
    finder : Finder, optional
        Looks for rows of the frame by a key.
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
        scored: Scored | None = None,
        finder: Finder | None = None,
    ) -> None:
        self.examined: Examined = examined
        self.what_if: WhatIf | str = what_if
        self.other: Examined | None = other
        self.finder: Finder | None = finder
        self.found: tuple[float, Found] = 0, Found((), (), (), False)
        """What was looked for last by a key, under the number that the browser gave it."""
        self._frame, self._scored = frame, scored
        self._codes, self._terms = codes or {}, {} if terms is None else terms
        if other is not None:
            compare.check_alike(examined, other)
        self._measures: dict[Cohort, dict[str, Any]] = {}
        self._kept = Kept(self._made(ALL, (), "and", None))

    @property
    def label(self) -> str:
        """The dashboard in one sentence."""
        why = self.examined.why
        return (
            f"Dashboard of {plural(self.examined.explained, 'explained row')} and "
            f"{plural(len(why.names), 'feature')}"
        )

    @property
    def cohorts(self) -> dict[str, Cohort]:
        """All cohorts by name."""
        return self._kept.cohorts

    @property
    def chosen(self) -> str:
        """The name of the cohort that is looked at."""
        return self._kept.chosen

    @property
    def cohort(self) -> Cohort:
        """The cohort that is looked at."""
        return self.cohorts[self.chosen]

    def add(
        self,
        name: str,
        conditions: Sequence[Clause],
        joined: Joined = "and",
        within: Cohort | None = None,
    ) -> Cohort:
        """Make a cohort, of rows in another one where that is given, and keep it under its name.

        Raises
        ------
        SynapseError
            When a column is not among the explained rows, or compared with what it cannot be.
        """
        made = self._made(name, conditions, joined, within)
        made.mask(self.examined.sought, len(self.examined))  # raises before it is kept
        self._kept.keep(made)
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
        if ask not in ANSWERS:
            raise SynapseError(f"The dashboard has no answer to {ask!r}. {closest(ask, ANSWERS)}")
        return ANSWERS[ask](self, given)

    def mask(self, name: str) -> np.ndarray:
        """Return which of the explained rows are in a cohort."""
        return self._cohort(name).mask(self.examined.sought, len(self.examined))

    def measured(self, cohort: Cohort) -> dict[str, Any]:
        """Return the size and the measures of a cohort, which are kept."""
        if cohort not in self._measures:
            self._measures[cohort] = overview.measured(self.examined, cohort)
        return self._measures[cohort]

    def listed(self) -> dict[str, Any]:
        """Return all cohorts, and which is looked at."""
        found = []
        for name, cohort in self.cohorts.items():
            one = self.measured(cohort)
            taken = {"where": cohort.where, "code": cohort.code, "refused": cohort.refused}
            found.append({**one, "name": name, **taken})
        return {
            "cohorts": found,
            "chosen": self.chosen,
            "first": self._first(),
            "undoable": self._kept.undoable,
            "redoable": self._kept.redoable,
        }

    def added(self, given: Given) -> dict[str, Any]:
        """Make a cohort as the browser asks for it, and look at it."""
        self._kept.keep(self._asked_for(given), choose=True)
        return self.listed()

    def tried(self, given: Given) -> dict[str, Any]:
        """Return what a cohort would be, without making it."""
        cohort = self._asked_for(given)
        rows = int(cohort.mask(self.examined.sought, len(self.examined)).sum())
        return {"words": cohort.words, "where": cohort.where, "rows": rows}

    def removed(self, given: Given) -> dict[str, Any]:
        """Remove a cohort."""
        self._kept.remove(given["cohort"])
        return self.listed()

    def undone(self, _: Given) -> dict[str, Any]:
        """Go back before the last cohort was made or removed."""
        self._kept.undo()
        return self.listed()

    def redone(self, _: Given) -> dict[str, Any]:
        """Make the change again that was undone last."""
        self._kept.redo()
        return self.listed()

    def choose(self, given: Given) -> dict[str, Any]:
        """Look at another cohort."""
        self._kept.chosen = self._cohort(given["cohort"]).name
        return {"chosen": self.chosen, "first": self._first()}

    def _first(self) -> int:
        """Return the first row of the cohort that is looked at, 0 where it has none."""
        return int(self.mask(self.chosen).argmax()) if len(self.examined) else 0

    def _cohort(self, name: str) -> Cohort:
        if name not in self.cohorts:
            raise SynapseError(f"There is no cohort {name!r}. {closest(name, self.cohorts)}")
        return self.cohorts[name]

    def _asked_for(self, given: Given) -> Cohort:
        """Return a cohort of conditions, or of one that was typed, within another."""
        conditions: Sequence[Clause] = conditions_of(given.get("conditions", ()))
        joined = given.get("joined", "and")
        if given.get("typed"):
            names, numbers = self.examined.sought, self.examined.numbers | {SCORE}
            conditions, joined = merged(typed(given["typed"], names, numbers))
        base = self.cohorts.get(given.get("within") or ALL)
        if base is not None and base.joined == joined == "and":
            conditions, base = (*base.conditions, *conditions), base.within
        elif base is not None and base.name == ALL:
            base = None
        name = self._free(given.get("name") or f"cohort {len(self.cohorts)}")
        made = self._made(name, conditions, joined, base)
        made.mask(self.examined.sought, len(self.examined))  # raises where it cannot be
        return made

    def _made(
        self, name: str, conditions: Sequence[Clause], joined: Joined, within: Cohort | None
    ) -> Cohort:
        return Cohort(
            name,
            tuple(conditions),
            joined,
            self.examined.numbers,
            self._frame,
            self._codes,
            within,
            self._scored,
            self._terms,
        )

    def _free(self, name: str) -> str:
        taken, number = name, 2
        while taken in self.cohorts:
            taken, number = f"{name} {number}", number + 1
        return taken
