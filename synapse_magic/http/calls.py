"""A window of calls between one consumer and the event loop: never wider than the demand."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import itertools
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.http import runtime as runtimes
from synapse_magic.http.caller import Caller
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Outcome, Request

FIRST = 8
"""Calls that may begin before the consumer has taken anything."""

_CLOSE_SECONDS = 1.0


class Calls:
    """Calls in flight for one consumer, who feeds requests and takes outcomes as they come.

    What was begun and not yet taken is at most :data:`FIRST` and once more what was taken, up to
    twice the concurrency: a consumer who stops after ten results has paid for little more, and
    one who goes on has all of them in flight soon.

    Parameters
    ----------
    policy : Policy
    concurrency : int
        Requests in flight at most.
    job : str, optional
        The job that the calls belong to, the same in all its workers; by default its own.
    first : int
        Calls that may begin before anything was taken.
    through : callable, optional
        Makes of the :class:`Caller` what is called in its place, with what is fed.
    """

    def __init__(
        self,
        policy: Policy,
        concurrency: int,
        job: str | None = None,
        *,
        first: int = FIRST,
        through: Callable[[Caller], Any] | None = None,
    ) -> None:
        if concurrency < 1:
            raise SynapseError(f"concurrency must be at least 1, got {concurrency}")
        self._concurrency = concurrency
        self._runtime = runtimes.current()
        self._journal = self._runtime.journal(policy.journal) if policy.journal else None
        caller = Caller(self._runtime, policy, job or uuid.uuid4().hex, self._journal)
        self._caller = caller if through is None else through(caller)
        self.meter = self._runtime.meter(policy.metering)
        self._first = first
        self._fed = self._taken = 0
        self._waiting: deque[tuple[Any, Any]] = deque()
        self._done: deque[tuple[Any, Any]] = deque()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def outstanding(self) -> int:
        """How many were fed and not yet taken."""
        return self._fed - self._taken

    @property
    def ramping(self) -> bool:
        """Whether the window still grows with each outcome that is taken."""
        return self._first + self._taken < 2 * self._concurrency

    def room(self) -> int:
        """Return how many requests may be fed now."""
        return min(2 * self._concurrency, self._first + self._taken) - self.outstanding

    def feed(self, requests: Iterable[tuple[Any, Any]]) -> None:
        """Begin calls, each under a key by which its outcome is known."""
        before = self._fed
        for keyed in requests:
            self._waiting.append(keyed)
            self._fed += 1
        if self._fed > before:
            self._runtime.loop.call_soon_threadsafe(self._start)

    def ready(self, timeout: float, gather: float = 0.005) -> list[tuple[Any, Any]]:
        """Return outcomes with their keys, as soon as there are some or the time is up.

        They count as taken when :meth:`took` says so. A few at once cost less than each alone, so
        more are waited for, ``gather`` seconds.
        """
        if self._ready.wait(timeout) and self.outstanding > 1:
            time.sleep(gather)
        self._ready.clear()
        if self._failure is not None:
            raise self._failure
        return [self._done.popleft() for _ in range(len(self._done))]

    def took(self, count: int) -> None:
        """Note that the consumer took so many outcomes, and so wants more."""
        self._taken += count

    def close(self) -> None:
        """Cancel what is in flight, and write what came to the journal."""
        if self._runtime.usable:
            cancelled = asyncio.run_coroutine_threadsafe(self._cancel(), self._runtime.loop)
            concurrent.futures.wait([cancelled], _CLOSE_SECONDS)
            self.meter.tell()
            if self._journal is not None:
                self._runtime.run(self._journal.flush())

    def _start(self) -> None:
        while self._waiting and len(self._tasks) < self._concurrency:
            key, request = self._waiting.popleft()
            task = self._runtime.loop.create_task(self._caller.call(request))
            self._tasks.add(task)
            task.add_done_callback(functools.partial(self._ended, key))

    def _ended(self, key: Any, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        if task.exception() is not None:
            self._failure = task.exception()
        else:
            self._done.append((key, task.result()))
        self._ready.set()
        self._start()

    async def _cancel(self) -> None:
        self._waiting.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def call_each(
    requests: Iterable[Request],
    policy: Policy | None = None,
    *,
    concurrency: int = 16,
    ordered: bool = False,
) -> Iterator[tuple[int, Outcome]]:
    """Call requests, and yield the number of each with its outcome.

    Parameters
    ----------
    requests : iterable of Request
        Read only as far as there is demand.
    policy : Policy, optional
    concurrency : int
        Requests in flight at most.
    ordered : bool
        Yield in the order of the requests, not in that in which they end.

    Examples
    --------
    >>> from synapse_magic.http.mock.service import MockService
    >>> with MockService() as service:
    ...     service.reply("/hello", "hello")
    ...     found = dict(call_each([Request("GET", service.url("/hello"))] * 3))
    >>> sorted(found), found[0].response.text()
    ([0, 1, 2], 'hello')
    """
    calls = Calls(policy or Policy(), concurrency)
    numbered = enumerate(requests)
    try:
        ended = _as_completed(calls, numbered)
        yield from _in_order(ended, calls) if ordered else _counted(ended, calls)
    finally:
        calls.close()


def _as_completed(
    calls: Calls, numbered: Iterator[tuple[int, Request]]
) -> Iterator[tuple[int, Outcome]]:
    while True:
        calls.feed(itertools.islice(numbered, max(0, calls.room())))
        if not calls.outstanding:
            return
        yield from calls.ready(timeout=60.0)


def _counted(ended: Iterator[tuple[int, Outcome]], calls: Calls) -> Iterator[tuple[int, Outcome]]:
    for each in ended:
        yield each
        calls.took(1)


def _in_order(ended: Iterator[tuple[int, Outcome]], calls: Calls) -> Iterator[tuple[int, Outcome]]:
    kept: dict[int, Outcome] = {}
    following = 0
    for number, outcome in ended:
        kept[number] = outcome
        while following in kept:
            yield following, kept.pop(following)
            calls.took(1)
            following += 1
