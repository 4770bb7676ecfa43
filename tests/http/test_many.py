"""Many requests together: what one tells about the others."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from synapse_magic.http import breaker, runtime
from synapse_magic.http.calls import call_each
from synapse_magic.http.mock.service import MockService, refusing_url
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Outcome, Request

Many = Callable[..., list[Outcome]]


def test_each_row_gets_its_own_answer(service: MockService, many: Many) -> None:
    service.answer(
        "/", lambda seen: service.Reply(body=seen.body, latency=hash(seen.body) % 7 / 100)
    )
    outcomes = many(service.url(), 300, concurrency=32)
    assert [int(o.response.body) for o in outcomes if o.response] == list(range(300))
    assert len(service.ledger) == 300


def test_a_quota_that_is_gone_stops_the_job(service: MockService, many: Many) -> None:
    gone = service.Reply(429, {"error": {"code": "insufficient_quota", "message": "pay first"}})
    service.reply("/", gone)
    outcomes = many(service.url(), 200, concurrency=4)
    assert {o.code for o in outcomes} == {"quota_gone"}
    assert all(o.message.endswith("pay first") for o in outcomes)
    assert len(service.ledger) <= 8
    assert sum(o.attempts for o in outcomes) == len(service.ledger)


@pytest.mark.parametrize("status", [429, 500])
def test_a_long_wait_stops_the_job_where_it_is_throttled_alone(
    service: MockService, many: Many, status: int
) -> None:
    service.reply("/", service.Reply(status, "no", {"Retry-After": "3600"}))
    outcomes = many(service.url(), 30, concurrency=2)
    assert {o.code for o in outcomes} == {"wait_too_long"}
    assert all(o.message.count("asks to wait") == 1 for o in outcomes)
    sent = len(service.ledger)
    assert sent == 30 if status == 500 else sent <= 4


def test_a_quota_that_is_gone_does_not_stop_other_servers(service: MockService, many: Many) -> None:
    with MockService() as other:
        other.reply("/", "fine")
        service.reply("/", service.Reply(429, "insufficient_quota"))
        asked = [Request("POST", each.url()) for each in (service, other) * 20]
        found = dict(call_each(asked, Policy(), concurrency=2))
    assert {found[n].code for n in range(0, 40, 2)} == {"quota_gone"}
    assert all(found[n].good for n in range(1, 40, 2))


def test_a_limit_on_how_many_run_at_once_is_found(service: MockService, many: Many) -> None:
    service.latency = 0.02
    service.reply("/", "fine")
    service.limit("/", service.AtOnce(5))
    outcomes = many(service.url(), 300, concurrency=40)
    assert all(o.good for o in outcomes)
    late = service.ledger[len(service.ledger) // 2 :]
    assert max(seen.in_flight for seen in late) <= 7
    assert sum(seen.status == 429 for seen in late) / len(late) < 0.3


def test_a_rate_that_nobody_told_is_found(service: MockService, many: Many) -> None:
    service.reply("/", "fine")
    service.limit("/", service.TokenBucket(rate=100, burst=10))
    outcomes = many(service.url(), 400, concurrency=32)
    assert all(o.good for o in outcomes)
    late = service.ledger[len(service.ledger) // 2 :]
    assert sum(seen.status == 429 for seen in late) / len(late) < 0.15


def test_a_window_that_is_full_is_left_alone_until_it_opens(
    service: MockService, many: Many
) -> None:
    service.reply("/", "fine")
    service.limit("/", service.Window(20, 0.5, told="ms"))
    outcomes = many(service.url(), 50, concurrency=16)
    assert all(o.good for o in outcomes)
    assert sum(seen.status == 429 for seen in service.ledger) < 40


def test_a_known_rate_is_kept(service: MockService, many: Many) -> None:
    service.reply("/", "fine")
    began = time.monotonic()
    outcomes = many(service.url(), 60, concurrency=32, requests_per_second=50)
    assert all(o.good for o in outcomes)
    for number, seen in enumerate(service.ledger):
        assert seen.at - began >= (number - 1) / 50 - 0.02


def test_a_known_number_of_tokens_is_kept(service: MockService) -> None:
    service.answer("/", lambda seen: {"usage": {"input_tokens": 80, "output_tokens": 20}})
    asked = [Request("POST", service.url(), (), bytes(400))] * 10  # a hundred tokens each
    found = dict(call_each(asked, Policy(tokens_per_minute=60_000.0)))
    assert all(outcome.good for outcome in found.values())
    times = [seen.at for seen in service.ledger]
    assert all(at - times[0] >= number / 10 - 0.3 for number, at in enumerate(times))


def test_questions_are_not_slowed_by_what_begins_something_nor_the_other_way_round(
    service: MockService, many: Many
) -> None:
    for path in ("/begin", "/ask"):
        service.reply(path, "fine")
    service.limit("/begin", service.TokenBucket(5.0))
    begin, ask = (
        runtime.current().endpoint(Request(method, service.url()), None)
        for method in ("POST", "GET")
    )
    assert all(o.good for o in many(service.url("/begin"), 4))
    asked = [Request("GET", service.url("/ask"))] * 20
    assert all(outcome.good for _, outcome in call_each(asked, Policy()))
    assert (begin.pace.free, ask.pace.free) == (False, True)


def test_headers_that_tell_of_a_used_up_allowance_are_a_pause(
    service: MockService, many: Many
) -> None:
    used_up = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "400ms"}
    service.script("/", [service.Reply(headers=used_up), "fine"])
    many(service.url(), 1)
    many(service.url(), 3)
    first, *others = service.ledger
    assert min(seen.at for seen in others) - first.at >= 0.4


def test_a_dead_endpoint_is_given_up(many: Many, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "_FIRST_REST", 0.03)
    url = refusing_url()
    outcomes = many(url, 400, concurrency=32, attempts=2, deadline=5.0)
    assert not any(o.good for o in outcomes)
    sent = sum(o.attempts for o in outcomes)
    assert sent < 100
    assert {o.code for o in outcomes} <= {"connection_refused", "deadline", "endpoint_down"}


def test_a_dead_endpoint_that_is_another_by_now_loses_no_row(
    service: MockService, many: Many, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "_FIRST_REST", 0.01)
    monkeypatch.setattr(breaker, "_NEWS_SECONDS", 0.3)
    service.reply("/", service.Reply(503, "gone"))
    outcomes = many(service.url(), 100, concurrency=32, attempts=2)
    (down, *_) = [o for o in outcomes if o.code == "endpoint_down"]
    assert "503" in down.message
    service.reply("/", "fine", latency=0.1)
    time.sleep(0.5)
    assert all(o.good for o in many(service.url(), 40, concurrency=16))


def test_half_of_the_servers_dead_is_half_of_the_rows(service: MockService) -> None:
    service.reply("/", "fine")
    dead = refusing_url()
    asked = [Request("POST", url) for url in (service.url(), dead) * 30]
    policy = Policy(attempts=2, deadline=1.0, first_delay=0.02)
    found = dict(call_each(asked, policy, concurrency=16))
    assert all(found[n].good for n in range(0, 60, 2))
    assert not any(found[n].good for n in range(1, 60, 2))


def test_an_endpoint_that_comes_back_loses_no_row(service: MockService, many: Many) -> None:
    back = time.monotonic() + 1.0
    service.answer("/", lambda seen: "fine" if seen.at > back else service.Reply(503))
    outcomes = many(service.url(), 200, concurrency=32, attempts=20)
    assert all(o.good for o in outcomes)


def test_the_deadline_of_a_job_holds_for_all_its_rows(service: MockService, many: Many) -> None:
    service.reply("/", "fine", latency=0.2)
    outcomes = many(service.url(), 60, concurrency=4, job_deadline=0.7)
    assert {o.code for o in outcomes} == {"", "job_deadline"}
    assert "the 0.7 s for the job (deadline)" in next(o for o in outcomes if not o.good).message
    assert len(service.ledger) < 20
    assert max(seen.at for seen in service.ledger) - service.ledger[0].at < 2


@pytest.mark.parametrize("code", ["quota_gone", "wait_too_long"])
def test_rows_that_wait_hear_of_the_end_at_once(
    service: MockService, many: Many, code: str
) -> None:
    patient = service.Reply(429, "later", {"Retry-After": "30"})
    end = {"quota_gone": "insufficient_quota", "wait_too_long": "try again in 60 minutes"}[code]
    service.script("/", [patient] * 4 + [service.Reply(429, end)])
    began = time.monotonic()
    outcomes = many(service.url(), 5, concurrency=5)
    assert {o.code for o in outcomes} == {code}
    assert time.monotonic() - began < 10
