from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from synapse_magic.http import quota
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.quota import Outgrown, Patience
from synapse_magic.http.request import Outcome, Request


def request(size: int, place: str = "http://localhost/a") -> Request:
    return Request("POST", place, (), bytes(size))


def test_a_minute_of_refusals_in_which_nothing_is_let_in_is_enough() -> None:
    patience = Patience(deadline=600.0)
    assert [patience.over(7, now) for now in (100.0, 159.0, 160.0)] == [False, False, True]


def test_the_minute_begins_anew_with_each_request_that_is_let_in() -> None:
    patience = Patience(deadline=600.0)
    seen = [(0, 0.0), (1, 59.0), (1, 118.0), (2, 119.0), (2, 178.0), (2, 179.0)]
    assert [patience.over(let_in, now) for let_in, now in seen] == [False] * 5 + [True]


def test_one_that_others_overtake_for_half_of_its_time_waits_no_longer() -> None:
    patience = Patience(deadline=600.0)
    found = [patience.over(let_in=n, now=10.0 * n) for n in range(31)]
    assert found == [False] * 30 + [True]


def test_one_with_little_time_waits_for_a_quarter_of_it() -> None:
    patience = Patience(deadline=8.0)
    assert [patience.over(0, now) for now in (0.0, 1.9, 2.0)] == [False, False, True]


def test_what_was_refused_for_its_size_is_known_for_its_address_alone() -> None:
    outgrown = Outgrown()
    assert not outgrown.holds(request(400), now=0.0)
    outgrown.note(request(400), now=0.0)
    assert outgrown.holds(request(500), now=1.0)
    assert not outgrown.holds(request(396), now=1.0)
    assert not outgrown.holds(request(500, "http://localhost/b"), now=1.0)


def test_the_smallest_size_that_was_refused_counts_for_ten_minutes() -> None:
    outgrown = Outgrown()
    outgrown.note(request(400), now=0.0)
    outgrown.note(request(200), now=10.0)
    outgrown.note(request(300), now=20.0)
    assert outgrown.holds(request(200), now=610.0)
    assert not outgrown.holds(request(200), now=620.0)


def test_a_size_is_tried_again_after_a_while_though_others_ask_for_it_all_the_time(
    call: Callable[..., Outcome], service: MockService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "_KEPT_SECONDS", 0.5)
    service.reply("/", {"error": {"message": "Request too large for gpt"}}, status=429)
    until = time.monotonic() + 5.0
    while len(service.ledger) < 2 and time.monotonic() < until:
        assert call(service.url("/"), divisible=True).code == "request_too_large"
        time.sleep(0.05)
    assert len(service.ledger) == 2
