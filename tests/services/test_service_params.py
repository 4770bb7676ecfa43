from __future__ import annotations

from typing import Any

import pytest

from synapse_magic import OpenAIChatCompletion as Chat
from synapse_magic import SynapseError


def loaded(**secrets: Any) -> Chat:
    """Give a stage as it is after it was saved with plain secrets, and loaded."""
    made = Chat()
    made._set_state(Chat(deploymentName="m", **secrets)._get_state())
    return made


@pytest.mark.parametrize("name", ["AADToken", "CustomAuthHeader", "subscriptionKey"])
def test_one_way_to_say_who_calls_is_enough_after_loading(name: str) -> None:
    made = loaded(subscriptionKey="k-s3cret")
    with pytest.raises(SynapseError, match=r"subscriptionKey of this .* was not saved"):
        made._secrets()
    assert made.copy()._set(**{name: "other"})._secrets() == {name: "other"}
    assert made.copy()._set(**{f"{name}Col": "column"})._secrets() == {}


def test_headers_that_were_not_saved_are_missing_whoever_calls() -> None:
    made = loaded(customHeaders={"X-Key": "k-s3cret"})
    with pytest.raises(SynapseError, match=r"customHeaders of this .* was not saved"):
        made._set(subscriptionKey="k")._secrets()
