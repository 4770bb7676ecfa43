from __future__ import annotations

import asyncio
import json
import socket
import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synapse_magic.http import runtime
from synapse_magic.http.call_counts import CallCounts
from synapse_magic.http.caller import Caller
from synapse_magic.http.calls import Calls, call_each
from synapse_magic.http.meter import Meter
from synapse_magic.http.metering import Metering
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.price import Price
from synapse_magic.http.request import Outcome, Request
from synapse_magic.http.spending import Limits, Spending
from synapse_magic.http.waits import Waiting

ANSWER = {"said": "yes", "usage": {"prompt_tokens": 100, "completion_tokens": 20}}


@pytest.fixture
def service() -> Iterator[MockService]:
    with MockService() as started:
        started.reply("*", ANSWER)
        yield started


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(10)
        yield made


@pytest.fixture
def metering(listener: socket.socket) -> Iterator[Metering]:
    run = uuid.uuid4().hex
    yield Metering(run, 0, "127.0.0.1", listener.getsockname()[1], "token of this test")
    Spending(run, Limits()).forget()


def last(listener: socket.socket) -> dict[str, Any]:
    """Return the last that was told; all of it is there by now."""
    listener.setblocking(False)
    found: dict[str, Any] = {}
    while True:
        try:
            found = json.loads(listener.recv(4096))
        except BlockingIOError:
            break
    assert found["token"] == "token of this test"
    return found


def told(listener: socket.socket) -> CallCounts:
    return CallCounts.of(last(listener)["counts"])


def called(service: MockService, policy: Policy, count: int) -> list[Outcome]:
    requests = [Request("POST", service.url("/"), (), str(n).encode()) for n in range(count)]
    return [outcome for _, outcome in call_each(requests, policy, concurrency=4, ordered=True)]


def test_calls_tokens_and_money_are_told(
    service: MockService, metering: Metering, listener: socket.socket
) -> None:
    priced = replace(metering, price=Price(call=0.001, input=10.0, output=100.0))
    assert all(outcome.good for outcome in called(service, Policy(metering=priced), 5))
    counts = told(listener)
    assert (counts.sent, counts.in_flight, counts.retried, counts.untold) == (5, 0, 0, 0)
    assert (counts.input, counts.output) == (500, 100)
    assert counts.cost == pytest.approx(5 * (0.001 + 0.001 + 0.002))
    assert counts.seconds > 0


def test_what_is_throttled_and_tried_again_is_counted_and_costs_nothing(
    service: MockService, metering: Metering, listener: socket.socket
) -> None:
    busy = service.Reply(429, headers={"retry-after-ms": "1"})
    service.script("/", [busy, service.Reply(500), ANSWER])
    policy = Policy(metering=replace(metering, price=Price(call=1.0)), first_delay=0.001)
    assert all(outcome.good for outcome in called(service, policy, 1))
    counts = told(listener)
    assert (counts.sent, counts.throttled, counts.retried, counts.cost) == (3, 1, 2, 1.0)


def waiting(listener: socket.socket) -> Waiting:
    """Return what is waited for, as soon as something is."""
    while True:
        each = json.loads(listener.recv(4096))
        if each["waiting"]:
            (one,) = each["waiting"]
            return Waiting(*one)


def test_what_rows_wait_for_is_told_while_they_do(
    service: MockService, metering: Metering, listener: socket.socket
) -> None:
    service.script("/", [service.Reply(429, headers={"Retry-After": "3"}), ANSWER])
    policy = Policy(metering=metering, deadline=20.0)
    thread = threading.Thread(target=called, args=(service, policy, 1))
    thread.start()
    first, second = waiting(listener), waiting(listener)
    thread.join()
    host = service.url("").partition("://")[2]
    assert (first.why, first.requests, first.longest) == (f"429 from {host}", 1, 20.0)
    assert 0 < second.seconds < first.seconds < 4
    assert last(listener)["waiting"] == []


def test_an_answer_that_tells_no_tokens_is_counted_as_such(
    service: MockService, metering: Metering, listener: socket.socket
) -> None:
    service.reply("/", "plain")
    called(service, Policy(metering=metering), 2)
    assert told(listener).untold == 2


def test_a_limit_ends_the_job_and_no_request_more_is_sent(
    service: MockService, metering: Metering, listener: socket.socket
) -> None:
    policy = Policy(metering=replace(metering, limits=Limits(calls=7)))
    outcomes = called(service, policy, 30)
    assert len(service.ledger) == 7
    bad = [outcome for outcome in outcomes if not outcome.good]
    assert {outcome.code for outcome in bad} == {"limit_reached"}
    assert len(bad) == 23
    assert bad[0].message == "Not called: the limit of 7 calls is reached"
    assert all(outcome.attempts == 0 and outcome.response is None for outcome in bad)
    assert told(listener).sent == 7


def test_a_limit_on_money_ends_the_job_once_an_answer_tells_no_tokens(
    service: MockService, metering: Metering
) -> None:
    service.reply("/", "plain")
    priced = replace(metering, price=Price(input=1.0), limits=Limits(cost=5.0))
    outcomes = called(service, Policy(metering=priced), 30)
    assert 1 <= len(service.ledger) <= 2 * 4  # what was under way
    bad = [outcome for outcome in outcomes if not outcome.good]
    assert len(bad) == 30 - len(service.ledger)
    assert {(outcome.code, outcome.message) for outcome in bad} == {
        (
            "limit_reached",
            "Not called: the limit of $5 cannot be kept, as answers do not tell their tokens",
        )
    }


def test_what_a_journal_has_costs_nothing_and_is_answered_after_the_limit(
    service: MockService, metering: Metering, listener: socket.socket, tmp_path: Path
) -> None:
    limited = replace(metering, limits=Limits(calls=4), price=Price(call=1.0))
    policy = Policy(metering=limited, journal=str(tmp_path))
    assert sum(outcome.good for outcome in called(service, policy, 6)) == 4
    assert sum(outcome.good for outcome in called(service, policy, 6)) == 4
    assert len(service.ledger) == 4
    counts = told(listener)
    assert (counts.sent, counts.kept, counts.cost) == (4, 4, 4.0)


def test_rows_are_counted_by_what_became_of_them(
    service: MockService, metering: Metering, listener: socket.socket
) -> None:
    calls = Calls(Policy(metering=metering), 1)
    failed = Outcome(None, 1, 0.1, "http_400", "no")
    calls.meter.rows([None, replace(failed, code="limit_reached"), failed, failed])
    calls.close()
    counts = told(listener)
    assert (counts.rows, counts.failed, counts.left) == (4, 2, 1)


def test_calls_that_nobody_counts_are_made_all_the_same(service: MockService) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = Metering(uuid.uuid4().hex, 0, *closed.getsockname(), "t")
    assert all(outcome.good for outcome in called(service, Policy(metering=nowhere), 3))


def test_two_threads_may_find_at_once_that_nobody_listens(metering: Metering) -> None:
    class Lost:
        def send(self, _: bytes) -> None:
            meter._socket = None  # by the other thread, which was refused, too
            raise ConnectionRefusedError

        def close(self) -> None:
            closed.append(self)

    closed: list[Lost] = []
    meter = Meter(metering, asyncio.new_event_loop())
    meter._socket = lost = Lost()  # type: ignore[assignment]
    meter.tell()
    meter.tell()
    assert closed == [lost]
    meter._loop.close()


def test_the_token_is_in_no_text(metering: Metering) -> None:
    assert "token of this test" not in repr(Policy(metering=metering))


def test_what_costs_nothing_goes_on_after_the_limit_and_waits_as_long_as_it_was_told(
    service: MockService, metering: Metering
) -> None:
    service.script("/slow", [service.Reply(429, headers={"retry-after-ms": "500"}), "done"])
    free = Policy(first_delay=0.01, requests_per_second=10.0)
    paid = Policy(metering=replace(metering, limits=Limits(calls=1)))
    running = runtime.current()

    async def both() -> tuple[list[Outcome], Outcome]:
        calls = [
            asyncio.ensure_future(Caller(running, free, "job").call(Request("GET", address)))
            for address in (service.url("/slow"), *[service.url("/quick")] * 5)
        ]
        await asyncio.sleep(0.15)
        await Caller(running, paid, "job").call(Request("GET", service.url("/paid")))
        left = await Caller(running, paid, "job").call(Request("GET", service.url("/paid")))
        return await asyncio.gather(*calls), left

    outcomes, left = running.run(both())
    assert left.code == "limit_reached"
    assert [outcome.code for outcome in outcomes] == [""] * 6
    assert outcomes[0].elapsed >= 0.5
    assert len(service.seen("/quick")) == 5
