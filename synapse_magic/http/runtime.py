"""What one process keeps for its calls: the event loop, connections, and what limits taught it."""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from synapse_magic.http.endpoint import Endpoint
from synapse_magic.http.job import Job
from synapse_magic.http.journal import Journal
from synapse_magic.http.meter import Meter, Unmetered
from synapse_magic.http.metering import Metering
from synapse_magic.http.request import Request
from synapse_magic.http.sender import Sender, sender

T = TypeVar("T")
_KEPT = 4096


class Runtime:
    """The event loop of a process, on a thread of its own, and what outlives a partition."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self._senders: dict[str, Sender] = {}
        self._endpoints: dict[tuple[str, bool, float | None, float | None], Endpoint] = {}
        self._jobs: dict[tuple[str, str], Job] = {}
        self._journals: dict[str, Journal] = {}
        self._meters: dict[Metering, Meter] = {}
        self._thread = threading.Thread(
            target=self.loop.run_forever, name="synapse-magic-http", daemon=True
        )
        self._thread.start()

    @property
    def usable(self) -> bool:
        """Whether it is of this process, not of the one that this was forked from, and runs."""
        return self.pid == os.getpid() and self._thread.is_alive()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop, and return its result to another thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def sender(self, engine: str) -> Sender:
        """Return the sender of an engine; called on the loop."""
        if engine not in self._senders:
            self._senders[engine] = sender(engine)
        return self._senders[engine]

    def endpoint(
        self, request: Request, rate: float | None, tokens: float | None = None
    ) -> Endpoint:
        """Return what is known of where a request goes; called on the loop.

        Most services limit questions apart from what begins something, so each has its own.
        """
        key = (request.origin, request.reads, rate, tokens)
        if key not in self._endpoints:
            self._forget_idle()
            self._endpoints[key] = Endpoint(request.origin, rate, tokens, reads=request.reads)
        return self._endpoints[key]

    def job(self, name: str, origin: str) -> Job:
        """Return what the calls of one job to one server share; called on the loop."""
        key = (name, origin)
        if key not in self._jobs:
            self._jobs[key] = Job(name)
            if len(self._jobs) > _KEPT:  # a stream is a new job every few seconds
                del self._jobs[next(iter(self._jobs))]
        return self._jobs[key]

    def journal(self, folder: str) -> Journal:
        """Return the journal of a folder, with what others have written to it; not on the loop."""
        journal = self._journals.setdefault(folder, Journal(folder))
        journal.refresh()
        return journal

    def meter(self, metering: Metering | None) -> Unmetered:
        """Return what counts calls in this process."""
        if metering is None:
            return Unmetered()
        if metering not in self._meters:
            self._meters[metering] = Meter(metering, self.loop)
            if len(self._meters) > _KEPT:
                del self._meters[next(iter(self._meters))]
        return self._meters[metering]

    def _forget_idle(self) -> None:
        """Forget the older endpoints without calls, where addresses lead to very many."""
        if len(self._endpoints) > _KEPT:
            idle = [key for key, each in self._endpoints.items() if not each.rows]
            for key in idle[: len(idle) // 2]:
                del self._endpoints[key]

    def close(self) -> None:
        """Close all connections and end the loop."""
        self.run(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _close(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:  # such as a line's porter that waits to let the next one in
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for each in self._senders.values():
            await each.close()
        for journal in self._journals.values():
            await journal.flush()
        await self.loop.shutdown_default_executor()


_lock = threading.Lock()
_current: Runtime | None = None
_of_parents: list[Runtime] = []


def current() -> Runtime:
    """Return the runtime of this process, started when it is first asked for."""
    global _current
    with _lock:
        if _current is not None and not _current.usable:
            # Of the process this one was forked from. It must not be collected: closing its
            # sockets here would take them from the parent's event loop.
            _of_parents.append(_current)
            _current = None
        if _current is None:
            _current = Runtime()
        return _current


@atexit.register
def shut_down() -> None:
    """Close the connections of this process, if it has any; calls start them anew."""
    global _current
    with _lock:
        if _current is not None and _current.usable:
            _current.close()
            _current = None
