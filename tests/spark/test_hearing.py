from __future__ import annotations

import json
import socket
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from synapse_magic.services import call_listener
from synapse_magic.services.call_listener import CallListener
from synapse_magic.spark.events import CallsCounted, listen


@pytest.fixture
def listening() -> Iterator[CallListener]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        listener = CallListener("127.0.0.1", server)
        yield listener
        close(listener)


def close(listener: CallListener) -> None:
    """Close it, or say that this does not end."""
    closing = threading.Thread(target=listener.close, daemon=True)
    closing.start()
    closing.join(10)
    assert not closing.is_alive()


def send(listener: CallListener, content: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(content, ("127.0.0.1", listener.port))


def tell(listener: CallListener, told: dict[str, Any]) -> None:
    send(listener, json.dumps({"token": listener.token, **told}).encode())


def test_what_somebody_else_sends_is_passed_over(listening: CallListener) -> None:
    for content in (
        b"",
        b"\xff",
        b"[" * 2000,
        '{"token": "t\u00f6ken"}'.encode(),
        b'{"token": "\\ud800"}',
        b'{"token": null, "mark": "end"}',
    ):
        send(listening, content)
    tell(listening, {"from": "a", "stage": 0, "counts": {"sent": 3}})
    assert listening.counts().sent == 3


def test_a_listener_that_fails_is_warned_of_and_calls_are_counted_all_the_same(
    listening: CallListener,
) -> None:
    def fail(_: CallsCounted) -> None:
        raise RuntimeError("no widget here")

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with listen(fail, CallsCounted):
            tell(listening, {"from": "a", "stage": 0, "counts": {"sent": 3}})
            tell(listening, {"from": "a", "stage": 0, "counts": {"unheard_of": 3}})
            assert listening.counts().sent == 3
    assert len(told) == 2
    assert "could not be shown: RuntimeError('no widget here')" in str(told[0].message)


def test_what_a_worker_waits_for_is_left_out_once_it_is_silent_and_in_the_next_run(
    listening: CallListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[CallsCounted] = []
    waiting = [["429 from localhost", 3, 9.0, 60.0]]

    def shown() -> list[int]:
        listening.catch_up()
        return [each.requests for each in said[-1].waiting]

    with listen(said.append, CallsCounted):
        tell(listening, {"from": "killed", "stage": 0, "counts": {}, "waiting": waiting})
        assert shown() == [3]
        now = time.monotonic() + 6.0
        monkeypatch.setattr(call_listener.time, "monotonic", lambda: now)
        tell(listening, {"from": "alive", "stage": 0, "counts": {}, "waiting": []})
        assert shown() == []
        tell(listening, {"from": "alive", "stage": 0, "counts": {}, "waiting": waiting})
        assert shown() == [3]
        listening.begin(10)
        assert shown() == []


def test_it_ends_although_its_first_word_of_the_end_is_lost(
    listening: CallListener, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    send = listening._send

    def losing(told: dict[str, Any]) -> None:
        sent.append(told)
        if len(sent) > 1:
            send(told)

    monkeypatch.setattr(listening, "_send", losing)
    close(listening)
    assert len(sent) == 2


@pytest.mark.parametrize(
    "host",
    [
        "",
        pytest.param(
            "127.0.1.1",
            marks=pytest.mark.skipif(sys.platform == "darwin", reason="it has no such address"),
        ),
    ],
)
def test_it_ends_at_whichever_address_it_listens(host: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host, 0))
        listener = CallListener(host or "a.name.of.this.machine", server)
        began = time.monotonic()
        assert listener.counts().sent == 0
        close(listener)
        assert time.monotonic() - began < 1.0
