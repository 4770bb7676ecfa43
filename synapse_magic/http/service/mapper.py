"""A service called for the rows of Arrow batches, which come out with values or errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

import pyarrow as pa

from synapse_magic.http.arrow import errors
from synapse_magic.http.caller import Caller
from synapse_magic.http.calls import FIRST, Calls
from synapse_magic.http.policy import Policy
from synapse_magic.http.secret import revealed
from synapse_magic.http.service.answer import Answer
from synapse_magic.http.service.answering import Answering
from synapse_magic.http.service.keys import Keys
from synapse_magic.http.service.line import Line, Row, by_batch
from synapse_magic.http.service.operation import Polling
from synapse_magic.http.service.packing import Place, Unit, Values, units
from synapse_magic.http.service.service import Service
from synapse_magic.http.service.template import names
from synapse_magic.http.service.values import plain
from synapse_magic.http.worker_pipe import WorkerPipe

Done = list[tuple[Any, Answer]]
"""What is done, each with its answer."""

_READ = 64
_LOOK_SECONDS = 0.2
_GATHER_SECONDS = 0.02
_STOP_SECONDS = 0.025
_HELD = 10_000
"""Rows that are done and held back for one before them, after which no more calls are begun."""


_SHARE_OF_MINUTE = 0.5
"""Of the tokens of a minute, what one request takes at most: one as large as all never goes."""


@dataclass(frozen=True)
class ServiceMapper:
    """Calls a service for each row, and puts values and errors beside the other columns.

    Parameters
    ----------
    service : Service
    given : dict
        Values that are the same for all rows, secrets among them.
    columns : dict
        Places of the columns of the other values, by name.
    kept : int
        How many of the first columns come out again.
    policy : Policy
    concurrency : int
        Requests in flight at most.
    most : int or None
        Rows in a request, where the service takes several.
    """

    service: Service
    given: Mapping[str, Any] = field(repr=False)
    columns: Mapping[str, int]
    kept: int
    policy: Policy
    concurrency: int
    most: int | None = None
    ordered: bool = False
    polling: Polling = field(default_factory=Polling)

    def run(self, batches: Iterable[pa.RecordBatch], job: str) -> Iterator[pa.RecordBatch]:
        """Yield rows as they are done, a few at a time; stops when nobody reads them any more."""
        pipe = WorkerPipe.here()
        revealed(dict(self.given))  # what is not found is told before anything is called
        # What waits for operations is begun at once: who wants ten rows would wait ten times.
        first = FIRST if self.service.operation is None else self.concurrency
        calls = Calls(self._rules(), self.concurrency, job, first=first, through=self._through())
        line, joined = Line(self.ordered), self._joining()
        try:
            for done in self._rounds(calls, self._units(batches, line), pipe, line):
                whole = joined(done)
                calls.meter.rows([answer.outcome for _, answer in whole])
                if not whole and line.latest is not None:
                    # Spark looks whether a task was cancelled when a batch comes, and only then.
                    yield self._made(line.latest, [])
                    pipe.flush()
                for ready in by_batch(line.passed(whole)):
                    yield self._made(ready[0][0].batch, ready)
                    pipe.flush()
        finally:
            calls.close()

    def _rules(self) -> Policy:
        """Return the policy of calls, whose replies are to be whole where they are JSON."""
        known = self.service.reply.content == "json" or self.service.operation is not None
        return replace(self.policy, json=known)

    def _through(self) -> Callable[[Caller], Any]:
        """Return what makes answers of units, by a caller."""
        return partial(Answering, service=self.service, polling=self.polling, keys=self._keys())

    def _keys(self) -> Keys:
        """Return the keys of all calls."""
        return Keys(self.service, self.given)

    def _joining(self) -> Callable[[Done], Done]:
        """Return what makes whole rows of what is done: each is one already."""
        return lambda done: done

    def _columns(self, values: Sequence[Any]) -> list[pa.Array]:
        """Return the columns of what rows get beside their errors."""
        return [pa.array(values, self.service.reply.type)]

    def _rounds(
        self, calls: Calls, waiting: Iterator[Any], pipe: WorkerPipe, line: Line
    ) -> Iterator[Done]:
        """Yield what was done in each round of feeding and taking."""
        left, handed_on = True, False
        while left or calls.outstanding:
            # After answers, whoever reads them has a moment to say that they are enough.
            if pipe.closed(_STOP_SECONDS if calls.ramping and handed_on else 0.0):
                return
            full = line.held >= _HELD and calls.outstanding
            room = max(0, calls.room()) if left and not full else 0
            fed = list(islice(waiting, room))
            left = left and (bool(full) or len(fed) == room)
            calls.feed(self._whole_units(unit for unit in fed if isinstance(unit, Unit)))
            done = [(row, Answer(None)) for row in fed if not isinstance(row, Unit)]
            wait = 0.0 if done or not calls.outstanding else _LOOK_SECONDS
            called = calls.ready(wait, gather=0.005 if calls.ramping else _GATHER_SECONDS)
            handed_on = bool(called)
            for unit, answers in called:
                done += zip(unit.places, answers)
            yield done
            calls.took(len(called))

    def _whole_units(self, fed: Iterable[Unit[Row]]) -> Iterator[tuple[Unit[Row], Unit[Row]]]:
        """Yield units with what is the same for all, its secrets as they are now.

        Looking one up may take time, which the thread that feeds has, and the event loop has not.
        """
        for unit in fed:
            yield unit, replace(unit, values={**revealed(dict(self.given)), **unit.values})

    def _units(self, batches: Iterable[pa.RecordBatch], line: Line) -> Iterator[Unit[Row] | Row]:
        return self._packed(self._raw_rows(batches, line))

    def _packed(self, rows: Iterable[tuple[Place, Values]]) -> Iterator[Unit[Place] | Place]:
        """Yield what becomes requests, and the places of rows for which there is nothing to call.

        Parameters
        ----------
        rows : iterable of (place, values)
            Values out of columns.
        """
        batch = self.service.batch
        wanted = set(names(batch.item)) if batch is not None else set()
        # What an item holds may be given for all rows at once; secrets are in no item.
        shared = {name: value for name, value in self.given.items() if name in wanted}
        minute = self.policy.tokens_per_minute
        tokens = int(minute * _SHARE_OF_MINUTE) if minute else None
        whole = ((place, self._whole({**shared, **values})) for place, values in rows)
        return units(self.service, whole, self.most, tokens)

    def _raw_rows(
        self, batches: Iterable[pa.RecordBatch], line: Line
    ) -> Iterator[tuple[Row, dict[str, Any]]]:
        number = 0
        for batch in batches:
            line.latest = batch
            for start in range(0, batch.num_rows, _READ):
                for place, values in enumerate(self._values(batch.slice(start, _READ)), start):
                    yield Row(number, batch, place), values
                    number += 1

    def _values(self, part: pa.RecordBatch) -> Iterator[dict[str, Any]]:
        read = {name: plain(part.column(place)) for name, place in self.columns.items()}
        for place in range(part.num_rows):
            yield {name: column[place] for name, column in read.items()}

    def _whole(self, values: Values) -> Values | None:
        """Return the values of a row, None where one that must be there is not."""
        lacking = any(values.get(n, self.given.get(n)) is None for n in self.service.required)
        return None if lacking else values

    def _made(self, batch: pa.RecordBatch, done: list[tuple[Row, Answer]]) -> pa.RecordBatch:
        places = pa.array([row.place for row, _ in done], pa.int64())
        answers = [answer for _, answer in done]
        own = [column.take(places) for column in batch.columns[: self.kept]]
        values = self._columns([answer.value for answer in answers])
        told = errors([answer.outcome for answer in answers])
        made = ["value", *(f"value{number}" for number in range(1, len(values))), "error"]
        names = [*batch.schema.names[: self.kept], *made]
        return pa.RecordBatch.from_arrays([*own, *values, told], names)
