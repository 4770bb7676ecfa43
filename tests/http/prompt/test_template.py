from __future__ import annotations

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.http.prompt.template import Part, columns_of, parts_of


def test_columns_stand_in_braces_and_double_braces_are_braces() -> None:
    parts = parts_of('{{"from": "{a b}"}} to {lang}, {lang}')
    assert parts == (
        Part('{"from": "'), Part(column="a b"), Part('"} to '), Part(column="lang"),
        Part(", "), Part(column="lang"),
    )  # fmt: skip
    assert columns_of(parts) == ["a b", "lang"]


def test_a_template_may_ask_for_no_column() -> None:
    assert parts_of("Say something") == (Part("Say something"),)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("Translate {text", "expected '}'"),
        ("a } b", "single '}'"),
        ("a {} b", "no column"),
        ("{text:10}", "more than a column"),
        ("{text!r}", "more than a column"),
    ],
)
def test_what_is_no_template_is_told_with_what_to_try(template: str, why: str) -> None:
    with pytest.raises(SynapseError, match=f"promptTemplate cannot be read: .*{why}.*Try") as told:
        parts_of(template)
    assert str(told.value).count("cannot be read") == 1
