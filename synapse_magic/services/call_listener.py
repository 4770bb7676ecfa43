"""What the driver hears from its workers of the calls that they make."""

from __future__ import annotations

import socket
import time
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synapse_magic.http.call_counts import CallCounts
from synapse_magic.http.waits import Waiting, together
from synapse_magic.spark.events import CallsCounted, publish
from synapse_magic.spark.hearing import Hearing, hearing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


_SILENT_SECONDS = 5.0
"""After which a worker that was heard once a second, as long as it waits, is no more."""


class CallListener(Hearing):
    """Adds up what workers tell, and publishes each :class:`CallsCounted`.

    Attributes
    ----------
    total : int
        Rows that are to be done: all of them, or those that are tried first.
    steps : int
        How often each row is counted: once by each stage that calls for it.
    priced : bool
        Whether it is known what calls cost.
    """

    def __init__(self, host: str, server: socket.socket) -> None:
        self.total = 0
        self.steps = 1
        self.priced = False
        self._before = CallCounts()
        self._told: dict[tuple[str, int], CallCounts] = {}
        self._waiting: dict[tuple[str, int], tuple[float, list[Waiting]]] = {}
        super().__init__(host, server)

    @property
    def heard(self) -> bool:
        """Whether any worker could tell anything."""
        return bool(self._told)

    def begin(self, rows: int) -> None:
        """Publish that calls for so many rows are about to be made, before the first one.

        Those that were tried are among them, and count as rows once.
        """
        self.total, self._before = rows, self.counts()
        self._waiting.clear()
        self._publish()

    def counts(self, stage: int | None = None) -> CallCounts:
        """Return what all workers told, of one stage or of all, with what is on its way here."""
        self.catch_up()
        return self._sum(stage)

    def _sum(self, stage: int | None = None) -> CallCounts:
        told = list(self._told.items())
        own = [counts for (_, of), counts in told if stage is None or of == stage]
        return sum(own, start=CallCounts())

    def _take(self, told: dict[str, Any]) -> None:
        source, counts = (told["from"], told["stage"]), CallCounts.of(told["counts"])
        known = self._told.get(source)
        if known is None or counts.sent + counts.rows >= known.sent + known.rows:
            self._told[source] = counts  # an older one may come late
            waiting = [Waiting(*each) for each in told.get("waiting", ())]
            self._waiting[source] = time.monotonic(), waiting
        self._publish()

    def _publish(self) -> None:
        whole, before = self._sum(), self._before
        rows = (whole.rows - before.rows) // self.steps
        # A row that fails in several steps is counted by each, and cannot be more than one.
        failed = min(whole.failed - before.failed, rows)
        left = min(whole.left - before.left, rows - failed)
        shown = replace(whole, rows=rows, failed=failed, left=left)
        # A step before the calls may have made more rows of those that came in.
        total = max(rows, self.total)
        cost = whole.cost if self.priced else None
        since = time.monotonic() - _SILENT_SECONDS
        told = [own for heard, own in list(self._waiting.values()) if heard > since]
        waiting = together(each for own in told for each in own)
        publish(CallsCounted(shown, total, cost, tuple(waiting)))


def call_listener(spark: SparkSession) -> AbstractContextManager[CallListener]:
    """Listen to workers for the length of a ``with`` block."""
    return hearing(spark, CallListener)
