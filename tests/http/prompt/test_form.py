from __future__ import annotations

import datetime
from typing import Any

import pyarrow as pa
import pytest

from synapse_magic.http.prompt.form import Matched, Read, Separated, Structured, Whole
from synapse_magic.http.prompt.json_schema import COMMENT, json_schema
from synapse_magic.http.service.conform import MisfitError

CITY = pa.field("city", pa.string(), nullable=False, metadata={COMMENT: b"Its name."})
TYPE = pa.struct(
    [
        CITY,
        ("year", pa.int32()),
        ("tags", pa.list_(pa.field("item", pa.string(), nullable=False))),
        ("born", pa.date32()),
        ("at", pa.struct([("x", pa.float64())])),
    ]
)
WHOLE = {"city": "Rome", "year": None, "tags": ["a"], "born": "2026-05-04", "at": {"x": 1}}


def test_a_type_is_a_strict_schema() -> None:
    assert json_schema(TYPE) == {
        "type": "object",
        "additionalProperties": False,
        "required": ["city", "year", "tags", "born", "at"],
        "properties": {
            "city": {"type": "string", "description": "Its name."},
            "year": {"type": ["integer", "null"]},
            "tags": {"type": ["array", "null"], "items": {"type": "string"}},
            "born": {"type": ["string", "null"], "format": "date"},
            "at": {
                "type": ["object", "null"],
                "properties": {"x": {"type": ["number", "null"]}},
                "required": ["x"],
                "additionalProperties": False,
            },
        },
    }


def _text(**other: Any) -> str:
    import json

    return json.dumps({**WHOLE, **other})


def test_a_reply_that_fits_is_a_value_also_within_a_fence() -> None:
    expected = {**WHOLE, "born": datetime.date(2026, 5, 4), "at": {"x": 1.0}}
    for text in (_text(), f"```json\n{_text()}\n```", f" {_text(more=1)}\n"):
        assert Structured(TYPE).read(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Rome", 'The reply must be JSON, got "Rome"'),
        ("null", r"\$ must be an object, got null"),
        ("[]", r"\$ must be an object, got a list"),
        ("{}", r"\$.city must be there, got missing"),
        (_text(city=None), r"\$.city must be a value, got null"),
        (_text(year="x"), r'\$.year must be an integer, got "x"'),
        (_text(tags=["a", None]), r"\$.tags\[1\] must be a value, got null"),
        (_text(born="soon"), r'\$.born must be a date such as 2026-05-04, got "soon"'),
        (_text(at={}), r"\$.at.x must be there"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(text: str, why: str) -> None:
    with pytest.raises(MisfitError, match=why):
        Structured(TYPE).read(text)


def test_json_of_a_type_may_lack_fields_but_not_differ() -> None:
    assert Read(TYPE).read('{"city": "Rome"}')["year"] is None
    with pytest.raises(MisfitError, match="year must be an integer"):
        Read(TYPE).read('{"year": "x"}')


def test_lists_and_matches_are_taken_from_the_text() -> None:
    assert Separated().read(" a, b ,c") == ["a", "b", "c"]
    assert Separated("|").read("a|b,c") == ["a", "b,c"]
    assert Matched(r"(\d+) of (\d+)", 2).read("it is 3 of 5") == "5"
    with pytest.raises(MisfitError, match="must be a match of"):
        Matched(r"\d").read("none")


def test_a_delimiter_within_quotes_delimits_nothing() -> None:
    assert Separated().read('a, "b, c" ,"say ""hi"""') == ["a", "b, c", 'say "hi"']
    assert Separated("|").read('"a|b"|c') == ["a|b", "c"]
    assert Separated().read("a 5\" nail, it's") == ['a 5" nail', "it's"]
    assert Separated("; ").read('"a; b') == ['"a', "b"]  # no CSV has two signs
    assert Separated().read(f'a, "{"x" * 200_000}"') == ["a", "x" * 200_000]
    assert Separated("]").read('"a]" ]b^') == ["a]", "b^"]
    assert Separated("\t").read('"a\tb" \tc\t') == ["a\tb", "c", ""]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('"Rock" music, jazz', ['"Rock" music', "jazz"]),
        ('"unclosed, b, c', ['"unclosed', "b", "c"]),
        ('a, "b, c', ["a", '"b', "c"]),
        ('"a, b" or "c", d', ['"a', 'b" or "c"', "d"]),
        ("a\rb, c\r", ["a\nb", "c"]),
        ('"a, b"\r\n"c, d",e', ["a, b\nc, d", "e"]),
        ('"", b', ["", "b"]),
    ],
)
def test_a_quote_that_no_part_ends_with_is_a_sign_as_any_other(text: str, parts: list[str]) -> None:
    assert Separated().read(text) == parts


def test_a_line_break_of_a_list_delimits_nothing() -> None:
    assert Separated().read("apple,\nplum,\n\ncherry\n") == ["apple", "plum", "cherry"]
    assert Separated().read("a\nb, c") == ["a\nb", "c"]
    assert Separated().read("") == [""]


def test_half_a_character_is_marked() -> None:
    assert Whole().read("a\ud83d") == "a?"
