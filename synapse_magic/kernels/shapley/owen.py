"""Owen values: what each player of a game adds, where players come in groups.

As Shapley values, over those orders of arrival alone in which the members of a group follow one
another. G. Owen, "Values of games with a priori unions", 1977. The value of a group is that of the
game between groups, so that thousands of words or superpixels share what their sentence or region
adds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.shapley.estimate import Shapley

_LEAST_PAIRS = 2
_USUAL_PAIRS = 8
_USUAL = 2048


@dataclass(frozen=True, eq=False)
class Walks:
    """Orders in which the players arrive, each walked forwards and backwards.

    The pair is exact where no more than two players act together, and mends much elsewhere.

    Attributes
    ----------
    orders : numpy.ndarray of int
        (pairs, players) who arrives when.
    """

    orders: np.ndarray

    def __len__(self) -> int:
        """Return the number of coalitions that are met, with none and all."""
        pairs, players = self.orders.shape
        return 2 + 2 * pairs * (players - 1)

    def masks(self, start: int, stop: int) -> np.ndarray:
        """Return some of the coalitions, (coalitions, players) booleans.

        First none and all; then, pair by pair and step by step, those who have arrived and, as
        the walk backwards has them, all others.
        """
        numbers = np.arange(start, min(stop, len(self)))
        players = self.orders.shape[1]
        pair, rest = np.divmod(numbers - 2, 2 * (players - 1))
        arrived = np.where(numbers < 2, 0, 1 + rest // 2)
        ranks = np.argsort(self.orders, axis=1)
        return (ranks[pair] < arrived[:, None]) ^ (numbers % 2 == 1)[:, None]


def walks(groups: np.ndarray, samples: int | None, seed: int) -> Walks:
    """Draw orders in which groups arrive one after the other.

    Parameters
    ----------
    groups : numpy.ndarray of int
        The group of each player, from 0; at least two players.
    samples : int or None
        Coalitions that may be met; None for two a player and 2048, and for eight pairs of walks.
    seed : int

    Raises
    ------
    SynapseError
        When ``samples`` are too few for two pairs of walks, which tell how far they differ.
    """
    players = len(groups)
    step = 2 * (players - 1)
    usual = max(2 * players + _USUAL, 2 + step * _USUAL_PAIRS)
    wanted, least = usual if samples is None else samples, 2 + step * _LEAST_PAIRS
    if wanted < least:
        raise SynapseError(
            f"numSamples={wanted} is too small for {players} features in groups. "
            f"Expected at least {least}. Try: numSamples={usual}"
        )
    pairs = (wanted - 2) // step
    rng = np.random.default_rng([seed, players, pairs])
    turns = rng.random((pairs, int(groups.max()) + 1))[:, groups]
    return Walks(np.lexsort((rng.random((pairs, players)), turns)))


def owen(walked: Walks, outcomes: np.ndarray) -> Shapley:
    """Return the Owen values of a game, which add up exactly, with their standard errors.

    Parameters
    ----------
    walked : Walks
    outcomes : numpy.ndarray
        (coalitions, outputs) in their order.

    Examples
    --------
    >>> drawn = walks(np.array([0, 0, 1]), 10, seed=1)
    >>> each = drawn.masks(0, len(drawn)) @ np.array([[1.0], [2.0], [5.0]])
    >>> owen(drawn, each).values.round(9).tolist()
    [[1.0], [2.0], [5.0]]
    """
    pairs, players = walked.orders.shape
    forth, back = _sides(walked, outcomes)
    gains = (np.diff(forth, axis=1) - np.diff(back, axis=1)) / 2
    placed = np.empty_like(gains)
    np.put_along_axis(placed, walked.orders[:, :, None], gains, axis=1)
    values = placed.mean(0)
    values += (outcomes[1] - outcomes[0] - values.sum(0)) / players  # what rounding left
    error = placed.std(0, ddof=1) / np.sqrt(pairs)
    return Shapley(values, error, _quality(walked, outcomes, values))


def _sides(walked: Walks, outcomes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the outcomes step by step of those who have arrived, and of those who have not."""
    pairs, players = walked.orders.shape
    inner = outcomes[2:].reshape(pairs, players - 1, 2, -1)
    none, all_ = (np.broadcast_to(end, (pairs, 1, outcomes.shape[1])) for end in outcomes[:2])
    forth = np.concatenate([none, inner[:, :, 0], all_], axis=1)
    back = np.concatenate([all_, inner[:, :, 1], none], axis=1)
    return forth, back


def _quality(walked: Walks, outcomes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the R2 of the sums of values over the coalitions between none and all."""
    sums = np.cumsum(values[walked.orders], axis=1)[:, :-1]
    fitted = np.stack([sums, outcomes[1] - outcomes[0] - sums], axis=2) + outcomes[0]
    inner = outcomes[2:]
    missed = np.square(inner - fitted.reshape(inner.shape)).sum(0)
    spread = np.square(inner - inner.mean(0)).sum(0)
    return np.where(spread > 0, 1 - missed / np.where(spread > 0, spread, 1.0), 1.0)
