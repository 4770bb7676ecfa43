from __future__ import annotations

from typing import Any

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.http.price import Price
from synapse_magic.http.tokens import Usage


def test_a_call_and_its_tokens_are_paid() -> None:
    price = Price(call=0.5, input=2.0, output=8.0)
    assert price.of_calls(3, Usage(1_000_000, 500_000)) == 1.5 + 2.0 + 4.0
    assert price.by_tokens
    assert not Price(call=0.5).by_tokens


@pytest.mark.parametrize(
    ("row", "price"),
    [
        ({"unit": "call", "per": 1000, "dollars": 1.5}, Price(call=0.0015)),
        ({"unit": "token", "per": 1000, "dollars": 0.25}, Price(input=250.0, output=250.0)),
        (
            {"unit": "token", "per": 1_000_000, "dollars": {"input": 0.5, "output": 2}},
            Price(input=0.5, output=2.0),
        ),
        ({"unit": "page", "per": 1000, "dollars": 0}, Price()),
    ],
)
def test_a_row_knows_its_price(row: dict[str, Any], price: Price) -> None:
    assert Price.of_row(row) == price


@pytest.mark.parametrize(
    "row",
    [
        None,
        {"unit": "token", "per": 1_000_000, "dollars": None},
        {"unit": "page", "per": 1000, "dollars": 10},
    ],
)
def test_what_is_not_known_or_not_counted_has_no_price(row: dict[str, Any] | None) -> None:
    assert Price.of_row(row) is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"inputs": 1}, "it has no 'inputs'. Did you mean 'input'?"),
        ({"call": -1}, "call is -1"),
        ({"call": "free"}, "call is 'free'"),
        ({"call": True}, "call is True"),
        ({"call": float("inf")}, "call is inf"),
        ({"input": 1}, "output has no price. Try both: {'input': 1, 'output': 0} where that"),
        ({"call": 1, "output": 2.0}, "input has no price. Try both: {'output': 2.0, 'input': 0}"),
        ({}, "got {}"),
        (0.5, "got 0.5"),
    ],
)
def test_what_is_no_price_is_told(given: Any, message: str) -> None:
    with pytest.raises(SynapseError) as raised:
        Price.given(given)
    assert message in str(raised.value)
    assert "such as {'input': 0.5, 'output': 2.0}" in str(raised.value)
