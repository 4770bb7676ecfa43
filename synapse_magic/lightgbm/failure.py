"""What a failed training says: in one line, and whether another attempt may work."""

from __future__ import annotations

from typing import Literal

from synapse_magic.spark.failure import named

Kind = Literal["port", "network", "error"]


def lost_a_worker(cause: str) -> bool:
    """Say whether a cause is a machine or process that is gone, so that a new attempt may work."""
    return " was lost: " in cause


def cause_of(error: BaseException) -> str:
    """Return in one line what an exception of this process says.

    Examples
    --------
    >>> cause_of(KeyError("x"))
    "KeyError: 'x'"
    """
    said = str(error).strip().partition("\n")[0]
    return named(type(error).__name__, said)


def kind_of(error: BaseException) -> Kind:
    """Say whether a port was taken, another worker may be the cause, or this one is.

    LightGBM tells of its network in words only.
    """
    text = str(error)
    if "inding port" in text:
        return "port"
    if isinstance(error, (ConnectionError, TimeoutError)) or "ocket" in text:
        return "network"
    return "error"
