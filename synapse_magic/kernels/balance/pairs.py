"""Pairs of levels, from the one with the larger share of positives to the other.

Levels with the same rows and positives have the same measures, so pairs of such numbers stand
for the pairs of levels: few where levels are many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synapse_magic.kernels.balance.association import NAMES, association, gaps
from synapse_magic.kernels.balance.condition import Condition
from synapse_magic.kernels.intervals import newcombe, wilson

BLOCK = 1 << 18
"""Pairs that are looked at together."""


@dataclass(frozen=True)
class Found:
    """Pairs for which a condition holds.

    Attributes
    ----------
    count
        How many.
    above, below
        Places of the two levels where the first of its measures is largest.
    """

    count: int
    above: int
    below: int


def find(
    condition: Condition, rows: np.ndarray, positives: np.ndarray, known: Mapping[str, float]
) -> Found | None:
    """Return the pairs of levels of a column for which a condition holds, None for no pair.

    Parameters
    ----------
    rows, positives
        (levels,) rows with a label, and how many of those are positive.
    known
        The measures that are the same for all pairs.
    """
    kinds = _Kinds.of(rows, positives)
    names = [name for name in condition.names if name in NAMES]
    count, largest, best = 0, -1.0, (0, 0)
    for above, below, values in kinds.pairs(names):
        holds = condition.holds({**known, **values}) & kinds.allowed(above, below)
        if not holds.any():
            continue
        count += int((holds * kinds.times(above, below)).sum())
        size = np.where(holds, np.abs(values[names[0]]), -1.0)
        if size.max() > largest:
            largest = float(size.max())
            i, j = np.unravel_index(size.argmax(), size.shape)
            best = int(above[i]), int(below[j])
    if not count:
        return None
    levels = kinds.levels(*best)
    return Found(count, *levels)


def telling(rows: np.ndarray, positives: np.ndarray, most: int) -> list[tuple[int, int]]:
    """Return the places of both levels of the most telling pairs, those first.

    A pair tells as much as its difference of shares is at least, with 95 % certainty: so levels
    of a few rows do not come before those of many. Candidates are the levels that are surely high
    and those that are surely low.
    """
    rows, positives = np.asarray(rows, float), np.asarray(positives, float)
    some = np.flatnonzero(rows > 0)
    low, high = wilson(positives, rows)
    reach = most + 1
    surely_high = some[np.argsort(-low[some], kind="stable")][:reach]
    surely_low = some[np.argsort(high[some], kind="stable")][:reach]
    share = positives[some] / rows[some]
    part = dict(zip(some.tolist(), zip(share.tolist(), low[some].tolist(), high[some].tolist())))
    candidates = {
        (a, b) for a in surely_high.tolist() for b in surely_low.tolist() if part[a] > part[b]
    }
    least = {pair: newcombe(part[pair[0]], part[pair[1]])[0] for pair in candidates}
    return sorted(candidates, key=lambda pair: (-least[pair], pair))[:most]


@dataclass(frozen=True, eq=False)
class _Kinds:
    """Levels with the same numbers as one kind, in the order of their share of positives."""

    table: np.ndarray
    sizes: np.ndarray
    members: list[np.ndarray]

    @classmethod
    def of(cls, rows: np.ndarray, positives: np.ndarray) -> _Kinds:
        some = np.flatnonzero(np.asarray(rows) > 0)
        both = np.stack([rows[some], positives[some]], axis=1)
        kinds, codes, sizes = np.unique(both, axis=0, return_inverse=True, return_counts=True)
        codes = codes.reshape(-1)
        order = np.lexsort((kinds[:, 0], kinds[:, 1] / kinds[:, 0]))
        sorted_members = some[np.argsort(codes, kind="stable")]
        members = np.split(sorted_members, np.cumsum(sizes)[:-1])
        table = association(rows, positives)
        chosen = [members[i] for i in order]
        places = np.array([own[0] for own in chosen], dtype=np.intp)
        return cls(table[places], sizes[order], chosen)

    def pairs(
        self, names: Sequence[str]
    ) -> Iterator[tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]]:
        """Yield places of kinds above and below, and the gaps of each measure, part by part."""
        columns = {name: self.table[:, NAMES.index(name)] for name in names}
        below = np.arange(len(self.sizes))
        step = max(1, BLOCK // max(len(below), 1))
        for start in range(0, len(below), step):
            above = below[start : start + step]
            under = below[: above[-1] + 1]
            found = {n: gaps(own[above][:, None], own[under][None]) for n, own in columns.items()}
            yield above, under, found

    def allowed(self, above: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Say which pairs there are: of unlike kinds, and of one kind with several levels."""
        apart = above[:, None] - below[None]
        return (apart > 0) | ((apart == 0) & (self.sizes[above] > 1)[:, None])

    def times(self, above: np.ndarray, below: np.ndarray) -> np.ndarray:
        """Return how many pairs of levels a pair of kinds stands for."""
        a, b = self.sizes[above][:, None], self.sizes[below][None]
        return np.where(above[:, None] == below[None], a * (a - 1) // 2, a * b)

    def levels(self, above: int, below: int) -> tuple[int, int]:
        """Return a level of each of two kinds, or two of one."""
        second = 1 if above == below else 0
        return int(self.members[above][0]), int(self.members[below][second])
