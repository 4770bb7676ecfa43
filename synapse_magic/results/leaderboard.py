"""What a search for the best model has found so far: its trials, best first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from synapse_magic.views.leaderboard import LeaderboardView, TrialRow
from synapse_magic.views.params import Axis

if TYPE_CHECKING:
    import pandas as pd

State = Literal["running", "done", "pruned", "failed", "cancelled"]


@dataclass(frozen=True)
class Trial:
    """One set of values that was tried.

    Attributes
    ----------
    number
        Its place in the order of the search, from 1.
    model
        Class name of the estimator that it tuned.
    params
        The values it tried, by the name of the param.
    state
        "running" | "done" | "pruned" (ended early as hopeless) | "failed" | "cancelled".
    metric
        Mean over the parts it was judged on; None unless it is done.
    parts
        The metric on each part.
    seconds
        How long it took, or has taken so far.
    iterations
        Boosting iterations trained on the first part; 0 where the estimator tells none.
    streamed
        The metric that training told last, with its name; empty where it tells none.
    error
        Why it failed, in one line.
    """

    number: int
    model: str
    params: dict[str, Any]
    state: State = "running"
    metric: float | None = None
    parts: tuple[float, ...] = ()
    seconds: float = 0.0
    iterations: int = 0
    streamed: tuple[str, float] | None = None
    error: str = ""


@dataclass(frozen=True, eq=False)
class Leaderboard:
    """The trials of a search, which draw themselves as a table and as metric by param.

    Attributes
    ----------
    metric
        Name of the metric that is searched for.
    larger
        Whether a larger value is better.
    search
        How values are chosen: "grid" | "random" | "tpe".
    planned
        Trials planned in all.
    trials
        Those begun so far, in the order of their numbers.
    logs
        Names of params searched on a logarithmic scale.

    Examples
    --------
    >>> done = Trial(1, "LightGBMClassifier", {"numLeaves": 31}, "done", 0.91)
    >>> Leaderboard("AUC", True, "random", 20, (done,))
    <Leaderboard: 1 of 20 trials, best AUC 0.9100 with numLeaves=31>
    """

    metric: str
    larger: bool
    search: str
    planned: int
    trials: tuple[Trial, ...] = ()
    logs: frozenset[str] = field(default_factory=frozenset)

    def ranked(self) -> list[Trial]:
        """Return the finished trials, best first, then all others by number."""
        done = [trial for trial in self.trials if trial.metric is not None]
        done.sort(key=lambda t: -(t.metric or 0.0) if self.larger else t.metric or 0.0)
        return [*done, *(trial for trial in self.trials if trial.metric is None)]

    @property
    def best(self) -> Trial | None:
        """The best finished trial; the earlier one of two that are equal, None before any."""
        first = next(iter(self.ranked()), None)
        return first if first is not None and first.metric is not None else None

    @property
    def finished(self) -> int:
        """How many trials have come to an end of their own."""
        return sum(trial.state in ("done", "pruned", "failed") for trial in self.trials)

    @property
    def cancelled(self) -> bool:
        """Whether the search was interrupted."""
        return any(trial.state == "cancelled" for trial in self.trials)

    def view(self) -> LeaderboardView:
        """Return the view that draws the trials."""
        ranked = self.ranked()
        names = list(dict.fromkeys(name for trial in self.trials for name in trial.params))
        return LeaderboardView(
            metric=self.metric,
            larger=self.larger,
            planned=self.planned,
            rows=tuple(map(_row, ranked)),
            params=tuple(
                Axis(name, [trial.params.get(name) for trial in ranked], name in self.logs)
                for name in names
            ),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per trial, best first, as a pandas DataFrame."""
        return self.view().table()

    def html(self, *, interactive: bool = True) -> str:
        """Return the leaderboard as HTML that stands alone."""
        return self.view().html(interactive=interactive)

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        return f"<Leaderboard: {self.view().sentence()}>"


def _row(trial: Trial) -> TrialRow:
    value = float("nan") if trial.metric is None else trial.metric
    spread = max(trial.parts) - min(trial.parts) if trial.parts else 0.0
    return TrialRow(
        trial.number, trial.model, value, spread, trial.state, trial.seconds, _note(trial)
    )


def _note(trial: Trial) -> str:
    if trial.error:
        return trial.error
    at = f"iteration {trial.iterations:,}" if trial.iterations else ""
    if trial.state == "done":
        return f"{trial.iterations:,}\N{NO-BREAK SPACE}iterations" if trial.iterations else ""
    if trial.streamed is not None:
        return f"{at}, {trial.streamed[0]} {trial.streamed[1]:.5g}".strip(", ")
    return at
