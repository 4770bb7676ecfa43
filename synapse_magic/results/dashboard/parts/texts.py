"""Texts one by one: a sorted page of a cohort's texts with their words marked, and one in full."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from synapse_magic.results.dashboard.parts.judgement import judgement
from synapse_magic.results.dashboard.parts.marked import marked
from synapse_magic.results.dashboard.parts.texts_examined import ExaminedTexts
from synapse_magic.results.dashboard.rows import ERROR, ROW, ordered
from synapse_magic.views.text import BUDGET, Text, TextView

MOST = 50
"""Texts of a page."""
LONGEST = 280
"""Letters of a text on a page."""
STILL = 6


def texts_page(
    examined: ExaminedTexts,
    mask: np.ndarray,
    output: int,
    sort: str = ROW,
    descending: bool = False,
    start: int = 0,
    search: str = "",
) -> dict[str, Any]:
    """Return some texts of a cohort in an order.

    Parameters
    ----------
    output
        The class whose contributions are marked.
    sort
        "(row)", "(score)", "(error)", or a column.
    start
        The first place of that order.
    search
        What a text has in it, whatever its case.
    """
    order = ordered(examined, mask & found_in(examined, search), sort, descending)
    places = order[max(start, 0) : max(start, 0) + MOST].tolist()
    return {
        "rows": [entry(examined, place, output) for place in places],
        "start": start,
        "total": len(order),
        "judged": bool(examined.judged.any()),
    }


def found_in(examined: ExaminedTexts, search: str) -> np.ndarray:
    """Return which texts have something in them, whatever its case."""
    if not search:
        return np.ones(len(examined), bool)
    sought = search.casefold()
    return np.array([sought in text.casefold() for text in examined.parts.texts], bool)


def beginning(text: str, letters: int) -> str:
    """Return a text, or its first letters and an ellipsis.

    Examples
    --------
    >>> beginning("good", 8), len(beginning("A lovely film", 8))
    ('good', 9)
    """
    return text if len(text) <= letters else text[:letters].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def entry(examined: ExaminedTexts, place: int, output: int) -> dict[str, Any]:
    """Return one text as a line of a page."""
    parts = examined.parts
    own = slice(int(parts.starts[place]), int(parts.starts[place + 1]))
    text, top = parts.texts[place], float(examined.top[output])
    runs = marked(text, parts.spans[own], parts.values[own, output], top, LONGEST)
    return {
        "place": place,
        "runs": runs,
        "more": len(text) > LONGEST,
        "words": own.stop - own.start,
        **judgement(examined, place),
    }


def text_view(examined: ExaminedTexts, place: int, output: int) -> dict[str, Any]:
    """Return one text for the view of texts."""
    return replace(examined.parts.text(place), first=output).payload()


def texts_drawn(examined: ExaminedTexts, mask: np.ndarray, output: int) -> TextView:
    """Return texts of a cohort as one view, those most wrong first, as many as fit in a page."""
    judged = bool(examined.judged.any())
    order = ordered(examined, mask, ERROR if judged else ROW, judged)
    view = examined.parts.report()
    chosen: list[Text] = []
    room = BUDGET
    for place in order.tolist():
        room -= 4 * len(view.texts[place].text)
        if chosen and room < 0:
            break
        chosen.append(view.texts[place])
    return replace(view, texts=tuple(chosen), first=output, facts=(), failures=())


def texts_still(examined: ExaminedTexts, mask: np.ndarray, output: int) -> str:
    """Return the first texts of a cohort as pictures, those most wrong first."""
    view = texts_drawn(examined, mask, output)
    return replace(view, texts=view.texts[:STILL]).picture() if view.texts else ""
