"""Spark's names of types, such as ``array<struct<a:int>>``, read without Spark."""

from __future__ import annotations

import re

import pyarrow as pa

from synapse_magic.errors import SynapseError, closest

SIMPLE: dict[str, pa.DataType] = {
    "string": pa.string(),
    "int": pa.int32(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
}
_NESTED = ("array", "map", "struct")
_TOKEN = re.compile(r"\s*(?:`([^`]+)`|([A-Za-z_@][\w@.$-]*)|([<>,:]))")


def arrow_type(text: str) -> pa.DataType:
    """Return the Arrow type that a Spark type's name stands for.

    Raises
    ------
    SynapseError
        When it cannot be read, with what stands where it fails.

    Examples
    --------
    >>> arrow_type("struct<text:string, scores:array<double>>")
    StructType(struct<text: string, scores: list<item: double>>)
    """
    parser = _Parser(text)
    kind = parser.type()
    if parser.next is not None:
        raise parser.error(f"nothing after it, got {parser.next!r}")
    return kind


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.next: str | None = None
        self._advance()

    def type(self) -> pa.DataType:
        name = self._name("a type").lower()
        if name in SIMPLE:
            return SIMPLE[name]
        if name not in _NESTED:
            hint = closest(name, (*SIMPLE, *_NESTED))
            raise self.error(f"one of {', '.join((*SIMPLE, *_NESTED))}, got {name!r}. {hint}")
        self._take("<")
        made: pa.DataType
        if name == "array":
            made = pa.list_(self.type())
        elif name == "map":
            key = self.type()
            self._take(",")
            made = pa.map_(key, self.type())
        else:
            made = pa.struct(self._fields())
        self._take(">")
        return made

    def _fields(self) -> list[pa.Field]:
        fields = [self._field()]
        while self.next == ",":
            self._take(",")
            fields.append(self._field())
        return fields

    def _field(self) -> pa.Field:
        name = self._name("the name of a field")
        if self.next == ":":
            self._take(":")
        return pa.field(name, self.type())

    def _name(self, what: str) -> str:
        found = self.next
        if found is None or found in "<>,:":
            raise self.error(f"{what}, got {found or 'the end'!r}")
        self._advance()
        return found

    def _take(self, mark: str) -> None:
        if self.next != mark:
            raise self.error(f"{mark!r}, got {self.next or 'the end'!r}")
        self._advance()

    def _advance(self) -> None:
        if not self._text[self._at :].strip():
            self.next = None
            return
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            raise self.error(f"a name or one of < > , :, got {self._text[self._at :][:20]!r}")
        self._at = found.end()
        self.next = found[1] or found[2] or found[3]

    def error(self, expected: str) -> SynapseError:
        return SynapseError(f"The type {self._text!r} cannot be read: expected {expected}")
