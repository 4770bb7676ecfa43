from __future__ import annotations

import pytest

from synapse_magic.http.call_counts import CallCounts
from synapse_magic.results.call_projection import CallProjection, money
from synapse_magic.results.call_report import CallReport


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (0.0, "$0.00"),
        (1234.5, "$1,234.50"),
        (0.3, "$0.30"),
        (0.0372, "$0.037"),
        (1e-7, "$0.0000001"),
    ],
)
def test_money_has_the_digits_that_count(cost: float, words: str) -> None:
    assert money(cost) == words


def test_a_report_says_what_came_of_rows_and_calls() -> None:
    counts = CallCounts(sent=1010, throttled=7, retried=10, kept=3, input=5000, output=700)
    errors = {"http_400": 1, "timeout": 2}
    report = CallReport(1000, errors, counts, 12.0, 1.5, journal="calls")
    assert report.lines() == [
        "997 of 1,000 rows answered; 3 with an error: timeout 2, http_400 1",
        "1,010 calls, 7 throttled, 10 retried, 3 not sent again, 5,000 + 700 tokens, $1.50",
        "Answers are kept in calls",
    ]


def test_a_limit_that_was_reached_is_told() -> None:
    report = CallReport(10, {"limit_reached": 4}, CallCounts(sent=6), 1.0, journal="a<b")
    assert "the rows after it were not called; answers are kept in a<b" in str(report)
    assert "a&lt;b" in report.html()


def test_what_is_not_known_is_not_made_up() -> None:
    silent = CallReport(10, {}, None, 1.0)
    assert "How many calls were sent and what they cost is not known" in str(silent)
    unpriced = CallReport(10, {}, CallCounts(sent=10), 1.0, None, "Chat has no price")
    assert "10 calls, cost unknown (Chat has no price)" in str(unpriced)


def test_a_projection_leaves_out_what_it_does_not_know() -> None:
    assert str(CallProjection(10, 500, why="no price")) == (
        "Projected after 10 rows: unknown calls, cost unknown (no price) for 500 rows"
    )
    assert "at least 3.0 h" in str(CallProjection(10, 500, 500, seconds=10_800.0))
    assert "at least 5 min, $2.00" in str(CallProjection(10, 500, 500, seconds=300.0, cost=2.0))
