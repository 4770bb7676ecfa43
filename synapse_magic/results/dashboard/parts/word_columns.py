"""A column for each word of explained texts: whether it is in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from synapse_magic.kernels.dashboard.conditions import Column, Levels
from synapse_magic.kernels.dashboard.word_index import WordIndex
from synapse_magic.kernels.dashboard.wording import quoted, spark_text
from synapse_magic.kernels.explaining.tokens import HYPHENS, LONE, WORDS

OPEN, CLOSE = "contains \N{LEFT DOUBLE QUOTATION MARK}", "\N{RIGHT DOUBLE QUOTATION MARK}"
LISTED = 500
"""Words that are offered as columns, the strongest; any other can be asked for."""
_LETTER = f"(?![{LONE}])\\w"


def column_of_word(word: str) -> str:
    """Return the name of the column that says whether a word is in a text.

    Examples
    --------
    >>> word_of_column(column_of_word("so"))
    'so'
    """
    return f"{OPEN}{word}{CLOSE}"


def word_of_column(name: str) -> str | None:
    """Return the word of a column, None where it is none of these."""
    if name.startswith(OPEN) and name.endswith(CLOSE):
        return name[len(OPEN) : -len(CLOSE)]
    return None


@dataclass(frozen=True, eq=False)
class WordColumns(Mapping[str, Column]):
    """Columns of texts, and one of "true" and "false" for each word of them.

    Attributes
    ----------
    own
        The columns that are there beside.
    index
        The words.
    listed
        The words that are named among the columns.
    """

    own: Mapping[str, Column]
    index: WordIndex
    listed: tuple[str, ...]
    _made: dict[str, Column] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Column:
        if name in self.own:
            return self.own[name]
        word = word_of_column(name)
        if word is None or word not in self.index.places:
            raise KeyError(name)
        if name not in self._made:
            self._made[name] = Levels(self.index.holds(word).astype(np.int32), ("false", "true"))
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.own
        yield from map(column_of_word, self.listed)

    def __len__(self) -> int:
        return len(self.own) + len(self.listed)


@dataclass(frozen=True)
class TextTerms(Mapping[str, str]):
    """What Spark is asked for in place of columns of texts.

    Attributes
    ----------
    column
        The column of texts.
    length
        The name of the column of their length.
    tokenizer
        What cut them into words: Spark cannot be asked for words of another one than ``"words"``.

    Examples
    --------
    >>> TextTerms("review", "(length)")["(length)"]
    'length(`review`)'
    """

    column: str
    length: str
    tokenizer: str = WORDS

    def __getitem__(self, name: str) -> str:
        if name == self.length:
            return f"length({quoted(self.column)})"
        word = word_of_column(name)
        if word is None or self.tokenizer != WORDS:
            raise KeyError(name)
        return f"({quoted(self.column)} RLIKE {spark_text(pattern_of(word))})"

    def __iter__(self) -> Iterator[str]:
        yield self.length

    def __len__(self) -> int:
        return 1


def pattern_of(word: str) -> str:
    r"""Return a pattern of Java for texts that hold a word as the tokenizer ``"words"`` cuts them.

    Letters of Chinese and Japanese, and pictures, are words wherever they stand.

    Examples
    --------
    >>> def holds(word: str, text: str) -> bool:
    ...     return bool(re.search(pattern_of(word).replace("(?iuU)", "(?i)"), text))
    >>> holds("good", "So good!"), holds("good", "good-natured goods")
    (True, False)
    >>> holds("3", "3, or 3.5"), holds("3", "3.14"), holds("iphone", "iPhone\u5f88\u597d")
    (True, False, True)
    """
    if re.fullmatch(f"[{LONE}]\\w*", word) or not re.match(r"\w", word):
        return f"(?iuU){_escaped(word)}"
    before, after = f"(?<!{_LETTER})(?<!{_LETTER}{HYPHENS})", f"(?!{_LETTER})(?!{HYPHENS}{_LETTER})"
    if re.match("[0-9]", word):
        before += "(?<![0-9][.,])"
    if re.search("[0-9]$", word):
        after += "(?![.,][0-9])"
    return f"(?iuU){before}{_escaped(word)}{after}"


def _escaped(word: str) -> str:
    r"""Return a word as a pattern of itself; all but letters and digits is written with ``\``."""
    return re.sub(r"([^\w\s])", r"\\\1", word)
