"""The loop of boosting iterations in one worker, in step with all others. Runs in workers."""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from synapse_magic.lightgbm.council import Council, Message
from synapse_magic.lightgbm.plan import TrainingPlan
from synapse_magic.lightgbm.stopping import EarlyStopping, Measurement

if TYPE_CHECKING:
    import lightgbm

Report = Callable[[int, dict[str, float]], bool]
History = dict[str, list[float]]

REPORT_SECONDS = 1.0
"""How often the training metric is measured only to be shown."""

VALID = "valid"
TRAINING = "training"


def boost(
    booster: lightgbm.Booster,
    plan: TrainingPlan,
    council: Council,
    *,
    validates: bool,
    weight: float,
    report: Report,
) -> tuple[int, History]:
    """Run the iterations; return how many to keep, and the metrics after each.

    Parameters
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
        Takes the iteration and its metrics; called on the leader.
    """
    stopping = EarlyStopping(plan.stopping_rounds, plan.tolerance)
    history: History = {}
    shown = time.monotonic()
    for iteration in range(1, plan.rounds + 1):
        booster.update()
        if validates or plan.training_metric:
            own = _measure(booster, plan, council.leads and validates, weight)
            rule = functools.partial(_decide, iteration=iteration, plan=plan, stopping=stopping)
            decision = council.decide(own, rule)
            for name, value in decision["metrics"].items():
                history.setdefault(name, []).append(value)
            report(iteration, decision["metrics"])
            if decision["stop"]:
                return decision["best"], history
        elif council.leads and _is_time(iteration, plan.rounds, shown):
            report(iteration, _named(TRAINING, _evaluated(booster.eval_train())))
            shown = time.monotonic()
    if validates and plan.stopping_rounds and stopping.best_iteration:
        return stopping.best_iteration, history
    return booster.current_iteration(), history


def _is_time(iteration: int, rounds: int, shown: float) -> bool:
    return iteration in (1, rounds) or time.monotonic() - shown >= REPORT_SECONDS


def _measure(
    booster: lightgbm.Booster, plan: TrainingPlan, validates: bool, weight: float
) -> Message:
    """Return the metrics of this worker as a message."""
    training = _evaluated(booster.eval_train()) if plan.training_metric else []
    valid = _evaluated(booster.eval_valid()) if validates else []
    return {
        TRAINING: [vars(metric) for metric in training],
        VALID: [vars(metric) for metric in valid],
        "weight": weight,
    }


def _decide(
    told: list[Message], iteration: int, plan: TrainingPlan, stopping: EarlyStopping
) -> Message:
    """Return the metrics of all workers together, and whether to stop."""
    valid = [Measurement(**metric) for metric in told[0][VALID]]
    stop = bool(valid and plan.stopping_rounds and stopping.update(iteration, valid))
    metrics = _named(TRAINING, _combined(told)) | _named(VALID, valid)
    return {"metrics": metrics, "stop": stop, "best": stopping.best_iteration}


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
    return [Measurement(name, float(value), higher) for _, name, value, higher in results]


def _named(data: str, metrics: list[Measurement]) -> dict[str, float]:
    return {f"{data} {metric.name}": metric.value for metric in metrics}
