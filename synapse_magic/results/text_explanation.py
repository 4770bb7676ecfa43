"""Why predictions of texts are what they are: what each word adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from synapse_magic.results.parts import PartsExplanation
from synapse_magic.views.text import Text, TextView
from synapse_magic.views.word_table import WordTable
from synapse_magic.views.words import plural


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class TextExplanation(PartsExplanation):
    """What each word of some texts adds to their predictions.

    Attributes
    ----------
    texts
        The texts as they were.
    spans
        (tokens, 2) where each token of all texts begins and ends in its text, in characters.

    Examples
    --------
    >>> found = TextExplanation(
    ...     texts=("So good!",), spans=np.array([[0, 2], [3, 7]]), starts=np.array([0, 2]),
    ...     values=np.array([[0.1], [0.3]]), base=np.array([[0.5]]),
    ...     prediction=np.array([[0.9]]), quality=np.ones((1, 1)), outputs=("good",),
    ...     scale="probability", method="kernel_shap", rows_total=1, seed=42)
    >>> found
    <TextExplanation (SHAP) of 1 text: good (+0.3), so (+0.1)>
    """

    texts: tuple[str, ...]
    spans: np.ndarray

    def text(self, i: int = 0) -> TextView:
        """Return what the words of text ``i`` add.

        Raises
        ------
        SynapseError
            If there is no such text.
        """
        return TextView(texts=(self._text(self._at(i)),), **self._shown(whole=False))

    def pieces(self) -> list[list[str]]:
        """Return each text cut before its tokens, so that the pieces put together are the text.

        One without tokens is one piece.
        """
        found = []
        for i, text in enumerate(self.texts):
            cuts = self.spans[self.starts[i] : self.starts[i + 1], 0].tolist()[1:]
            found.append([text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)])])
        return found

    def toSHAP(self, output: str | int | None = None) -> Any:
        """Return a ``shap.Explanation``, on which ``shap.plots.text`` works.

        Parameters
        ----------
        output
            The class to take, by name or position. By default all of them, on a last axis, where
            there are several.

        Raises
        ------
        SynapseError
            If the shap package is not there, or no such output.

        Examples
        --------
        >>> shap.plots.text(found.toSHAP("good"))  # doctest: +SKIP
        """
        from synapse_magic.results.shap_package import texts_to_shap

        return texts_to_shap(self, output)

    def words(self) -> WordTable:
        """Return what each word adds on average over all texts."""
        return self.report().words

    def report(self) -> TextView:
        """Return all texts as one view."""
        every = tuple(map(self._text, range(len(self))))
        return TextView(texts=every, **self._shown(whole=True))

    def _text(self, i: int) -> Text:
        spans = self.spans[self.starts[i] : self.starts[i + 1]]
        return Text(title=f"Text {i}", text=self.texts[i], spans=spans, **self._whole(i))

    def __repr__(self) -> str:
        named = self.words().named(0)
        told = f"({self._shown_method()}) of {plural(len(self), 'text')}"
        return f"<TextExplanation {told}: {named or 'no words'}>"
