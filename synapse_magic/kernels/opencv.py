"""OpenCV as the tasks of Spark use it: one thread each, and silent."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

from synapse_magic.errors import SynapseError

_SILENT = 0


def opencv() -> Any:
    """Return the module ``cv2``.

    Raises
    ------
    SynapseError
        When it is not installed, with the line to install it.
    """
    try:
        import cv2
    except ImportError as error:
        raise SynapseError(
            "Images need OpenCV. Try: pip install 'synapse-magic[images]'"
        ) from error
    return cv2


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let OpenCV work in this thread alone, and write no log, inside the ``with`` block.

    Spark runs a task on each core, so that more threads would only wait for one another; and what
    it logs of a broken file is told in the row. Both are settings of the process, which may be the
    user's own, and are put back.
    """
    cv2 = opencv()
    get_level, set_level = _log_level()
    threads, level = cv2.getNumThreads(), get_level()
    cv2.setNumThreads(1)
    set_level(_SILENT)
    try:
        yield
    finally:
        cv2.setNumThreads(threads)
        set_level(level)


@functools.cache
def _log_level() -> tuple[Callable[[], int], Callable[[int], Any]]:
    """Return what reads and what sets OpenCV's log level, which version 5 has elsewhere."""
    cv2 = opencv()
    place = cv2 if hasattr(cv2, "setLogLevel") else cv2.utils.logging
    return place.getLogLevel, place.setLogLevel
