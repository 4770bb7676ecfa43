"""Partial dependence: what a model says when a feature is set, on average and row by row.

Numbers and moments: the average as a line, 50 rows as thin lines, a band that holds most rows, and
the data below. Levels: a mark each, by name. Two features together: a map.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.conditional.feature_curves import FeatureCurves, PairMap
from synapse_magic.views import pack
from synapse_magic.views.page import figure
from synapse_magic.views.palette import LINE
from synapse_magic.views.pdp_panels import heat, panel, reach, told
from synapse_magic.views.scale import extent
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import number, plain, plural, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANELS = 6
NUMBERS = 60_000
"""Values of curves that an output carries at most."""


@dataclass(frozen=True, eq=False, repr=False)
class Pdp(View):
    """What a model says of rows when features are set, one at a time and two together.

    Attributes
    ----------
    features
        The features, the one that moves the average most first.
    pairs
        Maps of two features.
    outputs
        What the model says: classes, or ("prediction",).
    target
        The model's column of it.
    rows, rows_total
        Rows that were asked about, and that there are.
    """

    features: tuple[FeatureCurves, ...]
    pairs: tuple[PairMap, ...]
    outputs: tuple[str, ...]
    target: str
    rows: int
    rows_total: int

    def sentence(self) -> str:
        """Return the view in one sentence."""
        return " ".join(self._sentence().split())

    def _sentence(self) -> str:
        if not self.features:
            names = " and ".join((self.pairs[0].first.name, self.pairs[0].second.name))
            return f"Partial dependence of the {self.target} on {names}"
        moves = [f"{one.name} {number(one.importance[0])}" for one in self.features[:3]]
        if len(self.features) == 1:
            return f"Partial dependence on {self.features[0].name}: {self._course(0)}"
        return f"Partial dependence on {len(self.features)} features: {', '.join(moves)}"

    def _course(self, output: int) -> str:
        """Return where the average of the first feature is lowest and highest."""
        one = self.features[0]
        values = one.average[:, output]
        low, high = int(np.argmin(values)), int(np.argmax(values))
        if values[low] == values[high]:
            return f"{number(values[low])} everywhere"
        first, last = (f"{number(values[p])} at {told(one.axis, p)}" for p in (low, high))
        return f"from {first} to {last}"

    def title(self, output: int) -> str:
        """Return the title of the axis of values."""
        name = f" of {self.outputs[output]}" if len(self.outputs) > 1 else ""
        return f"{self.target}{name}"

    def note(self) -> str:
        """Return which rows are shown and how."""
        of = f" of {self.rows_total:,}" if self.rows_total > self.rows else ""
        few = f", {PANELS} of {len(self.features)} features" if self._more else ""
        if not self.features:
            return f"{plural(self.rows, 'row')}{of}. Colour: average over the rows."
        return (
            f"{plural(self.rows, 'row')}{of}{few}. Thick: average; thin: rows; band or whisker: "
            "10 % to 90 % of rows; below: where the data is."
        )

    @property
    def _more(self) -> bool:
        return len(self.features) > PANELS

    def picture(self) -> str:
        """Return the static pictures of the first output."""
        shown = self.features[:PANELS]
        values = [reach(one, 0) for one in shown]
        ends = np.array(extent(np.concatenate(values))) if values else np.zeros(2)
        boards = [
            (one.name, panel(one, 0, self.title(0), f"Partial dependence on {one.name}", ends))
            for one in shown
        ]
        for pair in self.pairs:
            name = f"{pair.first.name} and {pair.second.name}"
            boards.append((name, heat(pair, 0, self.title(0), f"Partial dependence on {name}")))
        body = "".join(figure(name, "", board.image()) for name, board in boards)
        return figure("Partial dependence", self.note(), f'<div class="syn-cards">{body}</div>')

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return a row for each point of each feature and output, or of each map."""
        if not self.features:
            return _pair_records(self.pairs[0], self.outputs)
        rows = [
            (one.name, one.axis.label(point), output, *_triple(one, point, o))
            for one in self.features
            for o, output in enumerate(self.outputs)
            for point in range(len(one.axis))
        ]
        return ["feature", "value", "output", "average", "q10", "q90"], rows

    def axes(self, ax: Axes | None = None, *, output: int = 0) -> Axes:
        """Draw the first feature, or map, with matplotlib; ``output`` is the class to show."""
        ax = new_axes(ax, 6, 4)
        if not self.features:
            return _pair_axes(ax, self.pairs[0], output, self.title(output))
        one = self.features[0]
        low, high = one.band[..., output]
        xs = one.axis.values
        if one.axis.kind == "level":
            ax.hlines(xs, low, high, color=LINE)
            ax.plot(one.average[:, output], xs, "D", color="#222")
            ax.set_yticks(xs, labels=[plain(shorten(name, 170, 12)) for name in one.axis.labels])
            ax.invert_yaxis()
            ax.set(xlabel=plain(self.title(output)))
        else:
            ax.plot(xs, one.curves[..., output].T, color=LINE, alpha=0.25, linewidth=0.8)
            ax.fill_between(xs, low, high, color=LINE, alpha=0.15)
            ax.plot(xs, one.average[:, output], color="#222", linewidth=2)
            if one.axis.labels:
                ends = [0, len(xs) - 1]
                ax.set_xticks(xs[ends], labels=[one.axis.labels[i] for i in ends])
            ax.set(xlabel=plain(shorten(one.name, 300, 12)), ylabel=plain(self.title(output)))
        ax.set_title(plain(f"Partial dependence: {shorten(one.name, 300, 12)}"))
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data: as many curves as an output carries well."""
        return {
            "kind": "pdp",
            "title": "Partial dependence",
            "features": list(self._packed()),
            "pairs": [_packed_pair(pair) for pair in self.pairs],
            "outputs": [name[:200] for name in self.outputs],
            "target": self.target[:200],
            "rows": self.rows,
            "rowsTotal": self.rows_total,
            "all": len(self.features),
        }

    def _packed(self) -> Iterator[dict[str, Any]]:
        left = NUMBERS
        for i, one in enumerate(self.features):
            size = one.average.size
            if 6 * size > left and i:
                return
            share = left // (len(self.features) - i)
            rows = min(len(one.curves), max(share // size - 6, 0))
            left -= (rows + 6) * size
            yield _packed_feature(one, rows)


def _triple(one: FeatureCurves, point: int, output: int) -> tuple[float, float, float]:
    low, high = one.band[:, point, output]
    return float(one.average[point, output]), float(low), float(high)


def _packed_feature(one: FeatureCurves, rows: int) -> dict[str, Any]:
    low, high = extent(np.concatenate([one.band.reshape(-1), one.curves[:rows].reshape(-1)]))
    return {
        "name": one.name[:200],
        "level": one.axis.kind == "level",
        "labels": [label[:80] for label in one.axis.labels],
        "x": one.axis.values,
        "average": one.average,
        "low": low,
        "high": high,
        "band": pack.quantise(one.band, low, high),
        "curves": pack.quantise(one.curves[:rows], low, high),
        "counts": pack.smallest(one.counts),
        "importance": one.importance,
    }


def _packed_pair(pair: PairMap) -> dict[str, Any]:
    axes = (pair.first, pair.second)
    return {
        "names": [axis.name[:200] for axis in axes],
        "labels": [[told(axis, i)[:80] for i in range(len(axis))] for axis in axes],
        "average": pair.average.astype(np.float32),
    }


def _pair_records(
    pair: PairMap, outputs: tuple[str, ...]
) -> tuple[list[str], list[tuple[Any, ...]]]:
    rows = [
        (pair.first.label(a), pair.second.label(b), output, float(pair.average[a, b, o]))
        for o, output in enumerate(outputs)
        for a in range(len(pair.first))
        for b in range(len(pair.second))
    ]
    return [pair.first.name, pair.second.name, "output", "average"], rows


def _pair_axes(ax: Axes, pair: PairMap, output: int, title: str) -> Axes:
    shown = ax.imshow(pair.average[..., output].T, origin="lower", aspect="auto")
    for axis, name, ticks in (
        (pair.first, ax.set_xlabel, ax.set_xticks),
        (pair.second, ax.set_ylabel, ax.set_yticks),
    ):
        few = np.unique(np.linspace(0, len(axis) - 1, min(len(axis), 6)).astype(int))
        ticks(few, labels=[plain(shorten(told(axis, i), 90, 12)) for i in few])
        name(plain(shorten(axis.name, 300, 12)))
    ax.figure.colorbar(shown, ax=ax, label=plain(title))
    return ax
