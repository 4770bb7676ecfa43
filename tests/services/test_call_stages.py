from __future__ import annotations

from typing import Any

import pytest

from synapse_magic import OpenAIPrompt, SynapseError
from synapse_magic.http.price import Price
from synapse_magic.services.call_stages import called_of


def prompt(**told: Any) -> OpenAIPrompt:
    return OpenAIPrompt(promptTemplate="{a}", deploymentName="m", outputCol="out", **told)


@pytest.mark.parametrize(
    ("told", "price", "expected"),
    [
        ({"inputPrice": 1.0, "outputPrice": 4.0}, None, Price(input=1.0, output=4.0)),
        ({"inputPrice": 1.0, "outputPrice": 4.0}, {"call": 0.5}, Price(call=0.5)),
        ({"inputPrice": 1.0}, None, None),
        ({}, None, None),
    ],
)
def test_prices_of_a_stage_stand_in_where_none_is_given(
    told: dict[str, Any], price: dict[str, float] | None, expected: Price | None
) -> None:
    assert called_of(prompt(**told), price).price == expected


def test_batches_of_a_provider_are_refused() -> None:
    with pytest.raises(SynapseError, match=r"mode='batch' of OpenAIPrompt .* Try: mode='calls'"):
        called_of(prompt(mode="batch", journal="folder"), None)
