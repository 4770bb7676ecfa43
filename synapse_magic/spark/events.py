"""Events that happen while a stage works, passed from whoever makes them to whoever shows them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from synapse_magic.http.call_counts import CallCounts
from synapse_magic.http.waits import Waiting
from synapse_magic.results.call_projection import CallProjection, money
from synapse_magic.results.call_report import calls_in_words

E = TypeVar("E")


def _nobody() -> None:
    """Ask nobody: the training behind the event cannot be reached."""


@dataclass(frozen=True)
class Iteration:
    """One finished training iteration.

    Attributes
    ----------
    uid : str
        The estimator that trains.
    iteration, total : int
        The iteration just finished, from 1, and how many are planned.
    metrics : mapping of str to float
        The metrics after it, such as ``{"valid binary_logloss": 0.31}``.
    """

    uid: str
    iteration: int
    total: int
    metrics: Mapping[str, float]
    _end: Callable[[], None] = field(default=_nobody, repr=False, compare=False)

    def stop(self) -> None:
        """Ask the training to end after the iteration it is in, from any thread.

        The model then holds the trees trained until then; where it validates, those of its best
        iteration.

        Examples
        --------
        >>> def prune(event):
        ...     if event.iteration >= 20 and event.metrics["valid auc"] < 0.7:
        ...         event.stop()
        >>> with listen(prune):
        ...     model = classifier.fit(train)
        """
        self._end()


@dataclass(frozen=True)
class RowsExplained:
    """How far an explanation has come.

    Attributes
    ----------
    done, total : int
        Rows explained so far, and all that are to be.
    """

    done: int
    total: int


@dataclass(frozen=True)
class CallsCounted:
    """What has become of the calls of a run so far.

    Attributes
    ----------
    counts : CallCounts
        Of all workers that were heard of.
    total : int
        Rows that are to be done.
    cost : float or None
        Dollars so far, None where they are not known.
    waiting : tuple of Waiting
        For what requests wait that were refused.
    """

    counts: CallCounts
    total: int
    cost: float | None = None
    waiting: tuple[Waiting, ...] = ()

    def words(self) -> list[str]:
        """Return the numbers in words."""
        failed = [f"{self.counts.failed:,} failed"] if self.counts.failed else []
        known = [money(self.cost)] if self.cost is not None else []
        return [*calls_in_words(self.counts), *failed, *known]


@dataclass(frozen=True)
class CallsProjected:
    """What all calls of a run are expected to come to, told before most of them are made."""

    projection: CallProjection


_listeners: list[tuple[type, Callable[[Any], None]]] = []
_lock = threading.Lock()


def publish(event: object) -> None:
    """Hand an event to every listener for its kind, in the thread of the caller."""
    with _lock:
        listeners = tuple(_listeners)
    for kind, listener in listeners:
        if isinstance(event, kind):
            listener(event)


@contextlib.contextmanager
def listen(
    listener: Callable[[E], None],
    kind: type[E] = Iteration,  # type: ignore[assignment]
) -> Iterator[None]:
    """Receive all events of the process inside the ``with`` block.

    Parameters
    ----------
    listener
        Called with each event, in the thread that made it.
    kind
        What to receive: each :class:`Iteration`, each :class:`Leaderboard` of a search, each
        :class:`RowsExplained` of an explanation, or each :class:`CallsCounted` and
        :class:`CallsProjected` of calls.

    Examples
    --------
    >>> seen = []
    >>> with listen(seen.append):
    ...     publish(Iteration("gbm_1", 1, 10, {"auc": 0.9}))
    >>> seen[0].iteration
    1
    """
    entry = (kind, listener)
    with _lock:
        _listeners.append(entry)
    try:
        yield
    finally:
        with _lock:
            _listeners.remove(entry)
