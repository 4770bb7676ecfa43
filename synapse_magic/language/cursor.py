"""Where a cursor stands in a cell that is still being typed and may not parse."""

from __future__ import annotations

import re
from dataclasses import dataclass

from synapse_magic.language.vocabulary import VERBS

_MAGIC = re.compile(r"\s*(?:[^\W\d]\w*(?:\s*,\s*\w+)*\s*=\s*)?%{1,2}syn(?:apse)?(?=\s|$)[ \t]*")
_WORD = re.compile(r"[\w.]*$")


@dataclass(frozen=True)
class Cell:
    """A cell split into the line after the magic's name and the body below.

    Attributes
    ----------
    line, body : str
        The texts, the body without its first newline.
    line_start, body_start : int
        Where they begin in the cell.
    """

    line: str
    body: str
    line_start: int
    body_start: int

    @property
    def verb(self) -> str | None:
        """The verb, if the line names one."""
        words = self.line.split()
        return words[0] if words and words[0] in VERBS else None

    @property
    def words(self) -> list[str]:
        """The words after the verb."""
        return self.line.split()[1:]


def split_cell(text: str) -> Cell:
    r"""Split a cell, which may begin with the magic or with what follows its name.

    Examples
    --------
    >>> split_cell("%%synapse train people\nlabel = x").verb
    'train'
    """
    found = _MAGIC.match(text)
    begin = found.end() if found is not None else 0
    end = text.find("\n", begin)
    if end < 0:
        return Cell(text[begin:], "", begin, len(text) + 1)
    return Cell(text[begin:end], text[end + 1 :], begin, end + 1)


@dataclass(frozen=True)
class Bracket:
    """An open bracket before the cursor: its kind, the name before it, where it stands."""

    kind: str
    name: str
    offset: int


@dataclass(frozen=True)
class Spot:
    """The place of the cursor within a body.

    Attributes
    ----------
    word : str
        What is typed of the word so far.
    start : int
        Where that word begins in the body.
    statement : str
        The unfinished statement up to that word.
    brackets : tuple of Bracket
        The brackets that are open, outermost first; offsets count from the statement.
    quote : str
        The quote that is open, or an empty string.
    """

    word: str
    start: int
    statement: str
    brackets: tuple[Bracket, ...]
    quote: str


def find_spot(body: str, cursor: int) -> Spot:
    """Describe the place of the cursor, an offset into the body.

    Examples
    --------
    >>> find_spot("a = Tokenizer(te", 16).brackets[-1].name
    'Tokenizer'
    """
    begin, brackets, quote, quoted_at = _scan(body[:cursor])
    if quote:
        start = quoted_at + 1
    else:
        found = _WORD.search(body[:cursor])
        start = found.start() if found else cursor
    return Spot(body[start:cursor], start, body[begin:start], tuple(brackets), quote)


def _scan(text: str) -> tuple[int, list[Bracket], str, int]:
    """Return the begin of the last statement, its open brackets, the open quote and its place."""
    begin, brackets, quote, quoted_at, index = 0, list[Bracket](), "", 0, 0
    while index < len(text):
        character = text[index]
        if quote:
            if character == "\\":
                index += 1
            elif character == quote or character == "\n":
                quote = ""
        elif character in "\"'":
            quote, quoted_at = character, index
        elif character == "#":
            end = text.find("\n", index)
            index = (end if end >= 0 else len(text)) - 1
        elif character in "([{":
            name = _WORD.search(text[begin:index].rstrip())
            brackets.append(Bracket(character, name[0] if name else "", index - begin))
        elif character in ")]}" and brackets:
            brackets.pop()
        elif character == "\n" and not brackets:
            begin = index + 1
        index += 1
    return begin, brackets, quote, quoted_at
