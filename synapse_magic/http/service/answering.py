"""From a unit of rows to an answer for each of them: call, wait and read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from synapse_magic.http.caller import Caller
from synapse_magic.http.failure import AGAIN
from synapse_magic.http.meter import LIMIT_REACHED
from synapse_magic.http.request import Outcome, Request, Response
from synapse_magic.http.service.answer import UNMADE, Answer
from synapse_magic.http.service.halving import Halving
from synapse_magic.http.service.keys import Keys, Signing
from synapse_magic.http.service.making import Values, base_address, make
from synapse_magic.http.service.operation import Polling, Waiter
from synapse_magic.http.service.packing import Unit
from synapse_magic.http.service.reading import Failure, found, said, tree_of
from synapse_magic.http.service.repeating import repeated
from synapse_magic.http.service.service import Service
from synapse_magic.http.service.template import FillError
from synapse_magic.http.verdict import Verdict

_OF_THE_MOMENT = frozenset(
    {*AGAIN, "deadline", "job_deadline", "throttled", "wait_too_long", "endpoint_down"}
    | {"quota_gone", "not_done", "http_401", "http_403", LIMIT_REACHED}
)
"""Codes of questions that failed, which say nothing of the operation that they ask for."""


@dataclass(frozen=True)
class _Call:
    """One request, how it is called, and what waits for the operation that it begins."""

    request: Request
    caller: Caller
    signing: Signing
    waiter: Waiter | None = None


@dataclass
class Answering:
    """Answers units of rows by a service, in place of a :class:`Caller`."""

    caller: Caller
    service: Service
    polling: Polling
    keys: Keys

    async def call(self, unit: Unit[Any]) -> list[Answer]:
        """Return an answer for each row of a unit.

        It raises only when it is cancelled, or where a key is not to be found any more.
        """
        if self.service.batch is None:
            return await self._once(unit.values, ())
        items = self.service.errors.items
        if items is None or not items.again:
            return await self._halved(unit.values, unit.rows)
        ask = partial(self._halved, unit.values)
        return await repeated(unit.rows, ask, items.again, self.caller.policy)

    async def _halved(self, common: Values, rows: Sequence[Values]) -> list[Answer]:
        """Return the answers to rows that go together as far as the service lets them."""
        assert self.service.batch is not None  # there are rows to go together
        return await Halving(rows, self.service.batch.split, partial(self._once, common)).answers()

    async def _once(self, common: Values, rows: Sequence[Values]) -> list[Answer]:
        """Return the answers to one request; all have its outcome where it failed."""
        count = max(1, len(rows))
        try:
            request = make(self.service, common, rows)
            call = self._call(request, common, divisible=len(rows) > 1)
        except FillError as error:
            return [Answer(None, Outcome(None, 0, 0.0, UNMADE, str(error)))] * count
        for _ in range(2):  # again where what a journal had is of no use any more
            got, useless = await self._asked(call, count)
            if useless is not None:
                await self.caller.forget(request, _response(useless))
            if useless is None or useless.elapsed > 0.0:
                break
        return got

    def _call(self, request: Request, common: Values, *, divisible: bool) -> _Call:
        """Return how a request is called, and what waits for an operation that it begins."""
        caller = self.caller
        if divisible:
            caller = replace(caller, policy=replace(caller.policy, divisible=True))
        signing = Signing(self.keys, common)
        if self.service.operation is None:
            return _Call(request, caller, signing)
        base, began = base_address(self.service, common), time.monotonic()
        waiter = Waiter(self.caller, self.service, self.polling, signing, request, base, began)
        return _Call(request, caller, signing, waiter)

    async def _asked(self, call: _Call, count: int) -> tuple[list[Answer], Outcome | None]:
        """Return the answers to a request, and its outcome where that was good and led to none."""
        request, waiter = call.request, call.waiter
        asked = outcome = await call.signing.call(call.caller, request)
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
