"""Errors as a notebook shows them: one readable line, the full story in ``%tb``."""

from __future__ import annotations

import re
import traceback
from typing import Any

from synapse_magic import SynapseError

_WORKER_ERROR = re.compile(r"^(?:[\w.]+\.)?(\w+(?:Error|Exception|Interrupt)?): (.+)$", re.M)
_SPARK_CLASS = re.compile(r"^\s*(?:\([\w.]+\) )?(\[[A-Z0-9_.]+\] )?")
LONGEST = 600
HINTS = {
    "CANNOT_READ_FILE_FOOTER": 'The files are not Parquet. Try: format = "csv", "json" or "text"',
    "Output column": "The frame has it from an earlier scoring. Try: the frame before that",
}
"""What to try, by a piece of the message that Spark gives."""


class ShortError:
    """An exception that IPython shows as one line in its own cell and in full afterwards."""

    args: tuple[Any, ...]
    __cause__: BaseException | None
    raised_in: int = -1

    def _render_traceback_(self) -> list[str]:
        from IPython.core.getipython import get_ipython

        shell = get_ipython()
        text = f"{type(self).__name__}: {self}"
        if shell is None or shell.execution_count == self.raised_in or self.__cause__ is None:
            return [text]
        cause = self.__cause__
        return [*traceback.format_exception(type(cause), cause, cause.__traceback__), text]


class CellError(ShortError, SynapseError):
    """What went wrong in a ``%synapse`` cell, in one line; ``__cause__`` is the whole of it."""


class CellInterrupted(ShortError, KeyboardInterrupt):  # noqa: N818 - an interrupt is no error
    """The cell was interrupted and its Spark jobs were cancelled."""


def cell_error(error: Exception, execution_count: int) -> CellError:
    """Return the error of a cell for whatever was raised inside it."""
    short = CellError(one_line(error))
    short.raised_in = execution_count
    short.__cause__ = error
    return short


def interrupted(error: KeyboardInterrupt, execution_count: int) -> CellInterrupted:
    """Return the interrupt of a cell, saying what was cancelled."""
    short = CellInterrupted(f"{error or 'Cancelled'}. No variable was changed.")
    short.raised_in = execution_count
    short.__cause__ = error
    return short


def one_line(error: BaseException) -> str:
    """Return the cause of an error in one line, or in several where a caret points at code.

    Spark wraps what a Python worker raised in pages of JVM frames; the line that names the error
    is found in them.
    """
    if isinstance(error, SynapseError):
        return str(error)
    text = str(error)
    if "Traceback (most recent call last)" in text:
        found = _WORKER_ERROR.findall(text.partition("JVM stacktrace")[0])
        if found:
            name, message = found[-1]
            return message if name == "SynapseError" else f"{name}: {message}"
    return _first_line(error, text)


def _first_line(error: BaseException, text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = lines[0] if lines else type(error).__name__
    if line.startswith("An error occurred while calling") and len(lines) > 1:
        line = re.sub(r"^: (?:[\w.$]+\.)?", "", lines[1])
    line = _SPARK_CLASS.sub("", line, count=1).partition(" SQLSTATE:")[0]
    shown = line if len(line) <= LONGEST else line[:LONGEST] + "..."
    hint = next((hint for piece, hint in HINTS.items() if piece in text), "")
    shown = f"{shown} {hint}".rstrip()
    return shown if _is_spark(error) else f"{type(error).__name__}: {shown}"


def _is_spark(error: BaseException) -> bool:
    return type(error).__module__.startswith(("pyspark", "py4j"))
