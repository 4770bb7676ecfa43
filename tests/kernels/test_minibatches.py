from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.arrivals import Arrivals
from synapse_magic.kernels.minibatches import drained, fixed, fixed_ahead

LONG = 3600.0


def batches(*sizes: int) -> list[pa.RecordBatch]:
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    return [batch(start, size) for start, size in zip(starts, sizes)]


def batch(start: int, size: int) -> pa.RecordBatch:
    return pa.record_batch({"i": list(range(start, start + size))}, pa.schema({"i": pa.int64()}))


def rows(made: Iterable[pa.RecordBatch]) -> list[list[int]]:
    return [row for each in made for row in each.column("i").to_pylist()]


class Source:
    """Batches that arrive when the test says so."""

    def __init__(self, given: list[pa.RecordBatch], let: int = 0) -> None:
        self.given, self.taken = given, 0
        self._may = threading.Semaphore(let)

    def let(self, count: int = 1) -> None:
        self._may.release(count)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for each in self.given:
            self._may.acquire()
            self.taken += 1
            yield each


@pytest.mark.parametrize("size", [1, 2, 3, 5, 10, 11, 1000])
@pytest.mark.parametrize("sizes", [(10,), (3, 0, 3, 4), (1,) * 10, (0, 9, 1), (2, 8), ()])
def test_all_rows_come_in_order_and_all_batches_but_the_last_are_full(
    sizes: tuple[int, ...], size: int
) -> None:
    total = list(range(sum(sizes)))
    expected = [total[start : start + size] for start in range(0, len(total), size)]
    assert rows(fixed(batches(*sizes), size)) == expected
    assert rows(fixed_ahead(batches(*sizes), size, most=2)) == expected
    assert rows(drained(batches(*sizes), size, LONG)) == expected


def test_a_batch_is_handed_on_before_the_next_one_is_read() -> None:
    source = Source(batches(4, 4), let=1)
    made = fixed(source, 2)
    assert next(made).column("i").to_pylist() == [[0, 1], [2, 3]]
    assert source.taken == 1


def test_what_arrived_meanwhile_is_one_batch() -> None:
    source = Source(batches(2, 3, 4), let=1)
    made = drained(source, 100)
    assert rows([next(made)]) == [[0, 1]]
    source.let(2)
    assert sum(map(len, rows(made))) == 7  # in one batch or two, as the thread was quick


def test_more_than_a_batch_leaves_the_rest_for_the_next() -> None:
    with Arrivals(batches(3, 4)) as arrivals:
        assert [part.num_rows for part in arrivals.take(5, LONG)] == [3, 2]
        assert [part.num_rows for part in arrivals.take(5, LONG)] == [2]
        assert arrivals.take(5, LONG) == []


def test_an_open_batch_is_closed_by_its_size_not_its_time() -> None:
    source = Source(batches(2, 2, 2), let=2)
    made = drained(source, 4, LONG)
    assert rows([next(made)]) == [[0, 1, 2, 3]]
    source.let()
    assert rows(made) == [[4, 5]]


def test_an_open_batch_is_closed_by_its_time_while_nothing_arrives() -> None:
    source = Source(batches(2, 2), let=1)
    made = drained(source, 100, 0.01)
    assert rows([next(made)]) == [[0, 1]]
    source.let()
    assert rows(made) == [[2, 3]]


def test_reading_ahead_stops_at_its_bound() -> None:
    source = Source(batches(*[2] * 50), let=50)
    with Arrivals(source, most_rows=6) as arrivals:
        assert arrivals.take(6, LONG)[0].num_rows == 2
        assert sum(part.num_rows for part in arrivals.take(6, LONG)) == 6
        assert source.taken <= 10  # 12 rows were taken, 6 are held, one batch waits for room
        left = sum(part.num_rows for part in arrivals)
    assert left == 100 - 12


def test_a_full_hold_closes_a_batch_that_would_wait_for_more() -> None:
    given = batches(8, 8, 8)
    with Arrivals(given, most_bytes=given[0].nbytes) as arrivals:
        assert [part.num_rows for part in arrivals.take(1000, LONG)] == [8]
        assert [part.num_rows for part in arrivals.take(1000, LONG)] == [8]


@pytest.mark.parametrize("batcher", [lambda s: fixed_ahead(s, 2, 1), lambda s: drained(s, 2)])
def test_what_fails_in_the_source_is_raised(batcher: Any) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield batch(0, 3)
        raise OSError("the pipe broke")

    with pytest.raises(OSError, match="the pipe broke"):
        list(batcher(failing()))


def test_leaving_early_ends_the_thread() -> None:
    before = threading.active_count()
    made = drained(Source(batches(*[10] * 1000), let=1000), 1)
    next(made)
    made.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate()[before:]:
        thread.join(10)
    assert threading.active_count() == before


def test_a_batch_beyond_arrows_lists_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def overflow(pieces: Any) -> pa.Array:
        raise pa.ArrowInvalid("offset overflow while concatenating arrays")

    monkeypatch.setattr(pa, "concat_arrays", overflow)
    with pytest.raises(SynapseError, match=r"more than 2 GB\. Try: a smaller batchSize"):
        list(fixed(batches(1, 1), 2))
