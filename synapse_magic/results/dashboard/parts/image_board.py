"""The dashboard of explained images, without a widget."""

from __future__ import annotations

from typing import ClassVar

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


class ImageBoard(PartsBoard[AskedImages]):
    """What a dashboard of images shows, and the cohorts that it is shown for.

    Its parameters are those of :class:`PartsBoard`, with ``examined`` an ``ExaminedImages``.
    """

    script: ClassVar[str] = "images"
    examined: ExaminedImages

    @property
    def label(self) -> str:
        """The dashboard in one sentence."""
        images = plural(self.examined.explained, "explained image")
        return f"Dashboard of {images} and {plural(len(self.examined.parts.values), 'superpixel')}"

    def _page(self, *, whole: bool) -> str:
        mask = self.mask(self.chosen)
        return self._paged(
            overview_still(self.examined, list(self.cohorts.values())),
            classes_still(self.examined, mask),
            errors_still(self.examined, mask),
            images_still(self.examined, mask, 0) if whole else "",
        )

    def _live(self) -> str:
        drawn = images_drawn(self.examined, self.mask(self.chosen), 0)
        return drawn.html() if drawn.images else ""

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
