"""Operations that take their time: asked for again and again by the event loop, without a thread.

Between two questions an operation costs a timer. The longer it takes, the less often it is asked
for, so that the answer is known at most a tenth of its time too late.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from synapse_magic.http.caller import Caller
from synapse_magic.http.request import Outcome, Request, Response
from synapse_magic.http.service.json_path import missing, read, text_at
from synapse_magic.http.service.keys import Signing
from synapse_magic.http.service.making import without_content
from synapse_magic.http.service.reading import Failure, said, tree_of
from synapse_magic.http.service.service import Service
from synapse_magic.http.service.template import FillError, fill_path
from synapse_magic.http.waiting import retry_after

_SHARE = 0.1
_LAST_SECONDS = 1.0
"""Before the end, when there is no time for a whole pause, the last question is asked."""
_NOT_YET_THERE = 5.0
"""Seconds in which an operation may be unknown to the service that has just begun it."""


@dataclass(frozen=True)
class Polling:
    """How often operations are asked for.

    Attributes
    ----------
    first, least, longest : float
        Seconds before the first question, between two at least, and at most where the service
        does not ask for more.
    most : int
        Questions for one operation.
    """

    first: float = 0.3
    least: float = 0.3
    longest: float = 10.0
    most: int = 1000


Result = tuple[Outcome, Any]


class Waiter:
    """Waits for what one request began.

    Parameters
    ----------
    caller : Caller
    service : Service
    polling : Polling
    signing : Signing
    request : Request
    base : str
        The address before the path of the service.
    began : float
        When the row did, by which it has to be done.
    """

    def __init__(
        self,
        caller: Caller,
        service: Service,
        polling: Polling,
        signing: Signing,
        request: Request,
        base: str,
        began: float,
    ) -> None:
        assert service.operation is not None  # there is something to wait for
        self._caller, self._service, self._polling = caller, service, polling
        self._operation, self._signing = service.operation, signing
        self._request, self._base, self._began = request, base, began
        self._submitted = began
        job = caller.runtime.job(caller.job, request.origin)
        self._job_ends = job.ends(caller.policy.job_deadline)
        self._ends = min(began + caller.policy.deadline, self._job_ends)
        self._attempts = 0

    async def result(self, submitted: Outcome) -> Result:
        """Return the outcome of an operation, and the JSON of its result where it is a good one."""
        self._attempts, self._submitted = submitted.attempts, time.monotonic()
        response = _response(submitted)
        tree = tree_of(response) if response.body else missing
        try:
            question = self._question(response, tree)
        except FillError as error:
            return self._failed(submitted, "foreign_operation", str(error))
        if question is None:
            if self._state(tree) in self._operation.done:  # ready at once
                return await self._fetched(submitted, tree)
            return self._failed(
                submitted, "no_operation", "The reply names no operation to ask for"
            )
        return await self._polled(question, submitted)

    async def _polled(self, question: Request, last: Outcome) -> Result:
        pause = self._pause(last, self._polling.first)
        for _ in range(self._polling.most):
            if pause is None:
                return self._late(last)
            await asyncio.sleep(pause)
            last = await self._ask(question)
            pause = self._pause(last, self._polling.least)
            if not last.good:
                if last.code == "http_404" and time.monotonic() - self._submitted < _NOT_YET_THERE:
                    continue
                return self._failed(last, last.code, last.message)
            tree = tree_of(_response(last))
            end = self._end(last, tree)
            if end is not None:
                return end
            if self._state(tree) in self._operation.done:
                return await self._fetched(last, tree)
        told = f"The operation was not done after {self._polling.most} questions"
        return self._failed(last, "not_done", told)

    def _end(self, outcome: Outcome, tree: Any) -> Result | None:
        """Return what ends the waiting without a result, None where nothing does."""
        if isinstance(tree, Failure):
            return self._failed(outcome, tree.code, tree.message)
        state, operation = self._state(tree), self._operation
        if state in operation.failed:
            code, message = said(self._service, tree)
            told = f"The operation ended as {state}"
            return self._failed(
                outcome, code or f"operation_{state}", f"{told}: {message}" if message else told
            )
        if state in operation.done or state in operation.running:
            return None
        shown = "no state" if state is None else f"the unknown state {state!r}"
        return self._failed(outcome, "unknown_state", f"The operation has {shown}")

    async def _fetched(self, outcome: Outcome, tree: Any) -> Result:
        """Return the result of an operation that is done, from where it is."""
        if self._operation.result_address is not None:
            address = text_at(tree, self._operation.result_address)
            if address is None:
                return self._failed(outcome, "no_result", "The operation tells no address")
            outcome = await self._ask(self._get(urljoin(self._request.url, address)))
            if not outcome.good:
                return self._failed(outcome, outcome.code, outcome.message)
            tree = tree_of(_response(outcome))
            if isinstance(tree, Failure):
                return self._failed(outcome, tree.code, tree.message)
        result = read(tree, self._operation.result)
        if result is missing or result is None:
            return self._failed(outcome, "no_result", "The operation is done, and has no result")
        return self._counted(outcome), result

    async def _ask(self, question: Request) -> Outcome:
        left = max(0.001, self._ends - time.monotonic())
        own = self._caller.policy
        policy = replace(own, deadline=left, json=True, metering=None)  # asking is free
        caller = Caller(self._caller.runtime, policy, self._caller.job)
        outcome = await self._signing.call(caller, question)
        self._attempts += outcome.attempts
        return outcome

    def _pause(self, last: Outcome, least: float) -> float | None:
        """Return the seconds before the next question, None where there is no time for one."""
        now = time.monotonic()
        wanted = min(self._polling.longest, max(least, _SHARE * (now - self._submitted)))
        told = retry_after(last.response, time.time()) if last.response is not None else None
        asked = told or 0.0
        if now + max(wanted, asked) < self._ends:
            return max(wanted, asked)
        left = self._ends - now - _LAST_SECONDS
        return left if left > asked else None

    def _place(self, response: Response, tree: Any) -> str | None:
        operation = self._operation
        if operation.header is not None:
            return response.header(operation.header)
        found = text_at(tree, operation.id or ())
        if found is None or operation.address is None:
            return None
        address = fill_path(operation.address, {"id": found})
        if not address.startswith("/"):
            return address
        return self._base + address

    def _question(self, response: Response, tree: Any) -> Request | None:
        """Return the request that asks for the operation, None where the reply names none.

        Raises
        ------
        FillError
            When the service sends us to another server, which is no place for its key.
        """
        place = self._place(response, tree)
        if place is None:
            return None
        question = self._get(urljoin(self._request.url, place))
        if question.origin != self._request.origin:
            raise FillError(f"The operation is at another server, {question.origin}")
        return question

    def _get(self, url: str) -> Request:
        """Return a request for an address, with the key only where it is of the same server."""
        bare = Request("GET", url)
        own = bare.origin == self._request.origin
        return replace(bare, headers=without_content(self._request.headers)) if own else bare

    def _state(self, tree: Any) -> str | None:
        state = text_at(tree, self._operation.state)
        return state.lower() if state is not None else None

    def _late(self, last: Outcome) -> Result:
        policy, told = self._caller.policy, "The operation was not done within the"
        if self._ends == self._job_ends:
            limit = f"{policy.job_deadline:g} s for the job (deadline)"
            return self._failed(last, "job_deadline", f"{told} {limit}")
        limit = f"{policy.deadline:g} s for a row (concurrentTimeout)"
        return self._failed(last, "deadline", f"{told} {limit}")

    def _failed(self, outcome: Outcome, code: str, message: str) -> Result:
        place = f"{self._request.method} {self._request.place}"
        told = message if message.startswith("GET ") else f"{place}: {message}"
        return replace(self._counted(outcome), code=code, message=told), None

    def _counted(self, outcome: Outcome) -> Outcome:
        """Return an outcome with all tries and all the time that it took."""
        spent = time.monotonic() - self._began
        return replace(outcome, attempts=self._attempts, elapsed=spent)


def _response(outcome: Outcome) -> Response:
    assert outcome.response is not None  # a good outcome has one
    return outcome.response
