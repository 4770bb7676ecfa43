"""The loop of boosting iterations in one worker, in step with all others. Runs in workers."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.lightgbm.council import Council, Message
from synapse_magic.lightgbm.plan import TrainingPlan
from synapse_magic.lightgbm.stopping import EarlyStopping, Measurement

if TYPE_CHECKING:
    import lightgbm

Report = Callable[[int, dict[str, float]], bool]
History = dict[str, list[float]]

REPORT_SECONDS = 1.0
"""How often the training metric is measured only to be shown, at most."""
SHOWN_SHARE = 0.01
"""The share of the time that may be spent on it."""

VALID = "valid"
TRAINING = "training"


@dataclass
class Boosting:
    """Runs the iterations of one booster.

    Attributes
    ----------
    booster : lightgbm.Booster
        With the training rows of this worker and, on the leader, the validation rows.
    plan : TrainingPlan
    council : Council
    validates : bool
        Whether any worker has validation rows.
    weight : float
        Weight of this worker's rows in the metrics on the training rows.
    report : callable
        Takes the iteration and its metrics, and says whether to stop; called on the leader.
    """

    booster: lightgbm.Booster
    plan: TrainingPlan
    council: Council
    validates: bool
    weight: float
    report: Report
    history: History = field(default_factory=dict)

    def run(self) -> int:
        """Run the iterations and return how many to keep; ``history`` has the metrics of each."""
        plan = self.plan
        self._stopping = EarlyStopping(plan.stopping_rounds, plan.tolerance, plan.first_metric_only)
        self._due = 0.0
        for iteration in range(1, plan.rounds + 1):
            self._prepare(iteration)
            self.booster.update(fobj=self._objective())
            rule = functools.partial(self._decide, iteration)
            decision = self.council.decide(self._measure(iteration), rule)
            if self.validates or plan.training_metric:
                for name, value in decision["metrics"].items():
                    self.history.setdefault(name, []).append(value)
            if decision["stop"]:
                return int(decision["best"] or iteration)
            ended = self._call_back(iteration, decision["metrics"], decision["higher"])
            if ended is not None:
                return ended
        best = self._stopping.best_iteration
        return best if plan.stopping_rounds and best else self.booster.current_iteration()

    def _objective(self) -> Callable[..., Any] | None:
        """Return the user's objective, which may only give finite numbers."""
        own = self.plan.functions.objective
        if own is None:
            return None

        def checked(scores: np.ndarray, data: lightgbm.Dataset) -> tuple[Any, Any]:
            gradient, hessian = own(scores, data)
            poor = sum(int((~np.isfinite(part)).sum()) for part in (gradient, hessian))
            if poor:
                raise SynapseError(
                    f"fobj gives {poor} numbers that are NaN or infinite. "
                    "Expected a finite gradient and hessian for each row"
                )
            return gradient, hessian

        return checked

    def _prepare(self, iteration: int) -> None:
        functions = self.plan.functions
        if functions.rate is not None:
            self.booster.reset_parameter({"learning_rate": float(functions.rate(iteration - 1))})
        for callback in functions.callbacks:
            if getattr(callback, "before_iteration", False):
                callback(self._environment(iteration, []))

    def _measure(self, iteration: int) -> Message:
        """Return the metrics of this worker as a message."""
        own = self.plan.functions.metric
        training: list[Measurement] = []
        if self.plan.training_metric or self._is_time_to_show(iteration):
            began = time.monotonic()
            training = _evaluated(self.booster.eval_train(own))
            ended = time.monotonic()
            self._due = ended + max(REPORT_SECONDS, (ended - began) / SHOWN_SHARE)
        measures = self.council.leads and self.validates
        valid = _evaluated(self.booster.eval_valid(own)) if measures else []
        return {
            TRAINING: [vars(metric) for metric in training],
            VALID: [vars(metric) for metric in valid],
            "weight": self.weight,
        }

    def _is_time_to_show(self, iteration: int) -> bool:
        """Say whether the leader measures its own rows, only so that something is seen to move."""
        if self.validates or not self.council.leads:
            return False
        return iteration == self.plan.rounds or time.monotonic() >= self._due

    def _decide(self, iteration: int, told: list[Message]) -> Message:
        """Return the metrics of all workers together, and whether to stop; runs on the leader."""
        valid = [Measurement(**metric) for metric in told[0][VALID]]
        training = _combined(told if self.plan.training_metric else told[:1])
        metrics = _named(TRAINING, training) | _named(VALID, valid)
        stop = bool(valid and self.plan.stopping_rounds and self._stopping.update(iteration, valid))
        stop = self.report(iteration, metrics) or stop
        higher = [metric.higher_is_better for metric in (*training, *valid)]
        best = self._stopping.best_iteration
        return {"metrics": metrics, "higher": higher, "stop": stop, "best": best}

    def _call_back(
        self, iteration: int, metrics: dict[str, float], higher: list[bool]
    ) -> int | None:
        """Run the user's callbacks; return the iterations to keep when one ends the training.

        All workers see the metrics of all, and end together when any of them ends.
        """
        callbacks = self.plan.functions.callbacks
        if not callbacks:
            return None
        from lightgbm.callback import EarlyStopException

        results = [(*name.split(" ", 1), value) for name, value in metrics.items()]
        told = [(*result, more) for result, more in zip(results, higher, strict=True)]
        best = 0
        try:
            for callback in callbacks:
                if not getattr(callback, "before_iteration", False):
                    callback(self._environment(iteration, told))
        except EarlyStopException as end:
            best = end.best_iteration + 1
        decided = self.council.decide({"best": best}, _first_end)
        return decided["best"] or None

    def _environment(self, iteration: int, results: list[Any]) -> Any:
        from lightgbm.callback import CallbackEnv

        return CallbackEnv(
            model=self.booster,
            params=self.plan.params,
            iteration=iteration - 1,
            begin_iteration=0,
            end_iteration=self.plan.rounds,
            evaluation_result_list=results,
        )


def _first_end(told: list[Message]) -> Message:
    return {"best": next((message["best"] for message in told if message["best"]), 0)}


def _combined(told: list[Message]) -> list[Measurement]:
    """Return the metrics on the training rows of all workers: means, weighted by their rows.

    That is exact for a mean over rows, and for the root of one; of an AUC it is the mean over the
    workers, whose rows are drawn at random.
    """
    total = sum(message["weight"] for message in told)
    combined = []
    for index, first in enumerate(told[0][TRAINING]):
        rooted = first["name"] == "rmse"
        values = [message[TRAINING][index]["value"] for message in told]
        powers = [value**2 if rooted else value for value in values]
        mean = sum(p * message["weight"] for p, message in zip(powers, told)) / total
        combined.append(Measurement(**first | {"value": math.sqrt(mean) if rooted else mean}))
    return combined


def _evaluated(results: Iterable[Any]) -> list[Measurement]:
    return [Measurement(name, float(value), bool(higher)) for _, name, value, higher in results]


def _named(data: str, metrics: list[Measurement]) -> dict[str, float]:
    return {f"{data} {metric.name}": metric.value for metric in metrics}
