from __future__ import annotations

import numpy as np

from synapse_magic.kernels.dashboard.confusion import class_measures, confusion
from synapse_magic.kernels.dashboard.word_index import WordIndex


def test_words_are_counted_by_place_and_by_text_whatever_their_case() -> None:
    values = np.array([[0.1], [0.3], [-0.2], [0.5]])
    index = WordIndex.of([["Good", "good"], [], ["bad", "GOOD"]], values)
    every = np.ones(3, bool)
    found = index.tally(every, np.array([0.0, 1.0, 1.0]), 0)
    assert index.words == ("good", "bad")
    assert found.places.tolist() == [3, 1]
    assert found.texts.tolist() == [2, 1]
    assert np.allclose(found.size, [0.9 / 3, 0.2 / 3])
    assert np.allclose(found.mean, [0.3, -0.2])
    assert found.wrong.tolist() == [1.0, 1.0]
    assert index.holds("good").tolist() == [True, False, True]


def test_words_of_some_texts_and_of_texts_without_a_label() -> None:
    values = np.array([[0.1, 1.0], [0.3, 2.0]])
    index = WordIndex.of([["good"], ["good"]], values)
    found = index.tally(np.array([False, True]), np.array([1.0, np.nan]), 1)
    assert found.mean.tolist() == [2.0]
    assert (found.texts.tolist(), found.judged.tolist(), found.wrong.tolist()) == ([1], [0], [0.0])


def test_texts_without_any_word_have_no_words() -> None:
    index = WordIndex.of([[], []], np.zeros((0, 2)))
    found = index.tally(np.ones(2, bool), np.zeros(2), 1)
    assert index.words == ()
    assert found.size.tolist() == []


def test_classes_without_rows_have_no_measures() -> None:
    counts = confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    found = class_measures(counts)
    assert found["precision"].tolist()[:2] == [1.0, 0.5]
    assert all(np.isnan(values[2]) for values in found.values())
