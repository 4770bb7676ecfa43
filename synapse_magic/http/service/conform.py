"""JSON values made values of an Arrow type, or the place at which they do not fit."""

from __future__ import annotations

import base64
import binascii
import datetime
import math
from collections.abc import Callable
from typing import Any

import pyarrow as pa


class MisfitError(ValueError):
    """A reply has a value of another type than was declared."""

    def __init__(self, place: str, expected: str, value: Any) -> None:
        super().__init__(_text(f"{place} must be {expected}, got {_shown(value)}"))


def conform(kind: pa.DataType, value: Any, place: str = "$") -> Any:
    """Return a JSON value as ``pyarrow.array`` takes it for a type.

    Fields that the type does not have are left out, and fields that the value does not have are
    null; anything else that does not fit is refused.

    Raises
    ------
    MisfitError
        With the place in the reply.

    Examples
    --------
    >>> conform(pa.struct([("a", pa.float64())]), {"a": 1, "other": 2})
    {'a': 1.0}
    >>> conform(pa.list_(pa.int32()), [1, "x"])
    Traceback (most recent call last):
        ...
    synapse_magic.http.service.conform.MisfitError: $[1] must be an integer, got "x"
    """
    if value is None:
        return None
    if pa.types.is_struct(kind):
        return _struct(kind, value, place)
    if pa.types.is_list(kind):
        return _list(kind, value, place)
    if pa.types.is_map(kind):
        pairs = _is(dict, value, place, "an object").items()
        return [(_text(k), conform(kind.item_type, v, f"{place}.{k}")) for k, v in pairs]
    if pa.types.is_integer(kind):
        return _integer(kind, value, place)
    if pa.types.is_floating(kind):
        return _float(value, place)
    return _SIMPLE[kind](value, place)


def _struct(kind: pa.StructType, value: Any, place: str) -> dict[str, Any]:
    found = _is(dict, value, place, "an object")
    return {own.name: conform(own.type, found.get(own.name), f"{place}.{own.name}") for own in kind}


def _list(kind: pa.ListType, value: Any, place: str) -> list[Any]:
    found: list[Any] = _is(list, value, place, "a list")
    plain = pa.types.is_floating(kind.value_type) and set(map(type, found)) <= {float}
    if plain and math.isfinite(sum(found)):
        return found  # embeddings: thousands of numbers
    return [conform(kind.value_type, item, f"{place}[{n}]") for n, item in enumerate(found)]


def _float(value: Any, place: str) -> float:
    """Return a number as a float: Arrow refuses integers that a float would round."""
    number = _is((int, float), value, place, "a number")
    try:
        found = float(number)
    except OverflowError:
        raise MisfitError(place, "a number of 64 bits", number) from None
    if not math.isfinite(found):  # what Python takes for JSON, and the largest exponents
        raise MisfitError(place, "a number", number)
    return found


def _text(value: str) -> str:
    """Return a text with a mark for half a character: JSON can hold one, and Arrow none."""
    return value.encode("utf-8", "replace").decode()


def _integer(kind: pa.DataType, value: Any, place: str) -> int:
    number = _is((int, float), value, place, "an integer")
    if number != number or number in (float("inf"), float("-inf")) or int(number) != number:
        raise MisfitError(place, "an integer", value)
    most = 2 ** (kind.bit_width - 1)
    if not -most <= number < most:
        raise MisfitError(place, f"an integer of {kind.bit_width} bits", value)
    return int(number)


def _bytes(value: Any, place: str) -> bytes:
    try:
        return base64.b64decode(_is(str, value, place, "bytes in base64"), validate=True)
    except binascii.Error as error:
        raise MisfitError(place, "bytes in base64", value) from error


def _date(value: Any, place: str) -> datetime.date:
    text = _is(str, value, place, "a date such as 2026-05-04")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise MisfitError(place, "a date such as 2026-05-04", value) from None


_SIMPLE: dict[pa.DataType, Callable[[Any, str], Any]] = {
    pa.string(): lambda value, place: _text(_is(str, value, place, "a string")),
    pa.bool_(): lambda value, place: _is(bool, value, place, "true or false"),
    pa.binary(): _bytes,
    pa.date32(): _date,
}


def _is(kinds: Any, value: Any, place: str, expected: str) -> Any:
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
        raise MisfitError(place, expected, value)
    return value


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value[:40]}"'
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else str(value)[:40]
