"""Keys that are given by reference, and looked up where they are used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Revealing(Protocol):
    """A reference to a secret, which tells it when asked."""

    def reveal(self) -> str:
        """Return the secret."""
        ...


def revealed(value: Any) -> Any:
    """Return a value with the secrets that it refers to in their place.

    Examples
    --------
    >>> revealed({"Api-Key": "plain"})
    {'Api-Key': 'plain'}
    """
    if isinstance(value, Mapping):
        return {name: revealed(each) for name, each in value.items()}
    return value.reveal() if isinstance(value, Revealing) else value
