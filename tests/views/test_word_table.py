from __future__ import annotations

import numpy as np
import pytest
from everyparts import texts


def test_words_are_one_whatever_their_case_and_counted_by_place_and_text() -> None:
    values = np.array([[1.0], [2.0], [6.0], [-1.0]])
    table = texts(["Good film", "good, GOOD", ""], ("yes",), values=values[[0, 3, 1, 2]]).words()
    assert table.words == ("good", "film")
    assert table.values.tolist() == [[3.0], [-1.0]]
    assert table.counts.tolist() == [3, 1]
    assert table.documents.tolist() == [2, 1]


def test_those_come_first_that_add_most_in_all() -> None:
    values = np.array([[0.5], [0.5], [0.5], [1.0]])
    table = texts(["a a a b"], ("yes",), values=values).words()
    assert table.strongest(0, 1) == [("a", 0.5)]
    assert table.records()[1][0] == ("yes", "a", 0.5, 3, 1)


def test_texts_without_words_have_none() -> None:
    table = texts(["", "?"]).words()
    assert table.words == ()
    assert table.sentence() == "0 words of 2 texts (SHAP)"
    assert "<img" in table.picture()
    table.axes()


def test_the_bars_are_the_means() -> None:
    table = texts(["one two three"]).words()
    widths = [bar.get_width() for bar in table.axes(output=1).patches]
    means = [value for _, value in table.strongest(1, 3)]
    assert widths == pytest.approx(means)
