"""Keys that change while a job runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from service_rows import JOB, LENGTHS, answers

from synapse_magic.http.mock.ledger import Seen
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.secret import Secret

KEYED = LENGTHS | {"auth": {"header": "Api-Key"}}


class Vault:
    """A service that takes one key, and changes it where one comes that was right before."""

    def __init__(self, keys: list[str], publish: Callable[[str], object]) -> None:
        self.keys, self.publish = keys, publish

    def __call__(self, seen: Seen) -> Any:
        if seen.header("api-key") != self.keys[-1]:
            self.publish(self.keys[-1])
            return MockService.Reply(401, {"error": {"message": "the key has expired"}})
        texts = seen.json()["texts"]
        return {"found": [{"id": e["id"], "length": len(e["text"])} for e in texts]}


def test_a_key_that_was_changed_in_its_file_is_read_again_and_the_call_repeated(
    service: MockService, tmp_path: Path
) -> None:
    place = tmp_path / "key"
    place.write_text("old")
    service.answer("/lengths", Vault(["old", "new"], place.write_text))
    found = answers(KEYED, service.url(""), ["a", "bb"], subscriptionKey=Secret.file(place))
    assert found == [(1, None), (2, None)]
    assert [seen.status for seen in service.ledger] == [401, 200]


def test_rows_that_are_refused_together_look_the_key_up_once(service: MockService) -> None:
    keys = ["old", "new", "newer"]
    handed: list[str] = []

    def vault() -> str:
        handed.append(keys.pop(0))
        return handed[-1]

    service.answer("/lengths", Vault(["new"], lambda _: None))
    found = answers(
        KEYED, service.url(""), ["a"] * 6, most=1, ordered=True, subscriptionKey=Secret.call(vault)
    )
    assert found == [(1, None)] * 6
    assert handed == ["old", "new"]


@pytest.mark.parametrize("key", ["plain", Secret.call(lambda: "always the same")])
def test_a_key_that_is_still_the_same_is_not_tried_again(service: MockService, key: Any) -> None:
    service.reply("/lengths", {"error": {"message": "wrong key"}}, status=401)
    ((value, error),) = answers(KEYED, service.url(""), ["a"], subscriptionKey=key)
    assert (value, error["code"], error["attempts"]) == (None, "http_401", 1)
    assert len(service.ledger) == 1


def test_a_second_refusal_is_final(service: MockService) -> None:
    keys = iter(map(str, range(9)))
    service.reply("/lengths", {"error": {"message": "wrong key"}}, status=401)
    secret = Secret.call(lambda: next(keys))
    ((value, error),) = answers(KEYED, service.url(""), ["a"], subscriptionKey=secret)
    assert (value, error["code"], error["attempts"]) == (None, "http_401", 2)
    assert [seen.header("api-key") for seen in service.ledger] == ["0", "1"]


def test_a_token_before_which_text_stands_is_looked_up_again_too(service: MockService) -> None:
    tokens = iter(["old", "new"])
    given = {"Api-Key": "Token " + Secret.call(lambda: next(tokens))}
    service.answer("/lengths", Vault(["Token new"], lambda _: None))
    assert answers(LENGTHS, service.url(""), ["a"], customHeaders=given) == [(1, None)]


def test_an_operation_is_asked_for_with_the_new_key(service: MockService) -> None:
    tokens = iter(["old", "new"])

    def state(seen: Seen) -> Any:
        if seen.header("api-key") == "old":
            return MockService.Reply(401)
        done = len(service.seen("/jobs/1")) > 3
        return {"status": "succeeded" if done else "running", "result": "well"}

    service.reply("/jobs", status=202, headers={"Operation-Location": "/jobs/1"})
    service.answer("/jobs/1", state)
    row = JOB | {"auth": {"header": "Api-Key"}}
    secret = Secret.call(lambda: next(tokens))
    assert answers(row, service.url(""), ["a"], subscriptionKey=secret) == [("well", None)]
    keys = [seen.header("api-key") for seen in service.seen("/jobs/1")]
    assert keys == ["old", "new", "new", "new", "new"]


def test_another_server_never_gets_a_key_even_where_it_refuses(service: MockService) -> None:
    with MockService() as other:
        other.reply("/result", status=401)
        service.reply("/jobs", status=202, headers={"Operation-Location": "/jobs/1"})
        service.reply("/jobs/1", {"status": "succeeded", "at": other.url("/result")})
        tokens = iter(["old", "new"])
        row = JOB | {
            "auth": {"header": "Api-Key"},
            "async": {**JOB["async"], "result": {"address": "$.at"}},
        }
        secret = Secret.call(lambda: next(tokens))
        ((value, error),) = answers(row, service.url(""), ["a"], subscriptionKey=secret)
        assert (value, error["code"]) == (None, "http_401")
        assert [seen.header("api-key") for seen in other.ledger] == [None]
