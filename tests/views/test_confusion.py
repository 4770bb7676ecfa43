from __future__ import annotations

import numpy as np

from synapse_magic.views.confusion import MOST, Confusion


def test_html_axes_and_table_tell_the_same_counts() -> None:
    view = Confusion.of(np.array([[1234, 2], [10, 90]]), ["no", "yes"])
    assert view.table().iloc[0].tolist() == ["no", 1234, 2]
    assert "1,234<br>" in view.html()
    assert ">90 %<" in view.html()
    assert [text.get_text() for text in view.axes().texts] == ["1,234", "2", "10", "90"]


def test_many_classes_are_joined_without_losing_a_row(rng: np.random.Generator) -> None:
    counts = rng.integers(0, 50, (45, 45))
    view = Confusion.of(counts, [f"class {i}" for i in range(45)])
    assert len(view.classes) == MOST
    assert view.classes[-1] == "(other)"
    assert view.counts.sum() == counts.sum()
    assert np.trace(view.counts) >= np.trace(counts)


def test_a_class_without_rows_has_no_share() -> None:
    assert ">0 %<" in Confusion.of(np.array([[3, 0], [0, 0]]), ["a", "b"]).html()
