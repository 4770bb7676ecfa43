from __future__ import annotations

import asyncio
import threading
import time
import uuid
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from service_rows import FAST, JOB, answers, mapper

from synapse_magic.http import runtime
from synapse_magic.http.caller import Caller
from synapse_magic.http.metering import Metering
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.request import Outcome, Request, Response
from synapse_magic.http.service.keys import Keys, Signing
from synapse_magic.http.service.operation import Polling, Waiter
from synapse_magic.http.service.service import service_of
from synapse_magic.http.spending import Limits, Spending

RUNNING = {"status": "running"}
DONE = {"status": "Succeeded", "result": "ready"}
HEADERS = {"Operation-Location": "/jobs/1"}


@pytest.fixture
def begun(service: MockService) -> MockService:
    service.reply("/jobs", b"", status=202, headers=HEADERS)
    return service


def test_an_operation_is_asked_for_until_it_is_done(begun: MockService) -> None:
    begun.script("/jobs/1", [RUNNING, RUNNING, DONE])
    given = {"subscriptionKey": "k"}
    row = JOB | {"auth": {"header": "Api-Key"}}
    assert answers(row, begun.url(""), ["a"], **given) == [("ready", None)]
    polls = begun.seen("/jobs/1")
    assert [(seen.method, seen.body, seen.header("Api-Key")) for seen in polls] == [
        ("GET", b"", "k")
    ] * 3
    assert polls[0].header("Content-Type") is None


def test_a_whole_address_of_the_same_server_is_asked(service: MockService) -> None:
    there = {"operation-location": service.url("/jobs/1?v=2")}
    service.reply("/jobs", b"", status=202, headers=there)
    service.reply("/jobs/1", DONE)
    assert answers(JOB, service.url(""), ["a"]) == [("ready", None)]
    assert service.seen("/jobs/1")[0].query == "v=2"


def test_an_operation_may_be_named_in_the_reply(service: MockService) -> None:
    place = {"path": "$.id", "address": "/found/${id}"}
    row = JOB | {"path": "/v1/jobs", "async": {**JOB["async"], "location": place}}
    service.reply("/base/v1/jobs", {"id": "a b"})
    service.reply("/base/found/a%20b", DONE)
    assert answers(row, service.url("/base"), ["a"]) == [("ready", None)]


def test_an_operation_is_found_behind_a_path_with_params(service: MockService) -> None:
    place = {"path": "$.id", "address": "/found/${id}"}
    row = JOB | {"path": "/models/${text}/jobs", "async": {**JOB["async"], "location": place}}
    service.reply("/base/models/a%20b/jobs", {"id": "1"})
    service.reply("/base/found/1", DONE)
    assert answers(row, service.url("/base"), ["a b"]) == [("ready", None)]


def test_an_address_that_cannot_be_filled_is_an_error_of_its_row(service: MockService) -> None:
    place = {"path": "$.id", "address": "/jobs/${jobId}"}
    row = JOB | {"async": {**JOB["async"], "location": place}}
    service.reply("/jobs", {"id": "1"})
    ((value, error),) = answers(row, service.url(""), ["a"])
    assert value is None
    assert "needs jobId" in error["message"]


def test_waiting_in_line_before_the_submission_makes_no_question_later(begun: MockService) -> None:
    begun.script("/jobs/1", [RUNNING, DONE])
    running = runtime.current()
    caller = Caller(running, replace(FAST, deadline=2000.0), "job")
    request = Request("POST", begun.url("/jobs"))
    polling = Polling(first=0.01, least=0.01, longest=100.0)
    long_ago = time.monotonic() - 1000
    service = service_of(JOB)
    signing = Signing(Keys(service, {}), {})
    waiter = Waiter(caller, service, polling, signing, request, begun.url(""), long_ago)
    submitted = Outcome(Response(202, "", tuple(HEADERS.items())), 1, 0.1)
    _, result = running.run(asyncio.wait_for(waiter.result(submitted), 20))
    assert result == "ready"


def test_a_result_elsewhere_is_fetched_without_the_key(service: MockService) -> None:
    row = JOB | {
        "auth": {"header": "Api-Key"},
        "async": {**JOB["async"], "result": {"address": "$.at"}},
        "response": {"path": "$.text", "type": "string"},
    }
    with MockService() as other:
        other.reply("/result", {"text": "far"})
        service.reply("/jobs", b"", status=202, headers=HEADERS)
        service.reply("/jobs/1", {"status": "succeeded", "at": other.url("/result")})
        assert answers(row, service.url(""), ["a"], subscriptionKey="k") == [("far", None)]
        assert other.ledger[0].header("Api-Key") is None


def test_an_operation_at_another_server_is_refused_and_gets_no_key(service: MockService) -> None:
    with MockService() as other:
        there = {"Operation-Location": other.url("/jobs/1")}
        service.reply("/jobs", b"", status=202, headers=there)
        ((value, error),) = answers(JOB, service.url(""), ["a"], subscriptionKey="k")
        assert (value, error["code"]) == (None, "foreign_operation")
        assert other.ledger == []


@pytest.mark.parametrize(
    ("submitted", "polled", "code", "said"),
    [
        ({}, RUNNING, "no_operation", "names no operation"),
        (HEADERS, {"status": "failed", "error": {"code": "X1", "message": "why"}}, "X1", "why"),
        (HEADERS, {"status": "Canceled"}, "operation_canceled", "ended as canceled"),
        (HEADERS, {"status": "dreaming"}, "unknown_state", "unknown state 'dreaming'"),
        (HEADERS, {}, "unknown_state", "no state"),
        (HEADERS, {"status": "succeeded"}, "no_result", "has no result"),
        (HEADERS, "<html>", "no_json", "is no JSON"),
        (HEADERS, {"status": "succeeded", "result": 1}, "unexpected_reply", "a string, got 1"),
    ],
)
def test_an_operation_without_a_result_is_an_error_of_its_row(
    service: MockService, submitted: dict[str, str], polled: Any, code: str, said: str
) -> None:
    service.reply("/jobs", b"", status=202, headers=submitted)
    service.reply("/jobs/1", polled)
    ((value, error),) = answers(JOB, service.url(""), ["a"])
    assert (value, error["code"]) == (None, code)
    assert said in error["message"]


def test_a_service_may_answer_at_once(service: MockService) -> None:
    service.reply("/jobs", DONE)
    assert answers(JOB, service.url(""), ["a"]) == [("ready", None)]


def test_an_operation_that_is_not_there_yet_is_asked_for_again(begun: MockService) -> None:
    begun.script("/jobs/1", [begun.Reply(404), begun.Reply(404), DONE])
    assert answers(JOB, begun.url(""), ["a"]) == [("ready", None)]


def test_no_question_comes_before_the_time_that_the_service_names(begun: MockService) -> None:
    begun.script("/jobs/1", [begun.Reply(200, RUNNING, {"Retry-After": "1"}), DONE])
    assert answers(JOB, begun.url(""), ["a"]) == [("ready", None)]
    first, second = begun.seen("/jobs/1")
    assert second.at - first.at >= 1.0


def test_an_operation_that_takes_too_long_ends_at_the_deadline(begun: MockService) -> None:
    begun.reply("/jobs/1", RUNNING)
    before = time.monotonic()
    ((value, error),) = answers(JOB, begun.url(""), ["a"], policy=replace(FAST, deadline=0.5))
    assert (value, error["code"]) == (None, "deadline")
    assert error["attempts"] > 2
    assert time.monotonic() - before < 10


@pytest.mark.parametrize(
    ("of", "last", "value"), [("deadline", DONE, "ready"), ("job_deadline", RUNNING, None)]
)
def test_a_pause_ends_with_a_last_question_before_the_deadline(
    begun: MockService, of: str, last: dict[str, str], value: str | None
) -> None:
    begun.script("/jobs/1", [last])
    policy, patient = replace(FAST, **{of: 4.0}), Polling(first=30.0, least=30.0, longest=30.0)  # type: ignore[arg-type]
    batch = pa.RecordBatch.from_arrays([pa.array([0]), pa.array(["a"])], ["number", "text"])
    made = mapper(JOB, {"url": begun.url("")}, {"text": 1}, policy=policy, polling=patient)
    (row,) = [row for part in made.run([batch], uuid.uuid4().hex) for row in part.to_pylist()]
    assert len(begun.seen("/jobs/1")) == 1
    assert row["value"] == value
    assert row["error"] is None if value else row["error"]["code"] == of


def test_no_last_question_comes_before_the_time_that_the_service_names(begun: MockService) -> None:
    begun.script("/jobs/1", [begun.Reply(200, RUNNING, {"Retry-After": "60"})])
    ((_, error),) = answers(JOB, begun.url(""), ["a"], policy=replace(FAST, deadline=10.0))
    assert error["code"] == "deadline"
    assert len(begun.seen("/jobs/1")) == 1


def test_half_an_answer_to_a_question_is_asked_for_again(begun: MockService) -> None:
    begun.script("/jobs/1", ['{"status": "succe', DONE])
    assert answers(JOB, begun.url(""), ["a"]) == [("ready", None)]


def test_a_refused_question_is_an_error_of_its_row(begun: MockService) -> None:
    begun.reply("/jobs/1", {"error": {"message": "not you"}}, status=403)
    ((_, error),) = answers(JOB, begun.url(""), ["a"])
    assert (error["status"]["statusCode"], error["attempts"]) == (403, 2)
    assert "not you" in error["message"]


def test_who_stops_reading_ends_all_questions(begun: MockService) -> None:
    begun.reply("/jobs/1", RUNNING)
    batch = pa.RecordBatch.from_arrays([pa.array(["a"] * 20)], ["text"])
    running = mapper(JOB, {"url": begun.url("")}, {"text": 0}, concurrency=20).run([batch], "job")
    while len(begun.ledger) <= 20:  # which is more than what was begun
        assert next(running).num_rows == 0
    running.close()
    time.sleep(0.3)  # for what was on its way
    asked = len(begun.ledger)
    time.sleep(0.3)
    assert len(begun.ledger) == asked


def test_many_operations_need_no_thread_each(begun: MockService) -> None:
    began = time.monotonic()
    begun.answer("/jobs/1", lambda _: DONE if time.monotonic() - began > 0.5 else RUNNING)
    before = set(threading.enumerate())
    assert answers(JOB, begun.url(""), ["a"] * 100, concurrency=50) == [("ready", None)] * 100
    assert {t.name for t in set(threading.enumerate()) - before} <= {"synapse-magic-http"}


def test_a_limit_that_is_reached_ends_no_operation_that_has_begun(begun: MockService) -> None:
    begun.script("/jobs/1", [RUNNING] * 9 + [DONE])
    run = uuid.uuid4().hex
    limits = Limits(calls=2)
    policy = replace(FAST, metering=Metering(run, 0, "127.0.0.1", 9, "", limits=limits))
    found = answers(JOB, begun.url(""), list("abcd"), policy=policy)
    Spending(run, limits).forget()
    assert sorted(value or error["code"] for value, error in found) == [
        *["limit_reached"] * 2,
        *["ready"] * 2,
    ]
