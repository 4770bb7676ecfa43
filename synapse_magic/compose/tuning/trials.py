"""One trial: an estimator with its values, fitted and judged on each part of the rows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synapse_magic.compose.tuning.dimensions import Dimension, stages_in, with_values
from synapse_magic.compose.tuning.measures import Measure
from synapse_magic.compose.tuning.parts import HELD_OUT, Part, Parts, opened
from synapse_magic.compose.tuning.pruning import Pruner, streamed, streamed_loss
from synapse_magic.compose.tuning.samplers import Proposal
from synapse_magic.errors import SynapseError
from synapse_magic.metrics.evaluate import evaluate
from synapse_magic.results.leaderboard import Trial
from synapse_magic.spark.events import Iteration
from synapse_magic.spark.running import stopping

_INDICATOR, _ROUND = "validationIndicatorCol", "earlyStoppingRound"
LONGEST_CAUSE = 300


class CommonStageError(SynapseError):
    """A stage that is the same in all trials failed, so that all trials would."""


@dataclass(frozen=True)
class Contest:
    """What all trials of a search have in common.

    Attributes
    ----------
    models : sequence of Estimator
    dimensions : sequence of sequence of Dimension
        What is varied of each.
    measure : Measure
    parts : Parts
    pruner : Pruner or None
    """

    models: Sequence[Any]
    dimensions: Sequence[Sequence[Dimension]]
    measure: Measure
    parts: Parts
    pruner: Pruner | None

    def estimator(self, proposal: Proposal) -> Any:
        """Return the estimator with the values of a proposal."""
        index = proposal.model
        return with_values(self.models[index], self.dimensions[index], proposal.values)


def head_of(model: Any, dimensions: Sequence[Dimension]) -> list[Any]:
    """Return the stages at the beginning of a model that are the same in every trial.

    The last stage is never one of them: it is what is fitted in a trial.
    """
    varied = {each.stage.uid for each in dimensions}
    stages = opened(model)
    for place, stage in enumerate(stages[:-1]):
        if varied & {each.uid for each in stages_in(stage)}:
            return stages[:place]
    return stages[:-1]


def reports_iterations(stage: Any) -> bool:
    """Say whether a stage can tell its metric on held-out rows after each iteration."""
    return all(map(stage.hasParam, (_INDICATOR, _ROUND)))


def stops_early(stage: Any) -> bool:
    """Say whether a stage is to stop early, and no rows to validate on are named."""
    if not reports_iterations(stage) or stage.isDefined(_INDICATOR):
        return False
    return bool(stage.getOrDefault(_ROUND) > 0)


def refit(estimator: Any, iterations: int, frame: Any) -> Any:
    """Fit the best estimator on all rows.

    One that stopped early has no rows left to validate on: it trains the number of iterations that
    was best in its trial.
    """
    last = opened(estimator)[-1]
    if stops_early(last) and iterations:
        values = {last.getParam("numIterations"): iterations, last.getParam(_ROUND): 0}
        estimator = estimator.copy(values)
    return estimator.fit(frame)


class Attempt:
    """One trial while it runs; what it has reached can be asked from any thread.

    Parameters
    ----------
    contest : Contest
    number : int
        Its number, from 1.
    proposal : Proposal
    changed : callable
        Called when there is something new to show.
    ended : threading.Event
        Set when the search is cancelled.
    """

    def __init__(
        self,
        contest: Contest,
        number: int,
        proposal: Proposal,
        changed: Callable[[], None],
        ended: threading.Event,
    ) -> None:
        self._contest, self._proposal = contest, proposal
        self._changed, self._ended = changed, ended
        self._began = time.monotonic()
        self._uid = ""
        self._first = True
        self._trial = Trial(number, self._name(), dict(proposal.values))

    @property
    def trial(self) -> Trial:
        """What it has reached so far."""
        if self._trial.state != "running":
            return self._trial
        return replace(self._trial, seconds=time.monotonic() - self._began)

    def run(self) -> Trial:
        """Fit and judge on each part, and return the finished trial.

        Raises
        ------
        CommonStageError
            When a stage that all trials share failed.
        """
        try:
            values, iterations = self._measure()
        except CommonStageError:
            raise
        except Exception as failure:
            ended = self._ended.is_set() or stopping()
            state = "cancelled" if ended else "failed"
            return self._end(state=state, error="" if state == "cancelled" else cause(failure))
        if self._trial.state == "pruned":
            return self._end()
        if self._ended.is_set():
            return self._end(state="cancelled")
        mean = sum(values) / len(values)
        kept = round(sum(iterations) / len(iterations)) if iterations else 0
        return self._end(state="done", metric=mean, parts=tuple(values), iterations=kept)

    def hear(self, event: Iteration) -> None:
        """Take an iteration of this trial's training, and end it where it is hopeless."""
        if event.uid != self._uid or self._trial.state != "running":
            return
        told = streamed(event.metrics)
        if not self._first:
            return
        self._trial = replace(self._trial, iterations=event.iteration, streamed=told)
        pruner = self._contest.pruner
        if pruner is not None and told is not None:
            loss = streamed_loss(*told)
            if pruner.hopeless(self._trial.number, event.iteration, event.total, loss):
                self._trial = replace(self._trial, state="pruned", seconds=self._seconds())
                event.stop()
        self._changed()

    def _measure(self) -> tuple[list[float], list[int]]:
        values: list[float] = []
        iterations: list[int] = []
        for index in range(self._contest.parts.count):
            part = self._part(index)
            if self._ended.is_set():
                break
            model = part.fit(self._stages())
            if self._trial.state == "pruned" or self._ended.is_set():
                break
            found = evaluate(model, part.judged)
            values.append(self._contest.measure.value(found.metrics))
            best = getattr(model.stages[-1], "bestIteration", None)
            iterations += [best] if best is not None else []
            self._first = False
        return values, iterations

    def _part(self, index: int) -> Part:
        try:
            return self._contest.parts.part(self._proposal.model, index)
        except Exception as failure:
            if self._ended.is_set():
                raise
            raise CommonStageError(cause(failure)) from failure

    def _stages(self) -> list[Any]:
        """Return the stages to be fitted, the last one under a uid of its own for its events."""
        estimator = self._contest.estimator(self._proposal)
        head = head_of(
            self._contest.models[self._proposal.model],
            self._contest.dimensions[self._proposal.model],
        )
        *before, last = opened(estimator)[len(head) :]
        if reports_iterations(last):
            values = {param.name: value for param, value in last._paramMap.items()}
            if stops_early(last) or (self._contest.pruner and not last.isDefined(_INDICATOR)):
                values[_INDICATOR] = HELD_OUT
            last = type(last)(**values)
            self._uid = last.uid
        return [*before, last]

    def _name(self) -> str:
        return type(opened(self._contest.models[self._proposal.model])[-1]).__name__

    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _end(self, **changes: Any) -> Trial:
        self._trial = replace(self._trial, seconds=self._seconds(), **changes)
        return self._trial


def cause(failure: BaseException) -> str:
    """Return why something failed in one line, out of what Spark says over many."""
    if isinstance(failure, SynapseError):
        text = str(failure)
    else:
        lines = [line.strip() for line in str(failure).splitlines() if line.strip()]
        wrapped = bool(lines) and lines[0].startswith("An error occurred while calling")
        found = lines[1].removeprefix(": ") if wrapped and len(lines) > 1 else (lines or [""])[0]
        text = f"{type(failure).__name__}: {found}"
    first = text.splitlines()[0] if text else type(failure).__name__
    return first if len(first) <= LONGEST_CAUSE else first[:LONGEST_CAUSE] + "..."
