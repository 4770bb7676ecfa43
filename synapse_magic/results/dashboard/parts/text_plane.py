"""A map of texts: where the vectors of a column lie on the plane that keeps most of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.plane import Plane
from synapse_magic.kernels.dashboard.wording import short
from synapse_magic.views.page import figure
from synapse_magic.views.palette import NEGATIVE, POSITIVE, rgb
from synapse_magic.views.png import data_url
from synapse_magic.views.words import escape, plural

if TYPE_CHECKING:
    from synapse_magic.results.dashboard.parts.texts_examined import ExaminedTexts

ACROSS, UP = "(map across)", "(map up)"
"""The columns that a part of the map is asked for by."""
MOST = 5_000
"""Texts of a map, drawn at random."""
_WIDE, _HIGH, _DOT = 480, 320, 2


@dataclass(frozen=True, eq=False)
class TextPlane:
    """Where texts lie.

    Attributes
    ----------
    column
        What holds their vectors.
    plane
        A point for each explained text; NaN for one that is not on the map.
    drawn
        How many texts were drawn to be on it.
    seed
        What they were drawn by.
    """

    column: str
    plane: Plane
    drawn: int
    seed: int

    @property
    def placed(self) -> np.ndarray:
        """The places of the texts that are on it."""
        return np.flatnonzero(~np.isnan(self.plane.points[:, 0]))


def text_plane(examined: ExaminedTexts, mask: np.ndarray) -> dict[str, Any]:
    """Return the points of the map, with what is known of their texts, and which are in a cohort.

    Raises
    ------
    SynapseError
        When no vectors were given.
    """
    made = _made(examined)
    places = made.placed
    wrong = np.where(examined.judged, examined.errors > 0, 2)[places].astype(np.uint8)
    classed = examined.task != "regression"
    return {
        "across": made.plane.points[places, 0].astype(np.float32),
        "up": made.plane.points[places, 1].astype(np.float32),
        "places": places.astype(np.uint32),
        "inside": mask[places].astype(np.uint8),
        "score": examined.score[places].astype(np.float32),
        "wrong": wrong,
        "guess": examined.guess[places].astype(np.uint16) if classed else np.zeros(0, np.uint16),
        "classes": list(map(short, examined.classes)) if classed else [],
        "note": _note(examined, made),
    }


def _made(examined: ExaminedTexts) -> TextPlane:
    if examined.plane is None:
        raise SynapseError('There is no map. Try: Dashboard(why, model, df, embedding="vectors")')
    return examined.plane


def _note(examined: ExaminedTexts, made: TextPlane) -> str:
    told = f"The two principal components of {short(made.column)} keep {made.plane.share:.0%} of"
    told += f" its variance. {plural(len(made.placed), 'text')}"
    if made.drawn < len(examined):
        told += f" of {len(examined):,}, drawn at random (seed {made.seed})"
    absent = made.drawn - len(made.placed)
    return f"{told}; {absent:,} more without a vector." if absent else f"{told}."


def text_plane_still(examined: ExaminedTexts, mask: np.ndarray) -> str:
    """Return the map of a cohort as a picture; empty where there is none."""
    if examined.plane is None:
        return ""
    places = examined.plane.placed
    places = places[mask[places]]
    if not len(places):
        return ""
    judged = examined.task != "regression" and examined.judged.any()
    marked = examined.errors > 0 if judged else examined.score >= np.median(examined.score)
    told = _note(examined, examined.plane)
    names = ("right", "wrong") if judged else ("a lower score", "a higher score")
    told += f" Blue: {names[0]}; orange and larger: {names[1]}."
    picture = data_url(_painted(examined.plane.plane.points[places], marked[places]))
    label = escape(f"Map of {plural(len(places), 'text')}")
    drawn = (
        f'<img class="syn-photo" width="{_WIDE}" height="{_HIGH}" src="{picture}" alt="{label}">'
    )
    return figure("Map", told, drawn)


def _painted(points: np.ndarray, marked: np.ndarray) -> np.ndarray:
    """Return the points as pixels, those that are marked larger and above the others."""
    low, high = points.min(axis=0), points.max(axis=0)
    parts = (points - low) / np.where(high > low, high - low, 1)
    room = np.array([_WIDE, _HIGH]) - 4 * _DOT - 1
    at = (parts * room).astype(int) + 2 * _DOT
    pixels = np.zeros((_HIGH, _WIDE, 4), np.uint8)
    for own, size, colour in ((~marked, _DOT - 1, NEGATIVE), (marked, _DOT, POSITIVE)):
        for across, up in at[own].tolist():
            down = _HIGH - 1 - up
            pixels[down - size : down + size + 1, across - size : across + size + 1] = (
                *rgb(colour).tolist(), 230,
            )  # fmt: skip
    return pixels
