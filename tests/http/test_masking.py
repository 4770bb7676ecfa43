from __future__ import annotations

import pytest

from synapse_magic.http.calls import call_each
from synapse_magic.http.masking import masked
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Request, Response

KEY = "abc-123-not-real"


@pytest.mark.parametrize("status", [400, 401, 503])
def test_a_key_that_a_server_repeats_is_in_no_error(service: MockService, status: int) -> None:
    service.answer(
        "/",
        lambda seen: service.Reply(
            status, f"bad key {seen.header('Authorization')}", {"X-Seen": f"key={KEY}"}
        ),
    )
    headers = (("Authorization", f"Bearer {KEY}"),)
    asked = Request("POST", service.url(), headers, b"{}")
    ((_, outcome),) = call_each([asked], Policy(attempts=1))
    assert outcome.response is not None
    assert outcome.response.text() == "bad key Bearer ***"
    assert outcome.response.header("X-Seen") == "key=***"
    assert "bad key Bearer ***" in outcome.message
    assert KEY not in repr(outcome) + outcome.message
    assert service.ledger[0].header("Authorization") == f"Bearer {KEY}"


def test_secrets_of_the_address_are_masked_and_longer_ones_first() -> None:
    asked = Request("GET", "http://a/?api_key=secret-one", (("X-Api-Key", "secret-one-and-two"),))
    told = masked(Response(403, "Forbidden", (), b"secret-one-and-two secret-one"), asked)
    assert told.body == b"*** ***"


def test_an_answer_that_repeats_nothing_is_the_same_one() -> None:
    told = Response(404, "Not Found", (("A", "b"),), b"nothing")
    assert masked(told, Request("GET", "http://a/", (("Api-Key", KEY),))) is told
