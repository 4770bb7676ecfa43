"""The dashboard of explained texts, without a widget."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from synapse_magic.errors import SynapseError
from synapse_magic.results.dashboard.cohort import Frame, Scored
from synapse_magic.results.dashboard.errors import errors_still
from synapse_magic.results.dashboard.overview import overview_still
from synapse_magic.results.dashboard.parts.board import Own, PartsBoard
from synapse_magic.results.dashboard.parts.classes import classes_still
from synapse_magic.results.dashboard.parts.texts import (
    text_view,
    texts_drawn,
    texts_page,
    texts_still,
)
from synapse_magic.results.dashboard.parts.texts_asked import AskedTexts
from synapse_magic.results.dashboard.parts.texts_examined import ExaminedTexts
from synapse_magic.results.dashboard.parts.words import words, words_still
from synapse_magic.results.dashboard.rows import ROW
from synapse_magic.views.words import plural


class TextBoard(PartsBoard):
    """What a dashboard of texts shows, and the cohorts that it is shown for.

    Parameters
    ----------
    examined : ExaminedTexts
    frame : DataFrame, optional
        What cohorts take their rows from.
    asked : AskedTexts or str
        The model to ask, or why there is none.
    terms : mapping, optional
        What Spark is asked for in place of columns that the frame has not.
    codes : mapping, optional
        The levels of columns that hold their numbers in the frame.
    scored : Scored, optional
        The frame with the score of each row.
    """

    script: ClassVar[str] = "texts"
    examined: ExaminedTexts

    def __init__(
        self,
        examined: ExaminedTexts,
        frame: Frame | None = None,
        asked: AskedTexts | str = "",
        terms: Mapping[str, str] | None = None,
        codes: Mapping[str, Sequence[str]] | None = None,
        scored: Scored | None = None,
    ) -> None:
        self._asks = asked
        silent = asked if isinstance(asked, str) else ""
        super().__init__(examined, frame, silent, terms, codes, scored)

    @property
    def label(self) -> str:
        """The dashboard in one sentence."""
        texts = plural(self.examined.explained, "explained text")
        return f"Dashboard of {texts} and {plural(len(self.examined.index.words), 'word')}"

    def still(self) -> str:
        """Return the dashboard as HTML without a kernel: all tabs below one another."""
        return self._page(whole=True)

    def save_html(self, path: str | os.PathLike[str]) -> None:
        """Write the dashboard of the chosen cohort as one HTML file that needs nothing else."""
        drawn = texts_drawn(self.examined, self.mask(self.chosen), 0)
        live = drawn.html() if drawn.texts else ""
        Path(path).write_text(self._page(whole=False) + live, encoding="utf-8", errors="replace")

    def _page(self, *, whole: bool) -> str:
        mask = self.mask(self.chosen)
        return self._paged(
            overview_still(self.examined, list(self.cohorts.values())),
            classes_still(self.examined, mask),
            words_still(self.examined, mask, 0),
            errors_still(self.examined, mask),
            texts_still(self.examined, mask, 0) if whole else "",
        )

    def _own(self) -> Own:
        examined = self.examined
        return {
            **super()._own(),
            "words": lambda g: words(
                examined, self.mask(g["cohort"]), self._output(g), g["sort"], g["search"]
            ),
            "texts": lambda g: texts_page(
                examined,
                self.mask(g["cohort"]),
                self._output(g),
                g.get("sort", ROW),
                g["descending"],
                g["start"],
                g["search"],
            ),
            "text": lambda g: text_view(examined, g["place"], self._output(g)),
            "form": lambda g: self._model().form(g["place"]),
            "say": lambda g: self._model().say(g["place"], g["text"]),
            "told": lambda g: self._model().told(g["place"], g["text"], self._output(g)),
            "without": lambda g: self._model().without(g["place"], g["text"], g["token"]),
        }

    def _model(self) -> AskedTexts:
        if isinstance(self._asks, str):
            raise SynapseError(self._asks)
        return self._asks
