"""Several services called for each row at once, by one worker, and their values in one struct."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import tee
from typing import Any, TypeVar

import pyarrow as pa

from synapse_magic.http.caller import Caller
from synapse_magic.http.service.answer import Answer
from synapse_magic.http.service.line import Line, Row
from synapse_magic.http.service.mapper import Done, ServiceMapper
from synapse_magic.http.service.packing import Unit

T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """What one of the services does for a row."""

    row: Row
    task: str


@dataclass(frozen=True, kw_only=True)
class SeveralMapper(ServiceMapper):
    """Calls several services for each row, and puts their values side by side into a struct.

    A value that is missing is null, and a row has the error of the first service that failed.

    Parameters
    ----------
    parts : dict of str to ServiceMapper
        Each service by its field of the struct; they have policy and frame in common.
    """

    parts: Mapping[str, ServiceMapper] = field(repr=False)

    @classmethod
    def of(cls, parts: Mapping[str, ServiceMapper]) -> SeveralMapper:
        """Return a mapper of parts, which has as much in flight as all of them would have."""
        first = next(iter(parts.values()))
        columns = {name: place for each in parts.values() for name, place in each.columns.items()}
        at_once = sum(each.concurrency for each in parts.values())
        own = {"columns": columns, "concurrency": at_once, "parts": parts}
        return cls(**{**vars(first), **own})

    def _through(self) -> Callable[[Caller], Any]:
        made = {task: part._through() for task, part in self.parts.items()}
        return lambda caller: _Answering({task: make(caller) for task, make in made.items()})

    def _units(self, batches: Iterable[pa.RecordBatch], line: Line) -> Iterator[Any]:
        copies = [_Counted(copy) for copy in tee(self._raw_rows(batches, line), len(self.parts))]
        packed = [self._packed_part(task, rows) for task, rows in zip(self.parts, copies)]
        return _side_by_side(packed, copies)

    def _packed_part(self, task: str, rows: Iterable[tuple[Row, dict[str, Any]]]) -> Iterator[Any]:
        part = self.parts[task]
        own = ((Part(row, task), {n: values[n] for n in part.columns}) for row, values in rows)
        return part._packed(own)

    def _whole_units(self, fed: Iterable[Unit[Any]]) -> Iterator[tuple[Unit[Any], Unit[Any]]]:
        for unit in fed:
            yield from self.parts[unit.places[0].task]._whole_units([unit])

    def _joining(self) -> Callable[[Done], Done]:
        return _Joining(list(self.parts)).joined

    def _columns(self, values: Sequence[Any]) -> list[pa.Array]:
        kinds = [(task, part.service.reply.type) for task, part in self.parts.items()]
        return [pa.array(values, pa.struct(kinds))]


@dataclass
class _Answering:
    """Answers a unit of each service by that service."""

    tasks: Mapping[str, Any]

    async def call(self, unit: Unit[Part]) -> list[Answer]:
        """Return the answers to a unit."""
        answers: list[Answer] = await self.tasks[unit.places[0].task].call(unit)
        return answers


class _Joining:
    """Holds the parts of rows until all of a row are there."""

    def __init__(self, tasks: Sequence[str]) -> None:
        self._tasks = tasks
        self._held: dict[int, dict[str, Answer]] = {}

    def joined(self, done: Done) -> Done:
        """Take parts that are done, and return the rows of which none is missing any more."""
        whole: Done = []
        for part, answer in done:
            got = self._held.setdefault(part.row.number, {})
            got[part.task] = answer
            if len(got) == len(self._tasks):
                whole.append((part.row, self._answer(self._held.pop(part.row.number))))
        return whole

    def _answer(self, got: Mapping[str, Answer]) -> Answer:
        values = {task: got[task].value for task in self._tasks}
        problems = (got[task].outcome for task in self._tasks)
        some = any(value is not None for value in values.values())
        return Answer(
            values if some else None, next((each for each in problems if each is not None), None)
        )


class _Counted(Iterator[T]):
    """Counts what is taken of an iterator.

    Attributes
    ----------
    taken : int
    """

    def __init__(self, source: Iterator[T]) -> None:
        self.taken = 0
        self._source = source

    def __next__(self) -> T:
        item = next(self._source)
        self.taken += 1
        return item


def _side_by_side(sources: Sequence[Iterator[Any]], rows: Sequence[_Counted[Any]]) -> Iterator[Any]:
    """Yield from the source that has taken the fewest rows, so that none runs ahead of others."""
    left = list(zip(sources, rows))
    nothing = object()
    while left:
        behind = min(left, key=lambda each: each[1].taken)
        item = next(behind[0], nothing)
        if item is nothing:
            left.remove(behind)
        else:
            yield item
