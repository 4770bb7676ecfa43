"""A strip of a summary as pixels: columns as high as the root of their count."""

from __future__ import annotations

import numpy as np

from synapse_magic.views.palette import ABSENT, NEUTRAL, ramp
from synapse_magic.views.strips import COLOURS, Strip


def painted(one: Strip, output: int, height: int, across: int) -> np.ndarray:
    """Return a strip, (height, across, 4) uint8, its colours stacked from low to high."""
    counts = one.counts[output]
    total = counts.sum(axis=1)
    most = max(int(total.max()), 1)
    tall = np.where(total > 0, np.maximum(np.sqrt(total / most) * height, 2.0), 0.0)
    y = np.arange(height)[:, None] + 0.5
    part = (height / 2 + tall / 2 - y) / np.maximum(tall, 1e-9)
    inside = (part > 0) & (part < 1)
    heaps = np.cumsum(counts, axis=1)
    colour = (heaps[None] <= (part * total)[:, :, None]).sum(axis=2)
    pixels = np.zeros((height, len(counts), 4), dtype=np.uint8)
    pixels[..., :3] = _colours(one)[np.clip(colour, 0, COLOURS)]
    pixels[..., 3] = np.where(inside, 255, 0)
    return pixels.repeat(across // len(counts), axis=1)


def _colours(one: Strip) -> np.ndarray:
    """Return the colours of a strip, (COLOURS + 1, 3): a ramp for numbers, one for categories."""
    colours = ramp(COLOURS) if one.kind == "numeric" else np.tile(NEUTRAL, (COLOURS, 1))
    return np.vstack([colours, ABSENT])
