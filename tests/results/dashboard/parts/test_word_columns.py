from __future__ import annotations

import re

import pytest

from synapse_magic.kernels.explaining.tokens import tokens
from synapse_magic.results.dashboard.parts.word_columns import TextTerms, column_of_word, pattern_of

TEXTS = [
    "good", "good-natured goods", "it's good", "costs 3.14", "3", "14", "1,3,14.", "3.x", "x3.5",
    "iPhone\u5f88\u597d", "x\u3042y", "\U00020000\U00020001z", "\u5f88-b", "b-\u5f88",
]  # fmt: skip
WORDS = sorted({word.lower() for text in TEXTS for word in tokens(text).words})


def test_spark_is_asked_for_words_of_the_tokenizer_words_alone() -> None:
    good = column_of_word("good")
    assert good in TextTerms("review", "(length)")
    own = TextTerms("review", "(length)", r"\S+")
    assert good not in own
    assert own["(length)"] == "length(`review`)"


@pytest.mark.parametrize("word", WORDS)
def test_the_pattern_of_a_word_finds_it_where_the_tokenizer_does(word: str) -> None:
    pattern = re.compile(pattern_of(word).replace("(?iuU)", "(?iu)"))
    found = [text for text in TEXTS if pattern.search(text)]
    assert found == [text for text in TEXTS if word in map(str.lower, tokens(text).words)]
