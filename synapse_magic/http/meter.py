"""Counting calls where they are made, within what they may cost."""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
import time
from collections.abc import Sequence

from synapse_magic.http.call_counts import CallCounts
from synapse_magic.http.metering import Metering
from synapse_magic.http.request import Outcome
from synapse_magic.http.spending import Spending
from synapse_magic.http.tokens import usage
from synapse_magic.http.verdict import Verdict
from synapse_magic.http.waits import Waits

LIMIT_REACHED = "limit_reached"
"""Code of a row that was not called, as what all may cost is spent."""

_TELL_SECONDS = 0.1
_TELL_AGAIN_SECONDS = 1.0
"""While rows wait, although nothing happens: how long they still do changes."""


class Unmetered:
    """Counts nothing and forbids nothing."""

    def begin(self, *, again: bool) -> str | None:  # noqa: ARG002  another counts them
        """Count a request that is about to be sent; return why a limit forbids it, if one does."""
        return None

    def end(self, verdict: Verdict | None, seconds: float) -> None:
        """Count the end of a request; without a verdict it was cancelled."""

    def kept(self) -> None:
        """Count a request that had its answer already."""

    def waits(self, row: object, why: str, until: float, longest: float) -> None:
        """Note that a row waits for another try until then, and at most so many seconds in all."""

    def goes_on(self, row: object) -> None:
        """Note that a row does not wait, or no longer."""

    def rows(self, outcomes: Sequence[Outcome | None]) -> None:
        """Count rows that are done, with what became of their calls."""

    def tell(self) -> None:
        """Tell the driver what was counted."""


class Meter(Unmetered):
    """Counts calls of one process, and tells the driver by datagrams: no call waits for them.

    Each holds all that was counted so far, so that one which is lost is made good by the next.

    Parameters
    ----------
    metering : Metering
    loop : asyncio.AbstractEventLoop
        Where calls are made.
    """

    def __init__(self, metering: Metering, loop: asyncio.AbstractEventLoop) -> None:
        self.counts = CallCounts()
        self._waits = Waits()
        self._metering, self._loop = metering, loop
        self._own = secrets.token_hex(8)
        self._spending = Spending(metering.run, metering.limits) if metering.limits.any else None
        # Here, as looking up a name takes time, which the loop has not.
        self._socket = _connected(metering.host, metering.port)
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, *, again: bool) -> str | None:
        """Count a request that is about to be sent; return why a limit forbids it, if one does."""
        reached = self._forbidden()
        if reached is None:
            self.counts.sent += 1
            self.counts.in_flight += 1
            self.counts.retried += again
            self._changed()
        return reached

    def end(self, verdict: Verdict | None, seconds: float) -> None:
        """Count the end of a request; without a verdict it was cancelled, and may be paid for."""
        self.counts.in_flight -= 1
        if verdict is not None:
            self.counts.seconds += seconds
            self.counts.throttled += verdict.throttled
            cost = self._cost(verdict)
            self.counts.cost += cost
            if self._spending is not None:
                self._spending.settle(self._metering.expected, cost)
        self._changed()

    def kept(self) -> None:
        """Count a request that had its answer already."""
        self.counts.kept += 1
        self._changed()

    def waits(self, row: object, why: str, until: float, longest: float) -> None:
        """Note that a row waits for another try until then, and at most so many seconds in all."""
        self._waits.add(row, why, until, longest)
        self._changed()

    def goes_on(self, row: object) -> None:
        """Note that a row does not wait, or no longer."""
        self._waits.remove(row)

    def rows(self, outcomes: Sequence[Outcome | None]) -> None:
        """Count rows that are done, with what became of their calls; called by one thread."""
        bad = [each.code for each in outcomes if each is not None and not each.good]
        left = bad.count(LIMIT_REACHED)
        self.counts.rows += len(outcomes)
        self.counts.failed += len(bad) - left
        self.counts.left += left
        self._loop.call_soon_threadsafe(self._changed)

    def _forbidden(self) -> str | None:
        """Take one call from the limits, or return why it may not be made."""
        if self._spending is None:
            return None
        dollars = self._metering.limits.cost
        if dollars is not None and self._metering.price.by_tokens and self.counts.untold:
            return f"the limit of ${dollars:g} cannot be kept, as answers do not tell their tokens"
        reached = self._spending.reserve(self._metering.expected)
        return None if reached is None else f"the limit of {reached} is reached"

    def _cost(self, verdict: Verdict) -> float:
        """Return what a request has cost, and count its tokens; what failed costs nothing."""
        if verdict.kind != "good" or verdict.response is None:
            return 0.0
        used = usage(verdict.response)
        if used is None:
            self.counts.untold += 1
            return self._metering.price.call
        self.counts.input += used.input
        self.counts.output += used.output
        return self._metering.price.of_calls(1, used)

    def _changed(self) -> None:
        if self._timer is None and self._socket is not None:
            self._timer = self._loop.call_later(_TELL_SECONDS, self._tell_in_time)

    def _tell_in_time(self) -> None:
        self._timer = None
        self.tell()
        if self._waits.now(0.0) and self._socket is not None:
            self._timer = self._loop.call_later(_TELL_AGAIN_SECONDS, self._tell_in_time)

    def tell(self) -> None:
        """Tell the driver what was counted; one that cannot be reached gets the rows alone."""
        sender = self._socket  # another thread may close it meanwhile, as this is called by two
        if sender is None:
            return
        own = self._metering
        told = {"token": own.token, "from": self._own, "stage": own.stage}
        waiting = [each.told() for each in self._waits.now(time.monotonic())]
        numbers = {"counts": self.counts.told(), "waiting": waiting}
        content = json.dumps({**told, **numbers}).encode()
        try:
            sender.send(content)
        except OSError:
            sender.close()
            self._socket = None


def _connected(host: str, port: int) -> socket.socket | None:
    """Return a socket that sends there, None where there is no way."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.connect((host, port))
    except OSError:
        made.close()
        return None
    return made
