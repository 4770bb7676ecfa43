from __future__ import annotations

import numpy as np
import pytest
from everyparts import images, texts

from synapse_magic.errors import SynapseError


def test_rows_of_any_length_leave_no_residual() -> None:
    made = texts(["one two", "", "three four five", "?"])
    assert made.sizes.tolist() == [2, 0, 3, 0]
    assert np.abs(made.residual).max() < 1e-12
    off = texts(["one two", "", "x"], prediction=np.full((3, 3), 1.0))
    assert off.residual[1].tolist() == [0.75] * 3


def test_a_row_is_looked_at_by_its_number_from_either_end() -> None:
    made = texts(["one two", "three"])
    assert len(made) == 2
    assert made.text(1).texts[0].words == ["three"]
    assert made.text(-2).texts[0].words == ["one", "two"]
    with pytest.raises(SynapseError, match=r"no row 2. Expected 0 to 1"):
        made.text(2)
    with pytest.raises(SynapseError, match="no row -3"):
        images([np.zeros((8, 8), np.uint8)] * 2).image(-3)


def test_facts_tell_method_rows_and_seed() -> None:
    html = texts(["one"] * 3).html(interactive=False)
    for words in ("SHAP", "3 rows of 30", "seed 1"):
        assert f">{words}</span>" in html
    assert "median R\N{SUPERSCRIPT TWO} 0.4" in texts(["one"], method="lime").html()


def test_rows_that_could_not_be_explained_are_told_with_the_whole() -> None:
    failures = {4: "null <b>text</b>"}
    for made, one in (
        (texts(["one two"], failures=failures), lambda: texts(["one"], failures=failures).text(0)),
        (
            images([np.zeros((8, 8), np.uint8)], failures=failures),
            lambda: images([np.zeros((8, 8), np.uint8)], failures=failures).image(0),
        ),
    ):
        html = made.html(interactive=False)
        assert "1 row not explained" in html
        assert "null &lt;b&gt;text&lt;/b&gt;" in html
        assert "null &lt;b&gt;" not in one().html(interactive=False)


def test_pandas_has_one_row_a_word_and_class_with_base_and_prediction() -> None:
    assert len(texts(["one two", "three"]).to_pandas()) == 3 * (3 + 2 * 2)


def test_repr_is_one_short_line() -> None:
    assert (
        repr(texts(["three"], ("yes",)))
        == "<TextExplanation (SHAP) of 1 text: three (\N{MINUS SIGN}0.025)>"
    )
    assert repr(texts([""])) == "<TextExplanation (SHAP) of 1 text: no words>"
    made = images([np.zeros((8, 8), np.uint8)] * 2)
    assert repr(made) == "<ImageExplanation (SHAP) of 2 images with 2 superpixels>"


def test_a_text_or_image_that_is_no_number_is_told() -> None:
    with pytest.raises(SynapseError, match="A row goes by its number, got 'x'"):
        texts(["one two"]).text("x")  # type: ignore[arg-type]
    with pytest.raises(SynapseError, match="A row goes by its number, got None"):
        images([np.zeros((8, 8), np.uint8)]).image(None)  # type: ignore[arg-type]
