"""What the calls of a model gave, put together: one Arrow column is made of many calls at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

Call = tuple[int, int, list[Any]]
"""Where a call begins, how many rows it has, and the value of each output."""


def joined(calls: Iterable[Call]) -> Iterator[Call]:
    """Yield the calls, those that follow one another as one where their tensors fit together.

    Outputs whose size depends on the values, and those that are no tensors, stay as they are.

    Examples
    --------
    >>> calls = [(0, 2, [np.zeros((2, 3))]), (2, 1, [np.ones((1, 3))])]
    >>> [(start, count, values[0].shape) for start, count, values in joined(calls)]
    [(0, 3, (3, 3))]
    """
    waiting: list[Call] = []
    for call in calls:
        if waiting and _kind(call) != _kind(waiting[0]):
            yield _one(waiting)
            waiting = []
        waiting.append(call)
        if _kind(call) is None:
            yield waiting.pop()
    if waiting:
        yield _one(waiting)


def _kind(call: Call) -> list[Any] | None:
    """Return what the tensors of a call have to share to be joined; None where they cannot be."""
    _, count, values = call
    if all(isinstance(value, np.ndarray) and value.shape[:1] == (count,) for value in values):
        return [(value.dtype, value.shape[1:]) for value in values]
    return None


def _one(calls: list[Call]) -> Call:
    if len(calls) == 1:
        return calls[0]
    outputs = zip(*(values for _, _, values in calls))
    count = sum(count for _, count, _ in calls)
    return calls[0][0], count, [np.concatenate(parts) for parts in outputs]
