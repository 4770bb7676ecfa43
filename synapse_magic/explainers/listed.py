"""Arguments that are several values, of which one may stand alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from synapse_magic.errors import SynapseError


def listed(
    value: Any, kinds: type | tuple[type, ...], name: str, expected: str, example: str
) -> list[Any]:
    """Return the values of an argument, a single one as a list of one.

    Parameters
    ----------
    value : Any
    kinds : type or tuple of types
        What each value is.
    name, expected, example : str
        Of the argument, what it must be, and one that would do, for the message.

    Raises
    ------
    SynapseError
        When a value is of another type.

    Examples
    --------
    >>> listed("age", str, "features", "names of columns", "['age']")
    ['age']
    """
    if isinstance(value, kinds):
        return [value]
    found = list(value) if isinstance(value, Iterable) else [value]
    wrong = [own for own in found if not isinstance(own, kinds)]
    if wrong:
        raise SynapseError(f"{name} must be {expected}, got {wrong[0]!r}. Try: {name}={example}")
    return found
