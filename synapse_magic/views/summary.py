"""Summary: for each feature where its SHAP values lie and which feature values they come from.

A beeswarm whose swarm is a density: rows are counted per SHAP bin and colour, and the picture is
painted from the counts. A million rows and a thousand give pictures of the same size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.page import figure
from synapse_magic.views.painting import painted
from synapse_magic.views.palette import ABSENT, NEUTRAL, opaque, ramp
from synapse_magic.views.scale import Scale, extent
from synapse_magic.views.strips import COLOURS, Strip, strip
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import number, plain, plural, shorten, width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DRAWN = 60
SHOWN = 12
NAMED = 500
BUDGET = 200_000
_ROW, _TALL, _BAND = 30.0, 44.0, 24.0
_ACROSS = 480
_BLOCK = 16_384


@dataclass(frozen=True, eq=False, repr=False)
class Summary(View):
    """Where the SHAP values of each feature lie.

    Attributes
    ----------
    names
        Features, the one with the largest mean absolute SHAP value first.
    outputs
        What is explained: class names, or one name.
    mean_abs
        Mean absolute SHAP value, (features, outputs).
    strips
        Counts of the first features, see :class:`Strip`.
    edges
        Ends of the SHAP axis per output, (outputs, 2).
    rows, rows_total
        Rows counted, and rows of the frame they were taken from.
    scale
        Name of the scale the SHAP values are on.
    method
        "SHAP" or "LIME".
    """

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    mean_abs: np.ndarray
    strips: tuple[Strip, ...]
    edges: np.ndarray
    rows: int
    rows_total: int
    scale: str = "prediction"
    method: str = "SHAP"

    @classmethod
    def of(
        cls,
        values: np.ndarray,
        data: Mapping[str, np.ndarray],
        names: Sequence[str],
        outputs: Sequence[str],
        *,
        rows_total: int | None = None,
        scale: str = "prediction",
        method: str = "SHAP",
    ) -> Summary:
        """Count the rows of (rows, features, outputs) SHAP values.

        Examples
        --------
        >>> values = np.array([[[1.0], [0.5]], [[-1.0], [0.5]]])
        >>> Summary.of(values, {"a": np.array([1.0, 0.0])}, ["a", "b"], ["yes"]).names
        ('a', 'b')
        """
        rows = len(values)
        edges = np.array([extent(values[:, :, o], zero=True) for o in range(len(outputs))])
        return cls.counted(
            mean_size(values),
            edges,
            lambda i: strip(values[:, i], data.get(names[i]), edges),
            names,
            outputs,
            rows,
            rows if rows_total is None else rows_total,
            scale=scale,
            method=method,
        )

    @classmethod
    def counted(
        cls,
        mean_abs: np.ndarray,
        edges: np.ndarray,
        strip_of: Callable[[int], Strip],
        names: Sequence[str],
        outputs: Sequence[str],
        rows: int,
        rows_total: int,
        *,
        scale: str = "prediction",
        method: str = "SHAP",
    ) -> Summary:
        """Order features whose rows are counted, wherever that was done.

        Parameters
        ----------
        mean_abs
            (features, outputs).
        edges
            (outputs, 2) ends of the SHAP axis.
        strip_of
            Gives the counts of a feature by its position; asked for the first ones only.
        """
        order = np.argsort(-mean_abs.sum(axis=1), kind="stable")
        kept = order[: max(DRAWN // len(outputs), SHOWN)]
        return cls(
            tuple(names[i] for i in order),
            tuple(outputs),
            mean_abs[order],
            tuple(strip_of(int(i)) for i in kept),
            edges,
            rows,
            rows_total,
            scale,
            method,
        )

    def sentence(self) -> str:
        """Return the view in one sentence."""
        return (
            f"Summary of {self.method} values over {plural(self.rows, 'row')}: "
            f"{self.names[0]} matters most, {number(self.mean_abs[0, 0])} on average"
        )

    def note(self) -> str:
        """Return which rows and features are shown, and how to read the picture."""
        shown = min(SHOWN, len(self.names))
        of = f" of {self.rows_total:,}" if self.rows_total > self.rows else ""
        top = (
            ""
            if shown == len(self.names)
            else f"; the {shown} strongest of {len(self.names):,} features"
        )
        return (
            f"{plural(self.rows, 'row')}{of}{top}. Height: square root of the row count, "
            f"per feature. Number: mean absolute {self.method} value."
        )

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per feature: mean absolute value per output, strongest direction."""
        several = len(self.outputs) > 1
        names = ["feature"] + [
            f"mean_abs[{output}]" if several else "mean_abs" for output in self.outputs
        ]
        rows = [
            (name, *(float(value) for value in self.mean_abs[i]))
            for i, name in enumerate(self.names)
        ]
        return names, rows

    def strip_pixels(self, row: int, output: int, height: int = int(2 * _BAND)) -> np.ndarray:
        """Return the painted strip of one feature: (height, across, 4) uint8."""
        return painted(self.strips[row], output, height, _ACROSS)

    def picture(self) -> str:
        """Return the static picture of the first output."""
        shown = min(SHOWN, len(self.strips))
        tall = [_TALL if self.strips[i].kind == "category" else _ROW for i in range(shown)]
        left, right, top = 176.0, 640.0, 26.0
        bottom = top + sum(tall)
        board = Drawing(660, bottom + 62, self.sentence())
        x = Scale.over(self.edges[0], left + 62, right)
        board.bottom_axis(x, bottom, self._axis_title(0), top=top)
        board.line(x(0), top, x(0), bottom, "zero")
        board.text(left - 4, top - 12, f"mean |{self.method}|", kind="dim", size=11)
        board.text(
            right,
            top - 12,
            f"lowers \N{LEFTWARDS ARROW}  {self._target()}  \N{RIGHTWARDS ARROW} raises",
            anchor="end",
            kind="dim",
            size=11,
        )
        y = top
        for i in range(shown):
            self._draw_row(board, i, x, y, left)
            y += tall[i]
        self._draw_key(board, left + 62, bottom + 50)
        return figure("Summary", self.note(), board.image())

    def _target(self) -> str:
        return self.outputs[0] if len(self.outputs) == 1 else f"class {self.outputs[0]}"

    def _axis_title(self, output: int) -> str:
        name = f" for {self.outputs[output]}" if len(self.outputs) > 1 else ""
        return f"{self.method} value{name} ({self.scale})"

    def _draw_row(self, board: Drawing, i: int, x: Scale, y: float, left: float) -> None:
        middle = y + _ROW / 2
        value = self.mean_abs[i, 0]
        board.text(8, middle, self.names[i], room=left - 22, size=12.5)
        length = max(56 * value / (float(self.mean_abs[:, 0].max()) or 1.0), 1.0)
        board.rect(left - 4, middle - 9, length, 18, "data", radius=2)
        board.text(left, middle, number(value), size=11.5)
        board.line(x.start, middle, x.end, middle, "grid")
        pixels = self.strip_pixels(i, 0)
        board.picture(x.start, middle - _BAND / 2, x.end - x.start, _BAND, pixels)
        if self.strips[i].kind == "category":
            self._draw_levels(board, self.strips[i], x, middle + _BAND / 2)

    def _draw_levels(self, board: Drawing, one: Strip, x: Scale, y: float) -> None:
        taken: list[tuple[float, float]] = []
        for code in np.argsort(-one.level_counts[0], kind="stable"):
            count = one.level_counts[0, code]
            if count == 0:
                continue
            name = "missing" if code == COLOURS else one.levels[code]
            at = x(float(one.level_means[0, code]))
            words = shorten(name, 110, 10.5)
            half = width(words, 10.5) / 2 + 4
            centre = min(max(at, x.start + half), x.end - half)
            if any(centre - half < b and centre + half > a for a, b in taken):
                continue
            taken.append((centre - half, centre + half))
            board.line(at, y - 2, at, y + 3, "tick")
            board.text(centre, y + 9, name, anchor="middle", kind="dim", room=110, size=10.5)

    def _draw_key(self, board: Drawing, x: float, y: float) -> None:
        board.text(x + 24, y, "low", anchor="end", kind="dim", size=11)
        board.picture(x + 30, y - 5, 70, 10, opaque(ramp(24)[None]))
        board.text(x + 106, y, "high value", kind="dim", size=11)
        board.picture(x + 180, y - 5, 10, 10, opaque(ABSENT[None, None]))
        board.text(x + 195, y, "missing", kind="dim", size=11)
        board.picture(x + 254, y - 5, 10, 10, opaque(NEUTRAL[None, None]))
        board.text(x + 269, y, "category, levels named", kind="dim", size=11)

    def axes(self, ax: Axes | None = None, *, output: int = 0) -> Axes:
        """Draw with matplotlib; ``output`` is the position of the class to show."""
        shown = min(SHOWN, len(self.strips))
        ax = new_axes(ax, 8, 1.2 + 0.36 * shown)
        low, high = self.edges[output]
        for i in range(shown):
            pixels = self.strip_pixels(i, output)
            ax.imshow(
                pixels, extent=(low, high, i + 0.4, i - 0.4), aspect="auto", interpolation="nearest"
            )
        labels = [
            f"{shorten(self.names[i], 170, 12)}  {number(self.mean_abs[i, output])}"
            for i in range(shown)
        ]
        ax.axvline(0, color="#888", linewidth=0.8)
        ax.set(xlim=(low, high), ylim=(shown - 0.5, -0.5), xlabel=plain(self._axis_title(output)))
        ax.set_yticks(range(shown), labels=[plain(label) for label in labels])
        ax.set_title("Summary")
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data; fewer strips where they would not fit."""
        keep = len(self.strips)
        while True:
            data = self._payload(keep)
            if keep <= 4 or len(pack.embed(data)) <= BUDGET:
                return data
            keep = keep * 2 // 3

    def _payload(self, keep: int) -> dict[str, Any]:
        named = max(NAMED // len(self.outputs), keep)
        return {
            "kind": "summary",
            "title": "Summary",
            "names": [name[:200] for name in self.names[:named]],
            "features": len(self.names),
            "outputs": self.outputs,
            "meanAbs": self.mean_abs[:named],
            "edges": self.edges,
            "rows": self.rows,
            "rowsTotal": self.rows_total,
            "scale": self.scale,
            "method": self.method,
            "strips": [
                {
                    "kind": one.kind,
                    "low": one.low,
                    "high": one.high,
                    "levels": [level[:80] for level in one.levels],
                    "means": one.level_means.astype(np.float32),
                    "direction": [signed_or_none(value) for value in one.direction],
                    "counts": pack.smallest(one.counts),
                }
                for one in self.strips[:keep]
            ],
        }


def mean_size(values: np.ndarray) -> np.ndarray:
    """Return the mean absolute value over the first axis, a block of rows at a time."""
    sums = np.zeros(values.shape[1:])
    for start in range(0, len(values), _BLOCK):
        sums += np.abs(values[start : start + _BLOCK]).sum(axis=0)
    return sums / max(len(values), 1)


def signed_or_none(value: float) -> float | None:
    """Return a correlation rounded for display, None where there is none."""
    return None if np.isnan(value) else round(float(value), 3)
