"""One request from its first try to its outcome: the loop of tries, bound by count and time."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from synapse_magic.http.failure import CallError
from synapse_magic.http.header_signs import wrong_header
from synapse_magic.http.journal import Journal
from synapse_magic.http.masking import masked
from synapse_magic.http.meter import LIMIT_REACHED
from synapse_magic.http.policy import Policy
from synapse_magic.http.quota import Patience
from synapse_magic.http.request import Outcome, Request, Response
from synapse_magic.http.runtime import Runtime
from synapse_magic.http.verdict import TOO_LARGE, Verdict, of_failure, of_response

_REDIRECTS = 5
_SAME_METHOD = (307, 308)
_MOVED = (301, 302, 303)
_STOPPING = ("quota_gone", "wait_too_long", LIMIT_REACHED)
"""Codes that are as true of the job's other requests to the same server, unless it just failed."""


@dataclass
class Caller:
    """Calls requests by one policy, for one job.

    What only makes sense as a new question, such as whether something is done by now, is asked
    by a caller without a journal.
    """

    runtime: Runtime
    policy: Policy
    job: str
    journal: Journal | None = None

    async def call(self, request: Request) -> Outcome:
        """Return what becomes of a request; raises only for a journal, or when cancelled."""
        if self.journal is None:
            return await _Row(self, request).run()
        asked = False

        async def ask() -> Outcome:
            nonlocal asked
            asked = True
            return await _Row(self, request).run()

        outcome = await self.journal.answer(request, self.job, self.policy, ask)
        if not asked and outcome.good:
            self.runtime.meter(self.policy.metering).kept()
        return outcome

    async def forget(self, request: Request, response: Response) -> None:
        """Take an answer that was of no use out of the journal."""
        if self.journal is not None:
            await self.journal.forget(request, response)


class _Row:
    """The state of one request between its tries."""

    def __init__(self, caller: Caller, request: Request) -> None:
        self.policy, self.runtime, self.request = caller.policy, caller.runtime, request
        self.job = self.runtime.job(caller.job, request.origin)
        self.meter = self.runtime.meter(self.policy.metering)
        self.endpoint = self.runtime.endpoint(
            request, self.policy.requests_per_second, self.policy.tokens_per_minute
        )
        self.began = time.monotonic()
        self.job_ends = self.job.ends(self.policy.job_deadline)
        self.ends = min(self.began + self.policy.deadline, self.job_ends)
        self.attempts = 0
        self.failures = 0  # that count against the policy's attempts
        self.refusals = 0  # by throttling
        self.redirects = 0
        self.forgiven = False
        self.patience = Patience(self.policy.deadline)
        self.last: Verdict | None = None

    async def run(self) -> Outcome:
        """Try until a try is the last one."""
        self.endpoint.rows += 1
        try:
            return await self._tries()
        finally:
            self.meter.goes_on(self)
            self.endpoint.rows -= 1

    @property
    def _stopped(self) -> Verdict | None:
        """What ended the job: for a request that costs nothing, no limit of what it may cost."""
        stopped = self.job.stopped
        limit = stopped is not None and stopped.code == LIMIT_REACHED
        return None if limit and self.policy.metering is None else stopped

    async def _tries(self) -> Outcome:
        while True:
            verdict = await self._try()
            if verdict.response is not None and self._redirected(verdict.response):
                continue
            if verdict.stale and not self.forgiven:
                self.forgiven = True
                continue
            end = self._end(verdict)
            if end is not None:
                if end.code in _STOPPING and end.kind != "again":
                    self.job.stop(replace(end, kind="final"))
                if end.code == TOO_LARGE and self.attempts:  # one not sent tells nothing new
                    self.endpoint.outgrown.note(self.request, time.monotonic())
                return self._outcome(end)
            self.last = verdict
            pause = self._pause(verdict)
            until = time.monotonic() + pause
            self.meter.waits(self, _why(verdict, self.request), until, self.policy.deadline)
            await self._rest(pause)

    async def _try(self) -> Verdict:
        """Send the request once, if it may go."""
        stopped = self._stopped
        if stopped is not None:
            return replace(stopped, response=None)
        if self.policy.divisible and self.endpoint.outgrown.holds(self.request, time.monotonic()):
            message = f"{self.request.place} refused one that was no larger for its size"
            return self._ended(TOO_LARGE, message)
        entry = await self.endpoint.enter(self.request, self.ends, self.job)
        if entry == "go":
            return await self._send()
        if entry == "late":
            return self._late()
        if entry == "down":
            message = f"{self.request.place} has not answered for some time and is not tried"
            told = f"{message}; the last that was: {self.endpoint.trouble}"
            return self._ended("endpoint_down", told)
        if self._stopped is None:  # the job was stopped, though not for this one
            return await self._try()
        return replace(self._stopped, response=None)

    async def _send(self) -> Verdict:
        sent = time.monotonic()
        left = self.ends - sent
        if left <= 0:
            self.endpoint.abandon()
            return self._late()
        reached = self.meter.begin(again=self.attempts > 0)
        if reached is not None:
            self.endpoint.abandon()
            told = "Not called" if self.last is None else "Not tried again"
            return self._ended(LIMIT_REACHED, f"{told}: {reached}")
        self.meter.goes_on(self)
        limit = min(self.policy.timeout, left)
        self.attempts += 1
        try:
            _check(self.request)
            sender = self.runtime.sender(self.policy.engine)
            response = await sender.send(self.request, limit, self.policy.largest)
        except CallError as failure:
            verdict = of_failure(self.request, failure)
        except BaseException:
            self.endpoint.abandon()
            self.meter.end(None, 0.0)
            raise
        else:
            verdict = of_response(self.policy, self.request, response)
            if verdict.kind != "good" and response.header("location") is None:
                # What is refused goes into columns and messages; where it leads to is read here.
                verdict = of_response(self.policy, self.request, masked(response, self.request))
        took = time.monotonic() - sent
        try:
            self.endpoint.leave(self.request, verdict, sent)
        finally:
            self.meter.end(verdict, took)
        return verdict

    def _end(self, verdict: Verdict) -> Verdict | None:
        """Return the verdict that ends this request, None where another try follows."""
        if verdict.kind in ("good", "final", "quota"):
            return verdict
        if verdict.throttled:
            self.refusals += 1
            if self._too_large(verdict):
                told = "it may be larger than the quota, for waiting does not help"
                return replace(verdict, code=TOO_LARGE, message=f"{verdict.message}; {told}")
        else:
            self.failures += 1
            if self.failures >= self.policy.attempts:
                return verdict
        longest = self.policy.longest_wait
        if verdict.wait is not None and verdict.wait > longest:
            told = f"it asks to wait {verdict.wait:.0f} s, more than {longest:.0f}"
            return replace(verdict, code="wait_too_long", message=f"{verdict.message}; {told}")
        soonest = time.monotonic() + (verdict.wait or 0.0)
        return self._late(verdict) if soonest >= self.ends else None

    def _too_large(self, verdict: Verdict) -> bool:
        """Return whether a throttled request is to be tried in parts."""
        if verdict.kind != "fast" or not self.policy.divisible:
            return False
        return self.patience.over(self.endpoint.let_in, time.monotonic())

    def _pause(self, verdict: Verdict) -> float:
        """Return the seconds before the next try; not beyond the deadline, where it ends anyway."""
        tries = self.refusals if verdict.throttled else self.failures
        wanted = self.policy.delay(tries, verdict.wait)
        return min(wanted, max(0.0, self.ends - time.monotonic()))

    async def _rest(self, seconds: float) -> None:
        """Sleep so long, or until the job is stopped."""
        until = time.monotonic() + seconds
        await self.job.rest(seconds)
        while self._stopped is None and (left := until - time.monotonic()) > 0:
            await self.job.rest(left)

    def _late(self, verdict: Verdict | None = None) -> Verdict:
        of_job = self.ends == self.job_ends
        limit = self.policy.job_deadline if of_job else self.policy.deadline
        last = verdict or self.last
        whose = "the job (deadline)" if of_job else "a row (concurrentTimeout)"
        message = f"No success within the {limit:g} s for {whose}"
        told = f"{message}; the last try: {last.message}" if last else message
        code = "job_deadline" if of_job else "deadline"
        return replace(self._ended(code, told), response=last.response if last else None)

    def _ended(self, code: str, message: str) -> Verdict:
        last = self.last.response if self.last else None
        return Verdict("final", code, message, last)

    def _redirected(self, response: Response) -> bool:
        """Take up a redirect that stays with the same server and asks for the same thing.

        Others end the request: following them would send its headers, and so its key, elsewhere.
        """
        target = response.header("location")
        readonly = self.request.method in ("GET", "HEAD")
        if target is None or self.redirects >= _REDIRECTS:
            return False
        if response.status not in _SAME_METHOD and not (readonly and response.status in _MOVED):
            return False
        try:
            moved = replace(self.request, url=urljoin(self.request.url, target))
        except ValueError:  # what the server told is no address
            return False
        if moved.origin != self.request.origin:
            return False
        self.redirects += 1
        self.request = moved
        return True

    def _outcome(self, verdict: Verdict) -> Outcome:
        elapsed = time.monotonic() - self.began
        return Outcome(verdict.response, self.attempts, elapsed, verdict.code, verdict.message)


def _why(verdict: Verdict, request: Request) -> str:
    """Return in a few words what came of a try, such as ``429 from localhost``."""
    host = request.origin.partition("://")[2]
    response = verdict.response
    return f"{response.status} from {host}" if response else f"{verdict.code} at {host}"


def _check(request: Request) -> None:
    """Refuse a header that a library may leave out, or send as something else, without a word."""
    for name, value in request.headers:
        wrong = wrong_header(name, value)
        if wrong:
            raise CallError("bad_request", f"its header {name!r} {wrong}")
