"""Words: what each adds to predictions on average, over many texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views.bars import draw_bars
from synapse_magic.views.page import figure
from synapse_magic.views.scale import Scale, extent
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import plain, plural, shorten, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from synapse_magic.views.text import Text

SHOWN = 15


@dataclass(frozen=True, eq=False, repr=False)
class WordTable(View):
    """Words over texts, whatever their case.

    Attributes
    ----------
    words : tuple of str
    values : numpy.ndarray
        (words, outputs) the mean of what a word adds, over the places where it stands.
    counts : numpy.ndarray
        (words,) how many places there are.
    documents : numpy.ndarray
        (words,) in how many texts.
    texts : int
        How many texts there are.
    outputs : tuple of str
    method : str
    """

    words: tuple[str, ...]
    values: np.ndarray
    counts: np.ndarray
    documents: np.ndarray
    texts: int
    outputs: tuple[str, ...]
    method: str

    @classmethod
    def of(cls, texts: Sequence[Text], outputs: tuple[str, ...], method: str) -> WordTable:
        """Return the words of some texts."""
        found: dict[str, int] = {}
        codes = [
            np.array([found.setdefault(word.lower(), len(found)) for word in text.words], int)
            for text in texts
        ]
        flat = np.concatenate([np.empty(0, int), *codes])
        values = np.concatenate([np.empty((0, len(outputs))), *(text.values for text in texts)])
        counts = np.bincount(flat, minlength=len(found))
        sums = [np.bincount(flat, own, minlength=len(found)) for own in values.T]
        documents = np.zeros(len(found), int)
        for each in codes:
            documents[np.unique(each)] += 1
        means = np.stack(sums, axis=1) / np.maximum(counts, 1)[:, None]
        return cls(tuple(found), means, counts, documents, len(texts), outputs, method)

    def order(self, output: int) -> np.ndarray:
        """Return the words by what all their places together add, the most first."""
        total = np.abs(self.values[:, output]) * self.counts
        return np.argsort(-total, kind="stable")

    def rows(self, output: int) -> list[tuple[str, float, int, int]]:
        """Return word, mean, places and texts, in their order."""
        chosen = self.order(output)
        numbers = (self.values[chosen, output], self.counts[chosen], self.documents[chosen])
        words = [self.words[i] for i in chosen.tolist()]
        return list(zip(words, *(each.tolist() for each in numbers)))

    def strongest(self, output: int, count: int) -> list[tuple[str, float]]:
        """Return the first words of the order with their means."""
        chosen = self.order(output)[:count]
        return [(self.words[i], float(self.values[i, output])) for i in chosen]

    def named(self, output: int) -> str:
        """Return the three strongest words in words."""
        found = ((" ".join(word.split()), value) for word, value in self.strongest(output, 3))
        return ", ".join(f"{word} ({signed(value)})" for word, value in found)

    def sentence(self) -> str:
        """Return the view in one sentence."""
        named = self.named(0)
        told = f"{plural(len(self.words), 'word')} of {plural(self.texts, 'text')} ({self.method})"
        about = f" for {self.outputs[0]}" if len(self.outputs) > 1 else ""
        return f"{told}; most{about} by {named}" if named else told

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row a word and output."""
        rows = [(output, *row) for o, output in enumerate(self.outputs) for row in self.rows(o)]
        return ["output", "word", "mean value", "places", "texts"], rows

    def picture(self) -> str:
        """Return the strongest words of the first output as bars."""
        chosen = self.order(0)[:SHOWN]
        board = Drawing(560, 22 * len(chosen) + 40, self.sentence())
        values = self.values[chosen, 0]
        x = Scale(*extent(np.append(values, 0.0)), 240, 480)
        bottom = 22.0 * len(chosen) + 4
        board.bottom_axis(x, bottom, "mean value", top=4)
        for row, (i, value) in enumerate(zip(chosen, values.tolist())):
            y = 22 * row + 15
            a, b = sorted((x(0), x(value)))
            told = f"{self.words[i]}  \N{MULTIPLICATION SIGN}{self.counts[i]}"
            board.text(6, y, told, room=150)
            board.rect(a, y - 8, b - a, 16, "pos" if value > 0 else "neg", radius=2)
            right = value >= 0
            at = b + 5 if right else a - 5
            board.text(at, y, signed(value), anchor="start" if right else "end", size=11.5)
        board.line(x(0), 4, x(0), bottom, "zero")
        about = f" for {self.outputs[0]}" if len(self.outputs) > 1 else ""
        return figure(f"Words{about}", "", board.image())

    def axes(self, ax: Axes | None = None, *, output: int = 0) -> Axes:
        """Draw the strongest words with matplotlib."""
        chosen = self.order(output)[:SHOWN]
        ax = new_axes(ax, 7, 1.2 + 0.3 * len(chosen))
        names = [plain(shorten(self.words[i], 200, 12)) for i in chosen]
        draw_bars(ax, names, self.values[chosen, output], None)
        ax.set(xlabel="mean value", title=plain(f"Words, {self.outputs[output]} ({self.method})"))
        return ax

    def payload(self) -> None:
        """Return nothing: the picture and the table are all there is."""
        return
