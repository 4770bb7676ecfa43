from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.http.calls import FIRST, Calls, call_each
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Request


def endless(url: str) -> Iterator[Request]:
    return itertools.repeat(Request("GET", url))


def eventually(condition: object, within: float = 5.0) -> None:
    """Wait until a function of no arguments returns something true."""
    ends = time.monotonic() + within
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.mark.parametrize("engine", ["aiohttp", "requests"])
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("", "x", "has no name or no value"),
        ("Größe", "x", "has a name that no header has"),
        ("A b", "x", "has a name that no header has"),
        ("X-Key", "ключ", "holds a letter beyond ASCII"),
        ("X-Key", "a\r\nX-Other: b", "holds a line break or another sign that no header takes"),
    ],
)
def test_a_header_that_cannot_be_sent_is_an_error_of_its_row(
    service: MockService, engine: str, name: str, value: str, said: str
) -> None:
    service.reply("/", "fine")
    requests = [Request("GET", service.url(), headers) for headers in (((name, value),), ())]
    outcomes = dict(call_each(requests, Policy(engine=engine)))
    assert outcomes[1].good
    assert outcomes[0].code == "bad_request"
    assert said in outcomes[0].message
    assert len(service.ledger) == 1


@pytest.mark.parametrize("engine", ["aiohttp", "requests"])
def test_https_to_a_server_that_speaks_http_is_told(engine: str) -> None:
    def answer() -> None:
        while True:
            try:
                taken, _ = listener.accept()
            except OSError:
                return
            with taken:
                taken.recv(4096)
                taken.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        address = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        policy = Policy(engine=engine, attempts=1)
        ((_, outcome),) = call_each([Request("GET", address)], policy)
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    assert outcome.code == "connection_failed"
    assert "Try: http://, where the server has no TLS" in outcome.message


@pytest.mark.parametrize("taken", [0, 1, 10])
def test_a_consumer_who_stops_has_paid_for_little_more(service: MockService, taken: int) -> None:
    service.reply("/", "fine", latency=0.02)
    outcomes = call_each(endless(service.url()), concurrency=256)
    list(itertools.islice(outcomes, taken))
    time.sleep(0.3)
    assert len(service.ledger) <= 2 * taken + FIRST
    outcomes.close()


def test_all_the_concurrency_is_used_and_no_more(service: MockService) -> None:
    service.reply("/", "fine", latency=0.05)
    for _ in itertools.islice(call_each(endless(service.url()), concurrency=20), 400):
        pass
    assert max(seen.in_flight for seen in service.ledger) == 20


def test_a_slow_call_holds_up_no_other(service: MockService) -> None:
    service.answer("/", lambda seen: service.Reply(latency=30.0 if seen.body == b"0" else 0.01))
    asked = [Request("POST", service.url(), (), str(n).encode()) for n in range(200)]
    others = itertools.islice(call_each(asked, concurrency=8), 199)
    assert sorted(number for number, _ in others) == list(range(1, 200))


def test_order_is_kept_when_asked(service: MockService) -> None:
    service.answer("/", lambda seen: service.Reply(latency=0.3 if seen.body == b"0" else 0.01))
    asked = [Request("POST", service.url(), (), str(n).encode()) for n in range(100)]
    order = [number for number, _ in call_each(asked, concurrency=8, ordered=True)]
    assert order == list(range(100))


def test_requests_are_read_only_as_far_as_they_are_called(service: MockService) -> None:
    service.reply("/", "fine")
    read = itertools.count()
    asked = (Request("GET", service.url()) for _ in read)
    for _ in itertools.islice(call_each(asked, concurrency=4), 50):
        pass
    assert next(read) <= 50 + 2 * 4 + 1


def test_a_consumer_who_goes_away_ends_the_calls(service: MockService) -> None:
    service.answer("/", lambda seen: service.Reply(latency=0.0 if seen.connection == 0 else 30.0))
    outcomes = call_each(endless(service.url()), concurrency=8)
    next(outcomes)
    eventually(lambda: service.in_flight >= 7)
    outcomes.close()
    eventually(lambda: service.in_flight == 0)


def test_an_interrupt_ends_the_calls(service: MockService) -> None:
    service.reply("/", latency=30.0)
    script = (
        "from synapse_magic.http.calls import call_each\n"
        "from synapse_magic.http.request import Request\n"
        f"list(call_each([Request('GET', {service.url()!r})] * 20))\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True)
    eventually(lambda: service.in_flight == FIRST, within=30.0)
    child.send_signal(2)
    eventually(lambda: service.in_flight == 0)
    _, told = child.communicate(timeout=10)
    assert told.strip().endswith("KeyboardInterrupt")
    assert "Unclosed" not in told


def test_a_process_ends_in_silence_with_rows_left_in_the_line(service: MockService) -> None:
    service.reply("/", service.Reply(429, headers={"Retry-After": "1"}))
    script = (
        "from synapse_magic.http.calls import call_each\n"
        "from synapse_magic.http.policy import Policy\n"
        "from synapse_magic.http.request import Request\n"
        f"asked = [Request('GET', {service.url()!r})] * 20\n"
        "list(call_each(asked, Policy(deadline=1.5), concurrency=20))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_connections_are_kept_for_the_next_calls(service: MockService) -> None:
    service.reply("/", "fine", latency=0.02)
    for _ in range(3):
        assert len(list(call_each([Request("GET", service.url())] * 20, concurrency=4))) == 20
    assert len({seen.connection for seen in service.ledger}) <= 4


def test_a_forked_process_has_calls_of_its_own(service: MockService) -> None:
    service.reply("/", "fine")
    assert next(call_each([Request("GET", service.url())]))[1].good
    child = os.fork()
    if child == 0:
        good = False
        try:
            good = next(call_each([Request("GET", service.url())]))[1].good
        finally:
            os._exit(0 if good else 1)
    _, status = os.waitpid(child, 0)
    assert status == 0
    assert next(call_each([Request("GET", service.url())]))[1].good
    assert len(service.ledger) == 3
    assert service.ledger[2].connection == service.ledger[0].connection


def test_several_consumers_share_one_event_loop(service: MockService) -> None:
    service.reply("/", "fine", latency=0.01)
    done = []

    def consume() -> None:
        done.append(len(list(call_each([Request("GET", service.url())] * 50))))

    threads = [threading.Thread(target=consume) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [50] * 4
    loops = [t for t in threading.enumerate() if t.name == "synapse-magic-http"]
    assert len(loops) == 1


def test_an_engine_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(SynapseError, match=r"engine must be one of aiohttp, requests.*Did you"):
        list(call_each([Request("GET", "http://127.0.0.1:1/")], Policy(engine="aiohtp")))


def test_what_waits_is_forgotten_by_the_loop_that_begins_it(service: MockService) -> None:
    forgotten_by = []

    class Watched(deque[tuple[Any, Request]]):
        def clear(self) -> None:
            forgotten_by.append(threading.current_thread().name)
            super().clear()

    service.reply("/", latency=30.0)
    calls = Calls(Policy(), concurrency=1)
    calls._waiting = Watched()
    calls.feed(enumerate([Request("GET", service.url())] * 3))
    eventually(lambda: service.in_flight == 1)
    calls.close()
    eventually(lambda: service.in_flight == 0)
    assert forgotten_by == ["synapse-magic-http"]
    assert len(service.ledger) == 1


def test_wrong_numbers_are_refused() -> None:
    with pytest.raises(SynapseError, match="concurrency must be at least 1, got 0"):
        list(call_each([], concurrency=0))
    with pytest.raises(SynapseError, match="timeout must be greater than 0, got 0"):
        Policy(timeout=0)
    with pytest.raises(SynapseError, match="attempts must be at least 1, got 0"):
        Policy(attempts=0)
