from __future__ import annotations

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.tokens import tokens


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's well-made, isn't it?", "It's|well-made|isn't|it"),
        ("Don\u2019t 'quote' me --- ever-", "Don\u2019t|quote|me|ever"),
        ("3.14 or 1,000, not 5.", "3.14|or|1,000|not|5"),
        ("snake_case x2", "snake_case|x2"),
        ("na\u00efve cafe\u0301 \u00dcber", "na\u00efve|cafe\u0301|\u00dcber"),
        ("हिन्दी में", "हिन्दी|में"),
        ("שלום עולם", "שלום|עולם"),
        ("السَّلامُ عليكم", "السَّلامُ|عليكم"),
        ("我喜欢电影 so much", "我|喜|欢|电|影|so|much"),
        ("カタ ひ", "カ|タ|ひ"),
        ("한국어 말", "한국어|말"),
        ("ok\U0001f44d\U0001f3fd\u2764\ufe0f", "ok|\U0001f44d\U0001f3fd|\u2764\ufe0f"),
        ("\U0001f468\u200d\U0001f469 \U0001f1e9\U0001f1ea",
         "\U0001f468\u200d\U0001f469|\U0001f1e9\U0001f1ea"),
        ("<script>alert(1)</script>", "script|alert|1|script"),
    ],
)  # fmt: skip
def test_words_of_any_script_stand_without_punctuation(text: str, words: str) -> None:
    assert "|".join(tokens(text).words) == words


def test_tokens_know_their_places() -> None:
    text = " (One) two! \U0001f600 three"
    found = tokens(text)
    places = zip(found.starts, found.ends)
    assert [text[a:b] for a, b in places] == ["One", "two", "\U0001f600", "three"]


@pytest.mark.parametrize("text", ["", " \n\t", "... !? --"])
def test_no_words_are_no_tokens(text: str) -> None:
    assert tokens(text).words == ()
    assert tokens(text).sentences().shape == (0,)


def test_a_pattern_matches_tokens_and_empty_matches_are_none() -> None:
    assert tokens("a1 b22", r"\d*").words == ("1", "22")
    assert tokens("ab", ".").words == ("a", "b")


def test_a_pattern_that_is_none_is_told() -> None:
    with pytest.raises(SynapseError, match=r"tokenizer='\(' is no regular expression.*Try"):
        tokens("a", "(")


def test_sentences_end_at_stops_marks_and_lines() -> None:
    text = 'It is 3.14. "Really?" he said\nYes\u3002不 Dr Who'
    assert dict(zip(tokens(text).words, tokens(text).sentences().tolist())) == {
        "It": 0, "is": 0, "3.14": 0, "Really": 1, "he": 2, "said": 2, "Yes": 3,
        "不": 4, "Dr": 4, "Who": 4,
    }  # fmt: skip
