from __future__ import annotations

import everyreviews
import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.results.dashboard.parts.text_plane import ACROSS, MOST, UP
from synapse_magic.views.pack import message

ALL = {"cohort": "all rows"}


def test_each_text_with_a_vector_has_a_point_and_what_is_known_of_it() -> None:
    made = everyreviews.compared()
    found = made.answer("plane", ALL)
    assert made.answer("open", {})["mapped"] is True
    assert found["places"].tolist() == list(range(159))
    assert found["classes"] == ["not liked", "liked"]
    wrong = ["but" in text for text in made.examined.parts.texts[:159]]
    assert found["wrong"].astype(bool).tolist() == wrong
    assert found["score"] == pytest.approx(made.examined.score[:159])
    assert "keep 100% of its variance. 159 texts; 1 more without a vector." in found["note"]


def test_a_part_of_the_map_is_a_cohort_of_the_explained_texts() -> None:
    made = everyreviews.compared()
    points = made.answer("plane", ALL)["across"]
    right = {"column": ACROSS, "operation": ">=", "values": [0.5]}
    up = {"column": UP, "operation": "<=", "values": [90]}
    made.answer("add", {"conditions": [right, up], "name": "part"})
    found = made.answer("plane", {"cohort": "part"})
    assert found["inside"].astype(bool).tolist() == (points >= 0.5).tolist()


def test_the_still_page_has_the_map_and_one_without_vectors_says_how_to_get_it() -> None:
    assert 'alt="Map of 159 texts"' in everyreviews.compared().still()
    plain = everyreviews.board()
    assert "Map of" not in plain.still()
    assert plain.answer("open", {})["mapped"] is False
    with pytest.raises(SynapseError, match=r"There is no map. Try: .*embedding="):
        plain.answer("plane", ALL)


def test_numbers_that_are_predicted_are_mapped_by_their_score() -> None:
    truth = np.linspace(0, 3, 5)
    number = {"scale": "prediction", "outputs": ("prediction",), "truth": truth}
    made = everyreviews.compared(["good", "bad film", "the film", "", "good"], **number)
    found = made.answer("plane", ALL)
    assert (found["classes"], found["guess"].tolist()) == ([], [])
    assert "a higher score" in made.still()


def test_the_largest_map_is_a_small_message() -> None:
    texts = [f"good {i}" for i in range(MOST)]
    _, block = message(everyreviews.compared(texts).answer("plane", ALL))
    assert len(block) < 150_000
