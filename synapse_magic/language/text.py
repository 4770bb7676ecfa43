"""The text of a cell and errors that point into it with a line and a caret."""

from __future__ import annotations

import ast
import unicodedata
from dataclasses import dataclass

from synapse_magic.errors import SynapseError


class CellError(SynapseError):
    """What is wrong in a cell: one sentence, then the line and a caret below the cause.

    Attributes
    ----------
    sentence : str
        The message without the excerpt.
    line, column : int
        Where it is: line of the cell, counted from 1, and character of that line, from 0.
    """

    def __init__(self, sentence: str, excerpt: str, line: int, column: int) -> None:
        super().__init__(f"{sentence}\n{excerpt}")
        self.sentence, self.excerpt, self.line, self.column = sentence, excerpt, line, column


class AbsentError(SynapseError):
    """A cell needs what is not there, and may be there by the time it runs."""


class AbsentVariableError(CellError, AbsentError):
    """A cell needs a variable that no cell above has made so far."""


@dataclass(frozen=True)
class Text:
    """The body of a cell, whose first line is line ``first`` of the cell."""

    content: str
    first: int = 2

    def error(self, node: ast.AST, sentence: str, kind: type[CellError] = CellError) -> CellError:
        """Return the error that points at a node of this text."""
        lines = self.content.splitlines() or [""]
        number = getattr(node, "lineno", 1)
        row = lines[min(number, len(lines)) - 1]
        start = characters(row, getattr(node, "col_offset", 0))
        last = getattr(node, "end_lineno", number)
        end = characters(row, getattr(node, "end_col_offset", 0)) if last == number else len(row)
        return self.error_at(number, start, end, sentence, kind)

    def error_at(
        self,
        number: int,
        start: int,
        end: int,
        sentence: str,
        kind: type[CellError] = CellError,
    ) -> CellError:
        """Return the error that points at characters ``start`` to ``end`` of a line."""
        lines = self.content.splitlines() or [""]
        number = min(max(number, 1), len(lines))
        row = lines[number - 1]
        start = min(max(start, 0), len(row))
        line = number + self.first - 1
        head = f"  line {line}: "
        pad = " " * len(head) + "".join(map(blank, row[:start]))
        carets = "^" * max(width(row[start:end]), 1)
        return kind(sentence, f"{head}{row}\n{pad}{carets}", line, start)


def characters(row: str, offset: int) -> int:
    """Turn an offset in UTF-8 bytes, as ``ast`` counts, into one in characters."""
    return len(row.encode()[:offset].decode(errors="ignore"))


def width(text: str) -> int:
    """Return how many cells of a terminal the text takes."""
    return sum(len(blank(character)) for character in text)


def blank(character: str) -> str:
    """Return white space as wide as the character, so that a caret stands below its cause."""
    if character == "\t":
        return "\t"
    if unicodedata.combining(character):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "
