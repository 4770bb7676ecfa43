from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest

from synapse_magic.http.service.json_text import encode
from synapse_magic.http.service.template import FillError

EAST = datetime.timezone(datetime.timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime.date(2026, 5, 4), "2026-05-04"),
        (datetime.datetime(2026, 5, 4, 8, 30, tzinfo=EAST), "2026-05-04T08:30:00+02:00"),
        (datetime.datetime(2026, 5, 4, 8, 30), "2026-05-04T08:30:00+00:00"),
        (datetime.time(8, 30), "08:30:00"),
        (Decimal("12.50"), 12.5),
        (Decimal("9007199254740993.00"), 9007199254740993),
        ("\u00e9", "\u00e9"),
    ],
)
def test_dates_and_decimals_have_a_form_in_json(value: Any, expected: Any) -> None:
    found = json.loads(encode({"a": [value]}))
    assert found == {"a": [expected]}
    assert type(found["a"][0]) is type(expected)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": [{"b": b"raw"}]}, r"\$\.a\[0\]\.b is a bytes. Try: cast it to string"),
        ({"a": datetime.timedelta(1)}, r"\$\.a is a timedelta"),
        ({"a": {datetime.date(2026, 5, 4): 1}}, r"\$\.a is a map with keys that are date"),
        ({"a": float("nan")}, "a number is NaN or infinite"),
        ({"a": "\ud83d"}, "a text ends within a sign"),
    ],
)
def test_what_has_none_is_told_with_its_place_and_type(value: Any, said: str) -> None:
    with pytest.raises(FillError, match=said):
        encode(value)
