from __future__ import annotations

import json

import pytest

from synapse_magic.http.failure import AGAIN, FINAL, CallError
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Request, Response
from synapse_magic.http.verdict import of_failure, of_response

ASKED = Request("POST", "https://user:pass@host/path?key=secret", (("api-key", "secret"),))


def verdict(status: int, body: str = "", policy: Policy | None = None, **headers: str) -> str:
    found = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    response = Response(status, "", found, body.encode())
    return of_response(policy or Policy(), ASKED, response).kind


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 207])
def test_every_2xx_is_a_success(status: int) -> None:
    assert verdict(status) == "good"


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504, 520, 529])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert verdict(status) == "again"


@pytest.mark.parametrize("status", [301, 304, 400, 401, 403, 404, 409, 413, 415, 422, 501, 505])
def test_what_will_not_pass_is_final(status: int) -> None:
    assert verdict(status) == "final"


def test_kinds_of_429_are_kept_apart() -> None:
    assert verdict(429, "Request too large for m on tokens per min: Limit 1") == "final"
    assert verdict(429, "Too many requests") == "fast"
    assert verdict(429, "Too many concurrent requests") == "crowded"
    assert verdict(429, json.dumps({"error": {"code": "insufficient_quota"}})) == "quota"
    assert verdict(403, "Out of call volume quota") == "quota"


def test_a_503_that_says_when_to_come_back_is_throttling() -> None:
    assert verdict(503, Retry_After="1") == "crowded"


def test_a_service_adds_to_the_general_rule() -> None:
    service = Policy(
        succeed=frozenset({404}), again=frozenset({409, 200}), final=frozenset({500, 201})
    )
    kinds = {status: verdict(status, policy=service) for status in (404, 409, 200, 500, 201)}
    assert kinds == {404: "good", 409: "again", 200: "again", 500: "final", 201: "final"}


@pytest.mark.parametrize(
    "body",
    [
        '{"error": {"message": "no such model"}}',
        '{"error": "no such model"}',
        '{"message": "no such model"}',
        "no such model",
        "\ufeffno such model",
    ],
)
def test_the_message_has_the_words_of_the_service_and_no_secret(body: str) -> None:
    response = Response(404, "Not Found", (), body.encode())
    message = of_response(Policy(), ASKED, response).message
    assert message == "POST https://host/path: 404 Not Found: no such model"


def test_json_that_is_nested_without_end_is_told_as_text() -> None:
    message = of_response(Policy(), ASKED, Response(404, "", (), b"[" * 100_000)).message
    assert message.startswith("POST https://host/path: 404: [[[")


def test_a_page_of_html_is_cut_short() -> None:
    message = of_response(Policy(), ASKED, Response(502, "", (), b"<html>" * 1000)).message
    assert len(message) < 400


@pytest.mark.parametrize("code", [*AGAIN, *FINAL])
def test_a_failure_says_what_it_means(code: str) -> None:
    found = of_failure(ASKED, CallError(code, "detail"))
    assert found.kind == ("again" if code in AGAIN else "final")
    assert found.message.startswith("POST https://host/path: ")
    assert "secret" not in found.message
