"""What views of parts share: facts as badges, and values as bars for matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from synapse_magic.views.palette import NEGATIVE, POSITIVE
from synapse_magic.views.words import escape, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def badges(facts: Sequence[tuple[str, bool | None]]) -> str:
    """Return facts as badges."""
    kinds = {True: " syn-good", False: " syn-poor", None: ""}
    items = " ".join(
        f'<span class="syn-badge{kinds[good]}">{escape(words)}</span>' for words, good in facts
    )
    return f'<p class="syn-head">{items}</p>' if items else ""


def draw_bars(ax: Axes, names: list[str], values: np.ndarray, error: np.ndarray | None) -> None:
    """Draw values as bars from top to bottom, those below zero hatched."""
    ax.barh(
        range(len(values)),
        values,
        xerr=error if error is not None and error.any() else None,
        color=[POSITIVE if value > 0 else NEGATIVE for value in values],
        hatch=["" if value > 0 else "///" for value in values],
        edgecolor="white",
    )
    told = [f"{name}  {signed(float(value))}" for name, value in zip(names, values)]
    ax.set_yticks(range(len(values)), labels=told)
    ax.invert_yaxis()
    ax.axvline(0, color="#888", linewidth=0.8)
