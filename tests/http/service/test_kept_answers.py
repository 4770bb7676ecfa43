"""Answers of services in a journal: what led to nothing is not found again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from service_rows import FAST, JOB, LENGTHS, answers

from synapse_magic import Secret
from synapse_magic.http import runtime, secret
from synapse_magic.http.mock.service import MockService

RUNNING = {"status": "running"}
DONE = {"status": "succeeded", "result": "ready"}
HEADERS = {"Operation-Location": "/jobs/1"}
Kept = Callable[..., list[tuple[Any, Any]]]


@pytest.fixture
def kept(service: MockService, tmp_path: Path) -> Kept:
    """Give a function that asks for a text with a journal, as a new process does."""

    def ask(row: dict[str, Any], texts: tuple[str, ...] = ("a",), **rules: Any) -> Any:
        runtime.shut_down()
        policy = replace(FAST, journal=str(tmp_path / "journal"), **rules)
        return answers(row, service.url(""), list(texts), policy=policy)

    return ask


@pytest.mark.parametrize("end", [{"status": "failed"}, {"status": "succeeded", "result": 1}])
def test_an_operation_that_came_to_nothing_is_begun_anew(
    service: MockService, kept: Kept, end: dict[str, Any]
) -> None:
    service.reply("/jobs", b"", status=202, headers=HEADERS)
    service.script("/jobs/1", [end, DONE])
    ((value, error),) = kept(JOB)
    assert value is None
    assert error is not None
    assert kept(JOB) == [("ready", None)]
    assert len(service.seen("/jobs")) == 2


def test_an_operation_that_is_gone_is_begun_anew_at_once(service: MockService, kept: Kept) -> None:
    service.script("/jobs", [service.Reply(201, {"id": n}) for n in (1, 2)])
    place = {"path": "$.id", "address": "/jobs/${id}"}
    row = JOB | {"async": {**JOB["async"], "location": place}}
    service.script("/jobs/1", [DONE, service.Reply(410)])
    service.reply("/jobs/2", DONE)
    assert kept(row) == [("ready", None)]
    assert kept(row) == [("ready", None)]
    assert kept(row) == [("ready", None)]
    assert len(service.seen("/jobs")) == 2


@pytest.mark.parametrize("trouble", [403, 503])
def test_an_operation_that_could_not_be_asked_for_is_found_again(
    service: MockService, kept: Kept, trouble: int
) -> None:
    service.reply("/jobs", b"", status=202, headers=HEADERS)
    service.reply("/jobs/1", {}, status=trouble)
    ((value, _),) = kept(JOB, attempts=1)
    assert value is None
    service.reply("/jobs/1", DONE)
    assert kept(JOB) == [("ready", None)]
    assert len(service.seen("/jobs")) == 1


def test_an_operation_that_took_too_long_is_found_again(service: MockService, kept: Kept) -> None:
    service.reply("/jobs", b"", status=202, headers=HEADERS)
    service.reply("/jobs/1", RUNNING)
    ((_, error),) = kept(JOB, deadline=0.3)
    assert error["code"] == "deadline"
    service.reply("/jobs/1", DONE)
    assert kept(JOB) == [("ready", None)]
    assert len(service.seen("/jobs")) == 1


@pytest.mark.parametrize("useless", ["<html>", {"found": [{"id": "0"}]}, {"errors": [{"id": "0"}]}])
def test_a_reply_without_an_answer_is_not_kept(
    service: MockService, kept: Kept, useless: Any
) -> None:
    service.script("/lengths", [useless, {"found": [{"id": "0", "length": 1}]}])
    assert kept(LENGTHS)[0][0] is None
    assert kept(LENGTHS) == [(1, None)]
    assert kept(LENGTHS) == [(1, None)]
    assert len(service.ledger) == 2


def test_a_reply_with_an_answer_for_one_row_is_kept(service: MockService, kept: Kept) -> None:
    service.reply("/lengths", {"found": [{"id": "0", "length": 1}]})
    for _ in range(2):
        ((value, _), (_, error)) = kept(LENGTHS, ("a", "b"))
        assert (value, error["code"]) == (1, "no_answer")
    assert len(service.ledger) == 1


def test_a_secret_is_looked_up_again_while_a_task_goes_on(
    service: MockService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret, "_KEPT_SECONDS", 0.0)
    tokens = iter(f"token-{n}" for n in range(1000))
    service.reply("/lengths", {"found": [{"id": "0", "length": 1}]})
    row = LENGTHS | {"auth": {"header": "Api-Key"}}
    given = {"AADToken": Secret.call(lambda: next(tokens))}
    answers(row, service.url(""), ["a"] * 40, most=1, concurrency=1, **given)
    assert len({seen.header("authorization") for seen in service.ledger}) > 2


def test_looking_up_a_secret_does_not_hold_up_the_calls_of_others(service: MockService) -> None:
    loop = runtime.current().loop
    seen: list[bool] = []

    def look() -> str:
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(5)
        seen.append(True)
        return "token"

    service.reply("/lengths", {"found": [{"id": "0", "length": 1}]})
    given = {"AADToken": Secret.call(look)}
    assert answers(LENGTHS, service.url(""), ["a"], **given) == [(1, None)]
    assert seen
