"""What all calls of one job share: its deadline, and the news that there is nothing to spend."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

from synapse_magic.http.host_file import HostNumber
from synapse_magic.http.verdict import Verdict


class Job:
    """One run of a stage over a frame: this process's calls to one server.

    Parameters
    ----------
    name : str
        The same in all workers, and for all servers.
    """

    def __init__(self, name: str) -> None:
        self.stopped: Verdict | None = None
        self._name = name
        self._began: float | None = None
        self._waiting: set[asyncio.Future[Any]] = set()

    def ends(self, deadline: float | None) -> float:
        """Return when the time of the job is up, by ``time.monotonic()``.

        It runs from the first call on this machine, in whichever process that was.
        """
        if deadline is None:
            return math.inf
        if self._began is None:
            now = time.monotonic()
            self._began = HostNumber(f"job {self._name}").change(lambda began: began or now)
        return self._began + deadline

    async def wait(self, future: asyncio.Future[Any], until: float, late: Any) -> Any:
        """Return the result of ``future``, None when the job is stopped, ``late`` at that time."""
        timer = asyncio.get_running_loop().call_at(until, _settle, future, late)
        self._waiting.add(future)
        try:
            return await future
        finally:
            self._waiting.discard(future)
            timer.cancel()

    async def rest(self, seconds: float) -> None:
        """Sleep so long, or until the job is stopped."""
        loop = asyncio.get_running_loop()
        await self.wait(loop.create_future(), loop.time() + seconds, None)

    def stop(self, verdict: Verdict) -> None:
        """Make all further calls of the job fail as this one did, without being sent."""
        self.stopped = verdict
        for future in list(self._waiting):
            _settle(future, None)


def _settle(future: asyncio.Future[Any], result: Any) -> None:
    if not future.done():
        future.set_result(result)
