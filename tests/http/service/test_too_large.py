"""Batches that are larger than a quota, which some services never say."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from service_rows import FAST, LENGTHS, answers

from synapse_magic.http.mock.ledger import Seen
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.request import Outcome
from synapse_magic.http.service.answer import Answer
from synapse_magic.http.service.halving import Halving
from synapse_magic.http.verdict import TOO_LARGE

TOO_FAST = {"error": {"code": "429", "message": "Rate limit is exceeded. Try again later."}}


def limited(most: int) -> Any:
    """Give a service that says "too fast", for ever, to requests of more texts than a quota."""

    def script(seen: Seen) -> Any:
        texts = seen.json()["texts"]
        if len(texts) > most:
            return MockService.Reply(429, TOO_FAST)
        return {"found": [{"id": each["id"], "length": len(each["text"])} for each in texts]}

    return script


def test_a_batch_that_is_throttled_for_ever_is_halved(service: MockService) -> None:
    service.answer("/lengths", limited(most=2))
    policy = replace(FAST, deadline=6.0)
    found = answers(LENGTHS, service.url(""), ["aa"] * 4, policy=policy)
    assert found == [(2, None)] * 4
    let_in = [seen for seen in service.ledger if seen.status == 200]
    assert [len(seen.json()["texts"]) for seen in let_in] == [2, 2]


def test_a_size_that_was_too_large_once_is_not_sent_again(service: MockService) -> None:
    service.answer("/lengths", limited(most=1))
    policy = replace(FAST, deadline=6.0)
    row = LENGTHS | {"batch": {**LENGTHS["batch"], "most": 2}}
    assert answers(row, service.url(""), ["aa"] * 2, policy=policy) == [(2, None)] * 2
    before = len(service.ledger)
    assert answers(row, service.url(""), ["aa"] * 8, policy=policy) == [(2, None)] * 8
    assert [seen.status for seen in service.ledger[before:]] == [200] * 8


def test_one_row_that_is_throttled_waits_for_all_of_its_time(service: MockService) -> None:
    service.reply("/lengths", TOO_FAST, status=429)
    ((value, error),) = answers(
        LENGTHS, service.url(""), ["aa"], policy=replace(FAST, deadline=0.5)
    )
    assert (value, error["code"]) == (None, "deadline")


def test_rows_after_one_whose_time_is_up_are_not_asked_for() -> None:
    asked: list[int] = []

    async def ask(rows: Sequence[Mapping[str, Any]]) -> list[Answer]:
        asked.append(len(rows))
        code = TOO_LARGE if len(rows) > 1 else "deadline"
        return [Answer(None, Outcome(None, 3, 10.0, code, "no"))] * len(rows)

    found = asyncio.run(Halving([{}] * 8, (400,), ask).answers())
    assert asked == [8, 4, 2, 1]
    assert {answer.outcome.code for answer in found if answer.outcome} == {"deadline"}
    assert [answer.outcome.attempts for answer in found if answer.outcome] == [
        12, 9, 6, 6, 3, 3, 3, 3,
    ]  # fmt: skip
