"""The training curve: metrics by iteration, while a model is trained and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from synapse_magic.views.lines import Lines, last
from synapse_magic.views.page import figure
from synapse_magic.views.view import View
from synapse_magic.views.words import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False, repr=False)
class TrainingCurve(View):
    """Metrics by iteration.

    Attributes
    ----------
    metrics
        Name to (iterations,) values; NaN where a metric was not reported.
    total
        Iterations planned; None where not known.
    best
        The iteration that the model ends with, marked; None while training.
    facts
        What came of the training in a few words, once it has ended.
    """

    metrics: dict[str, np.ndarray]
    total: int | None = None
    best: int | None = None
    facts: str = ""

    @classmethod
    def of(
        cls,
        metrics: Mapping[str, npt.ArrayLike],
        total: int | None = None,
        *,
        best: int | None = None,
        facts: str = "",
    ) -> TrainingCurve:
        """Take metrics by iteration.

        Examples
        --------
        >>> TrainingCurve.of({"auc": [0.6, 0.7]}, total=10)
        <TrainingCurve: Training, iteration 2 of 10: auc 0.7>
        """
        return cls(
            {name: np.asarray(values, dtype=float) for name, values in metrics.items()},
            total,
            best,
            facts,
        )

    @property
    def iterations(self) -> int:
        """Iterations that have reported."""
        return max((len(values) for values in self.metrics.values()), default=0)

    def lines(self) -> Lines:
        """Return the metrics as a line chart."""
        series = {
            name: (np.arange(1.0, len(values) + 1), values) for name, values in self.metrics.items()
        }
        title = next(iter(self.metrics)) if len(self.metrics) == 1 else "metric"
        plain = Lines(series, "iteration", title, unit=False)
        if self.best is None or not series:
            return plain
        across = np.array([float(self.best)] * 2)
        return replace(plain, ideal=(across, np.array(plain.ends()[1])))

    def sentence(self) -> str:
        """Return the view in one sentence."""
        if self.facts:
            return f"Training: {self.facts}{self._at_best()}"
        of = f" of {self.total:,}" if self.total else ""
        now = ", ".join(f"{name} {last(values)}" for name, values in self.metrics.items())
        return f"Training, iteration {self.iterations:,}{of}: {now or 'no metric yet'}"

    def _at_best(self) -> str:
        if not self.best or not self.iterations:
            return ""
        at = self.best - 1
        told = [f"{n} {number(v[at])}" for n, v in self.metrics.items() if at < len(v)]
        return f". Best iteration {self.best:,}, dashed: {', '.join(told)}"

    def picture(self) -> str:
        """Return the static picture."""
        if not self.iterations:
            return figure("", self.sentence(), "")
        return figure(
            "", self.sentence(), self.lines().image(self.sentence(), width=560, height=240)
        )

    def records(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return one row per iteration."""
        rows = [
            (i + 1, *(float(v[i]) if i < len(v) else float("nan") for v in self.metrics.values()))
            for i in range(self.iterations)
        ]
        return ["iteration", *self.metrics], rows

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw with matplotlib."""
        return self.lines().axes(ax, "Training")

    def payload(self) -> dict[str, Any]:
        """Return the interactive view's data."""
        data = self.lines().payload()
        return {"kind": "lines", "note": self.sentence(), "wide": True, **data}


def training_curve(metrics: Mapping[str, np.ndarray], total: int | None = None) -> TrainingCurve:
    """Return the curve of metrics by iteration.

    While training, ``training_curve(...).html(interactive=False)`` is a few kilobytes and can
    replace itself at every report.
    """
    return TrainingCurve.of(metrics, total)
