"""A model of games by their Fourier series, and the Shapley values it implies.

A game of n players is a function of n signs, and a sum of products of signs: one term for each set
of players. What a pair of complementary coalitions tells holds terms of odd sets alone; and the
Shapley value of a player is the sum of the coefficients of the odd sets with it, each times two and
divided by the size of its set.
A Gaussian process whose coefficients are independent, with a variance that is the product of the
weights of the players in T, is the diffusion kernel of the hypercube (Kondor and Lafferty, ICML
2002). Its Shapley values are linear in the outcomes, with a known uncertainty, and its residuals
with one outcome left out have a closed form: what is believed of a game is chosen by them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_TREND = 1e4
_EXACT = 1e-9
_NODES = 24
_USUAL_ORDER = 2.0
_USUAL_NOISE = 0.01
_HEAVIEST = 0.9


def signs(chosen: np.ndarray) -> np.ndarray:
    """Return coalitions as signs: 1 for a member, -1 for others; the first, empty, one as full."""
    return np.vstack([np.ones((1, chosen.shape[1])), np.where(chosen[1:], 1.0, -1.0)])


@dataclass(frozen=True, eq=False)
class Belief:
    """What a game may look like beyond a sum over its players.

    Attributes
    ----------
    weights : numpy.ndarray
        (players,) between 0 and 1; the more, the more a player interacts. All 0 for a sum alone.
    noise : float
        Variance of what has no structure, against that of the interactions.
    """

    weights: np.ndarray
    noise: float


def even_belief(players: int, order: float, noise: float) -> Belief:
    """Return that all players interact alike; ``order`` tells in how large sets, 0 for none."""
    return Belief(np.full(players, min(order / players, _HEAVIEST)), noise)


class Series:
    """A belief and the coalitions asked about, ready for the outcomes of any game.

    Attributes
    ----------
    inverse : numpy.ndarray
        (pairs, pairs) of the covariance of outcomes.
    projection : numpy.ndarray
        (players, pairs) from outcomes to Shapley values.
    """

    def __init__(self, signs: np.ndarray, belief: Belief) -> None:
        covariance, crossed, self._prior = _covariances(signs, belief.weights)
        noise = np.full((len(signs), 1), belief.noise)
        noise[0] = _EXACT
        self.inverse = np.linalg.inv(covariance + np.diag(noise[:, 0]))
        believed = crossed @ self.inverse
        # What the series leaves of the outcomes is noise to it. Kernel SHAP finds the sum in there;
        # and it takes the sum off before, so that nothing of it is lost to rounding.
        plain = kernel_solution(signs)
        found = believed + plain @ (noise * self.inverse)
        self.projection = plain + found - (found @ signs) @ plain / 2.0
        self._explained = np.einsum("ij,ij->i", believed, crossed)
        self._left = 1.0 / np.diag(self.inverse)

    def surprise(self, outcomes: np.ndarray) -> np.ndarray:
        """Return the mean square residual of outcomes left out in turn, (games,).

        The outcome of all players is certain and not among them.
        """
        residual = (self.inverse @ outcomes) * self._left[:, None]
        return np.square(residual[1:]).mean(0)

    def values(self, outcomes: np.ndarray) -> np.ndarray:
        """Return the Shapley values of (pairs, games) outcomes, (players, games)."""
        return self.projection @ outcomes

    def errors(self, outcomes: np.ndarray) -> np.ndarray:
        """Return the standard errors of the values, on the scale that the residuals have."""
        residual = (self.inverse @ outcomes) * self._left[:, None]
        scale = (np.square(residual[1:]) / self._left[1:, None]).mean(0)
        variance = np.maximum(self._prior - self._explained, 0.0)
        return np.sqrt(variance[:, None] * scale)


def kernel_solution(signs: np.ndarray) -> np.ndarray:
    """Return Kernel SHAP's solution as a matrix, (players, pairs) from outcomes to values.

    Least squares weighted by Shapley's kernel, under the condition that the values sum to the
    outcome of all players. What the kernel gives a size is shared by the pairs of that size.
    """
    players = signs.shape[1]
    size = kernel_sizes(signs[1:] > 0)
    there = np.bincount(size, minlength=players)[size]
    weighed = signs[1:].T / (size * (players - size) * there)
    spread = np.linalg.pinv(weighed @ signs[1:])
    free = spread @ weighed
    toward = spread.sum(1) / spread.sum()
    return 2.0 * np.column_stack([toward, free - np.outer(toward, free.sum(0))])


def kernel_sizes(masks: np.ndarray) -> np.ndarray:
    """Return the size of each coalition or its complement, the smaller of both."""
    size = masks.sum(1)
    return np.minimum(size, masks.shape[1] - size)


def uncertainty(signs: np.ndarray) -> float:
    """Return how much coalitions leave open of the values of a usual game, up to a constant."""
    belief = even_belief(signs.shape[1], _USUAL_ORDER, _USUAL_NOISE)
    return -float(Series(signs, belief)._explained.sum())


def _covariances(signs: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return covariances of outcomes, of values with outcomes, and the variance of values.

    The terms of one player have a variance of their own, so large that nothing is believed of them;
    those of three and more sum to a variance of 1.
    """
    trend = _TREND / signs.shape[1]
    products = signs @ signs.T
    covariance, crossed = trend * products, 2.0 * trend * signs.T
    prior = np.full(signs.shape[1], 4.0 * trend)
    if weights.any():
        tilt = np.arctanh(weights)
        level = np.exp(0.5 * np.log1p(-np.square(weights)).sum())
        total = level * np.sinh(tilt.sum()) - weights.sum()
        covariance = (
            covariance
            + (level * np.sinh((signs * tilt) @ signs.T) - (signs * weights) @ signs.T) / total
        )
        crossed = crossed + _crossed(signs, weights) / total
        prior = prior + _prior(weights) / total
    return covariance, crossed, prior


def _crossed(signs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return covariances of Shapley values with outcomes, of sets of three players and more.

    The sum over odd sets T with i of 2/|T| and the product of T's weights and signs is an integral
    over u from 0 to 1 of the even part of the product of 1 + u w s over the other players.
    """
    found = np.zeros(signs.shape)
    for place, share in zip(*_quadrature()):
        up, down = 1.0 + place * weights * signs, 1.0 - place * weights * signs
        both = up.prod(1)[:, None] / up + down.prod(1)[:, None] / down
        found += share * (both - 2.0)
    return (found * signs * weights).T


def _prior(weights: np.ndarray) -> np.ndarray:
    """Return the variance of Shapley values from sets of three players and more."""
    found = np.zeros(len(weights))
    places, shares = _quadrature()
    for place, share in zip(places, shares):
        inner = np.outer(places * place, weights)
        up, down = 1.0 + inner, 1.0 - inner
        both = up.prod(1)[:, None] / up + down.prod(1)[:, None] / down
        found += share * (shares @ (both - 2.0))
    return 2.0 * weights * found


def _quadrature() -> tuple[np.ndarray, np.ndarray]:
    """Return places and shares of Gauss and Legendre's rule from 0 to 1."""
    places, shares = np.polynomial.legendre.leggauss(_NODES)
    return (places + 1.0) / 2.0, shares / 2.0
