"""Something whole whose parts are explained, such as a text by its words or an image by pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.scale import Scale, extent
from synapse_magic.views.svg import Drawing
from synapse_magic.views.words import escape, number, signed, width

LEVELS = 4
"""Strengths that static views tell apart."""
_LARGE = 0.055
"""Share of the drawing's width that a part must have to stand alone."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Whole:
    """What parts add to a prediction.

    Attributes
    ----------
    title : str
        Which one, in words.
    values : numpy.ndarray
        (parts, outputs) what each part adds.
    base, prediction : numpy.ndarray
        (outputs,)
    quality : numpy.ndarray or None
        (outputs,) weighted R2 of LIME; None for SHAP.
    error : numpy.ndarray or None
        (parts, outputs) standard errors of the values; None where there are none.
    """

    title: str
    values: np.ndarray
    base: np.ndarray
    prediction: np.ndarray
    quality: np.ndarray | None = None
    error: np.ndarray | None = None

    def order(self, output: int) -> np.ndarray:
        """Return the parts by what they add, the largest first."""
        return np.argsort(-np.abs(self.values[:, output]), kind="stable")

    @property
    def less(self) -> str:
        """What the base is, in words."""
        return "without parts" if self.quality is None else "intercept"

    def errors(self, output: int) -> list[float | None]:
        """Return the standard error of each value, None where there are none."""
        if self.error is None:
            return [None] * len(self.values)
        return [float(error) for error in self.error[:, output]]

    def badge(self, output: int) -> tuple[str, bool]:
        """Return what is said of the trustworthiness of the values, and whether it is good."""
        if self.quality is not None:
            r2 = float(self.quality[output])
            return f"R\N{SUPERSCRIPT TWO} {number(r2)}", r2 >= 0.5
        left = self.prediction[output] - self.base[output] - self.values[:, output].sum()
        good = abs(left) <= 1e-6 * max(1.0, float(np.abs(self.values[:, output]).sum()))
        return "adds up exactly" if good else f"residual {number(float(abs(left)))}", good

    def head(self, output: int, name: str) -> str:
        """Return the line above a whole: its title, its prediction, its base and the badge."""
        words, good = self.badge(output)
        told = f"{name} {number(float(self.prediction[output]))}"
        less = f"{self.less} {number(float(self.base[output]))}"
        kind = "syn-good" if good else "syn-poor"
        return (
            f'<p class="syn-head"><b>{escape(self.title)}</b> <span>{escape(told)}</span> '
            f'<span class="syn-dim">{escape(less)}</span> '
            f'<span class="syn-badge {kind}">{escape(words)}</span></p>'
        )

    def entry(self) -> dict[str, Any]:
        """Return its data for the interactive view."""
        return {
            "title": self.title,
            "values": self.values.astype(np.float32),
            "base": self.base.astype(np.float64),
            "prediction": self.prediction.astype(np.float64),
            "less": self.less,
            "trust": [list(self.badge(output)) for output in range(len(self.base))],
        }


def strongest(wholes: Sequence[Whole], outputs: int) -> np.ndarray:
    """Return for each output what full colour stands for: nearly all values are below."""
    if not any(len(whole.values) for whole in wholes):
        return np.ones(outputs)
    return full_colour(np.concatenate([whole.values for whole in wholes]))


def full_colour(values: np.ndarray) -> np.ndarray:
    """Return for each output of (parts, outputs), one part at least, what full colour stands for.

    Examples
    --------
    >>> full_colour(np.array([[-2.0, 0.0]])).tolist()
    [2.0, 1.0]
    """
    sizes = np.abs(values)
    top = np.maximum(np.quantile(sizes, 0.995, axis=0), 0.5 * sizes.max(axis=0))
    return np.where(top > 0, top, 1.0)


def levels(values: np.ndarray, top: float) -> np.ndarray:
    """Return from -4 to 4 how strong each value is.

    Examples
    --------
    >>> levels(np.array([-3.0, -0.1, 0.01, 1.0, 9.0]), 4.0).tolist()
    [-3, 0, 0, 1, 4]
    """
    steps = np.minimum(np.floor(LEVELS * np.abs(values) / top + 0.5), LEVELS)
    return (np.sign(values) * steps).astype(int)


def fitting(entries: Iterable[dict[str, Any]], budget: int) -> list[dict[str, Any]]:
    """Return the first entries, as many as may be sent; one at least."""
    kept: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        size += len(pack.embed(entry))
        if kept and size > budget:
            break
        kept.append(entry)
    return kept


def additive_bar(
    whole: Whole, words: Sequence[str], output: int, scale: str, room: float = 560
) -> Drawing:
    """Draw how all parts that raise the prediction, then all that lower it, lead to it."""
    values = whole.values[:, output]
    start, end = float(whole.base[output]), float(whole.prediction[output])
    peak = start + float(values[values > 0].sum())
    fall = peak + float(values[values < 0].sum())
    board = Drawing(
        room, 96, f"{whole.title}: {whole.less} {number(start)}, prediction {number(end)}"
    )
    x = Scale(*extent(np.array([start, peak, fall, end])), 20, room - 20)
    board.bottom_axis(x, 56, scale, top=2)
    _lane(board, x, start, 4, "pos", _sorted(values, words, 1))
    _lane(board, x, peak, 30, "neg", _sorted(values, words, -1))
    for at, kind in ((start, "zero"), (end, "middle")):
        board.line(x(at), 2, x(at), 56, kind)
    return board


def _sorted(values: np.ndarray, words: Sequence[str], sign: int) -> list[tuple[str, float]]:
    """Return the parts of one sign, the strongest first."""
    chosen = np.flatnonzero(values * sign > 0)
    chosen = chosen[np.argsort(-np.abs(values[chosen]), kind="stable")]
    return [(words[i], float(values[i])) for i in chosen.tolist()]


def _lane(
    board: Drawing, x: Scale, at: float, y: float, kind: str, parts: list[tuple[str, float]]
) -> None:
    """Draw the large parts one by one with their words, the many small ones as one."""
    large = [part for part in parts if abs(x(part[1]) - x(0)) >= _LARGE * board.width]
    rest = sum(value for _, value in parts[len(large) :])
    for words, value in [*large, ("", rest)]:
        a, b = sorted((x(at), x(at + value)))
        if value:
            told = f"{words or 'others'}: {signed(value)}"
            board.rect(a, y, max(b - a - 1, 0.5), 22, kind, title=told, radius=2)
        if words and width(words, 12) <= b - a - 6:
            board.text((a + b) / 2, y + 11, words, anchor="middle", kind="on")
        at += value
