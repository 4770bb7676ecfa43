"""Text to tokens that know where they stand, so that the text can be shown as it was."""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from dataclasses import dataclass

import numpy as np

from synapse_magic.errors import SynapseError

WORDS = "words"
LONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Letters of scripts that put no space between words: each is a token."""
_PICTURES = "\u2600-\u27bf\U0001f300-\U0001faff"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
HYPHENS = "['\u2019\u02bc\u2010\u2011-]"
"""What holds a word together: apostrophes and hyphens."""
_INSIDE = f"{HYPHENS}|(?<=[0-9])[.,](?=[0-9])"
"""That, and the points in a number."""
_SENTENCE_END = re.compile("[.!?\u2026][\"'\u201d\u2019)\\]]*\\s|[\u3002\uff01\uff1f]|\n")


@dataclass(frozen=True, eq=False)
class Tokens:
    """The tokens of one text.

    Attributes
    ----------
    text : str
    starts, ends : numpy.ndarray of int64
        Where each token begins and ends, in characters.
    """

    text: str
    starts: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.starts)

    @property
    def words(self) -> tuple[str, ...]:
        """The tokens as they are in the text."""
        places = zip(self.starts.tolist(), self.ends.tolist())
        return tuple(self.text[start:end] for start, end in places)

    def sentences(self) -> np.ndarray:
        """Return the number of each token's sentence, from 0.

        A sentence ends at a full stop, question or exclamation mark, and at the end of a line.

        Examples
        --------
        >>> tokens("Good? No. Not at all.").sentences().tolist()
        [0, 1, 2, 2, 2]
        """
        between = zip(self.ends[:-1].tolist(), self.starts[1:].tolist())
        ends = [bool(_SENTENCE_END.search(self.text, end, start)) for end, start in between]
        return np.concatenate([[0], np.cumsum(ends)]).astype(np.int64)[: len(self)]


def tokens(text: str, tokenizer: str = WORDS) -> Tokens:
    r"""Return the tokens of a text.

    Parameters
    ----------
    text : str
    tokenizer : str
        ``"words"``: runs of letters, digits and underscores in any script, with apostrophes and
        hyphens inside; Chinese and Japanese letters, and pictures such as emoji, one by one.
        Else a regular expression that matches a token.

    Raises
    ------
    SynapseError
        When ``tokenizer`` is no regular expression.

    Examples
    --------
    >>> tokens("It's well-made, isn't it?").words
    ("It's", 'well-made', "isn't", 'it')
    >>> tokens("a-b c", r"\w").words
    ('a', 'b', 'c')
    """
    found = (match.span() for match in pattern(tokenizer).finditer(text))
    spans = np.array([span for span in found if span[0] < span[1]], np.int64).reshape(-1, 2)
    return Tokens(text, spans[:, 0], spans[:, 1])


@functools.lru_cache(maxsize=16)
def pattern(tokenizer: str) -> re.Pattern[str]:
    """Return what matches a token.

    Raises
    ------
    SynapseError
        When ``tokenizer`` is no regular expression.
    """
    try:
        return re.compile(_words() if tokenizer == WORDS else tokenizer)
    except re.error as error:
        raise SynapseError(
            f"tokenizer={tokenizer!r} is no regular expression: {error}. "
            r"Expected 'words' or a pattern of a token. Try: tokenizer='\\w+'"
        ) from error


def _words() -> str:
    marks = _marks()
    letter = f"(?:(?![{LONE}])[\\w{marks}])"
    word = f"{letter}+(?:(?:{_INSIDE}){letter}+)*"
    picture = f"[{_PICTURES}][\ufe0f\U0001f3fb-\U0001f3ff]*"
    joined = f"{picture}(?:\u200d{picture})*"
    return f"{_FLAG}|{joined}|[{LONE}][{marks}]*|{word}"


def _marks() -> str:
    r"""Return what modifies a letter (accents, vowel signs), which ``\w`` leaves out, as ranges."""
    kinds = {"Mn", "Mc", "Me"}
    numbers = np.array(
        [i for i in range(0x300, sys.maxunicode) if unicodedata.category(chr(i)) in kinds]
    )
    first = np.flatnonzero(np.diff(numbers, prepend=-1) != 1)
    last = np.append(first[1:], len(numbers)) - 1
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(numbers[first], numbers[last]))
