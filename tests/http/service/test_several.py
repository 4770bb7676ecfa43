"""Several services for each row: their requests are made side by side."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, tee

from synapse_magic.http.service.several import _Counted, _side_by_side


def packed(rows: Iterator[int], most: int, name: str) -> Iterator[tuple[str, list[int]]]:
    while unit := list(islice(rows, most)):
        yield name, unit


def test_none_runs_ahead_of_another_that_takes_fewer_rows_a_request() -> None:
    first, second = [_Counted(copy) for copy in tee(iter(range(103)), 2)]
    units = _side_by_side([packed(first, 10, "a"), packed(second, 5, "b")], [first, second])
    done: dict[str, list[int]] = {"a": [], "b": []}
    for name, unit in units:
        done[name] += unit
        assert abs(first.taken - second.taken) <= 10
    assert done == {"a": list(range(103)), "b": list(range(103))}
