"""The rows on their way to a service and back: which they are, and which may go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False)
class Row:
    """A row on its way: which it is of all, and of which batch."""

    number: int
    batch: pa.RecordBatch
    place: int


class Line:
    """Rows that are done: held back until those before them are, where their order is kept.

    ``latest`` is the batch that was read last.
    """

    def __init__(self, ordered: bool) -> None:
        self.latest: pa.RecordBatch | None = None
        self._ordered = ordered
        self._held: dict[int, tuple[Row, object]] = {}
        self._next = 0

    @property
    def held(self) -> int:
        """How many are done and wait for one before them."""
        return len(self._held)

    def passed(self, done: list[tuple[Row, Answer]]) -> list[tuple[Row, Answer]]:
        """Return the rows that may go on."""
        if not self._ordered:
            return done
        self._held.update((row.number, (row, answer)) for row, answer in done)
        free = []
        while self._next in self._held:
            free.append(self._held.pop(self._next))
            self._next += 1
        return free  # type: ignore[return-value]


def by_batch(done: list[tuple[Row, Answer]]) -> list[list[tuple[Row, Answer]]]:
    """Return the rows of each batch together, those of the first row's batch first."""
    grouped: dict[int, list[tuple[Row, Answer]]] = {}
    for row, answer in done:
        grouped.setdefault(id(row.batch), []).append((row, answer))
    return list(grouped.values())
