"""From the calls for a few rows to those for all: numbers, time and money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from synapse_magic.http.call_counts import CallCounts
from synapse_magic.http.price import Price
from synapse_magic.http.tokens import Usage
from synapse_magic.results.call_projection import CallProjection


@dataclass(frozen=True)
class Called:
    """A stage that calls a service, as far as time and money depend on it.

    Attributes
    ----------
    name : str
        Its class.
    batches : tuple of int or None
        Rows in a request of each stage that it consists of, None where each row has its own.
    concurrency : int
        Requests in flight, in each task.
    rate : float or None
        Requests a second that are allowed, where that is known.
    price : Price or None
        None where it is not known.
    """

    name: str
    batches: tuple[int | None, ...] = (None,)
    concurrency: int = 1
    rate: float | None = None
    price: Price | None = None


@dataclass(frozen=True)
class Spread:
    """Rows over the tasks of Spark.

    Attributes
    ----------
    rows, largest : int
        All, and those of the largest partition.
    slots : int
        Tasks that run at once.
    parts : int
        Partitions that have rows.
    """

    rows: int
    largest: int
    slots: int
    parts: int = 1

    @property
    def in_turn(self) -> float:
        """The rows that one task after another has to do."""
        return max(self.largest, self.rows / self.slots)


def project(
    tried: int, spread: Spread, stages: Sequence[Called], counts: Sequence[CallCounts]
) -> CallProjection:
    """Return what all rows are expected to take.

    Parameters
    ----------
    tried : int
        Rows that were to be called first; those left for a limit tell nothing of the others.
    spread : Spread
        All rows.
    stages, counts : sequence
        Each stage, and what became of its calls for the tried rows.

    Examples
    --------
    >>> chat = Called("Chat", concurrency=4, price=Price(input=1.0, output=1.0))
    >>> ten = CallCounts(sent=10, seconds=5.0, input=100.0, output=20.0)
    >>> print(project(10, Spread(1000, 500, 2), [chat], [ten]))
    Projected after 10 rows: about 1,000 calls, 10,000 + 2,000 tokens, at least 62 s, $0.012 \
for 1,000 rows
    """
    rows = _called_rows(tried, counts)
    if min(rows) <= 0:
        return CallProjection(tried, spread.rows, why="a limit ended the calls for those tried")
    if any(each.sent == 0 for each in counts):
        why = "the rows that were tried needed no calls"
        return CallProjection(tried, spread.rows, why=why)
    shares = [spread.rows / each for each in rows]
    calls = [_calls(stage, spread, *own) for stage, own in zip(stages, zip(rows, counts))]
    usage = [Usage(own.input * share, own.output * share) for own, share in zip(counts, shares)]
    why = next(filter(None, map(why_unknown, stages, counts)), "")
    return CallProjection(
        tried=round(min(rows)),
        rows=spread.rows,
        calls=sum(calls),
        input=round(sum(each.input for each in usage)),
        output=round(sum(each.output for each in usage)),
        seconds=max(map(_seconds, stages, calls, counts, [spread] * len(stages))),
        cost=None if why else sum(map(_cost, stages, calls, usage)),
        why=why,
    )


def with_tried(expected: CallProjection, lost: Sequence[CallCounts]) -> CallProjection:
    """Return what all rows take with the calls of those that were tried, and are called again.

    Parameters
    ----------
    expected : CallProjection
        For all rows, by themselves.
    lost : sequence of CallCounts
        The calls of each stage whose answers nothing keeps.

    Examples
    --------
    >>> with_tried(CallProjection(10, 40, calls=40, cost=0.4), [CallCounts(sent=10, cost=0.1)])
    CallProjection(tried=10, rows=40, calls=50, input=None, output=None, seconds=None, cost=0.5, \
why='')
    """
    calls, cost = expected.calls, expected.cost
    return replace(
        expected,
        calls=None if calls is None else calls + sum(each.sent for each in lost),
        cost=None if cost is None else cost + sum(each.cost for each in lost),
    )


def why_unknown(stage: Called, counts: CallCounts) -> str:
    """Return why it is not known what calls cost; empty where it is."""
    if stage.price is None:
        return f"{stage.name} has no price"
    if stage.price.by_tokens and counts.untold:
        return f"answers to {stage.name} tell no tokens"
    return ""


def _called_rows(tried: int, counts: Sequence[CallCounts]) -> list[float]:
    """Return the rows that each stage was called for: those that none up to it left for a limit."""
    left = [tried * own.left / max(own.rows, 1) for own in counts]
    return [tried - all_before for all_before in accumulate(left)]


def _calls(stage: Called, spread: Spread, rows: float, counts: CallCounts) -> int:
    """Return the requests for all rows: by how many go together, where several do."""
    batches = [most for most in stage.batches if most is not None]
    if batches:  # rows of two partitions never go together
        return sum(max(math.ceil(spread.rows / most), spread.parts) for most in batches)
    return math.ceil(spread.rows * counts.sent / rows)


def _seconds(stage: Called, calls: int, counts: CallCounts, spread: Spread) -> float:
    """Return the seconds of the task that has most to do, or those that a known limit asks for."""
    each = counts.seconds / counts.sent
    at_once = stage.concurrency * len(stage.batches)
    in_turn = calls * spread.in_turn / spread.rows * each / at_once
    return max(in_turn, calls / stage.rate if stage.rate else 0.0)


def _cost(stage: Called, calls: int, usage: Usage) -> float:
    assert stage.price is not None  # else it was not asked for
    return stage.price.of_calls(calls, usage)
