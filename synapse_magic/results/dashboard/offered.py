"""The levels of a column that a browser is offered to choose from."""

from __future__ import annotations

import numpy as np

from synapse_magic.kernels.dashboard.conditions import Levels

LEVELS = 200
BYTES = 200_000
"""Of all levels of a message; a long text is no level that anybody chooses from a list."""


def offered(column: Levels, most: int = LEVELS, room: int = BYTES) -> list[str]:
    """Return the most frequent levels, as many as have room.

    Examples
    --------
    >>> offered(Levels(np.array([0, 1, 1, -1]), ("a", "b")))
    ['b', 'a']
    """
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.names))
    found = []
    for i in np.argsort(-counts, kind="stable")[:most]:
        size = len(column.names[i].encode(errors="replace"))
        if size <= room:
            room -= size
            found.append(column.names[i])
    return found
