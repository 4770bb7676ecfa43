"""The window, the pace and the breaker, on a clock of the test's own."""

from __future__ import annotations

import pytest

from synapse_magic.http.breaker import FAILURES, PROBES, Breaker
from synapse_magic.http.pace import Pace
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


def rejected_share(limit: float, seconds: float, *, change: float = 1.0) -> tuple[float, float]:
    """Return shares of refused and of good answers, of the last half, for a limiter simulated.

    A token bucket with a tenth of a second's burst, answers after 100 ms; at half time its rate
    is multiplied by ``change``.
    """
    pace, tokens, now, last = Pace(), limit / 10, 0.0, 0.0
    coming: list[tuple[float, float, bool]] = []
    good = refused = 0
    while now < seconds:
        rate = limit * (change if now > seconds / 2 else 1.0)
        if pace.free:
            now += 1 / (4 * limit)
        else:
            now += max(pace.reserve(now), 1e-4)
        tokens = min(rate / 10, tokens + (now - last) * rate)
        last = now
        let_in = tokens >= 1
        tokens -= let_in
        coming.append((now + 0.1, now, let_in))
        while coming and coming[0][0] <= now:
            at, sent, fine = coming.pop(0)
            if at > seconds / 2 + (10 if change != 1 else 0):
                good, refused = good + fine, refused + (not fine)
            if fine:
                pace.answered(at)
            else:
                pace.refused(sent, at)
    counted = seconds / 2 - (10 if change != 1 else 0)
    return refused / max(1, good + refused), good / (limit * change * counted)


@pytest.mark.parametrize("limit", [20.0, 100.0, 1000.0])
def test_a_pace_settles_just_below_an_unknown_limit(limit: float) -> None:
    refused, good = rejected_share(limit, 60.0)
    assert refused < 0.05
    assert good > 0.9


@pytest.mark.parametrize("change", [2.0, 0.5])
def test_a_pace_follows_a_limit_that_changes_within_ten_seconds(change: float) -> None:
    refused, good = rejected_share(100.0, 60.0, change=change)
    assert refused < 0.05
    assert good > 0.9


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
        assert not breaker.hopeless
        now += breaker.rest(now)
        breaker.probing = True
        breaker.failed(sent=now, now=now)
        rests.append(breaker.rest(now))
    assert rests == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert breaker.hopeless
    breaker.answered()
    assert not breaker.open
    assert not breaker.hopeless
