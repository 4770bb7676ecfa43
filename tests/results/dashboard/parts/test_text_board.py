from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import everyreviews
import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.tokens import LONE
from synapse_magic.results.dashboard.parts.text_board import TextBoard
from synapse_magic.results.dashboard.parts.texts_asked import AskedTexts
from synapse_magic.results.dashboard.parts.word_columns import column_of_word
from synapse_magic.views.pack import message

BUT = column_of_word("but")
LARGEST = 2_000_000
EVERY = {"cohort": "all rows", "output": 0}
LISTED = {**EVERY, "sort": "(row)", "descending": False, "start": 0, "search": ""}
QUESTIONS: dict[str, dict[str, Any]] = {
    "open": {},
    "overview": EVERY,
    "classes": EVERY,
    "errors": EVERY,
    "words": {**EVERY, "sort": "size", "search": ""},
    "texts": LISTED,
    "text": {**EVERY, "place": 1},
    "form": {"place": 1},
}


@pytest.fixture
def board() -> TextBoard:
    return everyreviews.board()


def test_every_answer_fits_in_a_message_with_long_words_and_many_texts() -> None:
    words = tuple(f"w{i}" + "x" * 390 for i in range(400))
    made = everyreviews.board(everyreviews.written(3000, words))
    for ask, given in QUESTIONS.items():
        body, block = message(made.answer(ask, given))
        size = len(block) + len(json.dumps(body, ensure_ascii=False, allow_nan=False).encode())
        assert size < LARGEST, ask


def test_classes_are_counted_against_those_predicted_for_them(board: TextBoard) -> None:
    found = board.answer("classes", EVERY)
    wrong = sum("but" in text for text in board.examined.parts.texts)
    assert found["names"] == ["not liked", "liked"]
    assert found["counts"].sum() == 160
    assert found["counts"][0, 1] + found["counts"][1, 0] == wrong
    assert found["rows"] == found["counts"].sum(axis=1).tolist()


def test_classes_that_are_numbers_are_named_alike() -> None:
    truth = np.array([1.0, 0.0, 0.0], object)
    made = everyreviews.board(["good", "bad", "!?"], truth=truth, outputs=("1",))
    assert made.answer("classes", EVERY)["names"] == ["0", "1"]


def test_words_are_told_by_what_they_add_and_by_the_errors_of_their_texts(
    board: TextBoard,
) -> None:
    texts = [text.lower() for text in board.examined.parts.texts]
    found = board.answer("words", {**EVERY, "sort": "size", "search": ""})
    by_word = {one["word"]: one for one in found["words"]}
    assert by_word["good"]["mean"] == pytest.approx(0.2)
    assert by_word["good"]["texts"] == sum("good" in text for text in texts)
    assert by_word["good"]["size"] == pytest.approx(0.2 * sum(t.count("good") for t in texts) / 160)
    assert found["words"][0]["word"] in ("good", "bad")
    errors = board.answer("words", {**EVERY, "sort": "errors", "search": ""})["words"]
    assert (errors[0]["word"], errors[0]["rate"]) == ("but", 1.0)
    sought = board.answer("words", {**EVERY, "sort": "size", "search": "OO"})["words"]
    assert [one["word"] for one in sought] == ["good"]
    with pytest.raises(SynapseError, match="Words are not sorted by 'sise'"):
        board.answer("words", {**EVERY, "sort": "sise", "search": ""})


def test_the_error_tree_parts_texts_by_the_word_that_makes_them_wrong(board: TextBoard) -> None:
    nodes = board.answer("errors", EVERY)["nodes"]
    assert nodes[0]["column"] == BUT
    assert {node["rate"] for node in nodes[1:3]} == {0.0, 1.0}


def test_a_cohort_of_a_word_is_a_predicate_on_the_column_of_texts(board: TextBoard) -> None:
    word = {"column": BUT}
    one = {**word, "operation": "in", "values": ["true"]}
    short = {"column": "(length)", "operation": "<=", "values": [30]}
    board.answer("add", {"conditions": [one, short], "name": "short buts"})
    letter, hyphens = f"(?![{LONE}])\\\\w", "[\\'\u2019\u02bc\u2010\u2011-]"
    assert board.cohort.where == (
        f"(CAST((`review` RLIKE '(?iuU)(?<!{letter})(?<!{letter}{hyphens})but"
        f"(?!{letter})(?!{hyphens}{letter})') AS STRING) IN ('true')) "
        "AND (length(`review`) <= 30.0D)"
    )
    inside = board.cohort.mask(board.examined.columns, 160)
    texts = board.examined.parts.texts
    assert inside.tolist() == ["but" in text and len(text) <= 30 for text in texts]


def test_a_word_that_is_not_listed_makes_a_cohort_too() -> None:
    words = [f"word{i}" for i in range(600)]
    texts = ["good " + " ".join(words[i : i + 20]) for i in range(0, 600, 20)]
    made = everyreviews.board(texts)
    weakest = column_of_word(words[-1])
    assert weakest not in list(made.examined.columns)
    given = {"conditions": [{"column": weakest, "operation": "in", "values": ["true"]}]}
    assert made.answer("add", given)["cohorts"][-1]["rows"] == 1


def test_cohorts_are_made_by_outcome_label_and_column(board: TextBoard) -> None:
    for column, value in (("(outcome)", "wrong"), ("(label)", "liked"), ("source", "web")):
        given = {"conditions": [{"column": column, "operation": "in", "values": [value]}]}
        rows = board.answer("add", given)["cohorts"][-1]["rows"]
        assert 0 < rows < 160
        page = board.answer("texts", {**LISTED, "cohort": board.chosen})
        assert page["total"] == rows


def test_a_page_has_its_texts_in_order_with_their_words_marked(board: TextBoard) -> None:
    found = board.answer("texts", {**LISTED, "sort": "(length)", "descending": True})
    rows = found["rows"]
    lengths = [len("".join(words for words, *_ in row["runs"])) for row in rows]
    assert lengths == sorted(lengths, reverse=True)
    levels = {words.lower(): level for row in rows for words, level, *_ in row["runs"]}
    assert levels["good"] == 4
    assert levels["bad"] == -4
    assert levels["film"] == 0
    sought = board.answer("texts", {**LISTED, "search": "BUT"})
    assert sought["total"] == sum("but" in text for text in board.examined.parts.texts)


def test_an_edited_text_is_scored_and_explained_as_the_model_has_it(board: TextBoard) -> None:
    text = "A lovely, good film"
    said = board.answer("say", {"place": 3, "text": text})
    assert said["scores"] == pytest.approx([0.85])
    told = board.answer("told", {"place": 3, "text": text, "output": 0})
    values = {words: value for words, _, value, token in told["runs"] if token >= 0}
    assert values == pytest.approx({"A": 0, "lovely": 0.15, "good": 0.2, "film": 0}, abs=1e-9)
    assert "".join(words for words, *_ in told["runs"]) == text
    without = board.answer("without", {"place": 3, "text": text, "token": 1})
    assert without["text"] == "A, good film"
    long = board.answer("told", {"place": 3, "text": "word " * 80, "output": 0})
    assert "80 words are too many" in long["note"]
    assert "no words" in board.answer("told", {"place": 3, "text": "", "output": 0})["note"]


@pytest.mark.parametrize(
    ("one", "of_many", "sizes", "slow"),
    [
        (130, 1, [1], True),
        (100, 20, [1, 32], False),
        (100, 70, [1, 32], True),
        (10, 10, [1], False),
    ],
)
def test_a_slow_model_is_asked_for_few_texts_before_it_is_told_to_be_slow(
    board: TextBoard,
    monkeypatch: pytest.MonkeyPatch,
    one: float,
    of_many: float,
    sizes: list[int],
    slow: bool,
) -> None:
    asked: list[int] = []

    def scored(_: AskedTexts, batch: pa.RecordBatch) -> dict[str, float]:
        asked.append(batch.num_rows)
        return {"milliseconds": one if batch.num_rows == 1 else of_many * batch.num_rows}

    monkeypatch.setattr(AskedTexts, "scored", scored)
    given = {"place": 3, "text": "six good words and one more", "output": 0}
    note = board.answer("told", given)["note"]
    assert asked == sizes
    assert ("too long for 64" in note) == slow


def test_a_text_that_the_model_does_not_take_fails_alone(board: TextBoard) -> None:
    with pytest.raises(ValueError, match="does not take boom"):
        board.answer("say", {"place": 1, "text": "boom"})
    assert board.answer("say", {"place": 1, "text": "good"})["scores"] == pytest.approx([0.7])
    with pytest.raises(SynapseError, match=r"There is no row 160. Expected 0 to 159"):
        board.answer("form", {"place": 160})


def test_another_model_than_the_explained_one_is_told() -> None:
    with pytest.raises(SynapseError, match=r"It says 0.5 of the first row, and 0.9 was explained"):
        everyreviews.board([""], prediction=np.array([[0.9]]))


def test_the_still_and_the_saved_page_show_all_and_run_nothing_of_the_words(
    tmp_path: Path,
) -> None:
    made = everyreviews.hostile()
    still = made.still()
    for words in ("Overview", "Classes", "Words", "Errors", "error rate"):
        assert words in still
    assert "<script" not in still
    made.save_html(tmp_path / "board.html")
    saved = (tmp_path / "board.html").read_text(encoding="utf-8")
    for words in everyreviews.HOSTILE[:3:2]:
        assert words not in still
        assert words not in saved


@pytest.mark.parametrize(
    "more",
    [
        {"truth": None},
        {"truth": np.array(["liked"] * 3, object)},
        {"data": {}, "masker": None},
        {"scale": "prediction", "outputs": ("prediction",), "truth": np.array([1.0, 0.5, np.nan])},
    ],
)
def test_few_texts_of_one_class_or_without_labels_answer_all_questions(
    more: dict[str, Any],
) -> None:
    made = everyreviews.board(["good", "", "!?"], **more)
    for ask, given in QUESTIONS.items():
        if ask != "errors" or made.examined.judged.any():
            made.answer(ask, given)
    assert "Overview" in made.still()
    given = {"conditions": [{"column": "(length)", "operation": ">", "values": [900]}]}
    made.answer("add", given)
    assert "Overview" in made.still()
    assert made.answer("texts", {**LISTED, "cohort": made.chosen})["rows"] == []
