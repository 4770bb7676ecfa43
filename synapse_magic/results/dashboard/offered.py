"""The levels of a column that a browser is offered to choose from."""

from __future__ import annotations

import numpy as np

from synapse_magic.kernels.dashboard.conditions import Levels

LEVELS = 200
BYTES = 100_000
"""Of all levels together; a text of more is no level that anybody chooses from a list."""


def offered(column: Levels, most: int = LEVELS) -> list[str]:
    """Return the most frequent levels, as many as are sent.

    Examples
    --------
    >>> offered(Levels(np.array([0, 1, 1, -1]), ("a", "b")))
    ['b', 'a']
    """
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.names))
    found, left = [], BYTES
    for i in np.argsort(-counts, kind="stable")[:most]:
        left -= len(column.names[i].encode(errors="replace"))
        if left >= 0:
            found.append(column.names[i])
    return found
