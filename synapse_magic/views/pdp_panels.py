"""Still pictures of partial dependence: lines over numbers, marks of levels, a map of two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synapse_magic.kernels.conditional.feature_curves import Axis, FeatureCurves, PairMap
from synapse_magic.views.palette import opaque, ramp
from synapse_magic.views.scale import Scale, extent
from synapse_magic.views.svg import Drawing
from synapse_magic.views.words import number, width

DRAWN = 24
WIDTH = 420
_STRIP = 22
_LEVEL = 24
_LABELS = 12


def told(axis: Axis, point: int) -> str:
    """Return the value of a point in words."""
    label = axis.label(point)
    return label if isinstance(label, str) else number(label)


def reach(one: FeatureCurves, output: int) -> np.ndarray:
    """Return all values of an output that a panel draws."""
    parts = (one.average[:, output], one.band[..., output], one.curves[:DRAWN, :, output])
    return np.concatenate([part.reshape(-1) for part in parts])


def panel(one: FeatureCurves, output: int, title: str, label: str, ends: np.ndarray) -> Drawing:
    """Return the picture of a feature.

    Parameters
    ----------
    one : FeatureCurves
    output : int
    title : str
        Of the axis of values.
    label : str
        One sentence for screen readers.
    ends : numpy.ndarray
        (2,) ends of the axis of values.
    """
    draw = _levels if one.axis.kind == "level" else _lines
    return draw(one, output, title, label, ends)


def _lines(one: FeatureCurves, output: int, title: str, label: str, ends: np.ndarray) -> Drawing:
    board = Drawing(WIDTH, 306, label)
    bottom, right = 228, WIDTH - 14
    x = Scale(*extent(one.axis.values), 66, right)
    y = Scale.over(ends, bottom, 10)
    board.left_axis(y, 62, title, right=right)
    places = np.array([x(value) for value in one.axis.values])
    low, high = ([y(value) for value in side[:, output]] for side in one.band)
    corners = [*zip(places, high), *reversed([*zip(places, low)])]
    if len(places) > 1:
        board.polygon(corners, "band")
    for curve in one.curves[:DRAWN, :, output]:
        _line(board, places, np.array([y(value) for value in curve]), "ice")
    _line(board, places, np.array([y(value) for value in one.average[:, output]]), "median")
    _strip(board, one, x, bottom + 6)
    _bottom(board, one.axis, x, bottom + 8 + _STRIP)
    return board


def _line(board: Drawing, xs: np.ndarray, ys: np.ndarray, kind: str) -> None:
    if len(xs) > 1:
        board.path(xs, ys, kind)
    else:
        board.dots(xs, ys, 4 if kind == "median" else 2, "mark" if kind == "median" else "seen")


def _strip(board: Drawing, one: FeatureCurves, x: Scale, top: float) -> None:
    """Draw how many rows there are between the ends of each bin."""
    most = max(int(one.counts.max()), 1)
    for low, high, count in zip(one.edges, one.edges[1:], one.counts):
        tall = _STRIP * float(np.sqrt(count / most))
        start, end = x(max(low, x.low)), x(min(high, x.high))
        board.rect(start, top + _STRIP - tall, max(end - start - 0.5, 0.5), tall, "rest")


def _bottom(board: Drawing, axis: Axis, x: Scale, y: float) -> None:
    if axis.kind == "number":
        board.bottom_axis(x, y, "")
    else:
        shown = [0, len(axis) - 1] if len(axis) > 1 else [0]
        for point, anchor in zip(shown, ("start", "end")):
            place = x(axis.values[point])
            board.text(place, y + 11, axis.labels[point], anchor=anchor, kind="dim", size=11)
    board.text((x.start + x.end) / 2, y + 28, axis.name, anchor="middle", kind="dim", room=330)


def _levels(one: FeatureCurves, output: int, title: str, label: str, ends: np.ndarray) -> Drawing:
    bottom = 22 + _LEVEL * len(one.axis)
    board = Drawing(WIDTH, bottom + 44, label)
    x = Scale.over(ends, 132, WIDTH - 56)
    board.bottom_axis(x, bottom, title, top=16)
    board.text(WIDTH - 6, 8, "rows", anchor="end", kind="dim", size=11)
    for point, name in enumerate(one.axis.labels):
        y = 20 + _LEVEL * (point + 0.5)
        low, high = (x(side[point, output]) for side in one.band)
        board.text(6, y, name, room=116)
        places = np.array([x(value) for value in one.curves[:DRAWN, point, output]])
        board.dots(places, np.full(len(places), y), 2.2, "seen")
        board.line(low, y, high, y, "whisker")
        middle = x(one.average[point, output])
        board.line(middle, y - 8, middle, y + 8, "middle")
        count = f"{int(one.counts[point]):,}"
        board.text(WIDTH - 6, y, count, anchor="end", kind="dim", size=11)
    return board


def heat(pair: PairMap, output: int, title: str, label: str) -> Drawing:
    """Return the map of two features: the first across, the second up."""
    across, up = len(pair.first), len(pair.second)
    side = min(26.0, 300 / max(across, 1))
    tall = min(26.0, max(300 / max(up, 1), 12))
    left, right = 132.0, 132 + side * across
    bottom = 12 + tall * up
    board = Drawing(max(right + 14, WIDTH), bottom + 84, label)
    values = pair.average[..., output]
    low, high = extent(values)
    part = ((values - low) / (high - low)).T[::-1]
    # Viewers smooth pictures that they enlarge, so that a cell of one pixel would have no edges.
    cells = np.kron(part * 255, np.ones((8, 8))).astype(int)
    board.picture(left, 12, right - left, tall * up, opaque(ramp(256)[cells]))
    for point in spaced([told(pair.second, i) for i in range(up)], tall, upright=True):
        y = bottom - tall * (point + 0.5)
        board.text(left - 6, y, told(pair.second, point), anchor="end", room=104, size=11)
    for point in spaced([told(pair.first, i) for i in range(across)], side, upright=False):
        place = left + side * (point + 0.5)
        board.text(place, bottom + 11, told(pair.first, point), anchor="middle", size=11, room=90)
    board.text((left + right) / 2, bottom + 28, pair.first.name, anchor="middle", kind="dim")
    middle = (12 + bottom) / 2
    board.text(12, middle, pair.second.name, anchor="middle", kind="dim", rotate=-90, room=260)
    _key(board, low, high, title, bottom + 62)
    return board


def spaced(labels: Sequence[str], step: float, *, upright: bool) -> list[int]:
    """Return which labels, one ``step`` pixels after the other, do not touch each other."""
    shown: list[int] = []
    free = -np.inf
    for point, label in enumerate(labels):
        half = 7.0 if upright else min(width(label, 11), 90) / 2 + 4
        if point * step - half >= free:
            shown.append(point)
            free = point * step + half
    return shown


def _key(board: Drawing, low: float, high: float, title: str, y: float) -> None:
    board.text(132, y, number(low), anchor="start", kind="dim", size=11)
    start = 140 + width(number(low), 11)
    board.picture(start, y - 5, 80, 10, opaque(ramp(24)[None]))
    board.text(start + 88, y, number(high), kind="dim", size=11)
    board.text(132, y + 16, title, kind="dim", size=11, room=270)
