"""Line charts: what ROC, precision-recall, calibration and training curves share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views.palette import SERIES
from synapse_magic.views.scale import Scale, extent
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import new_axes
from synapse_magic.views.words import number, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DRAWN = 400


@dataclass(frozen=True, eq=False)
class Lines:
    """Named lines over common axes.

    Attributes
    ----------
    series
        Name to (x, y) arrays.
    x_title, y_title
        Axis titles.
    unit
        Whether both axes run from 0 to 1, as rates do.
    ideal
        A dashed reference line as (x, y) arrays, or None.
    marks
        Whether each point is marked.
    extra
        Names and arrays told with a point of the first series (thresholds, counts).
    """

    series: dict[str, tuple[np.ndarray, np.ndarray]]
    x_title: str
    y_title: str
    unit: bool = True
    ideal: tuple[np.ndarray, np.ndarray] | None = None
    marks: bool = False
    extra: tuple[tuple[str, np.ndarray], ...] = ()

    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the ends of both axes."""
        if self.unit:
            return (0.0, 1.0), (0.0, 1.0)
        xs = np.concatenate(
            [np.asarray(x, float) for x, _ in self.series.values()] or [np.zeros(1)]
        )
        ys = np.concatenate(
            [np.asarray(y, float) for _, y in self.series.values()] or [np.zeros(1)]
        )
        low, high = extent(ys)
        return extent(xs), (low - 0.04 * (high - low), high + 0.04 * (high - low))

    def image(
        self, label: str, *, width: float = 400, height: float = 330, at: int | None = None
    ) -> str:
        """Return the still picture; ``at`` marks a point of the first line."""
        several = len(self.series) > 1
        board = Drawing(width, height, label)
        bottom = height - (58 if several else 40)
        x_ends, y_ends = self.ends()
        x, y = Scale(*x_ends, 62, width - 14), Scale(*y_ends, bottom, 10)
        board.left_axis(y, 62, self.y_title, right=width - 14)
        board.bottom_axis(x, bottom, self.x_title, top=10)
        if self.ideal is not None:
            board.path(_places(self.ideal[0], x), _places(self.ideal[1], y), "ideal")
        for i, (across, up) in enumerate(self.series.values()):
            few = thin(len(across))
            xs, ys = _places(np.asarray(across)[few], x), _places(np.asarray(up)[few], y)
            colour = SERIES[i % len(SERIES)]
            board.path(xs, ys, "curve", colour=colour)
            if self.marks or len(xs) == 1:
                board.dots(xs, ys, 3.5, "dot", colour)
        if at is not None:
            across, up = next(iter(self.series.values()))
            board.dots(np.array([x(across[at])]), np.array([y(up[at])]), 5, "mark")
        if several:
            self._key(board, height - 10)
        return board.image()

    def _key(self, board: Drawing, y: float) -> None:
        room = (board.width - 66) / len(self.series)
        for i, name in enumerate(self.series):
            start = 62 + i * room
            ends = np.array([start, start + 14])
            board.path(ends, np.array([y, y]), "curve", colour=SERIES[i % len(SERIES)])
            board.text(80 + i * room, y, name, kind="dim", room=room - 24, size=11)

    def axes(self, ax: Axes | None, title: str) -> Axes:
        """Draw with matplotlib."""
        ax = new_axes(ax, 5, 4)
        if self.ideal is not None:
            ax.plot(*self.ideal, color="#888", linestyle="--", linewidth=1)
        for i, (name, (across, up)) in enumerate(self.series.items()):
            ax.plot(
                across,
                up,
                color=SERIES[i % len(SERIES)],
                label=plain(name),
                marker="o" if self.marks else None,
            )
        if len(self.series) > 1:
            ax.legend()
        if self.unit:
            ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01))
        ax.set(xlabel=self.x_title, ylabel=self.y_title, title=plain(title))
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the lines as data of the interactive view, without its kind."""
        return {
            "series": [
                {"name": name[:120], "x": _double(across), "y": _double(up)}
                for name, (across, up) in self.series.items()
            ],
            "xTitle": self.x_title,
            "yTitle": self.y_title,
            "ends": [list(end) for end in self.ends()],
            "ideal": [_double(side) for side in self.ideal] if self.ideal is not None else None,
            "marks": self.marks,
            "extra": [{"name": name, "values": _double(values)} for name, values in self.extra],
        }


def thin(count: int) -> np.ndarray:
    """Return at most DRAWN positions of ``count`` points, the ends among them."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, DRAWN)).astype(int))


def last(values: np.ndarray) -> str:
    """Return the last finite value in words."""
    finite = np.asarray(values, float)[np.isfinite(values)]
    return number(finite[-1]) if finite.size else "missing"


def _double(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)


def _places(values: np.ndarray, scale: Scale) -> np.ndarray:
    return np.array([scale(float(value)) for value in values])
