"""The rows for which a batch is refused, found by halving it."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from synapse_magic.http.request import Outcome
from synapse_magic.http.service.answer import UNMADE, Answer
from synapse_magic.http.verdict import TOO_LARGE

Rows = Sequence[Mapping[str, Any]]
_REFUSED_BESIDE = 8
_LATE = ("deadline", "job_deadline")


class Halving:
    """Halves a batch that is refused until the rows that are at fault stand alone.

    One bad row of n costs 2 log2(n) + 1 calls. Where nothing at all is taken, as with a wrong
    name of a model, a few calls more than it takes to come down to a row end the search, and
    one for the last row, which may be good though all before it are bad. Where the time of a part
    is up, those after it are not asked for: they have waited as long.

    Parameters
    ----------
    rows : sequence of dict
        At least one.
    split : collection of int
        Statuses by which a service refuses a batch for some of its rows.
    ask : callable
        Gives answers to rows by one request.
    """

    def __init__(
        self, rows: Rows, split: Collection[int], ask: Callable[[Rows], Awaitable[list[Answer]]]
    ) -> None:
        self._rows, self._split, self._ask = rows, split, ask
        self._patience = 2 * math.ceil(math.log2(max(2, len(rows)))) + _REFUSED_BESIDE
        self._refused = 0
        self._taken = self._tried_last = False
        self._late: Outcome | None = None

    async def answers(self) -> list[Answer]:
        """Return an answer for each row."""
        return await self._answers(self._rows)

    async def _answers(self, rows: Rows, before: Outcome | None = None) -> list[Answer]:
        if self._late is not None:
            unasked = Answer(None, replace(self._late, attempts=0, elapsed=0.0))
            return [unasked.after(before)] * len(rows)
        got = [each.after(before) for each in await self._ask(rows)]
        failed = got[0].outcome
        if all(each.outcome is not None and each.outcome.code in _LATE for each in got):
            self._late = failed
        if failed is None or not self._splits(got[0]):
            self._taken = self._taken or any(each.outcome is None for each in got)
            return got
        self._refused += failed.attempts > 0  # what cannot be made costs nothing
        if len(rows) == 1 or await self._hopeless():
            return got
        half = len(rows) // 2
        first = await self._answers(rows[:half], failed)
        return first + await self._answers(rows[half:], failed)

    async def _hopeless(self) -> bool:
        """Return whether nothing is taken, not even the last row alone."""
        if self._taken or self._refused <= self._patience:
            return False
        if not self._tried_last:
            self._tried_last = True
            (answer,) = await self._ask(self._rows[-1:])
            self._taken = not self._splits(answer)
        return not self._taken

    def _splits(self, answer: Answer) -> bool:
        """Return whether an answer says that there may be better ones for fewer rows."""
        outcome = answer.outcome
        if outcome is None:
            return False
        unmade = outcome.code == UNMADE and outcome.attempts == 0
        status = outcome.response.status if outcome.response is not None else None
        return unmade or status in self._split or outcome.code == TOO_LARGE
