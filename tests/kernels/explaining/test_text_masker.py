from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.text_masker import TextCase, TextMasker


def opened(text: str | None, mask_token: str | None = None, tokenizer: str = "words") -> TextCase:
    batch = pa.RecordBatch.from_pydict({"id": [7, 8], "text": ["other", text]})
    return TextMasker("text", tokenizer, mask_token).open(batch, 1)


def without(text: str, *taken: str, mask_token: str | None = None) -> str:
    case = opened(text, mask_token)
    mask = np.array([[word not in taken for word in case.names]])
    return case.masked(mask).column("text")[0].as_py()


@pytest.mark.parametrize(
    ("text", "taken", "left"),
    [
        ("a good film", ("good",), "a film"),
        ("a good film", ("a",), "good film"),
        ("a good film", ("film",), "a good"),
        ("a good film.", ("film",), "a good."),
        ("a good film", ("a", "good"), "film"),
        ("a good film", ("good", "film"), "a"),
        ("bad, very bad", ("very",), "bad, bad"),
        ("yes (very) yes", ("very",), "yes () yes"),
        ("yes (very good) yes", ("very",), "yes (good) yes"),
        ("yes (very good) yes", ("good",), "yes (very) yes"),
        ("one\ntwo three", ("two",), "one\nthree"),
        ("one two\nthree", ("two",), "one\nthree"),
        ("我喜欢", ("喜",), "我欢"),
        ("see 我们 now", ("我",), "see 们 now"),
        ("see 我们 now", ("们",), "see 我 now"),
        ("it isn't", ("isn't",), "it"),
        ("so\u00a0good", ("so",), "good"),
        ("  spaced  out  ", (), "  spaced  out  "),
    ],
)
def test_a_word_goes_with_one_of_the_spaces_beside_it(
    text: str, taken: tuple[str, ...], left: str
) -> None:
    assert without(text, *taken) == left


def test_no_double_space_is_ever_made() -> None:
    case = opened("One two, three (four five) six; seven eight. Nine ten!")
    masks = np.random.default_rng(0).random((500, case.size)) < 0.5
    for text in case.masked(masks).column("text").to_pylist():
        assert "  " not in text
        assert " ," not in text
        assert text == text.strip()


def test_a_mask_token_stands_between_the_spaces_of_the_text() -> None:
    left = without("So good, so bad", "good", "so", mask_token="[MASK]")
    assert left == "So [MASK], [MASK] bad"
    assert without("a b", "a", "b", mask_token="_") == "_ _"


def test_all_kept_is_the_text_itself_and_all_other_columns_stay() -> None:
    text = "  A <b>text</b>,\t as it was \U0001f600. "
    case = opened(text)
    batch = case.masked(np.array([[True] * case.size, [False] * case.size]))
    assert batch.column("text")[0].as_py() == text
    assert batch.column("id").to_pylist() == [8, 8]
    assert batch.schema == case.own.schema


def test_masks_are_independent_of_one_another() -> None:
    case = opened("a b c d e f g")
    masks = np.random.default_rng(1).random((64, case.size)) < 0.5
    together = case.masked(masks).column("text").to_pylist()
    alone = [opened("a b c d e f g").masked(m[None]).column("text")[0].as_py() for m in masks]
    assert together == alone
    assert together == [" ".join(np.array(list("abcdefg"))[mask]) for mask in masks]


@pytest.mark.parametrize("text", ["", "   ", "?!... --- ,"])
def test_a_text_without_words_has_nothing_to_take_away(text: str) -> None:
    case = opened(text)
    assert case.size == case.features == len(case.names) == 0
    assert case.masked(np.ones((1, 0), bool)).column("text").to_pylist() == [text]


def test_a_null_text_is_told() -> None:
    with pytest.raises(SynapseError, match="text in column 'text' is null"):
        opened(None)


def test_groups_are_sentences() -> None:
    assert opened("A b. C d! E?").groups.tolist() == [0, 0, 1, 1, 2]


def test_a_masker_can_be_pickled() -> None:
    masker = TextMasker("text", "words", "x")
    assert pickle.loads(pickle.dumps(masker)) == masker
