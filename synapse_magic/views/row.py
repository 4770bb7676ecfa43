"""Row: how one prediction comes about, from the average to the prediction, feature by feature."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.intervals import NORMAL_95
from synapse_magic.views.arrows import draw_arrow, whisker_ends
from synapse_magic.views.links import NATURAL, SCALES, inverse
from synapse_magic.views.page import figure
from synapse_magic.views.palette import NEGATIVE, POSITIVE
from synapse_magic.views.scale import Scale, extent
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import escape, number, plain, shorten, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 9
SENT = 200
LONGEST = 120
"""Letters of a name or a label."""


@dataclass(frozen=True, eq=False, repr=False)
class Row(View):
    """One explained row.

    Attributes
    ----------
    names, shown_values
        Features in the order of the frame, and their values in words.
    values
        (features, outputs) contributions on the link scale.
    base, prediction
        (outputs,) on the link scale.
    outputs
        What is explained.
    link
        "identity" | "logit" | "softmax" | "log": how a prediction becomes a probability.
    quality
        (outputs,) weighted R2 of a LIME row; None for SHAP.
    title
        Which row, in words.
    companion
        The LIME row of the same row, drawn beside.
    error
        (features, outputs) standard errors of sampled values; None where exact or not known.
    """

    names: tuple[str, ...]
    shown_values: tuple[str, ...]
    values: np.ndarray
    base: np.ndarray
    prediction: np.ndarray
    outputs: tuple[str, ...]
    link: str
    method: str = "SHAP"
    quality: np.ndarray | None = None
    title: str = "Row"
    label: str | None = None
    companion: Row | None = None
    first: int = 0
    error: np.ndarray | None = None

    @property
    def residual(self) -> np.ndarray:
        """What base and contributions leave of the prediction, per output; 0 for exact SHAP."""
        return self.prediction - self.base - self.values.sum(axis=0)

    def order(self, output: int) -> np.ndarray:
        """Return the features by size of contribution, largest first."""
        return np.argsort(-np.abs(self.values[:, output]), kind="stable")

    def natural(self, points: np.ndarray, output: int) -> np.ndarray:
        """Return (..., outputs) link-scale predictions as probabilities, or plain values."""
        return inverse(self.link, points)[..., output]

    def sentence(self) -> str:
        """Return the view in one sentence."""
        o = self.first
        first = self.order(o)[0]
        about = (
            f" for {self.outputs[o]}" if len(self.outputs) > 1 or self.link != "identity" else ""
        )
        natural = float(self.natural(self.prediction, o))
        return (
            f"{self.title}: {NATURAL[self.link]}{about} {number(natural)}; most by "
            f"{self.names[first]} = {self.shown_values[first]} "
            f"({signed(float(self.values[first, o]))} {SCALES[self.link]})"
        )

    def badge(self, output: int) -> tuple[str, bool]:
        """Return what is said of the trustworthiness of the row, and whether it is good."""
        if self.quality is not None:
            r2 = float(self.quality[output])
            return f"R\N{SUPERSCRIPT TWO} {number(r2)}", r2 >= 0.5
        off = float(np.abs(self.residual[output]))
        good = off <= 1e-6 * max(1.0, float(np.abs(self.values[:, output]).sum()))
        return ("adds up exactly" if good else f"residual {number(off)}"), good

    def note(self) -> str:
        """Return what the lengths of the bars mean."""
        scale = SCALES[self.link]
        if self.quality is not None:
            return (
                f"LIME: a local linear model; lengths are its effects on the {scale} scale, and "
                "its R\N{SUPERSCRIPT TWO} says how well it follows the model here."
            )
        more = ""
        if self.error is not None:
            more = " Whisker: 95 % interval of a sampled value."
        if self.link != "identity":
            more += f" A {NATURAL[self.link]} does not split into such parts."
        return f"Bars add up on the {scale} scale: base + all bars = prediction.{more}"

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per feature and output, with base and prediction as first and last."""
        names = ["method", "output", "feature", "value", "contribution"]
        rows = self._records()
        if self.companion is not None:
            rows.extend(self.companion._records())
        if any(one.error is not None for one in (self, self.companion) if one is not None):
            return [*names, "standard_error"], rows
        return names, [row[:-1] for row in rows]

    def _records(self) -> list[tuple[Any, ...]]:
        error = np.full_like(self.values, np.nan) if self.error is None else self.error
        rows: list[tuple[Any, ...]] = []
        for o, output in enumerate(self.outputs):
            rows.append((self.method, output, "(base)", "", float(self.base[o]), None))
            rows.extend(
                (
                    self.method,
                    output,
                    self.names[i],
                    self.shown_values[i],
                    float(self.values[i, o]),
                    None if np.isnan(error[i, o]) else float(error[i, o]),
                )
                for i in self.order(o)
            )
            rows.append((self.method, output, "(prediction)", "", float(self.prediction[o]), None))
        return rows

    def bars(self, output: int, most: int = SHOWN) -> list[tuple[str, float]]:
        """Return (words, contribution) of the largest features, the rest as one bar at the end."""
        order, few = self.order(output), self._apart(most)
        shown = [
            (f"{self.names[i]} = {self.shown_values[i]}", float(self.values[i, output]))
            for i in order[:few]
        ]
        rest = order[few:]
        if len(rest):
            shown.append((f"{len(rest):,} other features", float(self.values[rest, output].sum())))
        return shown

    def whiskers(self, output: int, most: int = SHOWN) -> np.ndarray:
        """Return half the 95 % interval of each of :meth:`bars`; NaN where there is none."""
        reach = np.full(len(self.bars(output, most)), np.nan)
        if self.error is not None:
            few = self._apart(most)
            reach[:few] = NORMAL_95 * self.error[self.order(output)[:few], output]
        return reach

    def _apart(self, most: int) -> int:
        """Return how many features have a bar of their own: no rest of a single one is made."""
        return len(self.names) if len(self.names) <= most + 1 else most

    def picture(self) -> str:
        """Return the static picture of the first output, its companion beside it."""
        panels = self._panel()
        if self.companion is not None:
            beside = replace(self.companion, first=self.first)
            panels = f'<div class="syn-beside">{panels}{beside._panel()}</div>'
        return figure(self.title, "", panels)

    def _panel(self) -> str:
        words, good = self.badge(self.first)
        kind = "syn-good" if good else "syn-poor"
        about = f" \N{MIDDLE DOT} {self.outputs[self.first]}" if len(self.outputs) > 1 else ""
        head = (
            f'<p class="syn-head"><b>{escape(self.method + about)}</b> '
            f'<span class="syn-badge {kind}">{escape(words)}</span></p>'
        )
        note = f'<p class="syn-note">{escape(self.note())}</p>'
        return f'<div class="syn-panel">{head}{self._board().image()}{note}</div>'

    def _board(self) -> Drawing:
        o = self.first
        bars, reach = self.bars(o), self.whiskers(o)
        steps = np.cumsum([self.base[o], *(value for _, value in bars)])
        bottom = 26.0 * (len(bars) + 2) + 8
        board = Drawing(560, bottom + 42, self.sentence())
        ends = np.concatenate([steps, *whisker_ends(steps, reach)])
        x = Scale(*extent(ends), 262, 500)
        board.bottom_axis(x, bottom, SCALES[self.link], top=4)
        board.line(x(self.base[o]), 4, x(self.base[o]), bottom, "zero")
        board.text(6, 17, "average" if self.quality is None else "intercept", kind="dim")
        self._end(board, x, self.base[o], 17)
        for i, (words, value) in enumerate(bars):
            y = 26.0 * (i + 1) + 17
            draw_arrow(board, x, steps[i], steps[i + 1], y, words, value, reach[i])
        self._end(board, x, self.prediction[o], bottom - 13)
        board.text(6, bottom - 13, "prediction", size=12.5)
        return board

    def _end(self, board: Drawing, x: Scale, value: float, y: float) -> None:
        at = x(value)
        board.polygon([(at, y - 6), (at + 6, y), (at, y + 6), (at - 6, y)], "mark")
        words = number(value)
        if self.link != "identity":
            whole = np.where(np.arange(len(self.outputs)) == self.first, value, self._near(value))
            words += f"  ({NATURAL[self.link]} {number(float(self.natural(whole, self.first)))})"
        left = at > (x.start + x.end) / 2
        board.text(at - 11 if left else at + 11, y, words, anchor="end" if left else "start")

    def _near(self, value: float) -> np.ndarray:
        """Return the vector (base or prediction) that ``value`` is an element of."""
        return self.base if value == self.base[self.first] else self.prediction

    def axes(self, ax: Axes | None = None, *, output: int = 0) -> Axes:
        """Draw with matplotlib; ``output`` is the position of the class to show."""
        bars = self.bars(output)
        ax = new_axes(ax, 7, 1.2 + 0.34 * len(bars))
        steps = np.cumsum([self.base[output], *(value for _, value in bars)])
        colours = [POSITIVE if value > 0 else NEGATIVE for _, value in bars]
        hatches = ["" if value > 0 else "///" for _, value in bars]
        lengths = [value for _, value in bars]
        ax.barh(
            range(len(bars)),
            lengths,
            left=steps[:-1],
            color=colours,
            hatch=hatches,
            edgecolor="white",
            xerr=None if self.error is None else np.nan_to_num(self.whiskers(output)),
            error_kw={"lw": 1, "capsize": 2},
        )
        names = [plain(shorten(words, 200, 12)) for words, _ in bars]
        ax.set_yticks(
            range(len(bars)),
            labels=[f"{n}  {signed(v)}" for n, v in zip(names, lengths, strict=True)],
        )
        ax.invert_yaxis()
        low, high = extent(np.concatenate([steps, *whisker_ends(steps, self.whiskers(output))]))
        ax.set_xlim(low - 0.05 * (high - low), high + 0.05 * (high - low))
        ax.axvline(float(self.base[output]), color="#888", linewidth=0.8)
        ax.axvline(float(self.prediction[output]), color="#888", linewidth=0.8, linestyle="--")
        ax.set(xlabel=SCALES[self.link], title=plain(f"{self.title} ({self.method})"))
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data."""
        return {"kind": "row", "rows": [self.entry()]}

    def entry(self, most: int = SENT) -> dict[str, Any]:
        """Return the data of this row: its largest features, the sum of the rest, the ends."""
        size = np.abs(self.values).sum(axis=1)
        order = np.argsort(-size, kind="stable")
        keep, rest = order[:most], order[most:]
        return {
            "title": self.title,
            "label": self.label,
            "names": [self.names[i][:LONGEST] for i in keep],
            "shown": [self.shown_values[i][:80] for i in keep],
            "values": self.values[keep],
            "error": None if self.error is None else self.error[keep],
            "others": len(rest),
            "rest": self.values[rest].sum(axis=0),
            "base": self.base,
            "prediction": self.prediction,
            "outputs": self.outputs,
            "first": self.first,
            "link": self.link,
            "method": self.method,
            "quality": self.quality,
            "companion": self.companion.entry(most) if self.companion else None,
        }


def row_title(i: int, label: str | None) -> str:
    """Return what a row is called: its position and, where known, its true label."""
    return f"Row {i}" if label is None else f"Row {i}, truly {label[:LONGEST]}"
