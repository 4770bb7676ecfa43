"""Importance: mean absolute SHAP value of each feature with the interval its sample leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.views.page import figure
from synapse_magic.views.palette import LINE
from synapse_magic.views.scale import Scale
from synapse_magic.views.svg import Drawing
from synapse_magic.views.view import View, new_axes
from synapse_magic.views.words import number, plain, plural, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 15
SENT = 300
_ROW = 24.0
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, eq=False, repr=False)
class Importance(View):
    """Bars of mean absolute SHAP values.

    Attributes
    ----------
    names
        Features, most important first.
    outputs
        What is explained.
    mean_abs
        Mean absolute SHAP value, (features, outputs).
    reach
        Half width of the 95 % interval of that mean, (features, outputs); NaN for one row.
    rows, rows_total
        Rows averaged, and rows of the frame they were taken from.
    """

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    mean_abs: np.ndarray
    reach: np.ndarray
    rows: int
    rows_total: int
    scale: str = "prediction"
    method: str = "SHAP"

    @classmethod
    def of(
        cls,
        values: np.ndarray,
        names: Sequence[str],
        outputs: Sequence[str],
        *,
        rows_total: int | None = None,
        scale: str = "prediction",
        method: str = "SHAP",
    ) -> Importance:
        """Average (rows, features, outputs) SHAP values.

        The interval is the normal one of a mean, 1.96 standard errors to each side.

        Examples
        --------
        >>> bars = Importance.of(np.array([[[1.0]], [[-3.0]]]), ["a"], ["yes"])
        >>> float(bars.mean_abs[0, 0]), round(float(bars.reach[0, 0]), 2)
        (2.0, 1.96)
        """
        rows = len(values)
        mean_abs, reach = np.empty(values.shape[1:]), np.full(values.shape[1:], np.nan)
        for i in range(len(names)):
            size = np.abs(values[:, i])
            mean_abs[i] = size.mean(axis=0)
            if rows > 1:
                reach[i] = _NORMAL_95 * size.std(axis=0, ddof=1) / np.sqrt(rows)
        order = np.argsort(-mean_abs.sum(axis=1), kind="stable")
        total = rows if rows_total is None else rows_total
        chosen = tuple(names[i] for i in order)
        return cls(
            chosen, tuple(outputs), mean_abs[order], reach[order], rows, total, scale, method
        )

    def sentence(self) -> str:
        """Return the view in one sentence."""
        return (
            f"Importance of {plural(len(self.names), 'feature')} over {plural(self.rows, 'row')}: "
            f"{self.names[0]} first with {number(self.mean_abs[0, 0])}"
        )

    def note(self) -> str:
        """Return which rows are averaged and what the whisker means."""
        of = f" of {self.rows_total:,}" if self.rows_total > self.rows else ""
        rest = len(self.names) - SHOWN
        more = f"; {rest:,} weaker features in the table" if rest > 0 else ""
        whisker = ". Whisker: 95 % interval of the mean" if self.rows > 1 else ""
        return f"{plural(self.rows, 'row')}{of}{more}{whisker}."

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per feature and output: mean and ends of its interval."""
        rows = [
            (
                name,
                output,
                float(self.mean_abs[i, o]),
                float(max(self.mean_abs[i, o] - self.reach[i, o], 0.0)),
                float(self.mean_abs[i, o] + self.reach[i, o]),
            )
            for i, name in enumerate(self.names)
            for o, output in enumerate(self.outputs)
        ]
        return ["feature", "output", "mean_abs", "low_95", "high_95"], rows

    def picture(self) -> str:
        """Return the static picture of the first output."""
        shown = min(SHOWN, len(self.names))
        bottom = 10 + _ROW * shown
        board = Drawing(660, bottom + 42, self.sentence())
        ends = self.mean_abs[:shown, 0] + np.nan_to_num(self.reach[:shown, 0])
        x = Scale(0.0, float(ends.max()) or 1.0, 176, 590)
        board.bottom_axis(x, bottom, self._axis_title(0), top=10)
        for i in range(shown):
            y = 10 + _ROW * (i + 0.5)
            value, reach = self.mean_abs[i, 0], self.reach[i, 0]
            board.text(8, y, self.names[i], room=158, size=12.5)
            board.rect(
                x.start,
                y - 7,
                x(value) - x.start,
                14,
                "bar",
                title=f"{self.names[i]}: {number(value)}",
            )
            end = x(value)
            if np.isfinite(reach) and reach > 0:
                end = x(value + reach)
                board.line(x(max(value - reach, 0)), y, end, y, "whisker")
                board.line(end, y - 3, end, y + 3, "whisker")
            board.text(end + 6, y, number(value), size=11)
        return figure("Importance", self.note(), board.image())

    def _axis_title(self, output: int) -> str:
        name = f" for {self.outputs[output]}" if len(self.outputs) > 1 else ""
        return f"mean |{self.method} value|{name} ({self.scale})"

    def axes(self, ax: Axes | None = None, *, output: int = 0) -> Axes:
        """Draw with matplotlib; ``output`` is the position of the class to show."""
        shown = min(SHOWN, len(self.names))
        ax = new_axes(ax, 7, 1 + 0.32 * shown)
        reach = np.nan_to_num(self.reach[:shown, output])
        means = self.mean_abs[:shown, output]
        low = np.minimum(reach, means)
        ax.barh(
            range(shown), means, xerr=[low, reach], color=LINE, error_kw={"lw": 1, "capsize": 2}
        )
        names = [plain(shorten(name, 170, 12)) for name in self.names[:shown]]
        ax.set_yticks(range(shown), labels=names)
        ax.invert_yaxis()
        ax.set(xlabel=plain(self._axis_title(output)), title="Importance")
        return ax

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data."""
        return {
            "kind": "importance",
            "title": "Importance",
            "names": [name[:200] for name in self.names[:SENT]],
            "features": len(self.names),
            "outputs": self.outputs,
            "meanAbs": self.mean_abs[:SENT],
            "reach": self.reach[:SENT],
            "rows": self.rows,
            "rowsTotal": self.rows_total,
            "scale": self.scale,
            "method": self.method,
        }
