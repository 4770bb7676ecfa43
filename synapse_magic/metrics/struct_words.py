"""Structs of Spark in a few words: what is in them, nothing of what is not."""

from __future__ import annotations

import datetime
import decimal
import json
from typing import Any

from pyspark.sql import Row

_MOST_ITEMS = 8
_ERROR = ("code", "message", "attempts", "elapsed")
_OF_THE_REPLY = (
    *("id", "object", "created", "createdAt", "requestId", "apimRequestId"),
    *("model", "modelVersion", "apiVersion"),
)
"""Fields that tell one reply of a service from another, and nothing of what it says."""


def struct_words(value: Any) -> str | None:
    """Return a struct, or a list of structs, as JSON without nulls; None for any other value.

    What tells replies of services apart comes last, and an error of a row is its code and message.

    Examples
    --------
    >>> struct_words(Row(id="r-1", mood=Row(name="good", score=None)))
    '{"mood": {"name": "good"}, "id": "r-1"}'
    >>> struct_words(Row(status=None, code="http_404", message="No.", attempts=2, elapsed=0.1))
    'http_404: No. (2 attempts)'
    """
    several = isinstance(value, list) and any(isinstance(item, Row) for item in value)
    if not (several or isinstance(value, Row)):
        return None
    if isinstance(value, Row) and set(_ERROR) <= set(value.asDict()):
        tries = "1 attempt" if value["attempts"] == 1 else f"{value['attempts']} attempts"
        return f"{value['code']}: {value['message']} ({tries})"
    return json.dumps(_plain(value), ensure_ascii=False, default=str)


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it, without nulls and with the first items of lists."""
    if isinstance(value, Row):
        fields = {name: each for name, each in value.asDict().items() if each is not None}
        names = sorted(fields, key=lambda name: name in _OF_THE_REPLY)  # which keeps their order
        return {name: _plain(fields[name]) for name in names}
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        more = ["\N{HORIZONTAL ELLIPSIS}"] if len(value) > _MOST_ITEMS else []
        return [*map(_plain, value[:_MOST_ITEMS]), *more]
    if isinstance(value, (bytes, bytearray)):
        return f"{len(value)} bytes"
    if hasattr(value, "toArray"):
        return _plain([float(each) for each in value.toArray()[: _MOST_ITEMS + 1]])
    if isinstance(value, (datetime.date, datetime.time, decimal.Decimal)):
        return str(value)
    return value
