"""The map of two features: what one contributes at each pair of their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.palette import diverging, enlarged
from synapse_magic.views.strips import OTHER
from synapse_magic.views.svg import Drawing
from synapse_magic.views.words import MISSING, number, signed

_LEFT, _TOP, _WIDE, _TALL = 176.0, 12.0, 380.0, 24.0


@dataclass(frozen=True, eq=False)
class PairMap:
    """Mean contributions of a feature over groups of its values and of another feature's.

    Attributes
    ----------
    of, by
        The feature that contributes, and the other one.
    of_groups, by_groups
        Their groups of like values, in words.
    counts
        Rows, (of_groups, by_groups).
    means
        Mean contribution of ``of``, (outputs, of_groups, by_groups); NaN where there are no rows.
    """

    of: str
    by: str
    of_groups: tuple[str, ...]
    by_groups: tuple[str, ...]
    counts: np.ndarray
    means: np.ndarray

    @classmethod
    def count(
        cls,
        names: tuple[str, str],
        shap: np.ndarray,
        values: tuple[np.ndarray, np.ndarray],
        codes: tuple[np.ndarray, np.ndarray],
    ) -> PairMap:
        """Average the (rows, outputs) contributions of the first feature.

        Parameters
        ----------
        names, values, codes
            Of both features: name, values, and the groups they are in.
        """
        (own, mine), (other, its) = (np.unique(one, return_inverse=True) for one in codes)
        shape = (len(own), len(other))
        cells = mine.reshape(-1) * shape[1] + its.reshape(-1)
        counts = np.bincount(cells, minlength=shape[0] * shape[1])
        sums = [np.bincount(cells, weights=one, minlength=len(counts)) for one in shap.T]
        with np.errstate(invalid="ignore"):
            means = np.stack(sums) / counts
        of_groups, by_groups = (
            tuple(_group(one[code == group]) for group in np.unique(code))
            for one, code in zip(values, codes, strict=True)
        )
        counts, means = counts.reshape(shape), means.reshape(len(sums), *shape)
        return cls(names[0], names[1], of_groups, by_groups, counts, means)

    def limit(self, output: int) -> float:
        """Return the size of the largest mean, at which colours are fullest."""
        return float(np.nanmax(np.abs(self.means[output]), initial=0.0)) or 1.0

    def pixels(self, output: int) -> np.ndarray:
        """Return a pixel a cell, the first group of ``by`` at the bottom."""
        means = self.means[output].T[::-1]
        pixels = diverging(np.nan_to_num(means) / self.limit(output))
        pixels[np.isnan(means), 3] = 0
        return pixels

    def board(self, label: str, title: str) -> Drawing:
        """Return the still picture of the first output."""
        rows = len(self.by_groups)
        bottom = _TOP + _TALL * rows
        board = Drawing(660, bottom + 62, label)
        step = _WIDE / len(self.of_groups)
        pixels = enlarged(self.pixels(0), round(step), round(_TALL))
        board.picture(_LEFT, _TOP, _WIDE, _TALL * rows, pixels)
        for i, words in enumerate(self.by_groups):
            y = bottom - _TALL * (i + 0.5)
            board.text(_LEFT - 8, y, words, anchor="end", kind="dim", room=_LEFT - 20, size=11)
        for i, words in enumerate(self.of_groups):
            if i % max(1, round(64 / step)) == 0:
                board.text(
                    _LEFT + step * (i + 0.5), bottom + 11, words,
                    anchor="middle", kind="dim", room=max(step, 62) - 4, size=10.5,
                )  # fmt: skip
        board.text(_LEFT + _WIDE / 2, bottom + 30, self.of, anchor="middle", room=_WIDE, size=12)
        board.text(8, _TOP + 4, self.by, room=_LEFT - 60, size=12)
        self._key(board, bottom, title)
        return board

    def _key(self, board: Drawing, bottom: float, title: str) -> None:
        limit = self.limit(0)
        board.text(_LEFT - 8, bottom + 50, title, anchor="end", kind="dim", room=_LEFT, size=11)
        board.text(_LEFT + 40, bottom + 50, signed(-limit), anchor="end", kind="dim", size=11)
        board.picture(_LEFT + 46, bottom + 45, 100, 10, diverging(np.linspace(-1, 1, 41)[None]))
        board.text(_LEFT + 152, bottom + 50, signed(limit), kind="dim", size=11)

    def payload(self) -> dict[str, Any]:
        """Return the map as data of the interactive view."""
        return {
            "of": self.of[:200],
            "by": self.by[:200],
            "ofGroups": [words[:60] for words in self.of_groups],
            "byGroups": [words[:60] for words in self.by_groups],
            "counts": pack.smallest(self.counts),
            "means": self.means.astype(np.float32),
        }


def _group(values: np.ndarray) -> str:
    """Return a group of like values in words: a level, a number, or the range of its numbers."""
    if values.dtype == object:
        levels = {MISSING if value is None else str(value) for value in values}
        return levels.pop() if len(levels) == 1 else OTHER
    if np.isnan(values).all():
        return MISSING
    low, high = number(values.min()), number(values.max())
    return low if low == high else f"{low} to {high}"
