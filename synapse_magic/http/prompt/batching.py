"""Rows asked about together, by batches of a provider: for less money, and within a day.

What a journal keeps of a batch that has ended is each good answer, as if it had been asked for
alone. Until then it keeps the batch itself: a job that is run again waits for the one there is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from synapse_magic.http.prompt.batch import Batch, interface
from synapse_magic.http.prompt.batch_file import files_of, line_of
from synapse_magic.http.prompt.conversation import Conversation
from synapse_magic.http.prompt.prompting import Prompting
from synapse_magic.http.request import Outcome, Request, Response
from synapse_magic.http.service.answer import UNMADE, Answer
from synapse_magic.http.service.making import Values, make
from synapse_magic.http.service.packing import Unit
from synapse_magic.http.service.reading import Failure, found
from synapse_magic.http.service.template import FillError

Place = TypeVar("Place")


def gathered(
    rows: Iterable[tuple[Place, Values | None]], most: int
) -> Iterator[Unit[Place] | Place]:
    """Yield rows together, as many as become one batch, and those that are not asked about."""
    unit: Unit[Place] = Unit([], {})
    for place, values in rows:
        if values is None:
            yield place
            continue
        unit.places.append(place)
        unit.rows.append(values)
        if len(unit.rows) == most:
            yield unit
            unit = Unit([], {})
    if unit.rows:
        yield unit


@dataclass
class _Row:
    """A row under way: what is said about it, and its answer once there is one."""

    values: Values
    talk: Conversation | None = None
    answer: Answer | None = None
    heard: list[tuple[Request, Response]] = field(default_factory=list)


@dataclass
class Batching(Prompting):
    """Answers many rows by batches of a provider: one, and one for what is to be corrected."""

    async def call(self, unit: Unit[Any]) -> list[Answer]:
        """Return an answer for each row of a unit; only cancelling it raises."""
        rows = [await self._begun({**unit.values, **row}) for row in unit.rows]
        while left := [row for row in rows if row.answer is None]:
            await self._round(unit.values, left)
        return [row.answer for row in rows if row.answer is not None]

    async def _begun(self, values: Values) -> _Row:
        try:
            return _Row(values, Conversation(self.prompt, await self._opening(values)))
        except FillError as error:
            return _Row(values, answer=_unmade(error))

    async def _round(self, common: Values, rows: list[_Row]) -> None:
        """Ask once about each row, and note what is said."""
        made = [(row, request) for row in rows if (request := self._request(row)) is not None]
        kept = [await self._kept(request) for _, request in made]
        wanted = [r for (_, r), outcome in zip(made, kept) if outcome is None]
        lines = [line_of(request, interface(self.service)) for request in wanted]
        batches = [
            Batch(self.caller, self.service, self.polling, self.keys, common, part)
            for part in files_of(lines)
        ]
        told = await asyncio.gather(*(batch.answers() for batch in batches))
        answers = {key: outcome for each in told for key, outcome in each.items()}
        new = iter(lines)
        for (row, request), outcome in zip(made, kept):
            if outcome is None:
                outcome = answers[next(new).id]
                self._keep(request, outcome)
            await self._hear(row, request, outcome)
        for batch in batches:
            await batch.forget()

    def _request(self, row: _Row) -> Request | None:
        """Return what is to be asked about a row, None where its values make no request."""
        assert row.talk is not None  # what has no answer has begun
        try:
            return make(self.service, {**row.values, **row.talk.asks()})
        except FillError as error:
            row.answer = _unmade(error)
            return None

    async def _hear(self, row: _Row, request: Request, outcome: Outcome) -> None:
        """Note what is said about a row; replies that came to nothing are forgotten."""
        assert row.talk is not None  # what has no answer has begun
        if not outcome.good:
            row.answer = row.talk.ended(self._told(request, outcome))
            return
        assert outcome.response is not None  # a good outcome has one
        row.heard.append((request, outcome.response))
        (reply,) = found(self.service, outcome.response, 1)
        if isinstance(reply, Failure):
            reply = self._noted(reply, outcome, request)
        row.answer = row.talk.heard(reply, outcome)
        if row.answer is not None and row.answer.outcome is not None:
            for each, response in row.heard:
                await self.caller.forget(each, response)

    async def _kept(self, request: Request) -> Outcome | None:
        journal = self.caller.journal
        return await journal.find(request, self.caller.policy) if journal is not None else None

    def _keep(self, request: Request, outcome: Outcome) -> None:
        if self.caller.journal is not None:
            self.caller.journal.keep(request, outcome)


def _unmade(error: FillError) -> Answer:
    return Answer(None, Outcome(None, 0, 0.0, UNMADE, str(error)))
