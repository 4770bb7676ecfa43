"""What is made of the text of a reply: the text itself, its parts, or a value of a type."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from synapse_magic.http.service.conform import MisfitError, conform
from synapse_magic.http.service.json_path import missing

_FENCED = re.compile(r"\s*```\w*\s*\n(.*?)\n?\s*```\s*", re.DOTALL)
_NO_CSV = '"\r\n '
"""Signs that delimit, but within quotes of CSV mean something else."""
_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())


class Form(Protocol):
    """Makes a value of a text."""

    @property
    def type(self) -> pa.DataType:
        """Of the values."""

    @property
    def corrects(self) -> bool:
        """Whether the model is told of a text that does not fit, and asked once more."""

    @property
    def whole(self) -> bool:
        """Whether a text that was cut off is of no use."""

    def read(self, text: str) -> Any:
        """Return the value of a text, or raise a :class:`MisfitError`."""


@dataclass(frozen=True)
class Whole:
    """The text as it is."""

    type: pa.DataType = _TEXT
    corrects: bool = False
    whole: bool = False

    def read(self, text: str) -> str:
        """Return the text."""
        return text.encode("utf-8", "replace").decode()  # JSON can hold half a character


@dataclass(frozen=True)
class Separated:
    """What stands between delimiters, without the white space around it.

    Where one sign delimits, a part in double quotes may hold it, and a quote that is written twice.
    Where a quote begins a part and none ends it, quotes are signs as any other. A line break
    delimits nothing.
    """

    delimiter: str = ","
    type: pa.DataType = _TEXTS
    corrects: bool = False
    whole: bool = True

    def read(self, text: str) -> list[str]:
        """Return the parts of a text."""
        told = Whole().read(text)
        return [part.strip() for part in self._parts(told)]

    def _parts(self, text: str) -> list[str]:
        if len(self.delimiter) != 1 or self.delimiter in _NO_CSV:
            return text.split(self.delimiter)
        text = re.sub(r"\r\n?", "\n", text)
        return _quoted_parts(text, self.delimiter) or text.split(self.delimiter)


@dataclass(frozen=True)
class Matched:
    """What a group of a regular expression finds first."""

    regex: str
    group: int = 0
    type: pa.DataType = _TEXT
    corrects: bool = False
    whole: bool = True

    def read(self, text: str) -> str | None:
        """Return the group; None where an optional group takes no part."""
        found = re.search(self.regex, Whole().read(text))
        if found is None:
            raise MisfitError("The reply", f"a match of {self.regex}", text)
        return found[self.group]


@dataclass(frozen=True)
class Read:
    """The JSON of the text as a type; what it does not have is null."""

    type: pa.DataType
    corrects: bool = False
    whole: bool = True

    def read(self, text: str) -> Any:
        """Return the value."""
        return conform(self.type, _tree(text))


@dataclass(frozen=True)
class Structured:
    """The JSON of the text as a type that the model was told: all of it must be there.

    ``type`` says by its fields which may be null.
    """

    type: pa.DataType
    corrects: bool = True
    whole: bool = True

    def read(self, text: str) -> Any:
        """Return the value."""
        tree = _tree(text)
        if tree is None:
            raise MisfitError("$", "an object", None)
        value = conform(self.type, tree)
        _require_all(self.type, tree, "$")
        return value


def _quoted_parts(text: str, delimiter: str) -> list[str]:
    """Return the parts of CSV without the quotes around them; none where quotes are other signs."""
    parts: list[str] = []
    place, part = 0, _part_of(delimiter)
    while (found := part.match(text, place)) is not None:
        value = found[2] if found[1] is None else found[1].replace('""', '"')
        if place and text[place - 1] == "\n":
            parts[-1] += f"\n{value}"
        else:
            parts.append(value)
        place = found.end() + 1
        if place > len(text):
            return parts
    return []


@functools.cache
def _part_of(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of a part: in quotes up to where a part can end, or without any."""
    sign = re.escape(delimiter)
    quoted = rf' *"([^"]*(?:""[^"]*)*)"[^\S\n]*?(?={sign}|\n|\Z)'
    return re.compile(rf'{quoted}|(?! *")([^{sign}\n]*)')


def _tree(text: str) -> Any:
    """Return the JSON of a text, or within the Markdown fence that is all of it."""
    fenced = _FENCED.fullmatch(text)
    try:
        return json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        raise MisfitError("The reply", "JSON", text) from None


def _require_all(kind: pa.DataType, value: Any, place: str) -> None:
    """Raise where a field is missing, or null and may not be."""
    if pa.types.is_struct(kind):
        for own in kind:
            where = f"{place}.{own.name}"
            if own.name not in value:
                raise MisfitError(where, "there", missing)
            _require_field(own, value[own.name], where)
    elif pa.types.is_list(kind):
        for number, item in enumerate(value):
            _require_field(kind.value_field, item, f"{place}[{number}]")


def _require_field(own: pa.Field, value: Any, place: str) -> None:
    if value is not None:
        _require_all(own.type, value, place)
    elif not own.nullable:
        raise MisfitError(place, "a value", None)
