"""Ending trials that are hopeless while they train, by what their training tells."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Literal

from synapse_magic.compose.tuning.samplers import load_optuna, new_study

Kind = Literal["none", "median", "halving"]

LARGER = frozenset({"auc", "auc_mu", "average_precision", "ndcg", "map"})
"""LightGBM's metrics of which more is better."""
WARMUP = 5
FINISHED_FIRST = 4
RUNGS = 3


def streamed(metrics: Mapping[str, float]) -> tuple[str, float] | None:
    """Return the first metric on validation rows, with its name; None where there is none."""
    return next(((n, v) for n, v in metrics.items() if n.startswith("valid ")), None)


def streamed_loss(name: str, value: float) -> float:
    """Return a streamed metric so that less is better.

    Examples
    --------
    >>> streamed_loss("valid auc", 0.9)
    -0.9
    """
    return -value if name.removeprefix("valid ").partition("@")[0] in LARGER else value


class Pruner:
    """Compares each trial with the others at the same iteration, by one of Optuna's pruners.

    Parameters
    ----------
    kind : {"median", "halving"}
        ``median`` ends a trial whose best value so far is worse than the median of the finished
        ones at that iteration (after 5 iterations, and when 4 trials have finished). ``halving``
        lets the best third go on at a ninth, and again at a third of the iterations (Li et al.,
        A System for Massively Parallel Hyperparameter Tuning, 2020).
    """

    def __init__(self, kind: Kind) -> None:
        load_optuna(f"pruner={kind!r}")
        self._kind = kind
        self._study: Any = None
        self._open: dict[int, Any] = {}
        self._lock = threading.Lock()

    def hopeless(self, trial: int, step: int, total: int, loss: float) -> bool:
        """Take what a trial has reached at a step, and say whether it should end.

        Parameters
        ----------
        trial : int
            Its number.
        step, total : int
            The iteration, from 1, and how many are planned.
        loss : float
            The streamed metric; less is better.
        """
        with self._lock:
            if self._study is None:
                self._study = new_study(pruner=self._pruner(total))
            if trial not in self._open:
                self._open[trial] = self._study.ask()
            self._open[trial].report(loss, step)
            return bool(self._open[trial].should_prune())

    def finish(self, trial: int, last: tuple[str, float] | None) -> None:
        """Take the metric a trial told last, with its name; None where it was ended or failed."""
        with self._lock:
            if trial not in self._open:
                return
            import optuna

            over = self._open.pop(trial)
            if last is None:
                self._study.tell(over, state=optuna.trial.TrialState.PRUNED)
            else:
                self._study.tell(over, streamed_loss(*last))

    def _pruner(self, total: int) -> Any:
        import optuna

        if self._kind == "median":
            return optuna.pruners.MedianPruner(
                n_startup_trials=FINISHED_FIRST, n_warmup_steps=WARMUP
            )
        least = max(1, total // RUNGS ** (RUNGS - 1))
        return optuna.pruners.SuccessiveHalvingPruner(min_resource=least, reduction_factor=RUNGS)
