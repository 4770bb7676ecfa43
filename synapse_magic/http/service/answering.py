"""From a unit of rows to an answer for each of them: call, wait, read, and halve where refused."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from synapse_magic.http.caller import Caller
from synapse_magic.http.failure import AGAIN
from synapse_magic.http.request import Outcome, Request, Response
from synapse_magic.http.service.making import Values, base_address, make
from synapse_magic.http.service.operation import Polling, Waiter
from synapse_magic.http.service.packing import Unit
from synapse_magic.http.service.reading import Failure, found, said, tree_of
from synapse_magic.http.service.service import Service
from synapse_magic.http.service.template import FillError
from synapse_magic.http.verdict import TOO_LARGE, Verdict

_UNMADE = "bad_request"
_REFUSED_BESIDE = 8
_OF_THE_MOMENT = frozenset(
    {*AGAIN, "deadline", "job_deadline", "throttled", "wait_too_long", "endpoint_down"}
    | {"quota_gone", "not_done", "http_401", "http_403"}
)
"""Codes of questions that failed, which say nothing of the operation that they ask for."""


@dataclass(frozen=True)
class Answer:
    """What a row gets: a value, or the outcome that tells why it has none."""

    value: Any
    outcome: Outcome | None = None


@dataclass
class Answering:
    """Answers units of rows by a service, in place of a :class:`Caller`."""

    caller: Caller
    service: Service
    polling: Polling

    async def call(self, unit: Unit[Any]) -> list[Answer]:
        """Return an answer for each row of a unit; only cancelling it raises."""
        if self.service.batch is None:
            return await self._once(unit.values, ())
        return await _Halving(self, unit.values, len(unit.rows)).answers(unit.rows)

    async def _once(self, common: Values, rows: Sequence[Values]) -> list[Answer]:
        """Return the answers to one request; all have its outcome where it failed."""
        count = max(1, len(rows))
        try:
            request = make(self.service, common, rows)
            base = base_address(self.service, common)
        except FillError as error:
            return [Answer(None, Outcome(None, 0, 0.0, _UNMADE, str(error)))] * count
        for _ in range(2):  # again where what a journal had is of no use any more
            got, useless = await self._asked(request, base, count)
            if useless is not None:
                await self.caller.forget(request, _response(useless))
            if useless is None or useless.elapsed > 0.0:
                break
        return got

    async def _asked(
        self, request: Request, base: str, count: int
    ) -> tuple[list[Answer], Outcome | None]:
        """Return the answers to a request, and its outcome where that was good and led to none."""
        began = time.monotonic()
        asked = outcome = await self.caller.call(request)
        tree = None
        if not outcome.good:
            return [Answer(None, self._told(request, outcome))] * count, None
        if self.service.operation is not None:
            waiter = Waiter(self.caller, self.service, self.polling, request, base, began)
            outcome, tree = await waiter.result(outcome)
            if not outcome.good:
                return [Answer(None, outcome)] * count, None if self._passing(outcome) else asked
        got = found(self.service, _response(outcome), count, tree)
        useless = all(isinstance(each, Failure) for each in got)
        return [self._answer(each, outcome, request) for each in got], asked if useless else None

    def _passing(self, outcome: Outcome) -> bool:
        """Return whether an operation may still come to something, though its question failed."""
        status = outcome.response.status if outcome.response is not None else None
        again = status is not None and self.caller.policy.tries_again(status)
        return again or outcome.code in _OF_THE_MOMENT

    def _answer(self, got: Any, outcome: Outcome, request: Request) -> Answer:
        if not isinstance(got, Failure):
            return Answer(got)
        message = f"{request.method} {request.place}: {got.message}"
        failed = replace(outcome, code=got.code, message=message)
        self._stop(failed, request)
        return Answer(None, failed)

    def _told(self, request: Request, outcome: Outcome) -> Outcome:
        """Return a failed outcome with what the service itself calls the failure."""
        if outcome.response is None:
            return outcome
        code, message = said(self.service, tree_of(outcome.response))
        if message is not None and message not in outcome.message:
            outcome = replace(outcome, message=f"{outcome.message}: {message}")
        if code is not None and outcome.code.startswith("http_"):
            outcome = replace(outcome, code=code)
        self._stop(replace(outcome, code=code or outcome.code), request)
        return outcome

    def _stop(self, outcome: Outcome, request: Request) -> None:
        """End the job where the service says that there is nothing left to spend."""
        if outcome.code in self.service.errors.quota:
            verdict = Verdict("final", "quota_gone", outcome.message, outcome.response)
            self.caller.runtime.job(self.caller.job, request.origin).stop(verdict)


class _Halving:
    """Finds the rows for which a batch is refused: it is halved until they stand alone.

    One bad row of n costs 2 log2(n) + 1 calls. Where nothing at all is taken, as with a wrong
    name of a model, a few calls more than it takes to come down to a row end the search, and
    one for the last row, which may be good though all before it are bad.
    """

    def __init__(self, answering: Answering, common: Values, count: int) -> None:
        self._answering, self._common = answering, common
        assert answering.service.batch is not None  # only batches are halved
        self._split = answering.service.batch.split
        self._patience = 2 * math.ceil(math.log2(max(2, count))) + _REFUSED_BESIDE
        self._refused, self._taken = 0, False
        self._last: Values | None = None

    async def answers(self, rows: Sequence[Values]) -> list[Answer]:
        """Return an answer for each row of a batch."""
        self._last = rows[-1]
        return await self._answers(rows)

    async def _answers(self, rows: Sequence[Values], before: Outcome | None = None) -> list[Answer]:
        got = [_after(before, each) for each in await self._answering._once(self._common, rows)]
        failed = got[0].outcome
        if failed is None or not self._splits(got[0]):
            self._taken = self._taken or any(each.outcome is None for each in got)
            return got
        self._refused += failed.attempts > 0  # what cannot be made costs nothing
        if len(rows) == 1 or await self._hopeless():
            return got
        half = len(rows) // 2
        first = await self._answers(rows[:half], failed)
        return first + await self._answers(rows[half:], failed)

    async def _hopeless(self) -> bool:
        """Return whether nothing is taken, not even the last row alone."""
        if not self._taken and self._refused > self._patience and self._last is not None:
            (answer,) = await self._answering._once(self._common, [self._last])
            self._taken, self._last = not self._splits(answer), None
        return not self._taken and self._refused > self._patience

    def _splits(self, answer: Answer) -> bool:
        """Return whether an answer says that there may be better ones for fewer rows."""
        outcome = answer.outcome
        if outcome is None:
            return False
        unmade = outcome.code == _UNMADE and outcome.attempts == 0
        status = outcome.response.status if outcome.response is not None else None
        return unmade or status in self._split or outcome.code == TOO_LARGE


def _after(before: Outcome | None, answer: Answer) -> Answer:
    """Return an answer with the tries that its row had in a larger batch counted."""
    if before is None or answer.outcome is None:
        return answer
    own = answer.outcome
    tries, spent = before.attempts + own.attempts, before.elapsed + own.elapsed
    return Answer(answer.value, replace(own, attempts=tries, elapsed=spent))


def _response(outcome: Outcome) -> Response:
    assert outcome.response is not None  # a good outcome has one
    return outcome.response
