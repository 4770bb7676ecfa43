"""Arrow batches that a thread of its own reads while those before them are worked on."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import pyarrow as pa

from synapse_magic.kernels.held_bytes import held_bytes

AHEAD_BYTES: Final = 64 << 20
"""What is held of rows that nobody has taken yet; the reader waits beyond it."""


class _Arrival(NamedTuple):
    batch: pa.RecordBatch
    time: float


class Arrivals:
    """Rows as they arrive from a source, read ahead by a thread up to a bound.

    One reader takes rows out, in order. What fails in the source is raised when it takes more.
    Leaving the ``with`` block lets the thread end as soon as its source returns.

    Parameters
    ----------
    source : iterator of pyarrow.RecordBatch
    most_rows : int, optional
        Rows held that nobody has taken; the thread waits beyond it.
    most_bytes : int
        The same in bytes. One batch of the source may go beyond either.

    Examples
    --------
    >>> batch = pa.record_batch({"a": [1, 2, 3]})
    >>> with Arrivals(iter([batch, batch])) as arrivals:
    ...     [part.num_rows for part in arrivals]
    [3, 3]
    """

    def __init__(
        self,
        source: Iterable[pa.RecordBatch],
        most_rows: int | None = None,
        most_bytes: int = AHEAD_BYTES,
    ) -> None:
        self._most_rows, self._most_bytes = most_rows, most_bytes
        self._changed = threading.Condition()
        self._held: deque[_Arrival] = deque()
        self._rows = self._bytes = 0
        self._ended = self._left = False
        self._failure: BaseException | None = None
        threading.Thread(target=self._read, args=(source,), daemon=True).start()

    def __enter__(self) -> Arrivals:
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._left = True
            self._changed.notify_all()

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Yield the batches of the source, one by one, to the end."""
        while self._wait_for_any():
            with self._changed:
                batch = self._pop().batch
            yield batch

    def take(self, size: int, seconds: float = 0.0) -> list[pa.RecordBatch]:
        """Return the rows that are there, and none once the source is at its end.

        It waits for the first row. Where there are ``size`` rows, a multiple of ``size`` is taken
        and the rest stays for the next call.

        Parameters
        ----------
        size : int
            Rows of which to wait for no more.
        seconds : float
            How long to wait for more rows, from when the first one arrived.
        """
        if not self._wait_for_any():
            return []
        with self._changed:
            open_until = self._held[0].time + seconds
            self._changed.wait_for(
                lambda: self._rows >= size or self._full() or self._ended,
                timeout=max(0.0, open_until - time.monotonic()),
            )
            return self._cut(self._rows - self._rows % size if self._rows >= size else self._rows)

    def _read(self, source: Iterable[pa.RecordBatch]) -> None:
        try:
            for batch in source:
                if not self._put(batch):
                    return
        except BaseException as failure:  # raised again by whoever takes the rows
            self._failure = failure
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, batch: pa.RecordBatch) -> bool:
        """Hold a batch, after a wait for room; False when nobody takes any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._left or not self._full())
            if batch.num_rows and not self._left:
                self._push(_Arrival(batch, time.monotonic()))
                self._changed.notify_all()
            return not self._left

    def _wait_for_any(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._held or self._ended)
            if self._failure is not None:
                raise self._failure
            return bool(self._held)

    def _full(self) -> bool:
        if self._most_rows is not None and self._rows >= self._most_rows:
            return True
        return self._bytes >= self._most_bytes

    def _cut(self, rows: int) -> list[pa.RecordBatch]:
        """Take exactly so many rows out, which are there."""
        taken: list[pa.RecordBatch] = []
        while rows:
            batch, arrived = self._pop()
            if batch.num_rows > rows:
                self._push(_Arrival(batch.slice(rows), arrived), first=True)
                batch = batch.slice(0, rows)
            taken.append(batch)
            rows -= batch.num_rows
        return taken

    def _push(self, arrival: _Arrival, first: bool = False) -> None:
        (self._held.appendleft if first else self._held.append)(arrival)
        self._rows += arrival.batch.num_rows
        self._bytes += held_bytes(arrival.batch)

    def _pop(self) -> _Arrival:
        arrival = self._held.popleft()
        self._rows -= arrival.batch.num_rows
        self._bytes -= held_bytes(arrival.batch)
        self._changed.notify_all()
        return arrival
