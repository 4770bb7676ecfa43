"""What if: an image with superpixels switched off, and what the model says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.image_masker import ImageMasker, written
from synapse_magic.kernels.pixels import loaders
from synapse_magic.results.dashboard.parts.asked import AskedParts
from synapse_magic.results.dashboard.parts.images_examined import ExaminedImages
from synapse_magic.views.image import SIDES
from synapse_magic.views.overlay import photo, shrunk


@dataclass(frozen=True, eq=False)
class AskedImages(AskedParts):
    """A model beside the images that it was explained on."""

    examined: ExaminedImages
    masker: ImageMasker

    def own(self, place: int) -> pa.Array:
        """Return the image of a row."""
        parts = self.examined.parts
        kind = self.asker.schema.field(self.masker.column).type
        return written([parts.images[place]], kind, [parts.origins[place]])

    def form(self, place: int) -> dict[str, Any]:
        """Return an image with its superpixels, and what the model says of it."""
        place = self.check_place(place)
        one = self.examined.drawn[place]
        return {
            "place": place,
            **one.thumbnail(SIDES[0]),
            **self.scored(self.row(place)),
        }

    def without(self, place: int, off: Sequence[int]) -> dict[str, Any]:
        """Return an image without some superpixels, and what the model says of it.

        Raises
        ------
        SynapseError
            When the image has no such superpixel.
        """
        case = self.masker.open(self.row(self.check_place(place)), 0)
        missing = [one for one in off if not 0 <= one < case.features]
        if missing:
            raise SynapseError(
                f"There is no superpixel {missing[0]}. Expected 0 to {case.features - 1}"
            )
        kept = ~np.isin(case.places, np.array(off, int))
        batch = case.masked(kept[None, :])
        (load,) = loaders(batch.column(self.masker.column))
        pixels = case.image if load is None else load()
        colours, _ = shrunk(pixels, case.labels, SIDES[0])
        return {"photo": photo(colours), **self.scored(batch)}
