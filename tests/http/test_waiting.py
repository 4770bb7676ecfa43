from __future__ import annotations

import pytest

from synapse_magic.http.request import Response
from synapse_magic.http.waiting import exhausted_for, retry_after

NOON = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, b"", None),
        ({"Retry-After": "3"}, b"", 3.0),
        ({"retry-after": "0.5"}, b"", 0.5),
        ({"Retry-After": "soon"}, b"", None),
        ({"Retry-After": "-1"}, b"", None),
        ({"Retry-After": "nan"}, b"", None),
        ({"Retry-After": "9", "retry-after-ms": "250"}, b"", 0.25),
        ({"x-ms-retry-after-ms": "1500"}, b"", 1.5),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:30 GMT"}, b"", 10.0),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:10 GMT"}, b"", 0.0),
        ({}, b"Please try again in 446ms.", 0.446),
        ({}, b"Rate limit. Please retry after 10 seconds.", 10.0),
        ({}, b"Try again in 2 minutes", 120.0),
        ({}, b"Please try again in 1m30s. See our page.", 90.0),
        ({}, b"Try again in 2 hours", 7200.0),
        ({}, b"retry after 1 minute and 5 secs", 65.0),
        ({}, b"Retry in 3 months", None),
        ({"Retry-After": "1"}, b"try again in 446ms", 1.0),
    ],
)
def test_retry_after_is_read_in_every_form(
    headers: dict[str, str], body: bytes, seconds: float | None
) -> None:
    response = Response(429, "", tuple(headers.items()), body)
    found = retry_after(response, NOON)
    assert found == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("status", [408, 500, 502])
def test_words_about_another_failure_are_no_wait(status: int) -> None:
    assert retry_after(Response(status, "", (), b"try again in 30 minutes"), NOON) is None


def test_a_date_counts_from_the_clock_of_the_server() -> None:
    headers = (
        ("Date", "Tue, 14 Nov 2023 20:00:00 GMT"),
        ("Retry-After", "Tue, 14 Nov 2023 20:00:05 GMT"),
    )
    assert retry_after(Response(429, "", headers), NOON) == 5.0


@pytest.mark.parametrize(
    ("reset", "seconds"),
    [
        ("6m0s", 360.0),
        ("1h2m3.5s", 3723.5),
        ("20ms", 0.02),
        ("7", 7.0),
        ("1700000007", 7.0),
        ("1699999999", 0.0),
        ("2023-11-14T22:13:25Z", 5.0),
        ("2023-11-14T22:13:15Z", 0.0),
        ("later", 0.0),
    ],
)
def test_a_used_up_allowance_waits_for_its_reset(reset: str, seconds: float) -> None:
    prefix = "anthropic-ratelimit-requests-" if "T" in reset else "x-ratelimit-"
    names = (
        (f"{prefix}remaining", f"{prefix}reset")
        if "T" in reset
        else ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens")
    )
    assert exhausted_for(((names[0], "0"), (names[1], reset)), NOON) == pytest.approx(seconds)


def test_an_allowance_with_room_does_not_wait() -> None:
    headers = (("x-ratelimit-remaining-requests", "3"), ("x-ratelimit-reset-requests", "6m0s"))
    assert exhausted_for(headers, NOON) == 0.0
