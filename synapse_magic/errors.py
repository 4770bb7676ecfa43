"""The one error the package raises for what a user can mend, and its hints."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class SynapseError(ValueError):
    """Something the user can mend, said in one line: what, expected, got, try.

    Examples
    --------
    >>> raise SynapseError("numLeaves must be at least 2, got 1. Try: numLeaves=31")
    Traceback (most recent call last):
        ...
    synapse_magic.errors.SynapseError: numLeaves must be at least 2, got 1. Try: numLeaves=31
    """


class ImbalanceError(SynapseError):
    """A frame is not balanced as was asked; ``balance`` is what was found, to be looked at."""

    def __init__(self, sentence: str, balance: Any) -> None:
        super().__init__(sentence)
        self.balance = balance

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how a copy is made in another process."""
        return type(self), (str(self), self.balance)


class NoEffectWarning(UserWarning):
    """A param was set that is only taken so that code written for another library runs."""


def closest(name: str, options: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the option nearest to ``name``, or an empty string.

    Case does not count, so that ``numleaves`` finds ``numLeaves``.

    Examples
    --------
    >>> closest("numleafs", ["numLeaves", "maxDepth"])
    "Did you mean 'numLeaves'?"
    >>> closest("qqq", ["numLeaves"])
    ''
    """
    by_folded = {option.casefold(): option for option in options}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return f"Did you mean {by_folded[found[0]]!r}?" if found else ""
