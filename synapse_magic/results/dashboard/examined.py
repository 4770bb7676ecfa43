"""The explained rows as the dashboard looks at them: columns, scores, labels and errors."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.binning import Binned, binned
from synapse_magic.kernels.dashboard.conditions import Column, Levels
from synapse_magic.kernels.dashboard.metrics import (
    binary_metrics,
    class_metrics,
    number_metrics,
)
from synapse_magic.results.explanation import Explanation
from synapse_magic.views.links import inverse

Task = Literal["binary", "multiclass", "regression"]

SCORE = "(score)"
"""What the score goes by beside columns, which may be called score, too."""
MOST_ROWS = 200_000
"""Rows that answer filters; of more a sample is drawn."""
CHUNK = 1024
"""Rows whose contributions are added up in four bytes; more would be rounded too much."""
ROUNDED = 1e-6
"""By so much a probability may leave the range from 0 to 1."""


@dataclass(frozen=True, eq=False)
class Examined:
    """Explained rows, at most 200,000 of them.

    Attributes
    ----------
    why
        Their explanation.
    explained
        Rows that were explained in all.
    task
        What was predicted: a number, or which of two or more classes.
    """

    why: Explanation
    explained: int
    task: Task

    @classmethod
    def of(cls, why: Explanation, task: Task | None = None, seed: int = 42) -> Examined:
        """Return the rows of an explanation, or of many rows a sample that is drawn by a seed.

        Parameters
        ----------
        task
            Where it is known from the model; else it is taken from the predictions.

        Raises
        ------
        SynapseError
            When one class of several was explained on the scale of raw scores, from which its
            probability does not follow.
        """
        if why.link == "softmax" and len(why.outputs) == 1:
            raise SynapseError(
                f"Of the raw scores of several classes only that of {why.outputs[0]!r} was "
                "explained, and its probability does not follow from it. "
                "Try: explain without classes=, so that all classes are explained"
            )
        task = task or _task(why)
        if len(why) <= MOST_ROWS:
            return cls(why, len(why), task)
        drawn = np.random.default_rng(seed).choice(len(why), MOST_ROWS, replace=False)
        part = replace(why[np.sort(drawn)], failures=why.failures)
        return cls(part, len(why), task)

    def __len__(self) -> int:
        return len(self.why)

    @functools.cached_property
    def columns(self) -> Mapping[str, Column]:
        """The columns whose values are known."""
        return columns_of(self.why.data)

    @property
    def numbers(self) -> frozenset[str]:
        """The columns that hold numbers."""
        return frozenset(n for n, c in self.columns.items() if not isinstance(c, Levels))

    @functools.cached_property
    def sought(self) -> Mapping[str, Column]:
        """What cohorts are made by: the columns and the score."""
        return {SCORE: self.score, **self.columns}

    @functools.cached_property
    def scores(self) -> np.ndarray:
        """(rows, outputs) predictions on the natural scale: probabilities of classes."""
        return inverse(self.why.link, self.why.prediction)

    @functools.cached_property
    def score(self) -> np.ndarray:
        """(rows,) the prediction of the first output, or the probability of the class predicted."""
        return self.scores.max(axis=1) if self.task == "multiclass" else self.scores[:, 0]

    @property
    def positive(self) -> str:
        """The class whose probability is shown, or what the number is."""
        return str(self.why.outputs[0])

    @functools.cached_property
    def truth(self) -> np.ndarray | None:
        """(rows,) true class numbers (1 for the positive one), or numbers; NaN where not known."""
        labels = self.why.labels
        if labels is None:
            return None
        named = Levels.of(labels)
        if self.task == "regression":
            if _are_classes(named.names, self.why.outputs):
                return None  # raw scores of classes are on another scale than their labels
            numbers = np.array([*map(_number, named.names), np.nan])
            known: np.ndarray = numbers[named.codes]
            return known
        if self.task == "binary":
            codes = np.array([float(_same(name, self.positive)) for name in named.names] + [np.nan])
        else:
            codes = np.array([_place(name, self.why.outputs) for name in named.names] + [np.nan])
        found: np.ndarray = codes[named.codes]
        return found

    @functools.cached_property
    def judged(self) -> np.ndarray:
        """(rows,) whether a row has a label to be judged by."""
        return np.zeros(len(self), bool) if self.truth is None else ~np.isnan(self.truth)

    @functools.cached_property
    def errors(self) -> np.ndarray:
        """(rows,) how wrong each row is: 1 or 0 for classes, the squared error for numbers."""
        if self.truth is None:
            return np.full(len(self), np.nan)
        if self.task == "regression":
            squared: np.ndarray = (self.truth - self.scores[:, 0]) ** 2
            return squared
        chosen = self.scores[:, 0] >= 0.5
        guess = chosen if self.task == "binary" else self.scores.argmax(axis=1)
        return np.where(self.judged, (guess != self.truth).astype(float), np.nan)

    def metrics(self, mask: np.ndarray) -> dict[str, float]:
        """Return the measures of some rows, of those that have a label."""
        if self.truth is None:
            return {}
        inside = mask & self.judged
        truth, scores = self.truth[inside], self.scores[inside]
        if self.task == "regression":
            return number_metrics(truth, scores[:, 0])
        if self.task == "binary":
            return binary_metrics(truth > 0, scores[:, 0])
        return class_metrics(truth.astype(int), scores)

    @functools.cached_property
    def sizes(self) -> np.ndarray:
        """(rows, features) absolute contributions, their mean over outputs, in four bytes each."""
        values = self.why.values
        if values.shape[2] == 1:  # on the way numpy would make a copy of all of them in between
            return np.abs(values[:, :, 0], dtype=np.float32, casting="same_kind")
        means: np.ndarray = np.abs(values).mean(axis=2, dtype=np.float32)
        return means

    def mean_sizes(self, mask: np.ndarray) -> np.ndarray:
        """Return the mean absolute contribution of each feature over some rows, NaN over none."""
        if mask.all() and len(self):
            return self._mean_sizes
        total = np.zeros(self.sizes.shape[1])
        for start in range(0, len(self), CHUNK):
            part = slice(start, start + CHUNK)
            total += self.sizes[part][mask[part]].sum(axis=0)
        return total / mask.sum() if mask.any() else np.full(len(total), np.nan)

    @functools.cached_property
    def _mean_sizes(self) -> np.ndarray:
        found: np.ndarray = self.sizes.mean(axis=0, dtype=np.float64)
        return found

    @functools.cached_property
    def left(self) -> np.ndarray:
        """(rows, outputs) what contributions leave of predictions, without its sign."""
        return np.abs(self.why.residual)

    @functools.cached_property
    def totals(self) -> np.ndarray:
        """(rows, outputs) the sum of all contributions without their signs."""
        if self.why.values.shape[2] == 1:
            return self.sizes.sum(axis=1, keepdims=True)
        found: np.ndarray = np.abs(self.why.values).sum(axis=1)
        return found

    @functools.cached_property
    def strongest(self) -> list[str]:
        """The features whose values are known, by their mean contribution, strongest first."""
        order = np.argsort(-np.nan_to_num(self._mean_sizes), kind="stable")
        return [name for i in order if (name := self.why.names[i]) in self.why.data]

    def binned(self, name: str, bins: int) -> Binned:
        """Return a column in bins; they are kept."""
        return self._bins(name, bins)

    @functools.cached_property
    def _bins(self) -> Any:
        return functools.cache(lambda name, bins: binned(name, self.columns[name], bins))


def columns_of(data: Mapping[str, np.ndarray]) -> dict[str, Column]:
    """Return values by column, those of objects as levels."""
    return {
        name: Levels.of(values) if values.dtype == object else values
        for name, values in data.items()
    }


def _task(why: Explanation) -> Task:
    """Return what was predicted, as far as predictions tell: probabilities are those of classes."""
    by_link = why.link in ("logit", "softmax")
    chances = why.link == "identity" and why.outputs != ("prediction",) and _are_chances(why)
    if not (by_link or chances):
        return "regression"
    return "binary" if len(why.outputs) == 1 else "multiclass"


def _are_chances(why: Explanation) -> bool:
    lowest, highest = why.prediction.min(initial=0), why.prediction.max(initial=1)
    return bool(lowest >= -ROUNDED and highest <= 1 + ROUNDED)


def _are_classes(labels: tuple[str, ...], outputs: tuple[str, ...]) -> bool:
    return any(_same(label, output) for label in labels for output in outputs)


def _number(label: Any) -> float:
    try:
        return float(label)
    except (TypeError, ValueError):
        return float("nan")


def _same(name: str, other: str) -> bool:
    """Say whether a label is a class; numbers are the same however they are written."""
    return name == other or _number(name) == _number(other)


def _place(name: str, outputs: tuple[str, ...]) -> float:
    found = [i for i, output in enumerate(outputs) if _same(name, str(output))]
    return float(found[0]) if found else float("nan")
