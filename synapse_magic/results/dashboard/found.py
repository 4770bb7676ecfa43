"""Rows that are looked for by a key among all rows, and not the explained ones alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from synapse_magic.kernels.dashboard.what_if import Values
from synapse_magic.kernels.dashboard.wording import short
from synapse_magic.results.dashboard.what_if import WhatIf
from synapse_magic.views.words import MISSING, number


@dataclass(frozen=True)
class Found:
    """Rows that have a value in a column.

    Attributes
    ----------
    names, cells
        Some columns, and per row what they hold in words; None where it is missing.
    values
        Per row what a model reads; empty where there is none.
    more
        Whether there are more rows than these.
    """

    names: tuple[str, ...]
    cells: tuple[tuple[str | None, ...], ...]
    values: tuple[Values, ...]
    more: bool


class Finder(Protocol):
    """What looks for rows; it takes as long as a filter of the frame does."""

    @property
    def keys(self) -> Sequence[str]:
        """The columns that it can look in."""
        ...

    def find(self, column: str, value: str) -> Found:
        """Return the first rows that have a value in a column.

        Raises
        ------
        SynapseError
            When there is no such column, or it cannot have such a value.
        """
        ...


def told(found: Found, what_if: WhatIf | None) -> dict[str, Any]:
    """Return rows in words, with what the model says of each where it can be asked."""
    scores = [] if what_if is None else [_scored(what_if, values) for values in found.values]
    return {
        "names": [short(name) for name in found.names],
        "rows": [
            [MISSING if one is None else short(one) for one in cells] for cells in found.cells
        ],
        "scores": scores,
        "more": found.more,
    }


def _scored(what_if: WhatIf, values: Values) -> str:
    """Return the score of a row, or what the model said instead of one."""
    try:
        (scores,) = what_if.asker.score([values])
    except Exception as error:  # whatever it raises for one row is told, and others are asked
        return short(str(error) or type(error).__name__)
    return number(scores.max() if what_if.examined.task == "multiclass" else scores[0])
