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


@pytest.mark.parametrize(
    "whole", ['{"a": [1, -2.5e-3, true, null], "b\\u00e9": "\u00e9\\n"}', "[[], {}]"]
)
def test_what_ends_too_early_is_broken_wherever_it_does(whole: str) -> None:
    body = whole.encode()
    assert [end for end in range(1, len(body)) if not broken_json(body[:end])] == []


def test_a_large_one_is_judged_by_its_end() -> None:
    assert broken_json(LARGE[:-2])


@pytest.mark.parametrize(
    "body", [b"[ERROR] quota", b'{"a": 1}\n{"a": 2}', b"{a: 1}", b'["\\x"]', b'["\xff"]', b"[1] x"]
)
def test_what_is_no_json_in_its_midst_is_not_called_broken(body: bytes) -> None:
    assert not broken_json(body)


def test_what_is_nested_too_deeply_to_be_read_is_not_called_broken() -> None:
    assert not broken_json(b"[" * 20_000 + b"]" * 20_000)
