from __future__ import annotations

import datetime
from typing import Any

import pytest
from pyspark.sql import Row

from synapse_magic.metrics.struct_words import struct_words
from synapse_magic.metrics.table import shown

CHAT = Row(
    id="chatcmpl-1",
    created=1758000000,
    model="gpt",
    choices=[Row(index=0, message=Row(role="assistant", content="Très bien", refusal=None))],
    usage=Row(total_tokens=7, details=None),
)


def test_a_reply_is_shown_by_what_it_says_without_what_is_null() -> None:
    assert shown(CHAT) == (
        '{"choices": [{"index": 0, "message": {"role": "assistant", "content": "Très bien"}}], '
        '"usage": {"total_tokens": 7}, "id": "chatcmpl-1", "created": 1758000000, "model": "gpt"}'
    )


def test_an_error_of_a_row_is_its_code_and_message() -> None:
    error = Row(response="{}", status=None, code="http_404", message="Gone.", attempts=1, elapsed=1)
    assert shown(error) == "http_404: Gone. (1 attempt)"
    assert str(shown(error.__class__(**{**error.asDict(), "attempts": 4}))).endswith("(4 attempts)")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Row(a=None), "{}"),
        ([Row(a=1), None], '[{"a": 1}, null]'),
        (Row(a=list(range(10))), '{"a": [0, 1, 2, 3, 4, 5, 6, 7, "…"]}'),
        (
            Row(a=b"xyz", b=datetime.date(2026, 1, 2), c={"k": 1.5}),
            '{"a": "3 bytes", "b": "2026-01-02", "c": {"k": 1.5}}',
        ),
        ([1, 2], None),
        ("text", None),
    ],
)
def test_structs_are_json_and_other_values_are_not(value: Any, words: str | None) -> None:
    assert struct_words(value) == words


def test_a_long_reply_is_cut() -> None:
    assert len(shown(Row(text="x" * 1000))) == 400
