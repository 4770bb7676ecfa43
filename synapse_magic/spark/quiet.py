"""What Spark writes beside results, and how little of it a notebook should see."""

from __future__ import annotations

import collections
import contextlib
import importlib
import logging
import math
import os
import signal
import threading
import time
from collections.abc import Iterator

_INTERRUPT_RECORDS = (
    "KeyboardInterrupt while sending command",
    "Exception while sending command",
    "Exception occurred while shutting down connection",
)


class JvmErrors:
    r"""The standard error of the JVM: held back while it starts, passed on afterwards.

    A starting JVM tells of its logging profile, host names and native libraries, none of
    which a user can use. What comes after the start (a print in a Python function, an error)
    goes on to standard error, as it would without us.

    Examples
    --------
    >>> errors = JvmErrors()
    >>> _ = os.write(errors.entry, b"noise\n")
    >>> errors.close_entry()
    >>> errors.tail()
    'noise'
    """

    def __init__(self) -> None:
        source, self.entry = os.pipe()
        self._held_until = math.inf
        self._lines: collections.deque[bytes] = collections.deque(maxlen=200)
        self._reader = threading.Thread(
            target=self._read, args=(source,), name="synapse-jvm-errors", daemon=True
        )
        self._reader.start()

    def _read(self, source: int) -> None:
        # A bare descriptor: the thread outlives the interpreter, which warns of open files.
        rest = b""
        while piece := os.read(source, 65536):
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self._take(line + b"\n")
        self._take(rest)
        os.close(source)

    def _take(self, line: bytes) -> None:
        if time.monotonic() < self._held_until:
            self._lines.append(line)
            return
        # Standard error may be gone when the process is ending.
        with contextlib.suppress(OSError):
            os.write(2, line)

    def close_entry(self) -> None:
        """Close our end for writing, once the JVM has its own."""
        os.close(self.entry)

    def hold(self, seconds: float = math.inf) -> None:
        """Hold back what comes now: Spark is starting or ending, or its tasks are killed."""
        self._lines.clear()
        self._held_until = max(self._held_until, time.monotonic() + seconds)

    def release(self) -> None:
        """Pass on what comes from now on."""
        self._held_until = 0.0

    def tail(self) -> str:
        """Return what was held back; waits a moment for a JVM that has just ended."""
        self._reader.join(timeout=1)
        return b"".join(self._lines).decode(errors="replace").strip()


def silence_connect_logger() -> None:
    """Keep Spark Connect from logging every query error as a line of JSON.

    The same error is raised as an exception anyway.
    """
    try:
        module = importlib.import_module("pyspark.logger")
    except ImportError:
        return  # PySpark 3.5 has no such logger
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        # It has to be made by PySpark: its calls need its own subclass of Logger.
        module.PySparkLogger.getLogger(name).setLevel(logging.CRITICAL + 1)


@contextlib.contextmanager
def without_interrupt_records() -> Iterator[None]:
    """Drop the tracebacks that py4j logs when a call to the JVM is interrupted."""
    loggers = [logging.getLogger(), logging.getLogger("py4j.clientserver")]
    for logger in loggers:
        logger.addFilter(_is_not_py4j_interrupt)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(_is_not_py4j_interrupt)


def _is_not_py4j_interrupt(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_INTERRUPT_RECORDS)


@contextlib.contextmanager
def plain_interrupts() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt and nothing else, where PySpark would answer it.

    Outside Jupyter the handler of PySpark calls the JVM in the middle of another call, which
    py4j cannot do: the answer is lost, and the job runs on.
    """
    handler = signal.getsignal(signal.SIGINT)
    ours = threading.current_thread() is threading.main_thread()
    if not ours or not str(getattr(handler, "__module__", "")).startswith("pyspark"):
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


@contextlib.contextmanager
def environment(**values: str | None) -> Iterator[None]:
    """Set environment variables (None removes one) for the time of the block.

    Examples
    --------
    >>> with environment(SYNAPSE_EXAMPLE="1"):
    ...     os.environ["SYNAPSE_EXAMPLE"]
    '1'
    """
    before = {name: os.environ.get(name) for name in values}
    _set_environment(values)
    try:
        yield
    finally:
        _set_environment(before)


def _set_environment(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
