"""The dashboard of explained texts or images, without a widget."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from synapse_magic.errors import SynapseError
from synapse_magic.results.dashboard.board import Board, Given
from synapse_magic.results.dashboard.cohort import Frame, Scored
from synapse_magic.results.dashboard.parts.asked import AskedParts
from synapse_magic.results.dashboard.parts.classes import classes
from synapse_magic.results.dashboard.parts.examined import ExaminedParts
from synapse_magic.views.page import page
from synapse_magic.views.words import escape

Asked = TypeVar("Asked", bound=AskedParts)
Own = Mapping[str, Callable[[Given], Mapping[str, Any]]]


class PartsBoard(Board, ABC, Generic[Asked]):
    """What a dashboard of texts or images shows, and the cohorts that it is shown for.

    Parameters
    ----------
    examined : ExaminedParts
    frame : DataFrame, optional
        What cohorts take their rows from.
    asked : AskedParts or str
        The model to ask, or why there is none.
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
        asked: Asked | str = "",
        terms: Mapping[str, str] | None = None,
        codes: Mapping[str, Sequence[str]] | None = None,
        scored: Scored | None = None,
    ) -> None:
        self._asks = asked
        silent = asked if isinstance(asked, str) else ""
        super().__init__(examined, frame, silent, codes=codes, terms=terms, scored=scored)

    def still(self) -> str:
        """Return the dashboard as HTML without a kernel: all tabs below one another."""
        return self._page(whole=True)

    def save_html(self, path: str | os.PathLike[str]) -> None:
        """Write the dashboard of the chosen cohort as one HTML file that needs nothing else."""
        page = self._page(whole=False) + self._live()
        Path(path).write_text(page, encoding="utf-8", errors="replace")

    @abstractmethod
    def _page(self, *, whole: bool) -> str:
        """Return the tabs below one another; the explained rows are among them if ``whole``."""

    @abstractmethod
    def _live(self) -> str:
        """Return the explained rows of the chosen cohort as a view that needs no kernel."""

    def _model(self) -> Asked:
        """Return the model that is asked about changed rows."""
        if isinstance(self._asks, str):
            raise SynapseError(self._asks)
        return self._asks

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
