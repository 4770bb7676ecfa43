from __future__ import annotations

from typing import Any

import pytest
import requests

from synapse_magic.errors import SynapseError
from synapse_magic.http.mock.service import MockService


def test_it_answers_as_it_is_told(service: MockService) -> None:
    service.reply("/text", "hello", latency=0.01)
    service.reply("/json", {"a": [1]}, status=201, headers={"X": "y"})
    service.script("/turns", ["one", service.Reply(503), "three"])
    service.answer("/echo", lambda seen: seen.body)
    assert requests.get(service.url("/text")).text == "hello"
    answer = requests.get(service.url("/json"))
    assert (answer.status_code, answer.json(), answer.headers["X"]) == (201, {"a": [1]}, "y")
    turns = [requests.get(service.url("/turns")) for _ in range(4)]
    assert [turn.status_code for turn in turns] == [200, 503, 200, 200]
    assert turns[3].text == "three"
    assert requests.post(service.url("/echo"), data=iter([b"in ", b"chunks"])).text == "in chunks"


def test_it_remembers_what_it_saw(service: MockService) -> None:
    service.reply("*", "fine")
    requests.post(service.url("/a?q=1"), json={"n": 1}, headers={"Key": "k"})
    (seen,) = service.seen("/a")
    assert (seen.method, seen.query, seen.json(), seen.header("key")) == (
        "POST",
        "q=1",
        {"n": 1},
        "k",
    )
    assert seen.status == 200
    assert repr(service) == f"<MockService {service.url('')}, 1 requests seen: *>"
    assert "Key" not in repr(seen)


def test_a_path_without_a_script_is_not_found(service: MockService) -> None:
    assert requests.get(service.url("/nothing")).status_code == 404


def test_windows_and_buckets_refuse_what_is_too_much(service: MockService) -> None:
    service.reply("*", "fine")
    service.limit("/window", service.Window(2, 60, told="seconds"))
    service.limit("/bucket", service.TokenBucket(0.01, burst=3, told="ms"))
    window = [requests.get(service.url("/window")) for _ in range(4)]
    assert [answer.status_code for answer in window] == [200, 200, 429, 429]
    assert 55 <= int(window[2].headers["Retry-After"]) <= 60
    bucket = [requests.get(service.url("/bucket")) for _ in range(4)]
    assert [answer.status_code for answer in bucket] == [200, 200, 200, 429]
    assert 90_000 <= int(bucket[3].headers["retry-after-ms"]) <= 100_000


def test_headers_are_found_by_names_in_any_case(service: MockService) -> None:
    service.reply("/", "fine")
    requests.get(service.url(), headers={"Api-Key": "k"})
    (seen,) = service.ledger
    assert seen.headers["API-KEY"] == seen.header("api-key") == "k"
    assert "Other" not in seen.headers
    assert seen.header("Other") is None
    assert dict(seen.headers)["Api-Key"] == "k"
    assert len({seen, seen}) == 1


def failing(_: object) -> str:
    raise ZeroDivisionError("nothing to divide by")


@pytest.mark.parametrize(
    ("script", "said"),
    [(failing, "ZeroDivisionError: nothing to divide by"), (lambda _: {1, 2}, "TypeError")],
)
def test_a_script_that_fails_is_a_500_and_told_whole_once(
    service: MockService, caplog: pytest.LogCaptureFixture, script: Any, said: str
) -> None:
    service.answer("/bad", script)
    service.reply("/", "fine")
    answers = [requests.get(service.url("/bad")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [500, 500]
    assert said in answers[0].json()["error"]["message"]
    assert [seen.status for seen in service.ledger] == [500, 500]
    (told,) = [record for record in caplog.records if record.name.endswith("mock.service")]
    assert told.exc_info is not None
    assert requests.get(service.url()).text == "fine"


def test_a_stopped_service_refuses_connections_and_keeps_its_ledger() -> None:
    with MockService() as service:
        service.reply("/", "fine")
        requests.get(service.url())
    assert len(service.ledger) == 1
    assert "stopped" in repr(service)
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(service.url())


def test_mistakes_are_said() -> None:
    with MockService() as service:
        with pytest.raises(SynapseError, match=r"fault must be one of .*got 'rest'.*'reset'"):
            service.Reply(fault="rest")  # type: ignore[arg-type]
        with pytest.raises(SynapseError, match="at least one reply"):
            service.script("/", [])
