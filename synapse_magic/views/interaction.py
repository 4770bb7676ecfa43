"""Interaction: how far the contribution of each feature depends on the value of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.interplay import groups_of, interplay, left_open, like_values
from synapse_magic.views.page import figure
from synapse_magic.views.pair_map import PairMap
from synapse_magic.views.palette import HIGH, enlarged, shade
from synapse_magic.views.summary import mean_size
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import number, plain, plural, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 50
SHOWN = 14
MAPS = 24
LOOKED_AT = 4000
_CELLS = 10_000
_CELL = 30


@dataclass(frozen=True, eq=False, repr=False)
class Interaction(View):
    """How far contributions depend on other features' values than their own.

    Attributes
    ----------
    names
        The strongest features, most important first.
    outputs
        What is explained.
    strength
        (outputs, names, names): of the contribution of the first, the root mean square that the
        value of the second tells beyond the first's own; 0 on the diagonal.
    maps
        Of the strongest pairs, strongest first.
    features
        How many features there are in all.
    rows, rows_total
        Rows looked at, and rows of the frame they were taken from.
    """

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    strength: np.ndarray
    maps: tuple[PairMap, ...]
    features: int
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
    ) -> Interaction:
        """Look at up to 4,000 of the rows of (rows, features, outputs) SHAP values, evenly.

        Examples
        --------
        >>> a, b = np.tile([-1.0, -1.0, 1.0, 1.0], 25), np.tile([-1.0, 1.0], 50)
        >>> values = np.stack([a * b, a * b], axis=1)[:, :, None] / 2
        >>> found = Interaction.of(values, {"a": a, "b": b}, ["a", "b"], ["yes"])
        >>> round(float(found.strength[0, 0, 1]), 3)
        0.5
        """
        order = np.argsort(-mean_size(values).sum(axis=1), kind="stable")
        known = [i for i in order if names[i] in data]
        chosen = known[: min(MOST, int(np.sqrt(_CELLS / len(outputs))))]
        look = slice(None, None, -(-len(values) // LOOKED_AT) or 1)
        shap = [np.asarray(values[look, i], dtype=np.float64) for i in chosen]
        seen = [data[names[i]][look] for i in chosen]
        rows = len(values[look])
        codes = [like_values(one, groups_of(rows)) for one in seen]
        strength = _strengths(shap, seen, codes)
        pairs = _strongest(strength, max(MAPS // len(outputs), 4))
        maps = tuple(
            PairMap.count(
                (names[chosen[i]], names[chosen[j]]),
                shap[i],
                (seen[i], seen[j]),
                (codes[i], codes[j]),
            )
            for i, j in pairs
        )
        total = len(values) if rows_total is None else rows_total
        chosen_names = tuple(names[i] for i in chosen)
        return cls(
            chosen_names, tuple(outputs), strength, maps, len(names), rows, total, scale, method
        )

    def sentence(self) -> str:
        """Return the view in one sentence."""
        first = self.maps[0]
        i, j = self.names.index(first.of), self.names.index(first.by)
        most = self.strength[0, i, j]
        told = f"the contribution of {first.of} depends most on {first.by}, by {number(most)}"
        if not most:
            told = "no contribution depends on another feature's value"
        return f"Interaction of {plural(len(self.names), 'feature')}: {told}"

    def note(self) -> str:
        """Return which rows and features are shown, and what a square means."""
        of = f" of {self.rows_total:,}" if self.rows_total > self.rows else ""
        few = len(self.names) < self.features
        top = f"; the {len(self.names)} strongest of {self.features:,} features" if few else ""
        return (
            f"{plural(self.rows, 'row')}{of}{top}. A square: how much of the contribution of the "
            f"row's feature the column's value tells, beyond its own (root mean square, "
            f"{self.scale})."
        )

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per pair and output, strongest first."""
        found = [
            (name, other, output, float(self.strength[o, i, j]))
            for o, output in enumerate(self.outputs)
            for i, name in enumerate(self.names)
            for j, other in enumerate(self.names)
            if i != j
        ]
        found.sort(key=lambda row: -row[3])
        return ["feature", "depends_on", "output", "strength"], found

    def pixels(self, output: int, shown: int) -> np.ndarray:
        """Return a pixel a pair: fuller where the strength is larger."""
        square = self.strength[output, :shown, :shown]
        return shade(square**2, HIGH, 12, 240)

    def picture(self) -> str:
        """Return the static pictures of the first output: the matrix and the strongest pair."""
        first = self.maps[0]
        board = first.board(f"{first.of} by {first.by}", f"{self.method} value")
        told = f"Contribution of {first.of} at each value of it and of {first.by}"
        return figure("Interaction", self.note(), self._matrix().image()) + figure(
            "", told, board.image()
        )

    def _matrix(self) -> Drawing:
        shown = min(SHOWN, len(self.names))
        left, top = 176.0, 108.0
        size = _CELL * shown
        board = Drawing(660, top + size + 12, self.sentence())
        board.rect(left, top, size, size, "rail")
        board.picture(left, top, size, size, enlarged(self.pixels(0, shown), _CELL, _CELL))
        most = float(self.strength[0].max()) or 1.0
        for i in range(shown):
            at = _CELL * (i + 0.5)
            board.text(left - 8, top + at, self.names[i], anchor="end", room=left - 16, size=12)
            board.text(left + at, top - 6, self.names[i], room=98, size=11.5, rotate=-90)
            for j in range(shown):
                value = self.strength[0, i, j]
                if i != j and value >= most / 10:
                    x = left + _CELL * (j + 0.5)
                    board.text(x, top + at, number(value), anchor="middle", size=9.5, room=_CELL)
        return board

    def axes(self, ax: Axes | None = None, *, output: int = 0) -> Axes:
        """Draw the matrix with matplotlib; ``output`` is the position of the class to show."""
        shown = min(SHOWN, len(self.names))
        ax = new_axes(ax, 2.5 + 0.42 * shown, 1.8 + 0.38 * shown)
        square = self.strength[output, :shown, :shown]
        image = ax.imshow(square, cmap="Oranges", vmin=0)
        names = [plain(shorten(name, 150, 12)) for name in self.names[:shown]]
        ax.set_yticks(range(shown), labels=names)
        ax.set_xticks(range(shown), labels=names, rotation=90)
        ax.figure.colorbar(image, ax=ax, label=plain(f"depends by ({self.scale})"))
        ax.set(title="Interaction", xlabel="value of", ylabel="contribution of")
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data."""
        return {
            "kind": "interaction",
            "title": "Interaction",
            "names": [name[:200] for name in self.names],
            "features": self.features,
            "outputs": self.outputs,
            "strength": self.strength.astype(np.float32),
            "maps": [one.payload() for one in self.maps],
            "rows": self.rows,
            "rowsTotal": self.rows_total,
            "scale": self.scale,
            "method": self.method,
        }


def partner(
    shap: np.ndarray, name: str, others: Sequence[str], data: Mapping[str, np.ndarray]
) -> str | None:
    """Return the feature whose value tells most of what ``name``'s own leaves open.

    Parameters
    ----------
    shap
        (rows, outputs) contributions of the feature ``name``.
    others
        The features to choose from; the first where nothing can be told.
    data
        Values of the features.
    """
    if not others:
        return None
    look = slice(None, None, -(-len(shap) // LOOKED_AT) or 1)
    groups = groups_of(len(shap[look]))
    own = like_values(data[name][look], groups)
    left = left_open(np.asarray(shap[look], dtype=np.float64), data[name][look], own)
    found = [interplay(left, own, like_values(data[one][look], groups)).sum() for one in others]
    return others[int(np.argmax(found))]


def _strengths(
    shap: Sequence[np.ndarray], data: Sequence[np.ndarray], codes: Sequence[np.ndarray]
) -> np.ndarray:
    """Return the interplay of each pair, (outputs, features, features)."""
    found = np.zeros((shap[0].shape[1], len(shap), len(shap)))
    for i, own in enumerate(codes):
        left = left_open(shap[i], data[i], own)
        for j, other in enumerate(codes):
            if i != j:
                found[:, i, j] = interplay(left, own, other)
    return found


def _strongest(strength: np.ndarray, most: int) -> list[tuple[int, int]]:
    """Return the pairs with the largest sum over outputs."""
    total = strength.sum(axis=0)
    np.fill_diagonal(total, -1.0)
    order = np.argsort(-total, axis=None, kind="stable")[: min(most, total.size - len(total))]
    return [(int(i), int(j)) for i, j in zip(*np.unravel_index(order, total.shape), strict=True)]
