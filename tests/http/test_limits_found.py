"""The window and the breaker, on a clock of the test's own."""

from __future__ import annotations

import pytest

from synapse_magic.http.breaker import FAILURES, PROBES, Breaker
from synapse_magic.http.window import Window


def test_a_window_is_halved_once_for_all_that_was_in_flight_together() -> None:
    window = Window()
    for left in range(64, 0, -1):
        window.objected(in_flight=left, sent=0.0, now=0.1)
    assert window.limit == 32
    window.objected(in_flight=32, sent=0.2, now=0.3)
    assert window.limit == 16


def test_a_window_never_closes() -> None:
    window = Window()
    for k in range(10):
        window.objected(in_flight=1, sent=k + 0.5, now=float(k + 1))
    assert window.limit == 1
    assert not window.full(0)
    assert window.full(1)


def test_a_window_of_good_answers_adds_about_one() -> None:
    window = Window()
    window.objected(in_flight=64, sent=0.0, now=0.1)
    for _ in range(32):
        window.answered(in_flight=32)
    assert window.limit == pytest.approx(33, abs=0.05)


def test_a_breaker_opens_probes_gives_up_and_closes() -> None:
    breaker = Breaker()
    for _ in range(FAILURES):
        assert not breaker.open
        breaker.failed(sent=0.0, now=1.0)
    assert breaker.open
    breaker.failed(sent=0.5, now=1.1)  # sent before it opened
    assert breaker.rest(1.0) == 0.5
    rests = []
    now = 1.0
    for _ in range(PROBES):
        assert not breaker.hopeless(now)
        now += breaker.rest(now)
        breaker.probing = True
        breaker.failed(sent=now, now=now)
        rests.append(breaker.rest(now))
    assert rests == [1.0, 2.0, 4.0, 8.0, 1.0]
    assert breaker.hopeless(now)
    breaker.answered()
    assert not breaker.open
    assert not breaker.hopeless(now)


def test_the_news_of_a_dead_endpoint_is_as_old_as_a_probe_takes() -> None:
    breaker = Breaker(failures=FAILURES, probes=PROBES - 1, probing=True)
    breaker.failed(sent=100.0, now=110.0)
    assert breaker.hopeless(now=119.0)
    assert not breaker.hopeless(now=120.0)
    breaker.probing = True
    assert not breaker.hopeless(now=119.0)  # what comes of it will be known soon
