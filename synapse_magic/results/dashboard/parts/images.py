"""Images of a cohort: a page of small ones, and one in full with what its superpixels add."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from synapse_magic.results.dashboard.parts.images_examined import ExaminedImages
from synapse_magic.results.dashboard.parts.judgement import judgement
from synapse_magic.results.dashboard.rows import ERROR, ROW, ordered
from synapse_magic.views.image import ImageView
from synapse_magic.views.overlay import enlarged, photo, shrunk
from synapse_magic.views.page import figure
from synapse_magic.views.words import escape

MOST = 60
"""Images of a page."""
SIDE = 96
"""Longest side of a small image."""
ROOM = 400_000
"""Bytes of the images of a page."""
STILL, STILL_ROOM = 24, 100_000
LIVE = 40
"""Images that a saved page can be walked through."""


def images_page(
    examined: ExaminedImages,
    mask: np.ndarray,
    sort: str = ROW,
    descending: bool = False,
    start: int = 0,
) -> dict[str, Any]:
    """Return some images of a cohort in an order, small.

    Parameters
    ----------
    sort
        "(row)", "(score)", "(error)", or a column.
    start
        The first place of that order.
    """
    order = ordered(examined, mask, sort, descending)
    return {
        "rows": _fitting(examined, order[max(start, 0) :][:MOST].tolist(), ROOM),
        "start": start,
        "page": MOST,
        "total": len(order),
        "judged": bool(examined.judged.any()),
    }


def _fitting(examined: ExaminedImages, places: list[int], room: int) -> list[dict[str, Any]]:
    """Return the first of some images, as many as have room."""
    found: list[dict[str, Any]] = []
    for place in places:
        entry = {
            "place": place,
            "title": examined.drawn[place].title,
            "photo": small(examined, place),
            **judgement(examined, place),
        }
        room -= len(entry["photo"])
        if found and room < 0:
            break
        found.append(entry)
    return found


def small(examined: ExaminedImages, place: int) -> str:
    """Return a small image as an address that holds it; it is kept."""
    if place not in examined.photos:
        one = examined.drawn[place]
        colours, _ = shrunk(one.image, one.labels, SIDE)
        tiny = max(colours.shape[:2]) <= SIDE // 2
        examined.photos[place] = photo(enlarged(colours, SIDE) if tiny else colours)
    return examined.photos[place]


def image_view(examined: ExaminedImages, place: int) -> dict[str, Any]:
    """Return one image for the view of images, first by the class that is predicted."""
    first = int(examined.guess[place]) if examined.task == "multiclass" else 0
    return replace(examined.parts.image(place), first=first).payload()


def images_drawn(examined: ExaminedImages, mask: np.ndarray, output: int) -> ImageView:
    """Return images of a cohort as one view, those most wrong first."""
    chosen = tuple(examined.drawn[place] for place in _worst(examined, mask)[:LIVE])
    view = examined.parts.report()
    return replace(view, images=chosen, first=output, facts=(), failures=())


def _worst(examined: ExaminedImages, mask: np.ndarray) -> list[int]:
    judged = bool(examined.judged.any())
    found: list[int] = ordered(examined, mask, ERROR if judged else ROW, judged).tolist()
    return found


def images_still(examined: ExaminedImages, mask: np.ndarray, output: int) -> str:
    """Return small images of a cohort, those most wrong first, and the first of them painted."""
    found = _fitting(examined, _worst(examined, mask)[:STILL], STILL_ROOM)
    if not found:
        return ""
    cells = "".join(map(_still, found))
    grid = f'<div class="syn-beside">{cells}</div>'
    told = "The most wrong first." if examined.judged.any() else ""
    return figure("Images", told, grid) + images_drawn(examined, mask, output).picture()


def _still(one: dict[str, Any]) -> str:
    said = one["predicted"] or one["score"]
    mark = "" if not one["judged"] else ", wrong" if one["wrong"] else ", right"
    label = f", label {one['label']}" if one["label"] else ""
    told = escape(f"{said}{label}{mark}")
    picture = f'<img class="syn-photo" src="{one["photo"]}" alt="{escape(one["title"])}">'
    return f'<div>{picture}<p class="syn-note">{told}</p></div>'
