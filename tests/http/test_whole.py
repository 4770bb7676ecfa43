from __future__ import annotations

import json

import pytest

from synapse_magic.http.whole import broken_json

LARGE = json.dumps({"values": [0.5] * 20_000}).encode()


@pytest.mark.parametrize(
    "body", [b"", b"words", b"<html>", b"1", b' {"a": [1]}\n', b"\xef\xbb\xbf[]", b"[NaN]", LARGE]
)
def test_what_is_whole_or_no_json_at_all_is_not_broken(body: bytes) -> None:
    assert not broken_json(body)


@pytest.mark.parametrize("body", [b"{", b'{"a": {"b": 1}', b'["\xc3', b'{"a": 1', LARGE[:-2]])
def test_what_begins_as_json_and_is_none_is_broken(body: bytes) -> None:
    assert broken_json(body)


def test_what_is_nested_too_deeply_to_be_read_is_not_called_broken() -> None:
    assert not broken_json(b"[" * 20_000 + b"]" * 20_000)
