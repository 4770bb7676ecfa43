"""The bars of a row: each with a point in its direction, and a whisker where it was sampled."""

from __future__ import annotations

import numpy as np

from synapse_magic.views.scale import Scale
from synapse_magic.views.svg import Drawing
from synapse_magic.views.words import signed


def whisker_ends(steps: np.ndarray, reach: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where whiskers end, to the left and to the right, of those there are."""
    known = np.isfinite(reach)
    return (steps[1:] - reach)[known], (steps[1:] + reach)[known]


def draw_arrow(
    board: Drawing,
    x: Scale,
    start: float,
    end: float,
    y: float,
    words: str,
    value: float,
    reach: float,
) -> None:
    """Draw one bar with a point in its direction, its contribution, and its whisker."""
    a, b = x(start), x(end)
    kind = "pos" if value >= 0 else "neg"
    nose = min(5.0, abs(b - a)) * (1 if b >= a else -1)
    told = f"{words}: {signed(value)}"
    shape = [(a, y - 8), (b - nose, y - 8), (b, y), (b - nose, y + 8), (a, y + 8)]
    board.polygon(shape, kind, told)
    board.line(b, y + 8, b, y + 18, "link")
    board.text(6, y, words, room=196, size=12.5)
    right = b >= a
    tip = b
    if reach > 0:
        low, high = x(end - reach), x(end + reach)
        board.line(low, y, high, y, "whisker")
        for at in (low, high):
            board.line(at, y - 3, at, y + 3, "whisker")
        tip = high if right else low
    anchor = "start" if right else "end"
    board.text(tip + 6 if right else tip - 6, y, signed(value), anchor=anchor, size=11.5)
