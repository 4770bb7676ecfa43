"""Words of stages in an error, said as the functions call their arguments."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from synapse_magic.errors import SynapseError

_OWN = {
    "targetCol=": "target=",
    "targetClasses=": "classes=",
    "backgroundData": "background",
}


@contextlib.contextmanager
def own_names() -> Iterator[None]:
    """Call target, classes and background as functions call them, and not as stages do.

    Examples
    --------
    >>> with own_names():
    ...     raise SynapseError("There is none. Try: targetCol='prediction'")
    Traceback (most recent call last):
        ...
    synapse_magic.errors.SynapseError: There is none. Try: target='prediction'
    """
    try:
        yield
    except SynapseError as error:
        words = own = str(error)
        for theirs, ours in _OWN.items():
            own = own.replace(theirs, ours)
        if own == words:
            raise
        raise SynapseError(own) from error
