"""For which columns and levels a condition on their measures holds, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from synapse_magic.kernels.balance.association import NAMES, association, gaps
from synapse_magic.kernels.balance.condition import Condition
from synapse_magic.kernels.balance.pairs import find
from synapse_magic.views.words import number, plural, share, shorten


class Column(Protocol):
    """What is read of a sensitive column; ``BalanceColumn`` is one."""

    @property
    def name(self) -> str:
        """Of the column."""
        ...

    @property
    def levels(self) -> tuple[str, ...]:
        """Its levels."""
        ...

    @property
    def labelled(self) -> np.ndarray:
        """Rows with a label, by level."""
        ...

    @property
    def positives(self) -> np.ndarray:
        """Positive rows, by level."""
        ...

    @property
    def distances(self) -> dict[str, float]:
        """How far its shares are from the reference."""
        ...


def offenders(
    condition: Condition, columns: Sequence[Column], aggregate: Mapping[str, float]
) -> list[str]:
    """Return one sentence for each column for which a condition holds, or for all together.

    Parameters
    ----------
    condition
    columns
        The sensitive columns.
    aggregate
        The measures of all of them together.
    """
    if condition.scope == "all":
        names = " and ".join(own.name for own in columns)
        return [_told(condition, names, aggregate)] if condition.holds(aggregate) else []
    found = []
    for own in columns:
        known = {**aggregate, **own.distances}
        if condition.scope == "pair":
            found.append(_of_pairs(condition, own, known))
        elif condition.holds(known):
            found.append(_told(condition, own.name, known))
    return [words for words in found if words]


def _of_pairs(condition: Condition, own: Column, known: dict[str, float]) -> str:
    """Tell of the pair of levels that differs most, and how many more there are."""
    found = find(condition, own.labelled, own.positives, known)
    if found is None:
        return ""
    table = association(own.labelled, own.positives)
    gap = dict(zip(NAMES, gaps(table[found.above], table[found.below]).tolist()))
    above, below = (_level(own, place) for place in (found.above, found.below))
    more = f", and {plural(found.count - 1, 'more pair')}" if found.count > 1 else ""
    return _told(condition, f"{own.name}, {above} against {below}", known | gap) + more


def _level(own: Column, place: int) -> str:
    labelled = int(own.labelled[place])
    part = share(int(own.positives[place]), labelled)
    name = shorten(own.levels[place], 400, 12)
    return f"{name!r} ({part} of {plural(labelled, 'row')} positive)"


def _told(condition: Condition, where: str, values: Mapping[str, float]) -> str:
    numbers = ", ".join(f"{name} = {number(values[name])}" for name in condition.names)
    return f"{condition.text} holds for {where}: {numbers}"
