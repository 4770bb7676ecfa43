"""One server as all calls of a process know it: whether it lives, and how much it takes."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Any, Literal

from synapse_magic.http.breaker import Breaker
from synapse_magic.http.budget import Budget
from synapse_magic.http.job import Job
from synapse_magic.http.quota import Outgrown
from synapse_magic.http.request import Request
from synapse_magic.http.shared_pace import SharedPace
from synapse_magic.http.tokens import expected, used
from synapse_magic.http.verdict import Verdict
from synapse_magic.http.waiting import exhausted_for
from synapse_magic.http.window import Window

Entry = Literal["go", "late", "down"]
_MOST_REFUSED = 0.5


class Endpoint:
    """Lets calls in one by one where there is a limit, and at once where there is none.

    Calls that must wait stand in one line, in order; a single task at its head waits for the
    breaker, the pause, the window, the budget and the pace, so that no herd wakes together.

    Parameters
    ----------
    origin : str
        Scheme, host and port.
    rate : float or None
        Requests a second, where that is known.
    tokens : float or None
        Tokens of a language model a minute, where that is known.
    reads : bool
        Whether its calls only read: they have a pace apart from those that begin something.
    longest_pause : float
        Seconds that a server may stop all calls for.
    """

    def __init__(
        self,
        origin: str,
        rate: float | None,
        tokens: float | None = None,
        *,
        reads: bool = False,
        longest_pause: float = 120.0,
    ) -> None:
        self.breaker = Breaker()
        self.window = Window()
        self.pace = SharedPace(f"{origin} {'reads' if reads else 'writes'}", likely=rate)
        self.outgrown = Outgrown()
        self.trouble = ""  # of the last request without an answer
        self.in_flight = 0
        self.let_in = 0  # requests that ended well
        self.rows = 0  # begun and not ended, whether in flight or between two tries
        self._budget = Budget(origin, rate) if rate else None
        self._tokens = Budget(f"tokens {origin}", tokens / 60) if tokens else None
        self._longest_pause = longest_pause
        self._paused = 0.0
        self._line: deque[tuple[asyncio.Future[Any], Request]] = deque()
        self._porter: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()

    async def enter(self, request: Request, ends: float, job: Job) -> Entry | None:
        """Wait until one more request may go.

        Returns
        -------
        str or None
            ``go``, after which :meth:`leave` or :meth:`abandon` must follow; ``late`` when the
            time ``ends`` came first; ``down`` when the endpoint is dead; None when the job was
            stopped.
        """
        if not self._line and self._open_to_all():
            self.in_flight += 1
            return "go"
        future = asyncio.get_running_loop().create_future()
        self._line.append((future, request))
        if self._porter is None or self._porter.done():
            self._porter = asyncio.create_task(self._let_in())
            self._porter.add_done_callback(self._tell_failure)
        try:
            entry: Entry | None = await job.wait(future, ends, "late")
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.result() == "go":
                self.abandon()
            raise
        return entry

    def leave(self, request: Request, verdict: Verdict, sent: float) -> None:
        """Learn from the end of a request that was let in at ``sent``."""
        try:
            self._learn(verdict, sent, time.monotonic())
            if self._tokens is not None and verdict.response is not None:
                told = used(verdict.response)
                self._tokens.correct(told - expected(request) if told is not None else 0.0)
        finally:
            self.in_flight -= 1
            self._changed.set()

    def abandon(self) -> None:
        """Take back a request that was let in, and cancelled."""
        self.breaker.given_back()
        self.in_flight -= 1
        self._changed.set()

    def _learn(self, verdict: Verdict, sent: float, now: float) -> None:
        if verdict.alive:
            self.breaker.answered()
        else:
            self.breaker.failed(sent, now)
            self.trouble = verdict.message
        if verdict.kind == "fast":
            if self.rows > 1:  # one alone is paced by its own back-off
                self.pace.refused(sent, now)
            if verdict.wait and self.pace.tally.refused() > _MOST_REFUSED:
                self._pause(now + min(verdict.wait, self._longest_pause))
        elif verdict.crowded:
            self.window.objected(self.in_flight, sent, now)
        elif verdict.kind == "good":
            self.let_in += 1
            self.window.answered(self.in_flight)
            self.pace.answered(now)
        if verdict.response is not None:
            used_up = exhausted_for(verdict.response.headers, time.time())
            self._pause(now + min(used_up, self._longest_pause))

    def _pause(self, until: float) -> None:
        self._paused = max(self._paused, until)

    def _open_to_all(self) -> bool:
        return (
            self._budget is None
            and self._tokens is None
            and self.pace.free
            and not self.breaker.open
            and self._paused <= time.monotonic()
            and not self.window.full(self.in_flight)
        )

    async def _let_in(self) -> None:
        """Let those in the line in, each when its time has come."""
        while self._line:
            entry = await self._clear(self._line[0][1])
            while self._line:
                future, _ = self._line.popleft()
                if not future.done():
                    self._admit(future, entry)
                    break

    def _tell_failure(self, porter: asyncio.Task[None]) -> None:
        """Hand an exception of the porter's, such as of a full disk, to those in the line."""
        failure = None if porter.cancelled() else porter.exception()
        while failure is not None and self._line:
            future, _ = self._line.popleft()
            if not future.done():
                future.set_exception(failure)

    def _admit(self, future: asyncio.Future[Any], entry: Entry) -> None:
        if entry == "go":
            self.in_flight += 1
            self.breaker.probing = self.breaker.open
        future.set_result(entry)

    async def _clear(self, request: Request) -> Entry:
        """Wait until the next request may go, or need not wait any longer."""
        placed: float | None = None
        limited = False
        while True:
            now = time.monotonic()
            if self.breaker.hopeless(now):
                return "down"
            hold = self._hold(now)
            if hold is not None:
                await self._change(hold)
                continue
            if limited:
                return "go"
            if placed is None or self.pace.void(placed, now):
                placed, wait = now, self.pace.reserve(now)
            else:
                limited, wait = True, self._reserved(request)
            if wait > 0:
                await asyncio.sleep(wait)

    def _reserved(self, request: Request) -> float:
        """Take a place in what is known to be limited, and return the seconds until it comes.

        Last of all: several that are taken and used later would be used close together.
        """
        waits = [0.0]
        if self._budget is not None:
            waits.append(self._budget.reserve())
        if self._tokens is not None:
            waits.append(self._tokens.reserve(expected(request)))
        return max(waits)

    def _hold(self, now: float) -> float | None:
        """Return the seconds after which to look again, None when nothing is in the way."""
        if self.breaker.open and (self.breaker.probing or self.breaker.rest(now) > 0):
            return self.breaker.rest(now) or _LOOK_SECONDS
        if self._paused > now:
            return self._paused - now
        return _LOOK_SECONDS if self.window.full(self.in_flight) else None

    async def _change(self, seconds: float) -> None:
        """Sleep so long, or until a request has ended."""
        self._changed.clear()
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except asyncio.TimeoutError:
            return


_LOOK_SECONDS = 60.0
"""Seconds after which the line is looked at again although no request has ended."""
