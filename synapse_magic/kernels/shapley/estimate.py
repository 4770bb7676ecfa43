"""Shapley values from the outcomes of coalitions: exact where all are known, else estimated."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from math import factorial

import numpy as np

from synapse_magic.kernels.shapley.coalitions import Coalitions
from synapse_magic.kernels.shapley.fourier import (
    Belief,
    Series,
    even_belief,
    kernel_sizes,
    signs,
)

# Orders and noises of the beliefs that outcomes choose from, the first a sum alone.
_BELIEFS = (
    (0.0, 1.0),
    (0.3, 0.03),
    (1.0, 0.01),
    (1.7, 0.01),
    (3.0, 0.01),
    (4.5, 0.01),
    (6.5, 0.01),
    (1.7, 0.3),
    (4.5, 1.0),
)
_FEW_BELIEFS = ((0.0, 1.0), (1.0, 0.01), (3.0, 0.03))
_MANY_PAIRS = 400
_MOST_PAIRS_WEIGHED = 220
_TILTS = tuple((power, order) for power in (0.5, 1.0) for order in (0.6, 1.8, 5.0))
_TILTED_NOISE = 0.01
_FAINTEST = 0.05
_HEAVIEST = 0.95


@dataclass(frozen=True, eq=False)
class Shapley:
    """Shapley values of games that share their coalitions.

    Attributes
    ----------
    values : numpy.ndarray
        (features, games); they and the outcome of the empty coalition sum to that of the full.
    error : numpy.ndarray
        (features, games) standard errors, 0 where all coalitions are known.
    quality : numpy.ndarray
        (games,) R2 of the sum over features, weighted by Shapley's kernel.
    """

    values: np.ndarray
    error: np.ndarray
    quality: np.ndarray


def shapley(coalitions: Coalitions, outcomes: np.ndarray) -> Shapley:
    """Return the Shapley values of games.

    Where coalitions are missing, each game is taken for a Fourier series whose interactions fade
    with their order (:mod:`~synapse_magic.kernels.shapley.fourier`). How fast, and how much more
    the features with large values interact, is what predicts left-out outcomes best; a sum over
    features without interactions, as in Kernel SHAP, is among the choices.

    Parameters
    ----------
    coalitions : Coalitions
    outcomes : numpy.ndarray
        (coalitions, games) in their order.

    Examples
    --------
    >>> from synapse_magic.kernels.shapley.coalitions import coalitions
    >>> known = coalitions(2, None, 0)
    >>> shapley(known, np.array([[0.0], [9.0], [1.0], [4.0]])).values.ravel().tolist()
    [3.0, 6.0]
    """
    total = outcomes[min(1, len(outcomes) - 1)] - outcomes[0]
    if coalitions.exact:
        values = _exact_map(coalitions) @ outcomes
        error = np.zeros_like(values)
    else:
        values, error = _estimated(coalitions, outcomes)
    if len(values):
        values = values + (total - values.sum(0)) / len(values)
    return Shapley(values, error, _quality(coalitions, outcomes, values))


def _exact_map(coalitions: Coalitions) -> np.ndarray:
    """Return Shapley's formula as a matrix, (features, coalitions)."""
    masks, players = coalitions.masks, coalitions.masks.shape[1]
    chance = np.array(
        [factorial(k) * factorial(players - 1 - k) / factorial(players) for k in range(players)]
    )
    size = masks.sum(1)
    joins = np.append(0.0, chance)[size]
    lacks = np.append(chance, 0.0)[size]
    return np.where(masks, joins[:, None], -lacks[:, None]).T


def _estimated(coalitions: Coalitions, outcomes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    odd = (outcomes[::2] - outcomes[1::2]) / 2.0
    odd[0] *= -1.0
    shared = _shared(coalitions)
    surprise = np.array([series.surprise(odd) for series in shared])
    chosen = surprise.argmin(0)
    values, error = np.empty((2, coalitions.masks.shape[1], odd.shape[1]))
    for game, place in enumerate(chosen):
        one = odd[:, game : game + 1]
        series = shared[place]
        if len(odd) <= _MOST_PAIRS_WEIGHED:
            series = _tilted(signs(coalitions.masks[::2]), one, series, surprise[place, game])
        values[:, game] = series.values(one)[:, 0]
        error[:, game] = series.errors(one)[:, 0]
    return values, error


@functools.lru_cache(maxsize=4)
def _shared(coalitions: Coalitions) -> list[Series]:
    """Return the series of all beliefs that treat features alike."""
    seen = signs(coalitions.masks[::2])
    beliefs = _FEW_BELIEFS if len(seen) > _MANY_PAIRS else _BELIEFS
    return [Series(seen, even_belief(seen.shape[1], *belief)) for belief in beliefs]


def _tilted(seen: np.ndarray, odd: np.ndarray, best: Series, surprise: float) -> Series:
    """Return the series in which features interact by their values, where it predicts better."""
    size = np.abs(best.values(odd)[:, 0])
    if not size.max() > 0:
        return best
    size = size + _FAINTEST * size.max()
    for power, order in _TILTS:
        weights = np.power(size, power)
        weights = np.clip(order * weights / weights.sum(), 1e-4, _HEAVIEST)
        series = Series(seen, Belief(weights, _TILTED_NOISE))
        found = float(series.surprise(odd)[0])
        if found < surprise:
            best, surprise = series, found
    return best


def _quality(coalitions: Coalitions, outcomes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the weighted R2 of the sum; 1 where there is nothing to explain."""
    inner, gain = coalitions.masks[2:], outcomes[2:] - outcomes[0]
    if not len(inner):
        return np.ones(outcomes.shape[1])
    weights = _kernel_weights(coalitions)
    weights = weights / weights.sum()
    missed = weights @ np.square(gain - inner @ values)
    spread = weights @ np.square(gain - weights @ gain)
    varies = spread > 1e-24 * np.square(outcomes).max(0)
    return np.where(varies, 1.0 - missed / np.where(varies, spread, 1.0), 1.0)


def _kernel_weights(coalitions: Coalitions) -> np.ndarray:
    """Return weights by which coalitions other than none and all count as Shapley's kernel has it.

    The weight of a size in the kernel is shared among the coalitions of that size that are there.
    """
    players = coalitions.masks.shape[1]
    size = kernel_sizes(coalitions.masks[2:])
    there = np.bincount(size, minlength=players)[size]
    return 1.0 / (size * (players - size) * there)
