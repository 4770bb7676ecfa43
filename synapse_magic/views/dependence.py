"""Dependence: how the SHAP values of one feature follow its values.

Numbers: a density of all rows, the median line, and sampled dots coloured by a second feature;
rows whose value is missing stand on a rail of their own. Categories: a box per level, by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.cloud import EMPTY, QUANTILES, boxes, clip, density
from synapse_magic.views.colouring import Colouring
from synapse_magic.views.page import figure
from synapse_magic.views.palette import ABSENT, LINE, LOW, SERIES, opaque, ramp, shade
from synapse_magic.views.scale import Scale, extent
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import number, plain, plural, shorten, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOTS = 1200
PICKS = 24


@dataclass(frozen=True, eq=False, repr=False)
class Dependence(View):
    """How the SHAP values of one feature follow its values.

    Attributes
    ----------
    name
        The feature.
    outputs
        What is explained.
    x_edges, y_edges
        Ends of the axes: (2,), and (outputs, 2).
    counts
        Rows per cell for a number, (outputs, across, up); empty for a category.
    missing_counts
        Rows with a missing value per SHAP bin, (outputs, up).
    line_x, line_y
        Median line of a number: (steps,), (outputs, steps).
    levels, level_counts, quantiles
        Category: names, rows (levels,), and 5/25/50/75/95 % of SHAP (outputs, levels, 5).
    dots_x, dots_y
        Sampled rows of a number: (dots,), (outputs, dots).
    colourings
        Second features at the sampled rows; the first is the one shown.
    """

    name: str
    outputs: tuple[str, ...]
    x_edges: np.ndarray
    y_edges: np.ndarray
    counts: np.ndarray
    missing_counts: np.ndarray
    line_x: np.ndarray
    line_y: np.ndarray
    levels: tuple[str, ...]
    level_counts: np.ndarray
    quantiles: np.ndarray
    dots_x: np.ndarray
    dots_y: np.ndarray
    colourings: dict[str, Colouring]
    rows: int
    rows_total: int
    scale: str = "prediction"
    method: str = "SHAP"

    @classmethod
    def of(
        cls,
        name: str,
        shap: np.ndarray,
        values: np.ndarray,
        outputs: tuple[str, ...],
        *,
        others: Mapping[str, np.ndarray] | None = None,
        rows_total: int | None = None,
        scale: str = "prediction",
        method: str = "SHAP",
        dots: int = DOTS,
    ) -> Dependence:
        """Count one feature's rows.

        Parameters
        ----------
        shap
            (rows, outputs) SHAP values of the feature.
        values
            (rows,) float64 numbers with NaN for missing, or an object array of levels.
        others
            Features the dots can be coloured by; the first is shown.
        dots
            Most dots sampled, evenly over the rows.
        """
        rows = len(shap)
        y_edges = np.array([extent(shap[:, o], zero=True) for o in range(shap.shape[1])])
        where = np.unique(np.linspace(0, max(rows - 1, 0), min(dots, rows)).astype(int))
        category = values.dtype == object
        parts = boxes(shap, values) if category else density(shap, values, y_edges)
        colourings = {
            other: Colouring.of(data[where]) for other, data in list((others or {}).items())[:PICKS]
        }
        total = rows if rows_total is None else rows_total
        found = (
            {}
            if category
            else {"dots_x": clip(values[where], parts["x_edges"]), "dots_y": shap[where].T.copy()}
        )
        return cls(
            name=name,
            outputs=outputs,
            y_edges=y_edges,
            colourings={} if category else colourings,
            rows=rows,
            rows_total=total,
            scale=scale,
            method=method,
            **{**EMPTY, **parts, **found},
        )

    @property
    def category(self) -> bool:
        """Whether the feature has levels rather than numbers."""
        return bool(self.levels)

    @property
    def missing(self) -> int:
        """Rows whose value is missing."""
        return int(self.missing_counts[0].sum()) if self.missing_counts.size else 0

    def sentence(self) -> str:
        """Return the view in one sentence."""
        if self.category:
            middle = self.quantiles[0, :, 2]
            low, high = self.levels[int(np.argmin(middle))], self.levels[int(np.argmax(middle))]
            return f"Dependence on {self.name}: lowest for {low}, highest for {high}"
        if not len(self.line_x):
            return f"Dependence on {self.name}: all {plural(self.rows, 'value')} missing"
        first, last = (
            f"{signed(float(self.line_y[0, i]))} at {number(self.line_x[i])}" for i in (0, -1)
        )
        return f"Dependence on {self.name}: median {first}, {last}"

    def note(self) -> str:
        """Return which rows are shown and how."""
        of = f" of {self.rows_total:,}" if self.rows_total > self.rows else ""
        if self.category:
            marks = "Box: middle half; line: median; whisker: 5 % to 95 %."
            return f"{plural(self.rows, 'row')}{of}. {marks}"
        gone = f", {self.missing:,} missing" if self.missing else ""
        return (
            f"{plural(self.rows, 'row')}{of}{gone}. Shade: density of all; line: median; "
            f"dots: {len(self.dots_x):,} sampled."
        )

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the levels with their quantiles, or the points of the median line."""
        if self.category:
            rows: list[tuple[Any, ...]] = [
                (level, int(self.level_counts[i]), output, *map(float, self.quantiles[o, i]))
                for o, output in enumerate(self.outputs)
                for i, level in enumerate(self.levels)
            ]
            return ["level", "rows", "output", *(f"q{q:02d}" for q in QUANTILES)], rows
        rows = [
            (float(x), output, float(self.line_y[o, i]))
            for o, output in enumerate(self.outputs)
            for i, x in enumerate(self.line_x)
        ]
        return [self.name, "output", "median"], rows

    def density_pixels(self, output: int) -> np.ndarray:
        """Return the density as RGBA pixels, one per cell: transparent where there are no rows."""
        return shade(self.counts[output].T[::-1], LOW, 24, 174)

    def picture(self) -> str:
        """Return the static picture of the first output."""
        board = self._boxes() if self.category else self._cloud()
        return figure(f"Dependence: {self.name}", self.note(), board.image())

    def _cloud(self) -> Drawing:
        board = Drawing(660, 356, self.sentence())
        left = 104 if self.missing else 70
        x, y = Scale.over(self.x_edges, left, 640), Scale.over(self.y_edges[0], 290, 12)
        board.left_axis(y, 64, self._axis_title(0), right=640)
        board.bottom_axis(x, 290, self.name)
        board.line(64, y(0), 640, y(0), "zero")
        board.picture(left, 12, 640 - left, 278, self.density_pixels(0))
        if self.missing:
            self._rail(board)
        shown = next(iter(self.colourings.values()), None)
        colours = shown.colours() if shown else np.tile(LOW, (len(self.dots_x), 1))
        self._dots(board, x, y, colours)
        board.path(
            np.array([x(v) for v in self.line_x]),
            np.array([y(v) for v in self.line_y[0]]),
            "median",
        )
        if shown:
            self._key(board, next(iter(self.colourings)), shown)
        return board

    def _dots(self, board: Drawing, x: Scale, y: Scale, colours: np.ndarray) -> None:
        keep = ~np.isnan(self.dots_x)
        places = np.stack([self.dots_x, self.dots_y[0]], axis=1)[keep][:400]
        tones = colours[keep][:400] // 24 * 24
        for tone in np.unique(tones, axis=0):
            mine = places[(tones == tone).all(axis=1)]
            at_x, at_y = np.array([x(v) for v in mine[:, 0]]), np.array([y(v) for v in mine[:, 1]])
            board.dots(at_x, at_y, 2.2, "dot", "#" + "".join(f"{c:02x}" for c in tone))

    def _rail(self, board: Drawing) -> None:
        pixels = shade(self.missing_counts[0][::-1, None], ABSENT, 40, 240)
        board.rect(
            70, 12, 22, 278, "rail", title=f"{plural(self.missing, 'row')} with a missing value"
        )
        board.picture(70, 12, 22, 278, pixels)
        board.text(81, 301, "missing", anchor="middle", kind="dim", size=10)

    def _key(self, board: Drawing, other: str, shown: Colouring) -> None:
        y = 344.0
        board.text(70, y, f"dots: {other}", kind="dim", room=150, size=11)
        if not shown.levels:
            board.text(300, y, number(shown.low), anchor="end", kind="dim", size=11)
            board.picture(306, y - 5, 80, 10, opaque(ramp(24)[None]))
            board.text(392, y, number(shown.high), kind="dim", size=11)
            return
        room = 400 / len(shown.levels)
        for i, level in enumerate(shown.levels):
            board.dots(np.array([236 + i * room]), np.array([y]), 4, "dot", SERIES[i])
            board.text(244 + i * room, y, level, kind="dim", room=room - 18, size=11)

    def _boxes(self) -> Drawing:
        shown = len(self.levels)
        bottom = 12 + 26.0 * shown
        board = Drawing(660, bottom + 44, self.sentence())
        x = Scale(*extent(self.quantiles[0], zero=True), 176, 570)
        board.bottom_axis(x, bottom, self._axis_title(0), top=12)
        board.line(x(0), 12, x(0), bottom, "zero")
        for i, level in enumerate(self.levels):
            y = 12 + 26.0 * (i + 0.5)
            q = [x(value) for value in self.quantiles[0, i]]
            board.text(8, y, level, room=158, size=12.5)
            board.line(q[0], y, q[4], y, "whisker")
            told = f"{level}: median {signed(self.quantiles[0, i, 2])}"
            board.rect(q[1], y - 7, max(q[3] - q[1], 1), 14, "box", title=told, radius=2)
            board.line(q[2], y - 8, q[2], y + 8, "middle")
            board.text(652, y, f"{int(self.level_counts[i]):,}", anchor="end", kind="dim", size=11)
        return board

    def _axis_title(self, output: int) -> str:
        name = f" for {self.outputs[output]}" if len(self.outputs) > 1 else ""
        return f"{self.method} value{name} ({self.scale})"

    def axes(self, ax: Axes | None = None, *, output: int = 0) -> Axes:
        """Draw with matplotlib; ``output`` is the position of the class to show."""
        ax = new_axes(ax, 7, 4)
        title = plain(f"Dependence: {self.name}")
        if self.category:
            low, start, middle, end, high = self.quantiles[output].T
            places = np.arange(len(self.levels))
            ax.hlines(places, low, high, color=LINE, linewidth=1)
            ax.barh(places, end - start, left=start, color="#b9d2ef", edgecolor=LINE, height=0.6)
            ax.vlines(middle, places - 0.35, places + 0.35, color="#222", linewidth=2)
            names = [plain(shorten(level, 170, 12)) for level in self.levels]
            ax.set_yticks(places, labels=names)
            ax.invert_yaxis()
            ax.set(xlabel=plain(self._axis_title(output)), title=title)
            return ax
        box = (*self.x_edges, *self.y_edges[output])
        ax.imshow(self.density_pixels(output), extent=box, aspect="auto", interpolation="nearest")
        shown = next(iter(self.colourings.values()), None)
        colours = shown.colours() / 255 if shown else LINE
        ax.scatter(self.dots_x, self.dots_y[output], s=4, c=colours)
        ax.plot(self.line_x, self.line_y[output], color="#222", linewidth=2)
        ax.axhline(0, color="#888", linewidth=0.8)
        ax.set(xlabel=plain(self.name), ylabel=plain(self._axis_title(output)), title=title)
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data."""
        picks = (
            {}
            if self.category
            else {other[:200]: c.payload() for other, c in self.colourings.items()}
        )
        return {
            "kind": "dependence",
            "title": f"Dependence: {self.name[:200]}",
            "name": self.name[:200],
            "outputs": self.outputs,
            "xEdges": self.x_edges,
            "yEdges": self.y_edges,
            "counts": pack.smallest(self.counts),
            "missing": pack.smallest(self.missing_counts),
            "lineX": self.line_x,
            "lineY": self.line_y,
            "levels": [level[:200] for level in self.levels],
            "levelCounts": pack.smallest(self.level_counts),
            "quantiles": self.quantiles,
            "dotsX": pack.quantise(self.dots_x, *self.x_edges)
            if len(self.dots_x)
            else np.zeros(0, np.uint16),
            "dotsY": np.stack(
                [pack.quantise(y, *e) for y, e in zip(self.dots_y, self.y_edges, strict=True)]
            )
            if len(self.dots_x)
            else np.zeros(0, np.uint16),
            "picks": [{"name": other, **one} for other, one in picks.items()],
            "rows": self.rows,
            "rowsTotal": self.rows_total,
            "scale": self.scale,
            "method": self.method,
        }
