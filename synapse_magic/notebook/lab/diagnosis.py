"""What is wrong in the text of a cell, and its program, without running it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from synapse_magic import SynapseError
from synapse_magic.language import line
from synapse_magic.language.context import Context, Made
from synapse_magic.language.export import export
from synapse_magic.language.plan import plan
from synapse_magic.language.text import AbsentError, CellError
from synapse_magic.language.vocabulary import VERBS

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Mark:
    """Something wrong at a place of a cell.

    Attributes
    ----------
    line, column : int
        Where it begins: the line counted from 1, the character of that line from 0.
    length : int
        How many characters it covers.
    severity : str
        ``error`` for what can never run, ``warning`` for what may be right by then, such as a
        variable that a cell above makes, ``info`` for a frame that is not made yet.
    message : str
        One sentence.
    """

    line: int
    column: int
    length: int
    severity: Severity
    message: str


def check(text: str, context: Context, magic: str = "synapse") -> list[Mark]:
    """Return what is wrong in a cell that begins with the magic, nothing for any other.

    Parameters
    ----------
    text : str
        The whole cell.
    context : Context
        The user's variables and what the session knows.
    magic : str
        The name that the magic goes by.

    Examples
    --------
    >>> check("%synapse evaluat model", Context())[0].message
    "There is no verb 'evaluat'. Did you mean 'evaluate'?"
    >>> check("print('other cells are left alone')", Context())
    []
    """
    found = (_mark(command, context) for command in _commands(text, magic))
    return [mark for mark in found if mark is not None]


def program(text: str, context: Context, session: Made | None, magic: str = "synapse") -> str:
    """Return the script that a cell would export.

    Raises
    ------
    SynapseError
        When the cell is not ours, has a mistake, or its verb is carried out without a program.
    """
    for found in _commands(text, magic):
        made = plan(line.parse(found.words), found.body, context)
        return export(made, context.variables, context, session)
    raise SynapseError(f"The cell does not begin with %{magic}. Try: %%{magic} train people")


@dataclass(frozen=True)
class _Command:
    """A line that begins with the magic: its number, what precedes its words, and its body."""

    number: int
    before: str
    words: str
    body: str | None


def _commands(text: str, magic: str) -> Iterator[_Command]:
    """Give each command of a cell that begins with the magic."""
    pattern = re.compile(rf"(%%?){re.escape(magic)}(?:[ \t]+|$)")
    rows = text.split("\n")
    first = pattern.match(rows[0])
    if first is not None and first[1] == "%%":
        yield _Command(1, first[0], rows[0][first.end() :], "\n".join(rows[1:]))
    elif first is not None:
        for number, row in enumerate(rows, 1):
            found = pattern.match(row)
            if found is not None:
                yield _Command(number, found[0], row[found.end() :], None)


def _mark(found: _Command, context: Context) -> Mark | None:
    try:
        command = line.parse(found.words)
    except SynapseError as error:
        return _on_line(found, "error", str(error))
    if VERBS[command.verb].module is None:
        return None
    try:
        plan(command, found.body, context)
    except CellError as error:
        carets = error.excerpt.count("^")
        severity: Severity = "warning" if isinstance(error, AbsentError) else "error"
        return Mark(error.line, error.column, carets, severity, error.sentence)
    except AbsentError as error:
        return _on_line(found, "info", str(error))
    except SynapseError as error:
        return _on_line(found, "warning", str(error))
    return None


def _on_line(found: _Command, severity: Severity, message: str) -> Mark:
    length = max(len(found.words.rstrip()), 1)
    return Mark(found.number, len(found.before), length, severity, message)
