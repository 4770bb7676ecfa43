from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from service_rows import FAST, LENGTHS, answers, mapper

from synapse_magic.http.mock.ledger import Seen
from synapse_magic.http.mock.service import MockService


def lengths(seen: Seen) -> Any:
    """Answer as the service does: backwards, a text of "odd" with an error of its own."""
    texts = seen.json()["texts"][::-1]
    if any(each["text"] == "poison" for each in texts):
        refusal = {"error": {"code": "BadText", "message": "one text is bad"}}
        return MockService.Reply(400, refusal)
    good = [each for each in texts if each["text"] not in ("odd", "lost")]
    odd = [{"id": e["id"], "code": "Odd", "text": "it is odd"} for e in texts if e["text"] == "odd"]
    return {
        "found": [{"id": each["id"], "length": len(each["text"])} for each in good],
        "errors": odd,
    }


ONE: dict[str, Any] = {
    "name": "One",
    "endpoint": "",
    "path": "/one",
    "params": {"text": {"type": "string", "required": True}},
    "body": {"text": "${text}"},
    "response": {"path": "$.found", "type": "int"},
}


@pytest.fixture
def there(service: MockService) -> str:
    service.answer("/lengths", lengths)
    return service.url("")


def test_rows_go_together_and_each_gets_its_own_answer(service: MockService, there: str) -> None:
    found = answers(LENGTHS, there, ["a" * n for n in range(10)])
    assert found == [(n, None) for n in range(10)]
    assert sorted(len(seen.json()["texts"]) for seen in service.ledger) == [2, 4, 4]


def test_rows_keep_their_order_when_asked(there: str) -> None:
    texts = ["a" * n if n % 3 else None for n in range(20)]
    found = answers(LENGTHS, there, texts, ordered=True, most=2)
    assert [value for value, _ in found] == [n if n % 3 else None for n in range(20)]


def test_only_rows_with_equal_other_values_go_together(service: MockService, there: str) -> None:
    units = ["cm", "m", "cm", None, "m", "cm"]
    answers(LENGTHS, there, list("abcdef"), unit=units)
    sent = [(s.json().get("unit"), [e["text"] for e in s.json()["texts"]]) for s in service.ledger]
    assert sorted(sent, key=str) == [("cm", ["a", "c", "f"]), ("m", ["b", "e"]), (None, ["d"])]


def test_a_user_may_want_fewer_in_a_request(service: MockService, there: str) -> None:
    answers(LENGTHS, there, list("abcd"), most=1)
    assert [len(seen.json()["texts"]) for seen in service.ledger] == [1, 1, 1, 1]


@pytest.mark.parametrize("limit", [{"bytes": 100}, {"tokens": 40}])
def test_a_request_ends_where_its_items_are_too_large(
    service: MockService, there: str, limit: dict[str, int]
) -> None:
    row = LENGTHS | {"batch": {**LENGTHS["batch"], "most": 100, **limit}}
    assert answers(row, there, ["x" * 60] * 3) == [(60, None)] * 3
    assert [len(seen.json()["texts"]) for seen in service.ledger] == [1, 1, 1]


def test_an_error_of_an_item_and_a_lost_answer_reach_their_row_alone(there: str) -> None:
    (a, odd, lost, b) = answers(LENGTHS, there, ["a", "odd", "lost", "bb"])
    assert (a, b) == ((1, None), (2, None))
    assert (odd[0], odd[1]["code"]) == (None, "Odd")
    assert odd[1]["message"].endswith("it is odd")
    assert (odd[1]["status"]["statusCode"], odd[1]["attempts"]) == (200, 1)
    assert (lost[0], lost[1]["code"]) == (None, "no_answer")


def test_elements_of_one_list_without_the_mark_of_good_ones_are_errors(
    service: MockService,
) -> None:
    row = LENGTHS | {
        "response": {**LENGTHS["response"], "items": {"order": True}},
        "errors": {"items": {"path": "$.found", "ok": "$.length", "code": "$.why"}},
    }
    service.reply("/lengths", {"found": [{"length": 1}, {"why": "Odd"}, {"length": False}]})
    (a, odd, false) = answers(row, service.url(""), ["a", "b", "c"])
    assert a == (1, None)
    assert odd[1]["code"] == "Odd"
    assert false[1]["code"] == "item_refused"


@pytest.mark.parametrize("place", [0, 777, 2047])
def test_one_bad_row_of_2048_costs_23_calls(service: MockService, there: str, place: int) -> None:
    texts = ["x" * (n % 9) for n in range(2048)]
    texts[place] = "poison"
    row = LENGTHS | {"batch": {**LENGTHS["batch"], "most": 2048}}
    found = answers(row, there, texts)
    good = [value for n, (value, error) in enumerate(found) if error is None and n != place]
    assert good == [len(text) for n, text in enumerate(texts) if n != place]
    value, error = found[place]
    assert (value, error["code"], error["status"]["statusCode"]) == (None, "BadText", 400)
    assert error["attempts"] == 12
    assert len(service.ledger) <= 2 * math.log2(2048) + 1


def test_a_request_that_is_refused_for_all_rows_is_not_taken_apart_to_the_end(
    service: MockService,
) -> None:
    service.reply("/lengths", {"error": {"message": "no such model"}}, status=400)
    row = LENGTHS | {"batch": {**LENGTHS["batch"], "most": 1024}}
    found = answers(row, service.url(""), ["x"] * 1024)
    assert all("no such model" in error["message"] for _, error in found)
    assert len(service.ledger) < 60


def test_good_rows_after_very_many_bad_ones_are_found(service: MockService, there: str) -> None:
    row = LENGTHS | {"batch": {**LENGTHS["batch"], "most": 64}}
    found = answers(row, there, ["poison"] * 40 + ["good"] * 24)
    assert [value for value, _ in found] == [None] * 40 + [4] * 24


def test_rows_that_cannot_be_made_are_no_refusals(service: MockService, there: str) -> None:
    item = {"id": "${index}", "text": "${text}", "n": "${n|b64}"}
    row = LENGTHS | {"batch": {**LENGTHS["batch"], "item": item, "most": 64}}
    number = pa.array([b"fine" if n >= 40 else None for n in range(64)])
    bad = pa.array(["x" if n < 40 else None for n in range(64)])
    item["n"] = {"one_of": ["${n|b64}", "${bad|b64}"]}
    arrays = [pa.array(range(64)), pa.array(["good"] * 64), number, bad]
    batch = pa.RecordBatch.from_arrays(arrays, ["number", "text", "n", "bad"])
    made = mapper(row, {"url": there}, {"text": 1, "n": 2, "bad": 3})
    found = {row["number"]: row for part in made.run([batch], "job") for row in part.to_pylist()}
    assert [found[n]["value"] for n in range(64)] == [None] * 40 + [4] * 24
    assert found[0]["error"]["code"] == "bad_request"


def test_a_request_takes_half_a_minute_s_tokens_at_most(service: MockService, there: str) -> None:
    policy = replace(FAST, tokens_per_minute=60_000.0)
    row = LENGTHS | {"batch": {**LENGTHS["batch"], "most": 100}}
    assert answers(row, there, ["x" * 30_000] * 3, policy=policy) == [(30_000, None)] * 3
    assert sorted(len(seen.json()["texts"]) for seen in service.ledger) == [1, 2]


def test_a_request_above_a_whole_minute_s_tokens_is_halved_at_once(service: MockService) -> None:
    def limited(seen: Seen) -> Any:
        if len(seen.json()["texts"]) > 1:
            told = "Request too large for m on tokens per min (TPM): Limit 10, Requested 20."
            return MockService.Reply(429, {"error": {"message": told}})
        return lengths(seen)

    service.answer("/lengths", limited)
    began = time.monotonic()
    assert answers(LENGTHS, service.url(""), ["a", "bb", "ccc"]) == [(n, None) for n in (1, 2, 3)]
    assert time.monotonic() - began < FAST.deadline / 2


def test_a_job_that_is_over_is_not_halved(service: MockService) -> None:
    service.answer("/lengths", lambda _: MockService.Reply(503, {}, {"Retry-After": "30"}))
    began = time.monotonic()
    found = answers(
        LENGTHS, service.url(""), ["a"] * 4, policy=replace(FAST, deadline=0.3), concurrency=1
    )
    assert {error["code"] for _, error in found} == {"deadline"}
    assert len(service.ledger) == 1
    assert time.monotonic() - began < 10


def test_answers_in_order_are_counted(service: MockService) -> None:
    row = LENGTHS | {"response": {**LENGTHS["response"], "items": {"order": True}}}
    service.script("/lengths", [{"found": [{"length": 5}, {"length": 6}]}, {"found": []}])
    assert answers(row, service.url(""), ["a", "b"]) == [(5, None), (6, None)]
    ((_, first), (_, second)) = answers(row, service.url(""), ["a", "b"])
    assert first["code"] == second["code"] == "miscounted"
    assert "0 answers for 2 rows" in first["message"]


@pytest.mark.parametrize(
    ("reply", "code", "said"),
    [
        ("<html>", "no_json", "is no JSON"),
        ("", "no_json", "is empty"),
        ({"other": 1}, "unexpected_reply", "no list at $.found"),
        ({"found": [{"id": "0"}]}, "unexpected_reply", "nothing at $.length"),
        ({"found": [{"id": "0", "length": None}]}, "unexpected_reply", "null at $.length"),
        ({"found": [{"id": "0", "length": "3"}]}, "unexpected_reply", 'an integer, got "3"'),
    ],
)
def test_a_reply_that_does_not_fit_is_an_error_of_its_rows(
    service: MockService, reply: Any, code: str, said: str
) -> None:
    service.reply("/lengths", reply)
    ((value, error),) = answers(LENGTHS, service.url(""), ["a"])
    assert (value, error["code"]) == (None, code)
    assert said in error["message"]


def test_half_a_reply_is_asked_for_again(service: MockService) -> None:
    whole = {"found": [{"id": "0", "length": 1}]}
    service.script("/lengths", ['{"found": [{"id": "0"}', whole])
    assert answers(LENGTHS, service.url(""), ["a"]) == [(1, None)]
    service.reply("/lengths", '{"found": [{"id": "0"}')
    ((value, error),) = answers(LENGTHS, service.url(""), ["a"])
    assert (value, error["code"], error["attempts"]) == (None, "broken_body", 2)
    assert error["status"]["statusCode"] == 200
    assert "broken after 22 bytes" in error["message"]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_reply_without_a_body_is_an_error_where_there_is_to_be_a_value(
    service: MockService, status: int
) -> None:
    service.reply("/lengths", b"", status=status)
    found = answers(LENGTHS, service.url(""), ["a", "b"])
    assert [(value, error["status"]["statusCode"]) for value, error in found] == [
        (None, status)
    ] * 2
    assert all("is empty" in error["message"] for _, error in found)


@pytest.mark.parametrize(
    "more",
    [
        {"method": "DELETE"},
        {"response": {"path": "$.found", "type": "int", "success": [204]}},
    ],
)
def test_a_reply_without_a_body_is_right_where_the_row_wants_none(
    service: MockService, more: dict[str, Any]
) -> None:
    service.reply("*", b"", status=204)
    assert answers(ONE | more, service.url(""), ["a"]) == [(None, None)]


@pytest.mark.parametrize("said", [[], [None], [{"text": None}], [{"text": None, "no": None}], None])
def test_a_reply_that_holds_none_of_what_a_row_is_for_is_an_error(
    service: MockService, said: Any
) -> None:
    needed = {"some": ["$.found[0].text", "$.found[0].no"]}
    row = ONE | {"response": {"type": "struct<found:array<struct<text:string>>>", **needed}}
    service.reply("*", {"found": said})
    ((value, error),) = answers(row, service.url(""), ["a"])
    assert (value, error["code"]) == (None, "unexpected_reply")
    assert "nothing at $.found[0].text" in error["message"]
    service.reply("*", {"found": [{"text": None, "no": "I will not."}]})
    assert answers(row, service.url(""), ["a"]) == [({"found": [{"text": None}]}, None)]


def test_of_two_answers_to_one_row_none_is_taken(service: MockService) -> None:
    found = [{"id": "0", "length": 1}, {"id": "1", "length": 2}, {"id": "0", "length": 3}]
    service.reply("/lengths", {"found": found})
    (first, second) = answers(LENGTHS, service.url(""), ["a", "b"])
    assert (first[0], first[1]["code"]) == (None, "several_answers")
    assert second == (2, None)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_an_error_of_its_row_alone(
    service: MockService, number: str
) -> None:
    row = LENGTHS | {"response": {**LENGTHS["response"], "type": "array<float>"}}
    found = f'[{{"id": 0, "length": [1.0, {number}]}}, {{"id": 1, "length": [1.0, 2.0]}}]'
    service.reply("/lengths", f'{{"found": {found}}}')
    (first, second) = answers(row, service.url(""), ["a", "b"])
    assert (first[0], first[1]["code"]) == (None, "unexpected_reply")
    assert "[1] must be a number" in first[1]["message"]
    assert second == ([1.0, 2.0], None)


def test_a_good_status_may_say_that_all_failed(service: MockService) -> None:
    row = LENGTHS | {"errors": {"row": {"path": "$.status", "ok": ["fine"]}}}
    service.script("/lengths", [{"status": "fine", "found": [{"id": 0, "length": 1}]}, {}])
    assert answers(row, service.url(""), ["a"]) == [(1, None)]
    ((value, error),) = answers(row, service.url(""), ["a"])
    assert (value, error["code"]) == (None, "unexpected_reply")
    assert "does not say whether it succeeded: $.status is missing" in error["message"]
    service.reply("/lengths", {"status": "bad"})
    ((value, error),) = answers(row, service.url(""), ["a"])
    assert (value, error["code"]) == (None, "refused")
    assert "says that it failed: $.status is 'bad'" in error["message"]


def test_a_quota_that_is_gone_ends_the_job(service: MockService) -> None:
    row = LENGTHS | {"errors": {"quota": ["AllSpent"]}}
    service.reply(
        "/lengths", {"error": {"code": "AllSpent", "message": "nothing left"}}, status=409
    )
    found = answers(row, service.url(""), ["x"] * 40, most=1, concurrency=1)
    assert all(error is not None for _, error in found)
    assert len(service.ledger) == 1


def test_values_that_are_no_json_are_an_error_of_their_row_alone(
    service: MockService, there: str
) -> None:
    row = LENGTHS | {
        "batch": {**LENGTHS["batch"], "item": {"id": "${index}", "text": "${text}", "n": "${n}"}}
    }
    ((value, error), *_) = answers(row, there, ["a"], n=math.nan)
    assert (value, error["code"], error["attempts"]) == (None, "bad_request", 0)
    assert service.ledger == []
