"""The dashboard of explained images, without a widget."""

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
from synapse_magic.results.dashboard.parts.images import (
    image_view,
    images_drawn,
    images_page,
    images_still,
)
from synapse_magic.results.dashboard.parts.images_asked import AskedImages
from synapse_magic.results.dashboard.parts.images_examined import ExaminedImages
from synapse_magic.views.words import plural


class ImageBoard(PartsBoard):
    """What a dashboard of images shows, and the cohorts that it is shown for.

    Parameters
    ----------
    examined : ExaminedImages
    frame : DataFrame, optional
        What cohorts take their rows from.
    asked : AskedImages or str
        The model to ask, or why there is none.
    terms : mapping, optional
        What Spark is asked for in place of columns that the frame has not.
    codes : mapping, optional
        The levels of columns that hold their numbers in the frame.
    scored : Scored, optional
        The frame with the score of each row.
    """

    script: ClassVar[str] = "images"
    examined: ExaminedImages

    def __init__(
        self,
        examined: ExaminedImages,
        frame: Frame | None = None,
        asked: AskedImages | str = "",
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
        images = plural(self.examined.explained, "explained image")
        return f"Dashboard of {images} and {plural(len(self.examined.parts.values), 'superpixel')}"

    def still(self) -> str:
        """Return the dashboard as HTML without a kernel: all tabs below one another."""
        return self._page(whole=True)

    def save_html(self, path: str | os.PathLike[str]) -> None:
        """Write the dashboard of the chosen cohort as one HTML file that needs nothing else."""
        drawn = images_drawn(self.examined, self.mask(self.chosen), 0)
        live = drawn.html() if drawn.images else ""
        Path(path).write_text(self._page(whole=False) + live, encoding="utf-8", errors="replace")

    def _page(self, *, whole: bool) -> str:
        mask = self.mask(self.chosen)
        return self._paged(
            overview_still(self.examined, list(self.cohorts.values())),
            classes_still(self.examined, mask),
            errors_still(self.examined, mask),
            images_still(self.examined, mask, 0) if whole else "",
        )

    def _own(self) -> Own:
        examined = self.examined
        return {
            **super()._own(),
            "images": lambda g: images_page(
                examined, self.mask(g["cohort"]), g["sort"], g["descending"], g["start"]
            ),
            "image": lambda g: image_view(examined, g["place"]),
            "form": lambda g: self._model().form(g["place"]),
            "without": lambda g: self._model().without(g["place"], g["off"]),
        }

    def _model(self) -> AskedImages:
        if isinstance(self._asks, str):
            raise SynapseError(self._asks)
        return self._asks
