"""Values as JSON, with what Spark has and JSON has not: dates, times and decimals."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from synapse_magic.http.service.template import FillError


def encode(value: Any) -> bytes:
    """Return a value as JSON.

    Dates and times are written as ISO 8601 has them, a timestamp with its offset, and as UTC
    where it has no zone; decimals are numbers.

    Raises
    ------
    FillError
        When it is none, with the place and the type of what is not.

    Examples
    --------
    >>> encode({"day": datetime.date(2026, 5, 4), "price": Decimal("1.50")})
    b'{"day": "2026-05-04", "price": 1.5}'
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain).encode()
    except UnicodeEncodeError:
        raise FillError("The values cannot be sent as JSON: a text ends within a sign") from None
    except TypeError:
        place, kind = next(_odd(value))
        raise FillError(
            f"The values cannot be sent as JSON: {place} is a {kind}. Try: cast it to string"
        ) from None
    except ValueError:
        raise FillError(
            "The values cannot be sent as JSON: a number is NaN or infinite. Try: null for it"
        ) from None


def _plain(value: Any) -> Any:
    """Return what stands for a value that JSON has no form of.

    Raises
    ------
    TypeError
        When nothing does.
    """
    if isinstance(value, datetime.datetime):
        known = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return known.isoformat()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


def _odd(value: Any, place: str = "$") -> Iterator[tuple[str, str]]:
    """Yield the place and the type of each value that is not for JSON."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if not isinstance(name, str):
                yield place, f"map with keys that are {type(name).__name__}"
            yield from _odd(each, f"{place}.{name}")
    elif isinstance(value, (list, tuple)):
        for number, each in enumerate(value):
            yield from _odd(each, f"{place}[{number}]")
    elif not isinstance(value, (str, int, float, type(None))):
        try:
            _plain(value)
        except TypeError as error:
            yield place, str(error)
