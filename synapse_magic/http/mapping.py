"""Calling the requests in Arrow batches: rows go in with a request and come out with an outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from synapse_magic.http.arrow import errors, requests_of, responses
from synapse_magic.http.calls import Calls
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Outcome, Request
from synapse_magic.http.worker_pipe import WorkerPipe

_READ = 64
_LOOK_SECONDS = 0.2
_GATHER_SECONDS = 0.02
_STOP_SECONDS = 0.025
_BODIES = 32 * 2**20
"""Bytes of bodies in one batch at most, unless one answer alone has more."""


@dataclass(frozen=True)
class Row:
    """A row on its way: which it is of all, and of which batch."""

    number: int
    batch: pa.RecordBatch
    place: int


Done = tuple[Row, Outcome | None]


@dataclass(frozen=True)
class RequestMapper:
    """Calls the requests of one column, and puts answers and errors beside the other columns.

    Parameters
    ----------
    column : int
        Place of the column of requests.
    kept : int
        How many of the first columns come out again.
    policy : Policy
    concurrency : int
        Requests in flight at most.
    ordered : bool
        Whether rows come out in the order in which they came in.
    """

    column: int
    kept: int
    policy: Policy
    concurrency: int
    ordered: bool = False

    def run(self, batches: Iterable[pa.RecordBatch], job: str) -> Iterator[pa.RecordBatch]:
        """Yield rows as they are done, a few at a time; stops when nobody reads them any more."""
        pipe = WorkerPipe.here()
        calls = Calls(self.policy, self.concurrency, job)
        line = _Line(self.ordered)
        try:
            for done in self._rounds(calls, self._rows(batches), line, pipe):
                if not done and line.latest is not None:
                    # Spark looks whether a task was cancelled when a batch comes, and only then.
                    yield self._made(line.latest, [])
                    pipe.flush()
                calls.meter.rows([outcome for _, outcome in done])
                for ready in _by_batch(line.passed(done)):
                    yield self._made(ready[0][0].batch, ready)
                    pipe.flush()
                    calls.took(sum(outcome is not None for _, outcome in ready))
        finally:
            calls.close()

    def _rounds(
        self,
        calls: Calls,
        rows: Iterator[tuple[Row, Request | None]],
        line: _Line,
        pipe: WorkerPipe,
    ) -> Iterator[list[Done]]:
        """Yield what was done in each round of feeding and taking."""
        left, handed_on = True, False
        while left or calls.outstanding:
            # After answers, whoever reads them has a moment to say that they are enough.
            if pipe.closed(_STOP_SECONDS if calls.ramping and handed_on else 0.0):
                return
            room = max(0, calls.room() - line.idle) if left else 0
            fed = list(islice(rows, room))
            left = left and len(fed) == room
            if fed:
                line.latest = fed[-1][0].batch
            calls.feed((row, request) for row, request in fed if request is not None)
            done: list[Done] = [(row, None) for row, request in fed if request is None]
            wait = 0.0 if done or not calls.outstanding else _LOOK_SECONDS
            called = calls.ready(wait, gather=0.005 if calls.ramping else _GATHER_SECONDS)
            handed_on = bool(called)
            done += called
            yield done

    def _rows(self, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Row, Request | None]]:
        number = 0
        for batch in batches:
            for start in range(0, batch.num_rows, _READ):
                part = batch.column(self.column).slice(start, _READ)
                for place, request in enumerate(requests_of(part), start):
                    yield Row(number, batch, place), request
                    number += 1

    def _made(self, batch: pa.RecordBatch, done: list[Done]) -> pa.RecordBatch:
        places = pa.array([row.place for row, _ in done], pa.int64())
        outcomes = [outcome for _, outcome in done]
        own = [column.take(places) for column in batch.columns[: self.kept]]
        names = [*batch.schema.names[: self.kept], "response", "error"]
        return pa.RecordBatch.from_arrays([*own, responses(outcomes), errors(outcomes)], names)


class _Line:
    """Rows that are under way: held back until those before them are done, in their order.

    Where their order is not to be kept, none is. ``latest`` is the batch that was read last.
    """

    def __init__(self, ordered: bool) -> None:
        self.latest: pa.RecordBatch | None = None
        self._ordered = ordered
        self._held: dict[int, Done] = {}
        self._next = 0

    @property
    def idle(self) -> int:
        """How many are held that have nothing to be called, and so are in no window."""
        return sum(outcome is None for _, outcome in self._held.values())

    def passed(self, done: list[Done]) -> list[Done]:
        """Return the rows that may go on."""
        if not self._ordered:
            return done
        self._held.update((row.number, (row, outcome)) for row, outcome in done)
        free = []
        while self._next in self._held:
            free.append(self._held.pop(self._next))
            self._next += 1
        return free


def _by_batch(done: list[Done]) -> list[list[Done]]:
    """Return the rows of each batch together, those of the first row's batch first.

    Where their bodies are large, they come in several parts.
    """
    grouped: dict[int, list[Done]] = {}
    for row, outcome in done:
        grouped.setdefault(id(row.batch), []).append((row, outcome))
    return [part for rows in grouped.values() for part in _parts(rows)]


def _parts(done: list[Done]) -> Iterator[list[Done]]:
    """Yield the rows in turn, as many together as have bodies of no more than ``_BODIES``."""
    part: list[Done] = []
    size = 0
    for row, outcome in done:
        response = outcome.response if outcome is not None else None
        body = len(response.body) if response is not None else 0
        if part and size + body > _BODIES:
            yield part
            part, size = [], 0
        part.append((row, outcome))
        size += body
    yield part
