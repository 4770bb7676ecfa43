"""Text: what each word adds to a prediction, shown in the text as it was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views.bars import badges, draw_bars
from synapse_magic.views.failures import failure_table
from synapse_magic.views.page import figure, numbers
from synapse_magic.views.parts import Whole, additive_bar, fitting, levels, strongest
from synapse_magic.views.parts_view import PartsView
from synapse_magic.views.table import html_table
from synapse_magic.views.view import SHOWN_ROWS, new_axes
from synapse_magic.views.word_table import WordTable
from synapse_magic.views.words import escape, number, plain, plural, shorten, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BUDGET = 200_000
STILL_WORDS = 500
"""Words that the static picture shows at most, in whole texts, but for the first."""
STILL_TEXTS = 4
LISTED = 14
"""Words of all texts that the live view lists."""
_BARS = 15


@dataclass(frozen=True, eq=False, kw_only=True)
class Text(Whole):
    """One text with its tokens.

    Attributes
    ----------
    text : str
    spans : numpy.ndarray
        (tokens, 2) where each token begins and ends, in characters.
    """

    text: str
    spans: np.ndarray

    @property
    def less(self) -> str:
        """What the base is, in words."""
        return "without words" if self.quality is None else "intercept"

    @property
    def words(self) -> list[str]:
        """The tokens."""
        return [self.text[start:end] for start, end in self.spans.tolist()]

    def entry(self) -> dict[str, Any]:
        """Return its data for the interactive view, with places in units of UTF-16."""
        wide = np.concatenate([[0], np.cumsum([ord(letter) > 0xFFFF for letter in self.text])])
        places = self.spans + wide[self.spans].astype(int)
        return {**super().entry(), "text": self.text, "spans": places.astype(np.uint32)}

    def rows(self, output: int) -> list[tuple[Any, ...]]:
        """Return the place, the word, the value and the standard error of each token."""
        starts, values = self.spans[:, 0].tolist(), self.values[:, output].tolist()
        return [
            (None, "(base)", float(self.base[output]), None),
            *zip(starts, self.words, values, self.errors(output)),
            (None, "(prediction)", float(self.prediction[output]), None),
        ]

    def html(self, output: int, top: float) -> str:
        """Return the text with its tokens marked by sign and strength."""
        parts, at = [], 0
        marks = levels(self.values[:, output], top).tolist()
        for (start, end), level, value in zip(
            self.spans.tolist(), marks, self.values[:, output].tolist()
        ):
            if not level:
                continue
            look = f"syn-{'p' if level > 0 else 'n'}{abs(level)}"
            word = escape(self.text[start:end])
            parts.append(escape(self.text[at:start]))
            parts.append(f'<span class="{look}" title="{signed(value)}">{word}</span>')
            at = end
        parts.append(escape(self.text[at:]))
        return f'<p class="syn-written" dir="auto">{"".join(parts)}</p>'


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class TextView(PartsView):
    """Explained texts.

    Attributes
    ----------
    texts : tuple of Text
    """

    texts: tuple[Text, ...]

    @property
    def words(self) -> WordTable:
        """The words of all texts together."""
        return WordTable.of(self.texts, self.outputs, self.method)

    def sentence(self) -> str:
        """Return the view in one sentence."""
        told = plural(len(self.texts), "text") + f" explained ({self.method})"
        named = self.words.named(self.first)
        about = f" for {self.outputs[self.first]}" if len(self.outputs) > 1 else ""
        return f"{told}; most{about} by {named}" if named else told

    def note(self) -> str:
        """Return how the picture is read."""
        return (
            f"Orange, solid line: the word raises the {self.scale}; blue, dashed line: it lowers "
            "it. The stronger, the deeper."
        )

    def picture(self) -> str:
        """Return the first texts."""
        shown = _few(self.texts)
        top = strongest(self.texts, len(self.outputs))[self.first]
        bodies = "".join(self._still(text, top) for text in shown)
        note = self.note()
        if len(shown) < len(self.texts):
            note += f" The first {len(shown)} of {plural(len(self.texts), 'text')}."
        return badges(self.facts) + figure("", note, bodies)

    def _still(self, text: Text, top: float) -> str:
        bar = additive_bar(text, text.words, self.first, self.scale)
        head = text.head(self.first, self.outputs[self.first])
        return f"{head}{bar.image()}{text.html(self.first, top)}"

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row a token and output, with base and prediction as first and last."""
        rows = [
            (text.title, output, *row)
            for text in self.texts
            for o, output in enumerate(self.outputs)
            for row in text.rows(o)
        ]
        return ["text", "output", "place", "word", "value", "standard error"], rows

    def numbers(self) -> str:
        """Return the foldable table of words over all texts."""
        names, rows = self.words.records()
        table = html_table(names, rows[:SHOWN_ROWS], total=len(rows))
        return numbers(table, "Table of words") + failure_table(self.failures)

    def axes(self, ax: Axes | None = None, *, text: int = 0, output: int = 0) -> Axes:
        """Draw the strongest words of one text with matplotlib."""
        one = self.texts[text]
        chosen = one.order(output)[:_BARS]
        values = one.values[chosen, output]
        words = one.words
        names = [plain(shorten(words[i], 200, 12)) for i in chosen]
        ax = new_axes(ax, 7, 1.2 + 0.3 * len(chosen))
        draw_bars(ax, names, values, None if one.error is None else one.error[chosen, output])
        about = f"{one.title}, {self.outputs[output]} {number(float(one.prediction[output]))}"
        ax.set(xlabel=self.scale, title=plain(f"{about} ({self.method})"))
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data, of as many texts as fit."""
        words = self.words
        return {
            "kind": "text",
            "texts": fitting((text.entry() for text in self.texts), BUDGET),
            "words": [words.rows(o)[:LISTED] for o in range(len(self.outputs))],
            **self.shared_payload(self.texts),
        }


def _few(texts: Sequence[Text]) -> list[Text]:
    """Return the first texts, as many as have not too many words together."""
    sizes = np.cumsum([len(text.values) for text in texts])
    fit = int(np.searchsorted(sizes, STILL_WORDS, side="right"))
    return list(texts[: min(max(fit, 1), STILL_TEXTS)])
