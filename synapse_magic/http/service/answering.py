"""From a unit of rows to an answer for each of them: call, wait and read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from synapse_magic.http.caller import Caller
from synapse_magic.http.failure import AGAIN
from synapse_magic.http.request import Outcome, Request, Response
from synapse_magic.http.service.answer import UNMADE, Answer
from synapse_magic.http.service.halving import Halving
from synapse_magic.http.service.making import Values, base_address, make
from synapse_magic.http.service.operation import Polling, Waiter
from synapse_magic.http.service.packing import Unit
from synapse_magic.http.service.reading import Failure, found, said, tree_of
from synapse_magic.http.service.service import Service
from synapse_magic.http.service.template import FillError
from synapse_magic.http.verdict import Verdict

_OF_THE_MOMENT = frozenset(
    {*AGAIN, "deadline", "job_deadline", "throttled", "wait_too_long", "endpoint_down"}
    | {"quota_gone", "not_done", "http_401", "http_403"}
)
"""Codes of questions that failed, which say nothing of the operation that they ask for."""


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
        ask = partial(self._once, unit.values)
        return await Halving(unit.rows, self.service.batch.split, ask).answers()

    async def _once(self, common: Values, rows: Sequence[Values]) -> list[Answer]:
        """Return the answers to one request; all have its outcome where it failed."""
        count = max(1, len(rows))
        try:
            request = make(self.service, common, rows)
            waiter = self._waiter(request, common)
        except FillError as error:
            return [Answer(None, Outcome(None, 0, 0.0, UNMADE, str(error)))] * count
        for _ in range(2):  # again where what a journal had is of no use any more
            got, useless = await self._asked(request, waiter, count)
            if useless is not None:
                await self.caller.forget(request, _response(useless))
            if useless is None or useless.elapsed > 0.0:
                break
        return got

    def _waiter(self, request: Request, common: Values) -> Waiter | None:
        """Return what waits for what a request begins, until the time of its row is over."""
        if self.service.operation is None:
            return None
        base, began = base_address(self.service, common), time.monotonic()
        return Waiter(self.caller, self.service, self.polling, request, base, began)

    async def _asked(
        self, request: Request, waiter: Waiter | None, count: int
    ) -> tuple[list[Answer], Outcome | None]:
        """Return the answers to a request, and its outcome where that was good and led to none."""
        asked = outcome = await self.caller.call(request)
        tree = None
        if not outcome.good:
            return [Answer(None, self._told(request, outcome))] * count, None
        if waiter is not None:
            outcome, tree = await waiter.result(outcome)
            if not outcome.good:
                return [Answer(None, outcome)] * count, None if self.passing(outcome) else asked
        got = found(self.service, _response(outcome), count, tree)
        useless = all(isinstance(each, Failure) for each in got)
        return [self._answer(each, outcome, request) for each in got], asked if useless else None

    def passing(self, outcome: Outcome) -> bool:
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


def _response(outcome: Outcome) -> Response:
    assert outcome.response is not None  # a good outcome has one
    return outcome.response
