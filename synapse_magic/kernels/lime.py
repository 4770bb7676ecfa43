"""LIME for a row of a table: a line fitted to what the model says near it.

After M. T. Ribeiro, S. Singh, C. Guestrin, "Why Should I Trust You?", KDD 2016. A row is an array
of states: a number as itself, a category as the position of its level.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SAMPLES = 1000
_SAMPLES_PER_FEATURE = 5
_KERNEL_WIDTH = 0.75
_PENALTY = 1.0
_ROUNDING = 1e-12

Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Background:
    """The rows that perturbations are drawn from.

    Attributes
    ----------
    states : numpy.ndarray
        (rows, features) states, NaN where missing.
    numeric : numpy.ndarray of bool
        (features,) whether a state is a number rather than a position.
    whole : numpy.ndarray of bool
        (features,) whether a number has no fraction.
    """

    states: np.ndarray
    numeric: np.ndarray
    whole: np.ndarray

    def center_and_scale(self) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation of each feature's finite states, 0 where none are."""
        finite = np.isfinite(self.states)
        known = np.where(finite, self.states, 0.0)
        count = np.maximum(finite.sum(0), 1)
        center = known.sum(0) / count
        spread = np.where(finite, self.states - center, 0.0)
        return center, np.sqrt(np.square(spread).sum(0) / count)


@dataclass(frozen=True, eq=False)
class Local:
    """The line near one row.

    Attributes
    ----------
    values : numpy.ndarray
        (features, outputs) what each feature adds, against its mean or against another level.
    base : numpy.ndarray
        (outputs,) what the line gives without them.
    prediction : numpy.ndarray
        (outputs,) what the model gives for the row.
    quality : numpy.ndarray
        (outputs,) weighted R2 of the line over the perturbed rows.
    """

    values: np.ndarray
    base: np.ndarray
    prediction: np.ndarray
    quality: np.ndarray


def explain_row(
    row: np.ndarray, background: Background, predict: Predict, rng: np.random.Generator
) -> Local:
    """Fit a line to the model near ``row``; the model is asked once, for all perturbed rows.

    A finite number is perturbed by a normal with the standard deviation of the background; any
    other state (a level, a missing or infinite number) is drawn from the background and enters the
    line as 1 where it equals the row's. A perturbed row counts by an exponential kernel of its
    distance, of width 0.75 times the root of the number of features.

    Parameters
    ----------
    row : numpy.ndarray
        (features,) states.
    background : Background
    predict : callable
        (rows, features) states to (rows, outputs) predictions.
    rng : numpy.random.Generator
        Draws the perturbations.
    """
    samples = max(SAMPLES, _SAMPLES_PER_FEATURE * len(row))
    moved = background.numeric & np.isfinite(row)
    center, scale = background.center_and_scale()
    states = _perturb(row, background, moved, scale, samples, rng)
    predicted = predict(states)
    design = _design(states, row, moved, center, scale)
    weights = _weights(design)
    slopes, base = _ridge(design, predicted, weights)
    return Local(
        values=slopes * design[0][:, None],
        base=base,
        prediction=predicted[0],
        quality=_r2(predicted, design @ slopes + base, weights),
    )


def _perturb(
    row: np.ndarray,
    background: Background,
    moved: np.ndarray,
    scale: np.ndarray,
    samples: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return perturbed rows; the first is the row itself."""
    shifted = row + scale * rng.standard_normal((samples, len(row)))
    shifted = np.where(background.whole, np.round(shifted), shifted)
    source = rng.integers(0, len(background.states), (samples, len(row)))
    drawn = background.states[source, np.arange(len(row))]
    states = np.where(moved, shifted, drawn)
    states[0] = row
    return states


def _design(
    states: np.ndarray,
    row: np.ndarray,
    moved: np.ndarray,
    center: np.ndarray,
    scale: np.ndarray,
) -> np.ndarray:
    """Return what the line is fitted on: standardised numbers, and 1 for a state like the row's."""
    standard = (states - center) / np.where(scale > 0, scale, 1.0)
    same = (states == row) | (np.isnan(states) & np.isnan(row))
    return np.where(moved, standard, same.astype(np.float64))


def _weights(design: np.ndarray) -> np.ndarray:
    distance = np.square(design - design[0]).sum(1)
    width = _KERNEL_WIDTH * np.sqrt(design.shape[1])
    weights: np.ndarray = np.sqrt(np.exp(-distance / width**2))
    return weights


def _ridge(
    design: np.ndarray, target: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return slopes (features, outputs) and intercepts of a weighted ridge regression."""
    share = weights / weights.sum()
    mean, level = share @ design, share @ target
    centered = design - mean
    weighed = centered * weights[:, None]
    gram = weighed.T @ centered + _PENALTY * np.eye(design.shape[1])
    slopes = np.linalg.solve(gram, weighed.T @ (target - level))
    return slopes, level - mean @ slopes


def _r2(target: np.ndarray, fitted: np.ndarray, weights: np.ndarray) -> np.ndarray:
    level = weights @ target / weights.sum()
    total = weights @ np.square(target - level)
    missed = weights @ np.square(target - fitted)
    # A model that says the same everywhere is met by any line; what is left is rounding.
    varies = np.ptp(target, axis=0) > _ROUNDING * np.abs(target).max(axis=0)
    return np.where(varies, 1.0 - missed / np.where(varies, total, 1.0), 1.0)
