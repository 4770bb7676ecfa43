"""The words of explained texts, by what they add and by the texts that they are in."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class WordTally:
    """What each word does in some texts.

    Attributes
    ----------
    size
        (words,) the mean of what it adds without its sign, over all texts, with or without it.
    mean
        (words,) the mean of what it adds, over its places; 0 where there are none.
    places, texts
        (words,) how often it stands, and in how many texts.
    wrong
        (words,) the sum of the errors of the texts that it is in.
    judged
        (words,) how many of those have an error.
    """

    size: np.ndarray
    mean: np.ndarray
    places: np.ndarray
    texts: np.ndarray
    wrong: np.ndarray
    judged: np.ndarray


@dataclass(frozen=True, eq=False)
class WordIndex:
    """Words over texts, whatever their case.

    Attributes
    ----------
    words
        Each once.
    codes, rows
        (places,) the word of each place, and its text.
    values
        (places, outputs) what it adds.
    texts
        How many texts there are.
    """

    words: tuple[str, ...]
    codes: np.ndarray
    rows: np.ndarray
    values: np.ndarray
    texts: int

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]], values: np.ndarray) -> WordIndex:
        """Return the words of texts that are cut into words, with the values of all of these.

        Examples
        --------
        >>> WordIndex.of([["So", "so"], []], np.zeros((2, 1))).words
        ('so',)
        """
        known: dict[str, int] = {}
        codes = [known.setdefault(word.lower(), len(known)) for text in texts for word in text]
        rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        return cls(tuple(known), np.array(codes, np.int64), rows, values, len(texts))

    @functools.cached_property
    def places(self) -> dict[str, int]:
        """The position of each word."""
        return {word: i for i, word in enumerate(self.words)}

    @functools.cached_property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Texts and words that are in them, each pair once."""
        pairs = np.unique(self.rows * max(len(self.words), 1) + self.codes)
        return pairs // max(len(self.words), 1), pairs % max(len(self.words), 1)

    def holds(self, word: str) -> np.ndarray:
        """Return for each text whether a word is in it.

        Examples
        --------
        >>> WordIndex.of([["So", "good"], ["bad"]], np.zeros((3, 1))).holds("good").tolist()
        [True, False]
        """
        found = np.zeros(self.texts, bool)
        rows, codes = self._pairs
        found[rows[codes == self.places[word]]] = True
        return found

    def tally(self, mask: np.ndarray, errors: np.ndarray, output: int) -> WordTally:
        """Return what words add to an output in some texts.

        Parameters
        ----------
        mask
            (texts,) which of them.
        errors
            (texts,) how wrong each is, NaN where that is not known.

        Examples
        --------
        >>> index = WordIndex.of([["so", "so"], ["so", "bad"]], np.array([[1.0], [2], [-3], [5]]))
        >>> found = index.tally(np.array([True, True]), np.array([0.0, 1.0]), 0)
        >>> found.size.tolist(), found.mean.tolist(), found.texts.tolist(), found.wrong.tolist()
        ([3.0, 2.5], [0.0, 5.0], [2, 1], [1.0, 1.0])
        """
        count = len(self.words)
        inside = mask[self.rows]
        codes, values = self.codes[inside], self.values[inside, output]
        places = np.bincount(codes, minlength=count)
        sizes = np.bincount(codes, np.abs(values), minlength=count)
        sums = np.bincount(codes, values, minlength=count)
        rows, words = self._pairs
        kept = mask[rows]
        known = kept & ~np.isnan(errors[rows])
        return WordTally(
            size=sizes / max(int(mask.sum()), 1),
            mean=sums / np.maximum(places, 1),
            places=places,
            texts=np.bincount(words[kept], minlength=count),
            wrong=np.bincount(words[known], errors[rows[known]], minlength=count),
            judged=np.bincount(words[known], minlength=count),
        )
