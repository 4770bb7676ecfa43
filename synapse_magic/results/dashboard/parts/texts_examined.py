"""Explained texts as a dashboard looks at them: their words beside their columns."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from synapse_magic.kernels.dashboard.conditions import Column, Levels
from synapse_magic.kernels.dashboard.word_index import WordIndex
from synapse_magic.results.dashboard.examined import SCORE, Task
from synapse_magic.results.dashboard.parts.examined import (
    OUTCOME,
    PREDICTED,
    ExaminedParts,
    by_columns,
    task_of,
)
from synapse_magic.results.dashboard.parts.text_plane import ACROSS, UP, TextPlane
from synapse_magic.results.dashboard.parts.word_columns import (
    LISTED,
    WordColumns,
    column_of_word,
)
from synapse_magic.results.text_explanation import TextExplanation

LENGTH = "(length)"
"""In characters, as Spark counts them."""
MODELS = "(models)"
"""Whether a second model predicts the same class."""
FRAMED, PARTED = 15, 60
"""Columns, and the strongest words, that the tree of errors may part texts by before others."""


@dataclass(frozen=True, eq=False)
class ExaminedTexts(ExaminedParts):
    """Explained texts.

    Attributes
    ----------
    parts
        Their explanation.
    second
        A second model on the same texts.
    plane
        Where they lie on a map.
    """

    parts: TextExplanation
    second: ExaminedTexts | None = None
    plane: TextPlane | None = None

    @classmethod
    def looked_at(cls, parts: TextExplanation, task: Task | None = None) -> ExaminedTexts:
        """Return the texts of an explanation.

        Raises
        ------
        SynapseError
            When there are more than a dashboard looks at.
        """
        lengths = np.array([float(len(text)) for text in parts.texts])
        why = by_columns(parts, {LENGTH: lengths})
        return cls(why, len(parts), task_of(why, task), parts)

    @functools.cached_property
    def own_columns(self) -> dict[str, Column]:
        """The columns beside the texts, those of classes, of a second model and of the map."""
        found = dict(super().own_columns)
        if self.second is not None and self.task != "regression":
            found[MODELS] = Levels((self.guess != self.second.guess) * 1, ("agree", "differ"))
        if self.plane is not None:
            found |= dict(zip((ACROSS, UP), self.plane.plane.points.T))
        return found

    @functools.cached_property
    def index(self) -> WordIndex:
        """The words of all texts."""
        spans = self.parts.spans.tolist()
        starts = self.parts.starts.tolist()
        words = [
            [text[a:b] for a, b in spans[start:end]]
            for text, start, end in zip(self.parts.texts, starts, starts[1:])
        ]
        return WordIndex.of(words, self.parts.values)

    @functools.cached_property
    def columns(self) -> Mapping[str, Column]:
        """The columns beside the texts, and one for each word."""
        return WordColumns(self.own_columns, self.index, self._listed)

    @functools.cached_property
    def sought(self) -> Mapping[str, Column]:
        """What cohorts are made by: the columns, the score, and any word, listed or not."""
        own = {SCORE: self.score, **self.own_columns}
        return WordColumns(own, self.index, self._listed)

    @functools.cached_property
    def strongest(self) -> list[str]:
        """What texts may be parted by to find their errors."""
        own = [name for name in self.own_columns if name not in (OUTCOME, PREDICTED, MODELS)]
        words = [self.index.words[i] for i in self._ranked[:PARTED]]
        return [*own[:FRAMED], *map(column_of_word, words), *own[FRAMED:]]

    @functools.cached_property
    def _listed(self) -> tuple[str, ...]:
        return tuple(self.index.words[i] for i in self._ranked[:LISTED])

    @property
    def _ranked(self) -> list[int]:
        """The words by what they add over all texts, the most first."""
        values = np.abs(self.index.values).mean(axis=1)
        total = np.bincount(self.index.codes, values, minlength=len(self.index.words))
        ranked: list[int] = np.argsort(-total, kind="stable").tolist()
        return ranked
