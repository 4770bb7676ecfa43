"""Which coalitions of features a model is asked about."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.shapley.fourier import signs, uncertainty

MOST_ENUMERATED = 12
"""Features up to which all coalitions are asked about, unless fewer are wanted."""

MORE = 2048
"""Coalitions beyond two a feature that are asked about where there are more features."""

_COMPARED = 600_000
_MOST_TRIED = 40
_MOST_FEATURES = 20


@dataclass(frozen=True, eq=False)
class Coalitions:
    """Coalitions of features in pairs: each is followed by the one of all other features.

    What a pair says together is free of every interaction of an even number of features (Covert and
    Lee, "Improving KernelSHAP", AISTATS 2021).

    Attributes
    ----------
    masks : numpy.ndarray of bool
        (coalitions, features); first the empty one and the one of all features.
    exact : bool
        Whether all coalitions are there.
    """

    masks: np.ndarray
    exact: bool

    def __len__(self) -> int:
        """Return the number of coalitions."""
        return len(self.masks)


def least(features: int) -> int:
    """Return the smallest number of coalitions that tells the values of all features.

    Examples
    --------
    >>> least(3), least(30)
    (8, 62)
    """
    return min(2**features, 2 * features + 2)


def usual(features: int) -> int:
    """Return the number of coalitions where none is wanted: all of them up to 12 features."""
    return 2**features if features <= MOST_ENUMERATED else 2 * features + MORE


def require_enough(samples: int | None, features: int) -> None:
    """Raise where so many coalitions do not tell the values of so many features.

    Raises
    ------
    SynapseError
        With the least that works.
    """
    if samples is not None and samples < least(features):
        many = f"{features} feature{'' if features == 1 else 's'}"
        raise SynapseError(
            f"numSamples={samples} is too small for {many}. "
            f"Expected at least {least(features)}. Try: numSamples={usual(features)}"
        )


@functools.lru_cache(maxsize=64)
def coalitions(features: int, samples: int | None, seed: int) -> Coalitions:
    """Return coalitions of so many features: all, or ``samples`` of them drawn without repetition.

    Sizes are as likely as the root of Shapley's kernel has them, which is between that kernel and
    leverage scores (Musco and Witter, "Provably Accurate Shapley Value Estimation via Leverage
    Score Sampling", ICLR 2025). Of several draws the one that leaves least open is taken.

    Parameters
    ----------
    features : int
    samples : int or None
        None for all up to 12 features, and 2048 + 2 a feature above.
    seed : int

    Raises
    ------
    SynapseError
        When ``samples`` are too few.

    Examples
    --------
    >>> coalitions(2, None, 0).masks.astype(int).tolist()
    [[0, 0], [1, 1], [1, 0], [0, 1]]
    >>> len(coalitions(30, 200, 0))
    200
    """
    require_enough(samples, features)
    wanted = usual(features) if samples is None else samples
    if features <= _MOST_FEATURES and wanted >= 2**features:
        return Coalitions(_paired(_all(features)), True)
    none = np.zeros((1, features), bool)
    return Coalitions(_paired(_best_draw(none, wanted // 2 - 1, seed)), False)


def with_more(known: Coalitions, samples: int, seed: int) -> Coalitions:
    """Return coalitions that begin with the known ones, ``samples`` in all, or all there are."""
    features = known.masks.shape[1]
    if features <= _MOST_FEATURES and samples >= 2**features:
        missing = _without(_all(features), known.masks)
        return Coalitions(np.concatenate([known.masks, _paired(missing)]), True)
    more = _draw(known.masks[::2], (samples - len(known)) // 2, seed)
    return Coalitions(_paired(more), False)


def _paired(chosen: np.ndarray) -> np.ndarray:
    """Return each coalition and then its complement; of no features there is one coalition."""
    if not chosen.shape[1]:
        return chosen[:1]
    return np.stack([chosen, ~chosen], axis=1).reshape(-1, chosen.shape[1])


def _all(features: int) -> np.ndarray:
    """Return one coalition of each pair, the empty one first."""
    numbers = np.arange(2 ** max(features - 1, 0))
    return (numbers[:, None] >> np.arange(features)) & 1 == 1


def _without(chosen: np.ndarray, known: np.ndarray) -> np.ndarray:
    seen = {mask.tobytes() for mask in known}
    return chosen[[mask.tobytes() not in seen for mask in chosen]]


def _best_draw(known: np.ndarray, pairs: int, seed: int) -> np.ndarray:
    """Return the draw that leaves least open, of as many as are quick to compare."""
    tries = min(_COMPARED // (pairs * pairs + 1), _MOST_TRIED)
    if tries < 2:
        return _draw(known, pairs, seed)
    draws = [_draw(known, pairs, seed, again) for again in range(tries)]
    return min(draws, key=lambda chosen: uncertainty(signs(chosen)))


def _draw(known: np.ndarray, pairs: int, seed: int, again: int = 0) -> np.ndarray:
    """Return the known coalitions, the empty one first, and ``pairs`` new ones."""
    features = known.shape[1]
    rng = np.random.default_rng([seed, features, len(known), pairs, again])
    seen = {_key(mask): mask for mask in known}
    had = np.bincount(
        [min(m.sum(), features - m.sum()) for m in known], minlength=features // 2 + 1
    )
    for size, count in _counts(features, pairs, had).items():
        aim = len(seen) + count
        for mask in _of_size(features, size, count == _many(features, size), rng):
            if len(seen) == aim:
                break
            seen.setdefault(_key(mask), mask)
    return np.array(list(seen.values()))


def _key(mask: np.ndarray) -> bytes:
    """Return what a coalition and its complement have in common."""
    return (mask ^ mask[0]).tobytes()


def _many(features: int, size: int) -> int:
    """Return the number of pairs whose smaller coalition has ``size`` features."""
    return comb(features, size) // (2 if 2 * size == features else 1)


def _counts(features: int, pairs: int, had: np.ndarray) -> dict[int, int]:
    """Return how many pairs of each size are drawn, of the smaller of its two coalitions."""
    sizes = np.arange(1, features // 2 + 1)
    # Of a thousand features there are more coalitions than a float can count.
    many = [min(_many(features, size), pairs + int(had[size])) for size in sizes.tolist()]
    free = np.array(many, np.float64) - had[1:]
    share = np.where(2 * sizes == features, 0.5, 1.0) / np.sqrt(sizes * (features - sizes))
    given = np.zeros(len(sizes))
    while pairs - given.sum() > 1e-6 and (given < free).any():
        open_ = np.where(given < free, share, 0.0)
        given = np.minimum(given + (pairs - given.sum()) * open_ / open_.sum(), free)
    whole = np.floor(given + 1e-6).astype(int)
    for place in np.argsort(whole - given, kind="stable")[: max(pairs - whole.sum(), 0)]:
        whole[place] += 1
    return {int(size): int(count) for size, count in zip(sizes, whole) if count}


def _of_size(
    features: int, size: int, every: bool, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield coalitions of a size: all in turn, or at random without end.

    Those drawn in a row share no feature as long as there are others, so that each feature is in
    about as many of them.
    """
    if every:
        for members in combinations(range(features), size):
            yield _mask(features, np.array(members))
    while True:
        order = rng.permutation(features)
        for start in range(0, features - size + 1, size):
            yield _mask(features, order[start : start + size])


def _mask(features: int, members: np.ndarray) -> np.ndarray:
    mask = np.zeros(features, bool)
    mask[members] = True
    return mask
