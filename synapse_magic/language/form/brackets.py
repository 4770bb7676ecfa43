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

    def removed(self, parts: Sequence[Part]) -> list[Edit]:
        """Return the edits that take some parts out; comments beside them stay."""
        gone = {self.parts.index(part) for part in parts}
        last = len(self.parts) - 1
        kept = max((place for place in range(last + 1) if place not in gone), default=-1)
        edits: list[Edit] = []
        if 0 <= kept < last:
            end = self.parts[last].end
            if "#" not in self.text[self.parts[kept].end : end]:
                edits.append(Edit(self.parts[kept].end, end, ""))
                gone -= set(range(kept + 1, last + 1))
        for place in sorted(gone):
            edits += self._without(place)
        return edits

    def _without(self, place: int) -> list[Edit]:
        """Return the edits that take one part out with its comma."""
        part = self.parts[place]
        if part.comma is not None and "#" in self.text[part.end : part.comma]:
            return [Edit(part.start, part.end, ""), Edit(part.comma, part.comma + 1, "")]
        end = part.end if part.comma is None else part.comma + 1
        row, ending = self._row_start(part.start), self._row_end(end)
        behind = self.text[end:ending].strip()
        if not self.text[row : part.start].strip() and not behind:
            return [Edit(row, min(ending + 1, len(self.text)), "")]
        if place < len(self.parts) - 1 and not self.text[end : self.parts[place + 1].start].strip(
            " \t"
        ):
            return [Edit(part.start, self.parts[place + 1].start, "")]
        if not behind:  # it ends a row of several, and the space before it goes with it
            return [Edit(self._before_spaces(part.start), self._past_spaces(end), "")]
        return [Edit(part.start, self._past_spaces(end), "")]

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

    def _before_spaces(self, place: int) -> int:
        while place > 0 and self.text[place - 1] in " \t":
            place -= 1
        return place

    def _past_spaces(self, place: int) -> int:
        while place < len(self.text) and self.text[place] in " \t":
            place += 1
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
