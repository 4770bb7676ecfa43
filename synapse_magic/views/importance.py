"""Importance: mean absolute SHAP value of each feature with the interval its sample leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.intervals import NORMAL_95
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
        Half width of the 95 % interval of that mean, (features, outputs); NaN for one row whose
        values are exact.
    rows, rows_total
        Rows averaged, and rows of the frame they were taken from.
    error
        Mean standard error of sampled SHAP values, (features, outputs); None where they are exact.
    """

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    mean_abs: np.ndarray
    reach: np.ndarray
    rows: int
    rows_total: int
    scale: str = "prediction"
    method: str = "SHAP"
    error: np.ndarray | None = None

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
        error: np.ndarray | None = None,
    ) -> Importance:
        """Average (rows, features, outputs) SHAP values.

        The interval is the normal one of a mean, 1.96 standard errors to each side. ``error``,
        standard errors of the values themselves, widens it by their mean: rows share what was
        drawn, so their errors do not cancel.

        Examples
        --------
        >>> bars = Importance.of(np.array([[[1.0]], [[-3.0]]]), ["a"], ["yes"])
        >>> float(bars.mean_abs[0, 0]), round(float(bars.reach[0, 0]), 2)
        (2.0, 1.96)
        """
        rows = len(values)
        mean_abs, spread = np.empty(values.shape[1:]), np.full(values.shape[1:], np.nan)
        for i in range(len(names)):
            size = np.abs(values[:, i])
            mean_abs[i] = size.mean(axis=0)
            if rows > 1:
                spread[i] = size.std(axis=0, ddof=1)
        own = None if error is None else np.asarray(error, dtype=np.float64).mean(axis=0)
        total = rows if rows_total is None else rows_total
        return cls.averaged(
            mean_abs, spread, names, outputs, rows, total, scale=scale, method=method, error=own
        )

    @classmethod
    def averaged(
        cls,
        mean_abs: np.ndarray,
        spread: np.ndarray,
        names: Sequence[str],
        outputs: Sequence[str],
        rows: int,
        rows_total: int,
        *,
        scale: str = "prediction",
        method: str = "SHAP",
        error: np.ndarray | None = None,
    ) -> Importance:
        """Order features by their mean absolute SHAP value.

        Parameters
        ----------
        mean_abs, spread, error
            (features, outputs): mean and standard deviation of absolute SHAP values over rows, and
            mean standard error of the values.
        """
        reach = NORMAL_95 * spread / np.sqrt(max(rows, 1))
        if error is not None:
            reach = np.hypot(np.nan_to_num(reach), NORMAL_95 * error)
        order = np.argsort(-mean_abs.sum(axis=1), kind="stable")
        return cls(
            tuple(names[i] for i in order),
            tuple(outputs),
            mean_abs[order],
            reach[order],
            rows,
            rows_total,
            scale,
            method,
            None if error is None else error[order],
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
        sampled = ", sampling of values included" if self.error is not None else ""
        known = np.isfinite(self.reach).any()
        whisker = f". Whisker: 95 % interval of the mean{sampled}" if known else ""
        return f"{plural(self.rows, 'row')}{of}{more}{whisker}."

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per feature and output: mean, ends of its interval, standard error."""
        more = [] if self.error is None else ["standard_error"]
        rows = [
            (
                name,
                output,
                float(self.mean_abs[i, o]),
                float(max(self.mean_abs[i, o] - self.reach[i, o], 0.0)),
                float(self.mean_abs[i, o] + self.reach[i, o]),
                *([] if self.error is None else [float(self.error[i, o])]),
            )
            for i, name in enumerate(self.names)
            for o, output in enumerate(self.outputs)
        ]
        return ["feature", "output", "mean_abs", "low_95", "high_95", *more], rows

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
            "error": None if self.error is None else self.error[:SENT],
            "rows": self.rows,
            "rowsTotal": self.rows_total,
            "scale": self.scale,
            "method": self.method,
        }
