"""Items that a service refuses for the moment."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from service_rows import FAST, LENGTHS, answers

from synapse_magic.http.mock.ledger import Seen
from synapse_magic.http.mock.service import MockService

WRITTEN = LENGTHS | {
    "response": {"path": "$.value", "items": {"order": True}, "value": "$.key", "type": "string"},
    "errors": {
        "items": {"path": "$.value", "ok": "$.status", "code": "$.statusCode", "again": ["503"]}
    },
}


def index(refusals: dict[str, list[int]]) -> Any:
    """Give a service that refuses texts by these statuses in turn, and takes them then."""

    def script(seen: Seen) -> Any:
        said = []
        for each in seen.json()["texts"]:
            left = refusals.get(each["text"], [])
            status = left.pop(0) if left else 201
            said.append({"key": each["text"], "status": status == 201, "statusCode": status})
        return MockService.Reply(207, {"value": said})

    return script


def sent(service: MockService) -> list[str]:
    return ["".join(each["text"] for each in seen.json()["texts"]) for seen in service.ledger]


def test_an_item_that_is_refused_for_the_moment_is_sent_again_alone(service: MockService) -> None:
    service.answer("/lengths", index({"b": [503], "d": [503]}))
    found = answers(WRITTEN, service.url(""), list("abcd"))
    assert found == [(letter, None) for letter in "abcd"]
    assert sent(service) == ["abcd", "bd"]


def test_one_that_is_refused_for_good_is_not(service: MockService) -> None:
    service.answer("/lengths", index({"b": [503, 400], "c": [404]}))
    a, b, c = answers(WRITTEN, service.url(""), list("abc"), policy=replace(FAST, attempts=4))
    assert a == ("a", None)
    assert (b[1]["code"], b[1]["attempts"]) == ("400", 2)
    assert (c[1]["code"], c[1]["attempts"]) == ("404", 1)
    assert sent(service) == ["abc", "b"]


@pytest.mark.parametrize("attempts", [1, 3])
def test_an_item_is_tried_as_often_as_a_request(service: MockService, attempts: int) -> None:
    service.answer("/lengths", index({"a": [503] * 9}))
    policy = replace(FAST, attempts=attempts)
    ((value, error),) = answers(WRITTEN, service.url(""), ["a"], policy=policy)
    assert (value, error["code"], error["attempts"]) == (None, "503", attempts)
    assert Counter(sent(service)) == {"a": attempts}


def test_no_item_is_sent_again_after_its_time(service: MockService) -> None:
    service.answer("/lengths", index({"a": [503] * 9}))
    policy = replace(FAST, attempts=4, deadline=5.0, first_delay=60.0, longest_delay=60.0)
    ((_, error),) = answers(WRITTEN, service.url(""), ["a"], policy=policy)
    assert (error["code"], error["attempts"]) == ("503", 1)
