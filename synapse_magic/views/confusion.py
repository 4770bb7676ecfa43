"""Confusion: which class was taken for which, as a table of counts shaded by share of the row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views.page import figure
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import escape, plain, plural, share, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 20
OTHER = "(other)"


@dataclass(frozen=True, eq=False, repr=False)
class Confusion(View):
    """Counts of true against predicted class.

    Attributes
    ----------
    classes
        Class names; beyond 20 the rarest are one class "(other)".
    counts
        (classes, classes) weights, [true, predicted].
    """

    classes: tuple[str, ...]
    counts: np.ndarray

    @classmethod
    def of(cls, counts: np.ndarray, classes: Sequence[str]) -> Confusion:
        """Take a (k, k) matrix of [true, predicted]; join the rarest classes beyond 20.

        Examples
        --------
        >>> Confusion.of(np.array([[8, 2], [1, 9]]), ["no", "yes"])
        <Confusion: Confusion of 2 classes over 20 rows: 85 % on the diagonal>
        """
        if len(classes) <= MOST:
            return cls(tuple(classes), np.asarray(counts))
        keep = np.sort(np.argsort(-counts.sum(axis=1), kind="stable")[: MOST - 1])
        into = np.full(len(classes), MOST - 1)
        into[keep] = np.arange(MOST - 1)
        joined = np.zeros((MOST, MOST), dtype=counts.dtype)
        np.add.at(joined, (into[:, None], into[None]), counts)
        return cls((*(classes[i] for i in keep), OTHER), joined)

    def sentence(self) -> str:
        """Return the view in one sentence."""
        total = float(self.counts.sum())
        right = share(float(np.trace(self.counts)), total)
        return (
            f"Confusion of {len(self.classes)} classes over {plural(round(total), 'row')}: "
            f"{right} on the diagonal"
        )

    def _grid(self) -> str:
        top = "".join(f'<th scope="col">{escape(name)}</th>' for name in self._short())
        rows = []
        for i, name in enumerate(self._short()):
            row = float(self.counts[i].sum())
            cells = "".join(self._cell(i, j, row) for j in range(len(self.classes)))
            rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
        return (
            '<div class="syn-scroll" tabindex="0" role="region" aria-label="Confusion">'
            f'<table class="syn-confusion"><thead><tr><th scope="col">true \\ predicted</th>{top}'
            f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )

    def _short(self) -> list[str]:
        return [shorten(name, 150, 12) for name in self.classes]

    def _cell(self, i: int, j: int, row: float) -> str:
        count = float(self.counts[i, j])
        part = count / row if row else 0.0
        right = " syn-right" if i == j else ""
        colour = "46,120,200" if i == j else "226,96,32"
        told = f"true {self.classes[i]}, predicted {self.classes[j]}: {count:,.10g}"
        return (
            f'<td class="syn-count{right}" style="background:rgba({colour},{0.42 * part:.3f})" '
            f'title="{escape(told)}">{count:,.10g}<br>'
            f'<span class="syn-share">{share(count, row)}</span></td>'
        )

    def picture(self) -> str:
        """Return the table; it is its own static picture."""
        note = "Rows: true class; columns: predicted. Share: of the true class."
        return figure("Confusion", note, self._grid())

    def numbers(self) -> str:
        """Return nothing more: the picture is the table."""
        return ""

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per true class."""
        rows = [(name, *self.counts[i].tolist()) for i, name in enumerate(self.classes)]
        return ["true \\ predicted", *self.classes], rows

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw with matplotlib."""
        ax = new_axes(ax, 4.5, 4)
        total = np.maximum(self.counts.sum(axis=1, keepdims=True), 1e-300)
        ax.imshow(self.counts / total, cmap="Blues", vmin=0, vmax=1)
        for i in range(len(self.classes)):
            for j in range(len(self.classes)):
                dark = self.counts[i, j] / total[i, 0] > 0.5
                ax.text(
                    j,
                    i,
                    f"{self.counts[i, j]:,.10g}",
                    ha="center",
                    va="center",
                    color="w" if dark else "k",
                )
        names = [plain(name) for name in self._short()]
        ax.set_xticks(range(len(names)), labels=names)
        ax.set_yticks(range(len(names)), labels=names)
        ax.set(xlabel="predicted", ylabel="true", title="Confusion")
        return ax

    def payload(self) -> dict[str, Any] | None:
        """Return None: a table needs no script."""
        return None
