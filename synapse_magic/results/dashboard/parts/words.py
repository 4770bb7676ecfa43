"""The words of a cohort: what they add, their texts, and how often these are wrong."""

from __future__ import annotations

from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.dashboard.wording import short
from synapse_magic.results.dashboard.parts.texts_examined import ExaminedTexts
from synapse_magic.results.dashboard.parts.word_columns import column_of_word
from synapse_magic.views.page import figure
from synapse_magic.views.table import html_table
from synapse_magic.views.words import number, signed

MOST = 200
"""Words of an answer."""
LONGEST = 400
"""Letters of a word that is listed; what is longer is no word that anybody looks for."""
SORTS = ("size", "mean", "texts", "errors")


def words(
    examined: ExaminedTexts, mask: np.ndarray, output: int, sort: str = "size", search: str = ""
) -> dict[str, Any]:
    """Return the words of a cohort in an order.

    Parameters
    ----------
    sort
        "size" by what they add without its sign, "mean" by what they add on average, "texts", or
        "errors" by how many errors there are more than as many texts have elsewhere.
    search
        What a word has in it.
    """
    if sort not in SORTS:
        raise SynapseError(f"Words are not sorted by {sort!r}. {closest(sort, SORTS)}")
    errors = examined.errors if examined.task != "regression" else _none(examined)
    tally = examined.index.tally(mask, errors, output)
    known = mask & ~np.isnan(errors)
    usual = float(errors[known].mean()) if known.any() else None
    keys = {
        "size": tally.size,
        "mean": tally.mean,
        "texts": tally.texts,
        "errors": tally.wrong - (usual or 0.0) * tally.judged,
    }
    sought = search.lower()
    there = [i for i in np.flatnonzero(tally.places).tolist() if sought in examined.index.words[i]]
    order = sorted(there, key=lambda i: -float(keys[sort][i]))
    return {
        "words": [
            {
                "word": short(examined.index.words[i]),
                "column": column_of_word(examined.index.words[i]),
                "size": float(tally.size[i]),
                "mean": float(tally.mean[i]),
                "places": int(tally.places[i]),
                "texts": int(tally.texts[i]),
                "rate": float(tally.wrong[i] / tally.judged[i]) if tally.judged[i] else None,
            }
            for i in order[:MOST]
            if len(examined.index.words[i]) <= LONGEST
        ],
        "total": len(order),
        "usual": usual,
        "texts": int(mask.sum()),
    }


def _none(examined: ExaminedTexts) -> np.ndarray:
    return np.full(len(examined), np.nan)


def words_still(examined: ExaminedTexts, mask: np.ndarray, output: int, rows: int = 15) -> str:
    """Return the strongest words of a cohort as a table."""
    found = words(examined, mask, output)
    body = [
        (
            one["word"],
            number(one["size"]),
            signed(one["mean"]),
            one["places"],
            one["texts"],
            "" if one["rate"] is None else number(one["rate"]),
        )
        for one in found["words"][:rows]
    ]
    heads = ["word", "mean size", "mean where it stands", "places", "texts", "error rate"]
    told = f"For {examined.why.outputs[output]}. Size: over all texts of the cohort, without sign."
    return figure("Words", told, html_table(heads, body, total=found["total"]))
