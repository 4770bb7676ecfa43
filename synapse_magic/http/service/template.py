"""Templates: JSON with ``${name}`` in it, filled with the values of a row.

A form after the name says how the value is written: ``${name|b64}`` is base64 of bytes,
``${name|csv}`` a list with commas between, and ``${name|xml}`` a text that is safe within XML.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any, Final
from urllib.parse import quote

ONE_OF = "one_of"
_NAME = re.compile(r"\$\{(\w+)(?:\|(b64|csv|xml))?\}")


class Absent:
    """The type of :data:`absent`: a part that is left out, for its value is not given."""

    def __repr__(self) -> str:
        return "absent"


absent: Final = Absent()


class FillError(ValueError):
    """A row's values do not make a request; its text says why, without showing them."""


def names(template: Any) -> Iterator[str]:
    """Yield the names that a template asks for."""
    if isinstance(template, str):
        yield from (found[1] for found in _NAME.finditer(template))
    elif isinstance(template, Mapping):
        for part in template.values():
            yield from names(part)
    elif isinstance(template, (list, tuple)):
        for part in template:
            yield from names(part)


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """Return a template with values in the place of names.

    A part whose value is not given, or None, is :data:`absent`, and left out of what is around it;
    so is an object or a list of which everything is left out.

    Examples
    --------
    >>> fill({"text": "${text}", "where": {"from": "${source}"}, "kind": "A"}, {"text": 1})
    {'text': 1, 'kind': 'A'}
    """
    if isinstance(template, str):
        return _filled_text(template, values)
    if isinstance(template, Mapping):
        if set(template) == {ONE_OF}:
            return _first(template[ONE_OF], values)
        parts = {key: fill(part, values) for key, part in template.items()}
        left = {key: part for key, part in parts.items() if part is not absent}
        return left if left or not parts else absent
    if isinstance(template, list):
        items = [fill(part, values) for part in template]
        kept = [part for part in items if part is not absent]
        return kept if kept or not items else absent
    return template


def fill_path(template: str, values: Mapping[str, Any]) -> str:
    """Return an address or a part of one, with values as text that is safe there.

    Raises
    ------
    FillError
        When a value is not given.
    """
    wanting = [name for name in names(template) if values.get(name) is None]
    if wanting:
        raise FillError(f"The address needs {' and '.join(wanting)}")
    return _NAME.sub(lambda found: quote(as_text(_value(found, values)), safe=""), template)


def as_text(value: Any) -> str:
    """Return a value as it stands within a text or a query.

    Examples
    --------
    >>> as_text(True), as_text(["a", "b"])
    ('true', 'a,b')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        raise FillError("Bytes cannot stand within a text")
    if isinstance(value, list):
        return ",".join(map(as_text, value))
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _filled_text(template: str, values: Mapping[str, Any]) -> Any:
    if "${" not in template:
        return template
    whole = _NAME.fullmatch(template)
    if whole is not None:
        value = _value(whole, values)
        return absent if value is None else value
    if any(values.get(name) is None for name in names(template)):
        return absent
    return _NAME.sub(lambda found: as_text(_value(found, values)), template)


def _value(found: re.Match[str], values: Mapping[str, Any]) -> Any:
    value = values.get(found[1])
    if value is None or found[2] is None:
        return value
    return _FORMS[found[2]](found[1], value)


def _base64(name: str, value: Any) -> str:
    if not isinstance(value, bytes):
        raise FillError(f"{name} must be bytes, got {type(value).__name__}")
    return base64.b64encode(value).decode()


_FORMS: dict[str, Callable[[str, Any], str]] = {
    "b64": _base64,
    "csv": lambda _, value: as_text(value),
    "xml": lambda _, value: escape(as_text(value)),
}


def _first(alternatives: list[Any], values: Mapping[str, Any]) -> Any:
    """Return the first alternative whose values are all given."""
    for each in alternatives:
        if all(values.get(name) is not None for name in names(each)):
            return fill(each, values)
    wanted = " or ".join(" and ".join(dict.fromkeys(names(each))) for each in alternatives)
    raise FillError(f"The row needs {wanted}, and has none of them")
