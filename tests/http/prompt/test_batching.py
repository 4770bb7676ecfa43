"""Batches of a provider, which is a mock: files, batches that end after a while, files again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from synapse_magic.http import decoding
from synapse_magic.http.metering import Metering
from synapse_magic.http.mock.ledger import Seen
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.prompt.batch_file import answers_of, files_of, line_of
from synapse_magic.http.prompt.form import Structured
from synapse_magic.http.request import Request
from synapse_magic.http.secret import Secret
from synapse_magic.http.spending import Limits, Spending

Ask = Callable[..., list[dict[str, Any]]]
CITY = Structured(pa.struct([pa.field("city", pa.string(), nullable=False)]))


class Provider:
    """Takes files of requests, and answers each of them in files."""

    def __init__(self, service: MockService, answer: Callable[[str], Any]) -> None:
        self.service, self.answer = service, answer
        self.inputs: dict[str, list[dict[str, Any]]] = {}
        self.end, self.questions, self.known = "completed", 2, True
        self.left_out: set[str] = set()
        service.answer("/files", self._upload)
        service.answer("/batches", self._create)
        service.answer("*", self._rest)

    @property
    def sizes(self) -> list[int]:
        """How many requests each batch had that was begun."""
        return [len(self.inputs[seen.json()["input_file_id"]]) for seen in self._created()]

    def _created(self) -> list[Seen]:
        return [seen for seen in self.service.seen("/batches") if seen.status == 200]

    def _upload(self, seen: Seen) -> Any:
        assert b'name="purpose"\r\n\r\nbatch\r\n' in seen.body
        content = seen.body.partition(b"jsonl\r\n\r\n")[2].partition(b"\r\n--")[0]
        name = f"file-{len(self.inputs)}"
        self.inputs[name] = [json.loads(line) for line in content.splitlines()]
        return {"id": name}

    def _create(self, seen: Seen) -> Any:
        assert seen.json()["endpoint"] == "/v1/chat/completions"
        return {"id": seen.json()["input_file_id"], "status": "validating"}

    def _rest(self, seen: Seen) -> Any:
        parts = seen.path.split("/")
        if parts[1] == "batches":
            if not self.known:
                return MockService.Reply(404, {"error": {"message": "no such batch"}})
            self.questions -= 1
            if self.questions >= 0:
                return {"status": "in_progress"}
            errors = {"data": [{"code": "bad_file", "message": "Line 1 is wrong."}]}
            files = {"output_file_id": f"{parts[2]}.out", "error_file_id": f"{parts[2]}.err"}
            return {"status": self.end, **(files if self.end != "failed" else {"errors": errors})}
        name, _, kind = parts[2].rpartition(".")
        told = [self._line(line) for line in reversed(self.inputs[name])]
        return "".join(json.dumps(line) + "\n" for line, good in told if good == (kind == "out"))

    def _line(self, line: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        text = line["body"]["messages"][-1]["content"]
        key = {"custom_id": line["custom_id"]}
        if text in self.left_out:
            return {**key, "response": None, "error": {"code": "batch_expired"}}, False
        said = self.answer(text)
        if said is None:
            body: dict[str, Any] = {"error": {"code": "bad", "message": "why"}}
            return {**key, "response": {"status_code": 400, "body": body}, "error": None}, False
        usage = {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}
        body = {"choices": [{"message": {"content": said}}], "usage": usage}
        return {**key, "response": {"status_code": 200, "body": body}, "error": None}, True


@pytest.fixture
def kept(tmp_path: Path) -> Policy:
    return Policy(attempts=2, first_delay=0.01, deadline=20.0, journal=str(tmp_path / "journal"))


def upper(text: str) -> str | None:
    return None if text == "bad" else text.upper()


def test_many_rows_are_asked_about_by_one_batch(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    provider = Provider(service, upper)
    rows = [{"a": text} for text in ("x", "y", "bad", None, "x")]
    found = ask("{a}", rows, together=10, policy=kept)
    assert [row["value"] for row in found] == ["X", "Y", None, None, "X"]
    assert (found[2]["error"]["code"], found[3]["error"]) == ("bad", None)
    assert found[0]["usage"]["total_tokens"] == 6
    assert provider.sizes == [3]


@pytest.mark.parametrize(
    "path", ["/files", "/batches", "/batches/file-0", "/files/file-0.out/content"]
)
def test_a_provider_that_says_nothing_is_an_error_of_the_rows(
    ask: Ask, service: MockService, kept: Policy, path: str
) -> None:
    Provider(service, upper).questions = 0
    service.reply(path, b"", status=204)
    found = ask("{a}", [{"a": "x"}, {"a": "y"}], together=10, policy=kept)
    assert [row["value"] for row in found] == [None, None]
    told = "names no operation" if path == "/batches" else "is empty"
    assert all(told in row["error"]["message"] for row in found)


def test_rows_of_several_batches_come_back_to_themselves(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    provider = Provider(service, upper)
    found = ask("{a}", [{"a": f"r{n}"} for n in range(7)], together=3, policy=kept)
    assert [row["value"] for row in found] == [f"R{n}" for n in range(7)]
    assert sorted(provider.sizes) == [1, 3, 3]


def test_what_does_not_fit_is_corrected_by_a_second_batch(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    def said(text: str) -> str:
        return '{"city": "Rome"}' if "does not fit" in text or text == "good" else "Rome"

    provider = Provider(service, said)
    rows = [{"a": "good"}, {"a": "other"}]
    found = ask("{a}", rows, together=10, policy=kept, form=CITY)
    assert [row["value"] for row in found] == [{"city": "Rome"}] * 2
    assert [row["usage"]["total_tokens"] for row in found] == [6, 12]
    assert provider.sizes == [2, 1]


def test_a_job_that_is_run_again_waits_for_the_batch_that_there_is(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    provider = Provider(service, upper)
    provider.questions = 10**6
    rows = [{"a": "x"}, {"a": "y"}]
    found = ask("{a}", rows, together=10, policy=kept, questions=3)
    assert {row["error"]["code"] for row in found} == {"not_done"}
    provider.questions = 1
    found = ask("{a}", rows[::-1], together=10, policy=kept)
    assert [row["value"] for row in found] == ["Y", "X"]
    assert provider.sizes == [2]
    assert len(service.seen("/files")) == 1


def test_answers_are_kept_alone_and_found_in_another_batch(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    provider = Provider(service, upper)
    ask("{a}", [{"a": "x"}, {"a": "y"}, {"a": "bad"}], together=10, policy=kept)
    found = ask("{a}", [{"a": "y"}, {"a": "z"}, {"a": "bad"}], together=10, policy=kept)
    assert [row["value"] for row in found] == ["Y", "Z", None]
    assert provider.sizes == [3, 2]
    assert ask("{a}", [{"a": "x"}], policy=kept)[0]["value"] == "X"


def test_a_batch_that_ran_out_of_time_keeps_what_was_done(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    provider = Provider(service, upper)
    provider.end, provider.left_out = "expired", {"y"}
    rows = [{"a": "x"}, {"a": "y"}]
    found = ask("{a}", rows, together=10, policy=kept)
    assert (found[0]["value"], found[1]["error"]["code"]) == ("X", "batch_expired")
    provider.end, provider.left_out = "completed", set()
    found = ask("{a}", rows, together=10, policy=kept)
    assert [row["value"] for row in found] == ["X", "Y"]
    assert provider.sizes == [2, 1]


def test_a_batch_that_failed_is_an_error_of_its_rows_and_begun_anew(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    provider = Provider(service, upper)
    provider.end = "failed"
    (row,) = ask("{a}", [{"a": "x"}], together=10, policy=kept)
    assert row["error"]["code"] == "bad_file"
    assert "Line 1 is wrong." in row["error"]["message"]
    provider.end = "completed"
    assert ask("{a}", [{"a": "x"}], together=10, policy=kept)[0]["value"] == "X"
    assert provider.sizes == [1, 1]


def test_a_batch_whose_answers_are_known_is_not_waited_for_again(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    provider = Provider(service, upper)
    for calls in (1, 2):
        (row,) = ask("{a}", [{"a": "bad"}], together=10, policy=kept)
        assert row["error"]["code"] == "bad"
        assert provider.sizes == [1] * calls


def test_a_file_that_is_refused_is_an_error_of_its_rows(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    Provider(service, upper)
    refusal = {"error": {"code": "no", "message": "No files."}}
    service.reply("/files", service.Reply(403, refusal))
    (row,) = ask("{a}", [{"a": "x"}], together=10, policy=kept)
    assert (row["value"], row["error"]["code"]) == (None, "no")


@pytest.mark.parametrize("trouble", ["<html>", 400, 403, 500])
def test_answers_that_cannot_be_fetched_are_fetched_by_the_next_run(
    ask: Ask, service: MockService, kept: Policy, trouble: Any
) -> None:
    provider = Provider(service, upper)
    place = "/files/file-0.out/content"
    service.reply(place, service.Reply(trouble) if isinstance(trouble, int) else trouble)
    rows = [{"a": "x"}, {"a": "y"}, {"a": "bad"}]
    found = ask("{a}", rows, together=10, policy=kept)
    expected = f"http_{trouble}" if isinstance(trouble, int) else "unexpected_reply"
    assert [row["error"]["code"] for row in found] == [expected, expected, "bad"]
    service.answer(place, provider._rest)
    found = ask("{a}", rows, together=10, policy=kept)
    assert [row["value"] for row in found] == ["X", "Y", None]
    assert provider.sizes == [3]
    assert len(service.seen("/files")) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_answers_that_the_provider_has_no_longer_are_asked_for_anew(
    ask: Ask, service: MockService, kept: Policy, status: int
) -> None:
    provider = Provider(service, upper)
    service.reply("/files/file-0.out/content", service.Reply(status))
    (row,) = ask("{a}", [{"a": "x"}], together=10, policy=kept)
    assert row["error"]["code"] == f"http_{status}"
    assert ask("{a}", [{"a": "x"}], together=10, policy=kept)[0]["value"] == "X"
    assert provider.sizes == [1, 1]


def test_what_was_answered_is_kept_where_the_file_of_errors_cannot_be_fetched(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    provider = Provider(service, upper)
    service.reply("/files/file-0.err/content", service.Reply(500))
    rows = [{"a": "x"}, {"a": "bad"}]
    found = ask("{a}", rows, together=10, policy=kept)
    assert (found[0]["value"], found[1]["error"]["code"]) == ("X", "http_500")
    found = ask("{a}", rows, together=10, policy=kept)
    assert (found[0]["value"], found[1]["error"]["code"]) == ("X", "bad")
    assert provider.sizes == [2, 1]


def test_a_line_that_is_odd_costs_its_row_alone(
    ask: Ask, service: MockService, kept: Policy
) -> None:
    provider = Provider(service, upper)

    def broken(seen: Seen) -> Any:
        first, second, third = provider._rest(seen).splitlines()
        odd = {**json.loads(second), "response": {"status_code": "none"}}
        return "\n".join(("[1]", "{", json.dumps(odd), third, first[:-9]))

    service.answer("/files/file-0.out/content", broken)
    found = ask("{a}", [{"a": n} for n in "xyz"], together=10, policy=kept)
    assert sorted(row["value"] or "" for row in found) in (["", "", each] for each in "XYZ")
    told = [row["error"]["message"] for row in found if row["error"] is not None]
    assert any("has 3 lines that cannot be read" in each for each in told)
    assert any("has for this row cannot be read" in each for each in told)


def test_a_file_of_answers_may_be_larger_than_one_answer(
    ask: Ask, service: MockService, kept: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "LARGEST", 1_000)
    Provider(service, lambda text: text * 5_000)
    (row,) = ask("{a}", [{"a": "x"}], together=10, policy=kept)
    assert len(row["value"]) == 5_000


@pytest.mark.parametrize(("calls", "codes"), [(1, {"limit_reached"}), (2, {""})])
def test_a_limit_that_is_reached_forgets_nothing_and_leaves_answers_to_be_fetched(
    ask: Ask, service: MockService, kept: Policy, calls: int, codes: set[str]
) -> None:
    provider = Provider(service, upper)
    limits = Limits(calls=calls)
    metering = Metering(uuid.uuid4().hex, 0, "127.0.0.1", 9, "", limits=limits)
    rows = [{"a": "x"}, {"a": "y"}]
    found = ask("{a}", rows, together=10, policy=replace(kept, metering=metering))
    Spending(metering.run, limits).forget()
    assert {(row["error"] or {"code": ""})["code"] for row in found} == codes
    found = ask("{a}", rows, together=10, policy=kept)
    assert [row["value"] for row in found] == ["X", "Y"]
    assert (len(service.seen("/files")), provider.sizes) == (1, [2])


@pytest.mark.parametrize("trouble", ["/batches/file-0", "/files/file-0.out/content"])
def test_a_key_that_changes_while_a_batch_goes_on_is_looked_up_again(
    ask: Ask, service: MockService, kept: Policy, tmp_path: Path, trouble: str
) -> None:
    provider = Provider(service, upper)
    place = tmp_path / "key"
    place.write_text("old")

    def refusing(seen: Seen) -> Any:
        if seen.header("api-key") == "old":
            place.write_text("new")
            return MockService.Reply(401, {"error": {"message": "the key has expired"}})
        return provider._rest(seen)

    service.answer(trouble, refusing)
    (row,) = ask("{a}", [{"a": "x"}], together=10, policy=kept, key=Secret.file(place))
    assert (row["value"], row["error"]) == ("X", None)
    assert [seen.status for seen in service.seen(trouble)][:2] == [401, 200]
    assert provider.sizes == [1]


def test_equal_requests_make_equal_files_whatever_their_order() -> None:
    def line(text: str) -> Any:
        body = json.dumps({"a": text}).encode()
        return line_of(Request("POST", "http://a/chat", (("api-key", "1"),), body), "/v1/chat")

    one = [line(f"x{n}") for n in range(20)]
    (first,), (second,) = files_of(one), files_of([*one[::-1], one[3]])
    assert first == second == sorted(one)
    assert json.loads(first[0].content)["body"]["a"].startswith("x")
    assert [len(part) for part in files_of(one[:2], most_bytes=1)] == [1, 1]


def test_an_answer_without_a_response_has_the_code_of_its_error() -> None:
    text = b'{"custom_id": "1", "response": null, "error": {"code": "gone", "message": "why"}}\n\n'
    told, odd = answers_of(text, 2.0)
    ((key, outcome),) = told.items()
    assert (key, outcome.code, outcome.message, outcome.elapsed) == ("1", "gone", "why", 2.0)
    assert odd == 0
