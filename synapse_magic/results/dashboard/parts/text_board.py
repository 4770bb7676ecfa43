"""The dashboard of explained texts, without a widget."""

from __future__ import annotations

from typing import Any, ClassVar

from synapse_magic.results.dashboard.board import Given
from synapse_magic.results.dashboard.compare import compare
from synapse_magic.results.dashboard.errors import errors_still
from synapse_magic.results.dashboard.overview import overview_still
from synapse_magic.results.dashboard.parts.board import Own, PartsBoard
from synapse_magic.results.dashboard.parts.classes import classes_still
from synapse_magic.results.dashboard.parts.side_by_side import second_of, sides_page, sides_still
from synapse_magic.results.dashboard.parts.text_plane import text_plane, text_plane_still
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


class TextBoard(PartsBoard[AskedTexts]):
    """What a dashboard of texts shows, and the cohorts that it is shown for.

    Its parameters are those of :class:`PartsBoard`, with ``examined`` an ``ExaminedTexts``.
    """

    script: ClassVar[str] = "texts"
    examined: ExaminedTexts

    @property
    def label(self) -> str:
        """The dashboard in one sentence."""
        texts = plural(self.examined.explained, "explained text")
        return f"Dashboard of {texts} and {plural(len(self.examined.index.words), 'word')}"

    def _page(self, *, whole: bool) -> str:
        mask = self.mask(self.chosen)
        return self._paged(
            overview_still(self.examined, list(self.cohorts.values())),
            classes_still(self.examined, mask),
            words_still(self.examined, mask, 0),
            errors_still(self.examined, mask),
            text_plane_still(self.examined, mask),
            sides_still(self.examined, mask, 0),
            texts_still(self.examined, mask, 0) if whole else "",
        )

    def _live(self) -> str:
        drawn = texts_drawn(self.examined, self.mask(self.chosen), 0)
        return drawn.html() if drawn.texts else ""

    def _opened(self, given: Given) -> dict[str, Any]:
        compares, mapped = self.examined.second is not None, self.examined.plane is not None
        return {**super()._opened(given), "compares": compares, "mapped": mapped}

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
            "compare": lambda g: compare(examined, second_of(examined), self.mask(g["cohort"])),
            "sides": lambda g: sides_page(
                examined,
                self.mask(g["cohort"]),
                self._output(g),
                g["sort"],
                g["start"],
                g["search"],
            ),
            "plane": lambda g: text_plane(examined, self.mask(g["cohort"])),
            "text": lambda g: text_view(examined, g["place"], self._output(g)),
            "form": lambda g: self._model().form(g["place"]),
            "say": lambda g: self._model().say(g["place"], g["text"]),
            "told": lambda g: self._model().told(g["place"], g["text"], self._output(g)),
            "without": lambda g: self._model().without(g["place"], g["text"], g["token"]),
        }
