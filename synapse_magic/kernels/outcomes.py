"""What ``pyspark.ml``'s predictors make of raw scores: the columns that they add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.vectors import from_matrix

Chances = Literal["none", "sigmoid", "softmax", "shares"]


class Outcome(Protocol):
    """Turns raw scores into columns; it can be pickled."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it makes, in order."""
        ...

    def columns(self, raw: np.ndarray) -> pa.RecordBatch:
        """Return the columns for raw scores of shape (rows, outputs)."""
        ...


@dataclass(frozen=True)
class NumberOutcome:
    """A predicted number.

    Attributes
    ----------
    prediction : str
        Its column.
    mean : Mean
        What the number is of the raw score.
    linked : str
        The column of the raw score, empty for none.
    """

    prediction: str
    mean: Mean
    linked: str = ""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it makes, in order."""
        return tuple(name for name in (self.prediction, self.linked) if name)

    def columns(self, raw: np.ndarray) -> pa.RecordBatch:
        """Return the columns for raw scores of shape (rows, 1)."""
        made = {self.prediction: self.mean(raw[:, 0]), self.linked: raw[:, 0]}
        arrays = [pa.array(made[name]) for name in self.outputs]
        return pa.RecordBatch.from_arrays(arrays, list(self.outputs))


@dataclass(frozen=True)
class ClassOutcome:
    """A predicted class, with the chance and the raw score of each.

    Attributes
    ----------
    prediction, probability, raw : str
        The columns; an empty one is left out.
    chances : {"none", "sigmoid", "softmax", "shares"}
        What makes chances of raw scores; shares are raw scores by their sum.
    steepness : float
        Of the sigmoid.
    thresholds : tuple of float
        A class wins by its chance over its threshold; empty for the largest chance.
    above : float or None
        The second of two classes wins above this chance, or raw score where there are no chances.
    """

    prediction: str
    probability: str
    raw: str
    chances: Chances
    steepness: float = 1.0
    thresholds: tuple[float, ...] = ()
    above: float | None = None

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it makes, in order."""
        return tuple(name for name in (self.raw, self.probability, self.prediction) if name)

    def columns(self, raw: np.ndarray) -> pa.RecordBatch:
        """Return the columns for raw scores: of each class, or of the second of two."""
        if raw.shape[1] == 1:
            raw = np.hstack([-raw, raw])
        chances = self._chances(raw)
        winners = self._winners(chances).astype(np.float64)
        made = {self.prediction: pa.array(winners)}
        for name, matrix in ((self.raw, raw), (self.probability, chances)):
            if name:
                made[name] = from_matrix(matrix)
        arrays = [made[name] for name in self.outputs]
        return pa.RecordBatch.from_arrays(arrays, list(self.outputs))

    def _chances(self, raw: np.ndarray) -> np.ndarray:
        if self.chances == "sigmoid":
            from scipy.special import expit

            first = expit(self.steepness * raw[:, :1])
            return np.hstack([first, 1.0 - first])
        if self.chances == "softmax":
            from scipy.special import softmax

            shares: np.ndarray = softmax(raw, axis=1)
            return shares
        if self.chances == "shares":
            total = raw.sum(axis=1, keepdims=True)
            return raw / np.where(total == 0, 1.0, total)
        return raw

    def _winners(self, chances: np.ndarray) -> np.ndarray:
        if self.above is not None:
            return chances[:, 1] > self.above
        if self.thresholds:
            with np.errstate(divide="ignore", invalid="ignore"):
                chances = chances / np.asarray(self.thresholds)
            # 0 / 0: a class that is impossible does not win by its threshold of 0.
            chances = np.where(np.isnan(chances), -np.inf, chances)
        winners: np.ndarray = chances.argmax(axis=1)
        return winners


@dataclass(frozen=True)
class Mean:
    """The inverse of a link, and the limits of what it gives.

    Attributes
    ----------
    link : str
        identity, log, logit, inverse, sqrt, probit, cloglog or power.
    low, high : float
        Limits of the mean.
    power : float
        Of the link of that name.
    """

    link: str = "identity"
    low: float = -np.inf
    high: float = np.inf
    power: float = 1.0

    def __call__(self, raw: np.ndarray) -> np.ndarray:
        """Return the mean that belongs to each raw score."""
        with np.errstate(all="ignore"):
            mean = raw ** (1.0 / self.power) if self.link == "power" else MEANS[self.link](raw)
        return np.clip(mean, self.low, self.high)


def _logistic(raw: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-raw))


def _normal(raw: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    chance: np.ndarray = ndtr(raw)
    return chance


MEANS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "identity": lambda raw: raw,
    "log": np.exp,
    "logit": _logistic,
    "inverse": lambda raw: 1.0 / raw,
    "sqrt": lambda raw: raw * raw,
    "probit": _normal,
    "cloglog": lambda raw: 1.0 - np.exp(-np.exp(raw)),
}
