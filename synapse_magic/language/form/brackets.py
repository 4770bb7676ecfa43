"""The parts between two brackets, and how one is added, replaced or taken out.

Everything that is not named stays as it is written: order, spacing, line breaks and comments.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synapse_magic.language.form.source import Edit
from synapse_magic.language.layout import WIDTH

_OPENING, _CLOSING = "([{", ")]}"
_SPACE = (tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT)


@dataclass(frozen=True)
class Part:
    """One part: where it stands, where its value begins, and the comma behind it."""

    start: int
    value: int
    end: int
    comma: int | None
    name: str | None


class Brackets:
    """The parts of a call or a list that ends at a character of a text.

    Parameters
    ----------
    text : str
    start, end : int
        Where the whole expression stands; its last character is the closing bracket.

    Examples
    --------
    >>> text = "Stage(age, seed=1)"
    >>> [(part.name, text[part.value : part.end]) for part in Brackets(text, 0, 18).parts]
    [(None, 'age'), ('seed', '1')]
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text, self.close = text, end - 1
        tokens = list(_tokens(text, start, end))
        self.open, inside = _inside(tokens)
        self.parts = list(_parts(inside))

    def replaced(self, part: Part, value: str) -> Edit:
        """Return the edit that gives a part another value."""
        return Edit(part.value, part.end, value)

    def added(self, *pieces: str) -> Edit:
        """Return the edit that adds parts at the end, in the way the others are laid out."""
        row = self._row_start(self.close)
        last = self.parts[-1] if self.parts else None
        if last is None:
            return Edit(self.open + 1, self.open + 1, self._laid_out(pieces, self.open + 1))
        if row > last.end and not self.text[row : self.close].strip():
            comma = "" if last.comma is not None else ","
            between, indent = self.text[last.end : row], self._indent(last.start)
            rows = "".join(f"{indent}{piece},\n" for piece in pieces)
            return Edit(last.end, row, f"{comma}{between}{rows}")
        place = last.end if last.comma is None else last.comma + 1
        text = self._laid_out(pieces, place, begun=True)
        return Edit(place, place, ("," if last.comma is None else "") + text)

    def inserted(self, *pieces: str) -> Edit:
        """Return the edit that adds parts without a name before those with one."""
        named = next((part for part in self.parts if part.name), None)
        if named is None:
            return self.added(*pieces)
        before = [part for part in self.parts if part.name is None]
        if not before:
            return Edit(named.start, named.start, ", ".join(pieces) + ", ")
        place = before[-1].end
        return Edit(place, place, "," + self._laid_out(pieces, place, begun=True))

    def _laid_out(self, pieces: Sequence[str], place: int, *, begun: bool = False) -> str:
        """Join parts behind a place of a row, in new rows where they would be too long."""
        first = self.parts[0].start if self.parts else self.open + 1
        margin = " " * self._width(first)
        text, width = "", self._width(place) + begun
        for number, piece in enumerate(pieces):
            lead = " " if begun or number else ""
            if width + len(lead + piece) + 2 > WIDTH and width > len(margin):
                lead, width = "\n" + margin, len(margin)
            else:
                width += len(lead)
            comma = "," if number + 1 < len(pieces) else ""
            text += lead + piece + comma
            width += len(piece + comma)
        return text

    def removed_all(self, parts: Sequence[Part]) -> list[Edit]:
        """Return the edits that take several parts out."""
        places = {self.parts.index(part) for part in parts}
        last = len(self.parts) - 1
        first = last
        while first >= 0 and first in places:
            first -= 1
        kept_end = self.parts[first].end if first >= 0 else None
        edits = []
        if kept_end is not None and first < last:
            between = self.text[kept_end : self.parts[last].end]
            if "\n" not in between and "#" not in between:
                edits.append(Edit(kept_end, self.parts[last].end, ""))
                places -= set(range(first + 1, last + 1))
        return edits + [self.removed(self.parts[place]) for place in sorted(places)]

    def removed(self, part: Part) -> Edit:
        """Return the edit that takes a part out; comments beside it stay."""
        index = self.parts.index(part)
        end = part.end if part.comma is None else part.comma + 1
        if self._alone(part.start, end):
            return self._whole_rows(part.start, end)
        after = self.parts[index + 1] if index + 1 < len(self.parts) else None
        if after is not None and "\n" not in self.text[end : after.start]:
            return Edit(part.start, after.start, "")
        before = self.parts[index - 1] if index else None
        if before is None or after is not None:
            return Edit(part.start, self._past_spaces(end), "")
        if "\n" in self.text[before.end : part.start]:
            return Edit(self._before_spaces(part.start), end, "")
        return Edit(before.end, part.end, "")

    def _alone(self, start: int, end: int) -> bool:
        """Say whether nothing but a comment shares the rows of a part."""
        behind = self.text[end : self._row_end(end)].strip()
        before = self.text[self._row_start(start) : start].strip()
        return not before and (not behind or behind.startswith("#"))

    def _whole_rows(self, start: int, end: int) -> Edit:
        row = self._row_start(start)
        ending = self._row_end(end)
        comment = self.text[end:ending].strip()
        if comment:
            return Edit(start, self._past_spaces(end), "")
        return Edit(row, min(ending + 1, len(self.text)), "")

    def _row_start(self, place: int) -> int:
        return self.text.rfind("\n", 0, place) + 1

    def _row_end(self, place: int) -> int:
        found = self.text.find("\n", place)
        return len(self.text) if found < 0 else found

    def _indent(self, place: int) -> str:
        row = self.text[self._row_start(place) : place]
        return row[: len(row) - len(row.lstrip())]

    def _width(self, place: int) -> int:
        return place - self._row_start(place)

    def _past_spaces(self, place: int) -> int:
        while place < len(self.text) and self.text[place] in " \t":
            place += 1
        return place

    def _before_spaces(self, place: int) -> int:
        while place > 0 and self.text[place - 1] in " \t":
            place -= 1
        return place


@dataclass(frozen=True)
class _Token:
    kind: int
    text: str
    start: int
    end: int


def _tokens(text: str, start: int, end: int) -> Iterator[_Token]:
    """Return the tokens of an expression with their places in the whole text."""
    piece = text[start:end]
    rows = [start]
    for row in io.StringIO(piece, newline=""):
        rows.append(rows[-1] + len(row))
    for token in tokenize.generate_tokens(io.StringIO(piece, newline="").readline):
        if token.type == tokenize.ENDMARKER:
            return
        first = rows[token.start[0] - 1] + token.start[1]
        yield _Token(token.type, token.string, first, first + len(token.string))


def _inside(tokens: list[_Token]) -> tuple[int, list[_Token]]:
    """Return where the outer bracket opens, and the tokens in it."""
    tokens = [token for token in tokens if token.kind not in _SPACE]
    depth = 0
    for place in range(len(tokens) - 1, -1, -1):
        if tokens[place].text in _CLOSING and tokens[place].kind == tokenize.OP:
            depth += 1
        elif tokens[place].text in _OPENING and tokens[place].kind == tokenize.OP:
            depth -= 1
            if not depth:
                return tokens[place].start, tokens[place + 1 : -1]
    raise ValueError("an expression without brackets")


def _parts(tokens: list[_Token]) -> Iterator[Part]:
    depth, begun = 0, 0
    for place, token in enumerate(tokens):
        operator = token.text if token.kind == tokenize.OP else " "
        depth += (operator in _OPENING) - (operator in _CLOSING)
        if operator == "," and not depth:
            yield _part(tokens[begun:place], token.start)
            begun = place + 1
    if begun < len(tokens):
        yield _part(tokens[begun:], None)


def _part(tokens: list[_Token], comma: int | None) -> Part:
    named = len(tokens) > 2 and tokens[0].kind == tokenize.NAME and tokens[1].text == "="
    value = tokens[2] if named else tokens[0]
    name = tokens[0].text if named else None
    return Part(tokens[0].start, value.start, tokens[-1].end, comma, name)
