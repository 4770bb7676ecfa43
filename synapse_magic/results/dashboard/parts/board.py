"""The dashboard of explained texts or images, without a widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.results.dashboard.board import Board, Given
from synapse_magic.results.dashboard.cohort import Frame, Scored
from synapse_magic.results.dashboard.parts.classes import classes
from synapse_magic.results.dashboard.parts.examined import ExaminedParts
from synapse_magic.views.page import page
from synapse_magic.views.words import escape

Own = Mapping[str, Callable[[Given], Mapping[str, Any]]]


class PartsBoard(Board):
    """What a dashboard of texts or images shows, and the cohorts that it is shown for.

    Parameters
    ----------
    examined : ExaminedParts
    frame : DataFrame, optional
        What cohorts take their rows from.
    silent : str
        Why the model cannot be asked about a row; empty where it can.
    terms : mapping, optional
        What Spark is asked for in place of columns that the frame has not.
    codes : mapping, optional
        The levels of columns that hold their numbers in the frame.
    scored : Scored, optional
        The frame with the score of each row.
    """

    examined: ExaminedParts

    def __init__(
        self,
        examined: ExaminedParts,
        frame: Frame | None = None,
        silent: str = "",
        terms: Mapping[str, str] | None = None,
        codes: Mapping[str, Sequence[str]] | None = None,
        scored: Scored | None = None,
    ) -> None:
        super().__init__(examined, frame, silent, codes=codes, terms=terms, scored=scored)

    def answer(self, ask: str, given: Given) -> Mapping[str, Any]:
        """Return the answer to a question of the browser.

        Raises
        ------
        SynapseError
            When there is no such question, or no answer to it.
        """
        own = self._own()
        return own[ask](given) if ask in own else super().answer(ask, given)

    def _own(self) -> Own:
        """Return what is answered here and not by the dashboard of tables."""
        return {
            "open": self._opened,
            "classes": lambda g: classes(self.examined, self.mask(g["cohort"])),
        }

    def _opened(self, given: Given) -> dict[str, Any]:
        why = self.examined.why
        return {
            **super().answer("open", given),
            "outputs": list(why.outputs),
            "scale": self.examined.parts.scale,
        }

    def _paged(self, *parts: str) -> str:
        """Return still parts below one another, under the cohort that they are of."""
        cohort = self.cohort
        head = f'<p class="syn-note">Cohort: {escape(cohort.name)} ({escape(cohort.words)})</p>'
        return page(head + "".join(parts), "", None, f"Dashboard, {cohort.name}")

    def _output(self, given: Given) -> int:
        """Return the class that is asked about."""
        output = int(given.get("output", 0))
        if not 0 <= output < len(self.examined.why.outputs):
            raise SynapseError(f"There is no class {output} among the explained ones")
        return output
