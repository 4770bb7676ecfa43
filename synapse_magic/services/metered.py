"""Counting the calls of a stage without a word about it in the stage."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

from synapse_magic.http.metering import Metering

_current: ContextVar[Metering | None] = ContextVar("synapse_magic_metering", default=None)


@contextlib.contextmanager
def metered(metering: Metering) -> Iterator[None]:
    """Let frames that stages make inside the ``with`` block count their calls.

    It holds for stages inside other stages, too, and for each run of such a frame.
    """
    before = _current.set(metering)
    try:
        yield
    finally:
        _current.reset(before)


def current_metering() -> Metering | None:
    """Return how calls are counted that are described here and now, None where they are not."""
    return _current.get()
