"""From a unit of rows to an answer for each of them: call, wait, read, and halve where refused."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from synapse_magic.http.caller import Caller
from synapse_magic.http.request import Outcome, Request
from synapse_magic.http.service.making import Values, make
from synapse_magic.http.service.operation import Polling, Waiter
from synapse_magic.http.service.packing import Unit
from synapse_magic.http.service.reading import Failure, found, said, tree_of
from synapse_magic.http.service.service import Service
from synapse_magic.http.service.template import FillError
from synapse_magic.http.verdict import Verdict

_REFUSED_BESIDE = 8


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
    given: Values
    polling: Polling

    async def call(self, unit: Unit[Any]) -> list[Answer]:
        """Return an answer for each row of a unit; only cancelling it raises."""
        common = {**self.given, **unit.values}
        if self.service.batch is None:
            return await self._once(common, ())
        return await _Halving(self, common, len(unit.rows)).answers(unit.rows)

    async def _once(self, common: Values, rows: Sequence[Values]) -> list[Answer]:
        """Return the answers to one request; all have its outcome where it failed."""
        count = max(1, len(rows))
        try:
            request = make(self.service, common, rows)
        except FillError as error:
            return [Answer(None, Outcome(None, 0, 0.0, "bad_request", str(error)))] * count
        began = time.monotonic()
        outcome, tree = await self.caller.call(request), None
        if not outcome.good:
            return [Answer(None, self._told(request, outcome))] * count
        if self.service.operation is not None:
            waiter = Waiter(self.caller, self.service, self.polling, request, began)
            outcome, tree = await waiter.result(outcome)
            if not outcome.good:
                return [Answer(None, outcome)] * count
        assert outcome.response is not None  # a good outcome has one
        got = found(self.service, outcome.response, count, tree)
        return [self._answer(each, outcome, request) for each in got]

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
    name of a model, a few calls more than it takes to come down to a row end the search.
    """

    def __init__(self, answering: Answering, common: Values, count: int) -> None:
        self._answering, self._common = answering, common
        assert answering.service.batch is not None  # only batches are halved
        self._split = answering.service.batch.split
        self._patience = 2 * math.ceil(math.log2(max(2, count))) + _REFUSED_BESIDE
        self._refused, self._taken = 0, False

    async def answers(self, rows: Sequence[Values], before: Outcome | None = None) -> list[Answer]:
        """Return an answer for each row."""
        got = [_after(before, each) for each in await self._answering._once(self._common, rows)]
        failed = got[0].outcome
        if failed is None or not self._splits(got):
            self._taken = self._taken or any(each.outcome is None for each in got)
            return got
        self._refused += 1
        if len(rows) == 1 or (not self._taken and self._refused > self._patience):
            return got
        half = len(rows) // 2
        first = await self.answers(rows[:half], failed)
        return first + await self.answers(rows[half:], failed)

    def _splits(self, got: Sequence[Answer]) -> bool:
        response = got[0].outcome.response if got[0].outcome is not None else None
        unmade = got[0].outcome is not None and got[0].outcome.attempts == 0
        return unmade or (response is not None and response.status in self._split)


def _after(before: Outcome | None, answer: Answer) -> Answer:
    """Return an answer with the tries that its row had in a larger batch counted."""
    if before is None or answer.outcome is None:
        return answer
    own = answer.outcome
    tries, spent = before.attempts + own.attempts, before.elapsed + own.elapsed
    return Answer(answer.value, replace(own, attempts=tries, elapsed=spent))
