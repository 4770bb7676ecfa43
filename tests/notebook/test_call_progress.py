"""The counts of calls while they are made, and what stays of them."""

from __future__ import annotations

from typing import Any

import pytest

from synapse_magic import CallProjection, CallsCounted, CallsProjected
from synapse_magic.http.call_counts import CallCounts
from synapse_magic.http.waits import Waiting
from synapse_magic.notebook import call_progress
from synapse_magic.notebook.call_progress import CallProgress
from synapse_magic.notebook.progress import footer

BUSY = CallCounts(
    sent=420, in_flight=16, throttled=9, retried=12, rows=400, failed=2, input=3000, output=800
)


def test_all_counts_are_seen_while_calls_are_made(line: Any) -> None:
    shown = CallProgress(line, "call people")
    shown.counted(CallsCounted(BUSY, 1000, 0.25))
    text, html = line.said[-1]
    assert text.endswith(
        "400 of 1,000 rows  \N{MIDDLE DOT}  420 calls, 16 in flight, 9 throttled, 12 retried, "
        "3,000 + 800 tokens, 2 failed, $0.25"
    )
    assert "width:40%" in html


def test_what_rows_wait_for_is_seen_while_they_do(line: Any) -> None:
    shown = CallProgress(line, "call people")
    waiting = (Waiting("429 from localhost:8000", 16, 28.0, 600.0),)
    shown.counted(CallsCounted(BUSY, 1000, waiting=waiting))
    text, html = line.said[-1]
    assert text.endswith(
        "16 requests wait 28 s: 429 from localhost:8000, each up to 600 s (concurrentTimeout)"
    )
    assert "16 requests wait 28 s" in html
    shown.end()
    assert "wait" not in line.said[-1][0]


def test_what_an_interrupt_leaves_stays_in_the_cell(line: Any) -> None:
    shown = CallProgress(line, "call people")
    shown.counted(CallsCounted(BUSY, 1000))
    shown.end()
    assert line.said[-1][0].startswith("call people \N{MIDDLE DOT} 400 of 1,000 rows, 420 calls")
    assert "$" not in line.said[-1][0]


def test_the_footer_has_the_totals(line: Any) -> None:
    shown = CallProgress(line, "call people")
    assert "call" not in footer(shown, None)[0].replace("%synapse", "").replace("code", "")
    shown.counted(CallsCounted(CallCounts(sent=5, rows=5), 5, 1.5))
    assert "5 calls, $1.50" in footer(shown, None)[0]


def test_a_projection_is_shown_at_once_and_stays(
    line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(call_progress, "show_html", lambda text, _: said.append(text))
    shown = CallProgress(line, "call people")
    shown.projected(CallsProjected(CallProjection(10, 1000, 1000, cost=2.0)))
    assert said == ["Projected after 10 rows: about 1,000 calls, $2.00 for 1,000 rows"]
