from __future__ import annotations

from dataclasses import replace

import everyreviews
import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.results.dashboard.parts.side_by_side import agreement, beside
from synapse_magic.results.dashboard.parts.texts_examined import ExaminedTexts

TEXTS = ["good", "bad", "good bad", "film", ""]
GIVEN = {"cohort": "all rows", "output": 0, "sort": "words", "start": 0, "search": ""}


def test_words_that_count_otherwise_are_told_and_the_least_agreed_on_come_first() -> None:
    made = everyreviews.compared(TEXTS)
    assert agreement(made.examined, 0) == pytest.approx(
        [1, -1, 0, np.nan, np.nan], abs=1e-9, nan_ok=True
    )
    found = made.answer("sides", GIVEN)
    assert [row["place"] for row in found["rows"]] == [1, 2, 0, 3, 4]
    assert [row["apart"] for row in found["rows"]] == [[0], [1], [], [], []]
    assert [row["agreement"] for row in found["rows"]][3:] == [None, None]
    both = found["rows"][0]
    assert (both["first"]["predicted"], both["second"]["predicted"]) == ("not liked", "liked")
    scores = made.answer("sides", {**GIVEN, "sort": "scores"})
    assert {row["place"] for row in scores["rows"][:2]} == {1, 2}
    sought = made.answer("sides", {**GIVEN, "sort": "row", "search": "BAD"})
    assert [row["place"] for row in sought["rows"]] == [1, 2]


def test_texts_that_are_predicted_otherwise_are_counted_and_make_a_cohort() -> None:
    made = everyreviews.compared(TEXTS)
    assert made.answer("open", {})["compares"] is True
    assert made.answer("compare", {"cohort": "all rows"})["disagree"] == 1
    differ = {"column": "(models)", "operation": "in", "values": ["differ"]}
    made.answer("add", {"conditions": [differ]})
    assert made.cohort.mask(made.examined.sought, 5).tolist() == [False, True, False, False, False]
    still = made.still()
    assert "Two models" in still
    assert "bad \N{MINUS SIGN}0.2 / +0.2" in still


def test_one_model_alone_is_compared_with_nothing() -> None:
    made = everyreviews.board(TEXTS)
    assert made.answer("open", {})["compares"] is False
    assert "Two models" not in made.still()
    for ask in ("sides", "compare"):
        with pytest.raises(SynapseError, match=r"no second model. Try: .*other=why2"):
            made.answer(ask, GIVEN)


def test_a_second_model_is_of_the_same_texts_words_and_scores() -> None:
    first = ExaminedTexts.looked_at(everyreviews.explained(TEXTS))
    own = first.parts
    with pytest.raises(SynapseError, match=r"other is str. Expected an explanation of the same"):
        beside(first, "why")
    with pytest.raises(SynapseError, match=r"of 5 texts with .* and of 4 with"):
        beside(first, everyreviews.explained(TEXTS[:4]))
    with pytest.raises(SynapseError, match="cut the texts into other words"):
        beside(first, replace(own, spans=own.spans + 1))
    with pytest.raises(SynapseError, match="one is no probability"):
        beside(first, replace(own, scale="rawPrediction", prediction=own.prediction - 7))


def test_the_second_model_is_judged_by_the_labels_that_are_known() -> None:
    first = ExaminedTexts.looked_at(everyreviews.explained(TEXTS))
    found = beside(first, replace(first.parts, truth=None))
    assert found.second is not None
    assert found.second.judged.all()
    assert found.strongest == first.strongest
