"""The colours: blue against orange, told apart by all common kinds of colour vision.

They are middle tones, readable on white and on near-black, because a static picture cannot know
the theme of the page it will be shown on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

LOW = np.array((46, 120, 200), dtype=np.uint8)
MIDDLE = np.array((150, 122, 168), dtype=np.uint8)
HIGH = np.array((226, 96, 32), dtype=np.uint8)
ABSENT = np.array((138, 143, 152), dtype=np.uint8)
NEUTRAL = np.array((92, 124, 152), dtype=np.uint8)
POSITIVE = "#d95f1e"
NEGATIVE = "#2e78c8"
LINE = "#2e78c8"
# The theme's variables, without their prefix; canvases read the c- ones as red, green, blue,
# and turn and blend make a still picture, painted for a white page, fit any other.
LIGHT = {
    "p-fg": "#1f2328",
    "p-bg": "#ffffff",
    "dim": "#59626d",
    "line": "#d0d6dd",
    "soft": "#f3f5f8",
    "pos": "#b8460c",
    "neg": "#1d5fae",
    "data": "#cfe0f3",
    "rest": "#7a838e",
    "turn": "none",
    "blend": "multiply",
    "c-low": "46,120,200",
    "c-middle": "150,122,168",
    "c-high": "226,96,32",
    "c-absent": "138,143,152",
    "c-neutral": "92,124,152",
}
DARK = {
    "p-fg": "#e8eaed",
    "p-bg": "#16181c",
    "dim": "#a8b0ba",
    "line": "#3b424b",
    "soft": "#23282f",
    "pos": "#f08a4b",
    "neg": "#6aa9f4",
    "data": "#234466",
    "rest": "#8d96a1",
    "turn": "invert(.93) hue-rotate(180deg)",
    "blend": "lighten",
    "c-low": "82,152,232",
    "c-middle": "178,150,196",
    "c-high": "245,130,66",
    "c-absent": "150,156,166",
    "c-neutral": "124,156,186",
}
SERIES = ("#2e78c8", "#d95f1e", "#2a9d74", "#9467bd", "#b8860b", "#c2528b", "#5c7c98", "#7a8b2f")


def ramp(count: int) -> np.ndarray:
    """Return ``count`` colours from low (blue) to high (orange), shape (count, 3), uint8."""
    where = np.linspace(0.0, 1.0, max(count, 1)) if count > 1 else np.array([0.5])
    stops = np.array([LOW, MIDDLE, HIGH], dtype=float)
    columns = [np.interp(where, (0.0, 0.5, 1.0), stops[:, channel]) for channel in range(3)]
    return np.round(np.stack(columns, axis=1)).astype(np.uint8)


def shade(counts: np.ndarray, colour: np.ndarray, faintest: float, strongest: float) -> np.ndarray:
    """Return counts as RGBA pixels of one colour whose opacity is the square root of the count.

    Parameters
    ----------
    counts
        (height, width), not negative.
    faintest, strongest
        Opacity, 0 to 255, of nearly none and of the largest count; none is transparent.
    """
    part = np.sqrt(counts / max(float(counts.max(initial=0)), 1e-300))
    alpha = np.where(counts > 0, faintest + (strongest - faintest) * part, 0).astype(np.uint8)
    return np.dstack([np.broadcast_to(colour, (*counts.shape, 3)), alpha])


def diverging(parts: np.ndarray) -> np.ndarray:
    """Return -1 to 1 as RGBA pixels: blue below 0, orange above, fuller the farther from it."""
    colour = np.where((parts < 0)[..., None], LOW, HIGH)
    alpha = 20 + 235 * np.minimum(np.abs(parts), 1.0)
    return np.dstack([colour, alpha]).astype(np.uint8)


def opaque(colours: np.ndarray) -> np.ndarray:
    """Return (height, width, 3) colours as opaque RGBA pixels."""
    return np.dstack([colours, np.full(colours.shape[:2], 255, np.uint8)])


def enlarged(pixels: np.ndarray, across: int, down: int) -> np.ndarray:
    """Return each pixel as a box of so many, since browsers blur a picture that they enlarge."""
    return pixels.repeat(down, axis=0).repeat(across, axis=1)


def rgb(colour: str) -> np.ndarray:
    """Return "#rrggbb" as three numbers."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=np.uint8)


def variables(theme: Mapping[str, str]) -> str:
    """Return a theme as CSS declarations."""
    return "".join(f"--syn-{name}:{value};" for name, value in theme.items())
