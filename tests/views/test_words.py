from __future__ import annotations

import math

import pytest

from synapse_magic.views.words import (
    MINUS,
    cell,
    data,
    escape,
    number,
    plural,
    share,
    shorten,
    signed,
    width,
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (0.5, "0.5"),
        (0.012345, "0.0123"),
        (12.345, "12.3"),
        (999.7, "1,000"),
        (1234567, "1,234,567"),
        (-2.5, MINUS + "2.5"),
        (1.5e-7, f"1.5e{MINUS}7"),
        (3e15, "3e15"),
        (None, "missing"),
        (math.nan, "missing"),
        (math.inf, "\u221e"),
        (-math.inf, MINUS + "\u221e"),
    ],
)
def test_a_number_is_written_for_people(value: float | None, words: str) -> None:
    assert number(value) == words


def test_a_sign_is_always_written_but_for_zero() -> None:
    assert (signed(0.25), signed(-0.25), signed(0.0)) == ("+0.25", MINUS + "0.25", "0")


def test_a_share_never_rounds_something_to_nothing_or_to_all() -> None:
    assert share(1, 100_000) == "< 0.1 %"
    assert share(99_999, 100_000) == "> 99.9 %"
    assert share(5, 5) == "100 %"
    assert share(0, 0) == "0 %"


def test_data_is_not_rounded_as_results_are() -> None:
    assert data(2024) == "2024"
    assert data(45321.75) == "45321.75"
    assert cell(45321.75) == "45,322"
    assert data(True) == "true"


def test_words_that_are_too_long_lose_their_middle_and_keep_their_ends() -> None:
    short = shorten("customer_age_at_first_purchase", 90, 12)
    assert short.startswith("custom")
    assert short.endswith("ase")
    assert "\u2026" in short
    assert width(short, 12) <= 92


def test_wide_letters_take_more_room() -> None:
    assert width("\u5e74\u9f62", 12) == 24
    assert width("ill", 12) < width("www", 12)


def test_an_empty_name_is_still_seen() -> None:
    assert shorten("   ", 100, 12) == "\u2423"


def test_escaping_covers_markup_quotes_and_backticks() -> None:
    assert escape("<a href='x' title=\"y\">`&") == (
        "&lt;a href=&#x27;x&#x27; title=&quot;y&quot;&gt;&#96;&amp;"
    )


def test_letters_that_no_page_may_hold_are_replaced() -> None:
    assert escape("a\x00b\x1f\ud800c\n") == "a\ufffdb\ufffd\ufffdc\n"


def test_plurals() -> None:
    assert (plural(1, "row"), plural(1234, "row")) == ("1 row", "1,234 rows")
