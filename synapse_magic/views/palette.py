"""The colours: blue against orange, told apart by all common kinds of colour vision.

They are middle tones, readable on white and on near-black, because a static picture cannot know
the theme of the page it will be shown on.
"""

from __future__ import annotations

import numpy as np

LOW = (46, 120, 200)
MIDDLE = (150, 122, 168)
HIGH = (226, 96, 32)
ABSENT = (138, 143, 152)
NEUTRAL = (92, 124, 152)
POSITIVE = "#d95f1e"
NEGATIVE = "#2e78c8"
LINE = "#2e78c8"
SERIES = ("#2e78c8", "#d95f1e", "#2a9d74", "#9467bd", "#b8860b", "#c2528b", "#5c7c98", "#7a8b2f")


def ramp(count: int) -> np.ndarray:
    """Return ``count`` colours from low (blue) to high (orange), shape (count, 3), uint8."""
    where = np.linspace(0.0, 1.0, max(count, 1)) if count > 1 else np.array([0.5])
    stops = np.array([LOW, MIDDLE, HIGH], dtype=float)
    columns = [np.interp(where, (0.0, 0.5, 1.0), stops[:, channel]) for channel in range(3)]
    return np.round(np.stack(columns, axis=1)).astype(np.uint8)
