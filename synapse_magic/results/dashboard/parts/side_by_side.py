"""Two models on the same texts: which words each goes by, and where they part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError, closest
from synapse_magic.results.dashboard.parts.texts import beginning, entry, found_in
from synapse_magic.results.text_explanation import TextExplanation
from synapse_magic.views.page import figure
from synapse_magic.views.parts import levels
from synapse_magic.views.table import html_table
from synapse_magic.views.words import number, plural, signed

if TYPE_CHECKING:
    from synapse_magic.results.dashboard.parts.texts_examined import ExaminedTexts

MOST = 20
"""Texts of a page, each of them twice."""
APART = 2
"""Steps of strength, of four to each side, from which on two models are said to differ."""
SORTS = ("words", "scores", "row")
STILL, STILL_LETTERS, STILL_WORDS = 6, 120, 4


def beside(first: ExaminedTexts, other: object) -> ExaminedTexts:
    """Return texts with the explanation of a second model beside them.

    Raises
    ------
    SynapseError
        When it is of other texts, words, outputs or scores.
    """
    own, again = first.parts, "Try: explain both models on one frame with one seed"
    if not isinstance(other, TextExplanation):
        raise SynapseError(
            f"other is {type(other).__name__}. Expected an explanation of the same texts. {again}"
        )
    if other.texts != own.texts or other.outputs != own.outputs:
        raise SynapseError(
            f"The two explanations are of {len(own)} texts with {own.outputs} and of {len(other)} "
            f"with {other.outputs}. Expected the same texts and outputs. {again}"
        )
    if not np.array_equal(other.spans, own.spans):
        raise SynapseError(
            "The two explanations cut the texts into other words. Expected one tokenizer for both"
        )
    known = replace(other, truth=own.truth) if other.truth is None else other
    second = type(first).looked_at(known)
    if "regression" in (first.task, second.task) and first.task != second.task:
        raise SynapseError(
            f"One explanation is of {own.scale!r} and the other of {other.scale!r}, of which one "
            "is no probability. Try: explain the same column of both models"
        )
    return replace(first, second=replace(second, task=first.task))


def second_of(examined: ExaminedTexts) -> ExaminedTexts:
    """Return the texts as the second model has them.

    Raises
    ------
    SynapseError
        When there is none.
    """
    if examined.second is None:
        raise SynapseError("There is no second model. Try: Dashboard(why, model, df, other=why2)")
    return examined.second


def sides_page(
    examined: ExaminedTexts,
    mask: np.ndarray,
    output: int,
    sort: str = "words",
    start: int = 0,
    search: str = "",
) -> dict[str, Any]:
    """Return some texts of a cohort, each with what its words add for both models.

    Parameters
    ----------
    output
        The class whose contributions are looked at.
    sort
        "words" by how little the words agree, "scores" by how far the scores are apart, or "row".
    start
        The first place of that order.
    search
        What a text has in it, whatever its case.
    """
    if sort not in SORTS:
        raise SynapseError(f"Texts are not sorted by {sort!r}. {closest(sort, SORTS)}")
    order = _ordered(examined, mask & found_in(examined, search), output, sort)
    places = order[max(start, 0) : max(start, 0) + MOST].tolist()
    agreed, second = agreement(examined, output), second_of(examined)
    return {
        "rows": [
            {
                "place": place,
                "first": entry(examined, place, output),
                "second": entry(second, place, output),
                "apart": _apart(examined, place, output).tolist(),
                "agreement": None if np.isnan(agreed[place]) else float(agreed[place]),
            }
            for place in places
        ],
        "start": start,
        "page": MOST,
        "total": len(order),
    }


def agreement(examined: ExaminedTexts, output: int) -> np.ndarray:
    """Return (rows,) the cosine of what the words add for both models.

    It is 1 where they count alike, and NaN where no word counts for one of the models.
    """
    own, other = examined.parts.values[:, output], second_of(examined).parts.values[:, output]
    products, firsts, seconds = (
        _sums(each, examined.parts.starts) for each in (own * other, own * own, other * other)
    )
    sizes = np.sqrt(firsts * seconds)
    return np.where(sizes > 0, products / np.where(sizes > 0, sizes, 1), np.nan)


def _sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return np.bincount(rows, values, minlength=len(starts) - 1)


def _ordered(examined: ExaminedTexts, mask: np.ndarray, output: int, sort: str) -> np.ndarray:
    places = np.flatnonzero(mask)
    if sort == "row":
        return places
    if sort == "words":
        keys = agreement(examined, output)
    else:
        keys = -np.abs(examined.scores - second_of(examined).scores).max(axis=1)
    return places[np.argsort(keys[places], kind="stable")]


def _apart(examined: ExaminedTexts, place: int, output: int) -> np.ndarray:
    """Return which tokens of a text differ, each model measured by its own strongest words."""
    second = second_of(examined)
    own = slice(int(examined.parts.starts[place]), int(examined.parts.starts[place + 1]))
    strengths = [
        levels(each.parts.values[own, output], float(each.top[output])).astype(int)
        for each in (examined, second)
    ]
    return np.flatnonzero(np.abs(strengths[0] - strengths[1]) >= APART)


def sides_still(examined: ExaminedTexts, mask: np.ndarray, output: int) -> str:
    """Return the texts that two models agree on least as a table; empty without a second model."""
    if examined.second is None:
        return ""
    agreed = agreement(examined, output)
    body = [
        (
            beginning(examined.parts.texts[place], STILL_LETTERS),
            number(examined.score[place]),
            number(examined.second.score[place]),
            "" if np.isnan(agreed[place]) else number(agreed[place]),
            _told_apart(examined, place, output),
        )
        for place in _ordered(examined, mask, output, "words")[:STILL].tolist()
    ]
    heads = ["text", "first model", "second model", "agreement", "words that differ"]
    told = (
        f"For {examined.why.outputs[output]}; {len(body)} of {plural(int(mask.sum()), 'text')}, "
        "those that are agreed on least. Agreement: the cosine of what the words add. Words: for "
        "the first model / for the second."
    )
    return figure("Two models", told, html_table(heads, body))


def _told_apart(examined: ExaminedTexts, place: int, output: int) -> str:
    start = int(examined.parts.starts[place])
    text, second = examined.parts.texts[place], second_of(examined)
    found = []
    for token in _apart(examined, place, output)[:STILL_WORDS].tolist():
        a, b = examined.parts.spans[start + token].tolist()
        values = (each.parts.values[start + token, output] for each in (examined, second))
        found.append(f"{text[a:b]} {' / '.join(map(signed, values))}")
    return ", ".join(found)
