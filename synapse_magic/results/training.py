"""How a model was trained: its metrics by iteration and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from synapse_magic.views.curve import TrainingCurve
from synapse_magic.views.tree import count_leaves_of
from synapse_magic.views.words import number, plural

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class TrainingSummary:
    """How a model was trained.

    Attributes
    ----------
    history
        The metrics after each iteration that was trained, validation and training:
        ``{"valid auc": (iterations,), "training auc": (iterations,)}``; empty where nothing was
        measured.
    best_iteration
        Iterations that the model holds: those up to the best one where training stopped early,
        else all.
    trees, leaves
        Trees in the model, and leaves of all of them.
    features
        Features that it was trained on.
    workers
        Workers that trained together; 0 for a model from a file.
    before
        Iterations of the model that training went on from; ``history`` starts after them.

    Examples
    --------
    >>> history = {"valid auc": np.array([0.7, 0.8, 0.75])}
    >>> TrainingSummary(history, best_iteration=2, trees=2, leaves=62, features=9, workers=1)
    <TrainingSummary: 2 of 3 iterations kept, 2 trees with 62 leaves, 1 worker; valid auc 0.8>
    """

    history: dict[str, np.ndarray] = field(default_factory=dict)
    best_iteration: int = 0
    trees: int = 0
    leaves: int = 0
    features: int = 0
    workers: int = 0
    before: int = 0

    @property
    def iterations(self) -> int:
        """Iterations that were trained, those after the best one included."""
        measured = max((len(values) for values in self.history.values()), default=0)
        return max(self.before + measured, self.best_iteration)

    @property
    def best(self) -> dict[str, float]:
        """The metrics after the best iteration."""
        at = self.best_iteration - self.before - 1
        return {n: float(values[at]) for n, values in self.history.items() if 0 <= at < len(values)}

    def curve(self) -> TrainingCurve:
        """Return the metrics by iteration as a view, the best iteration marked."""
        best = max(self.best_iteration - self.before, 0) or None
        return TrainingCurve.of(self.history, best=best, facts=self.facts())

    def facts(self) -> str:
        """Return what was trained in a few words."""
        count, kept = self.iterations, self.best_iteration
        held = f"{kept:,} of {plural(count, 'iteration')} kept"
        parts = [
            held if kept < count else plural(count, "iteration"),
            f"{plural(self.trees, 'tree')} with {count_leaves_of(self.leaves)}",
            plural(self.workers, "worker") if self.workers else "from a file",
        ]
        if self.before:
            parts.insert(1, f"{self.before:,} of them trained before")
        return ", ".join(parts)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per iteration with its metrics."""
        return self.curve().table()

    def html(self, *, interactive: bool = True) -> str:
        """Return the summary as HTML that stands alone."""
        return self.curve().html(interactive=interactive)

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        metrics = ", ".join(f"{name} {number(value)}" for name, value in self.best.items())
        return f"<TrainingSummary: {self.facts()}" + (f"; {metrics}>" if metrics else ">")
