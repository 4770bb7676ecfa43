"""A model asked without Spark: the mock says what it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.prompt.form import Matched, Structured
from synapse_magic.http.prompt.usage import Prices
from synapse_magic.http.secret import Secret

Ask = Callable[..., list[dict[str, Any]]]
CHAT = "/chat/completions"
CITY = Structured(pa.struct([pa.field("city", pa.string(), nullable=False)]))
PNG = b"\x89PNG\r\n\x1a\n"


def reply(text: str | None, used: int = 10, **message: Any) -> dict[str, Any]:
    """Give what a server of chats replies."""
    usage = {"prompt_tokens": used, "completion_tokens": 2, "total_tokens": used + 2}
    usage["prompt_tokens_details"] = {"cached_tokens": 4}
    end = message.pop("finish_reason", "stop")
    choice = {"finish_reason": end, "message": {"content": text, **message}}
    return {"id": f"chat-{used}", "choices": [choice], "usage": usage}


def sent(service: MockService, path: str = CHAT) -> list[Any]:
    return [seen.json()["messages"] for seen in service.seen(path)]


def test_values_stand_in_the_place_of_columns(ask: Ask, service: MockService) -> None:
    service.answer(CHAT, lambda seen: reply(seen.json()["messages"][-1]["content"].upper()))
    rows = [{"text": "a", "n": 1}, {"text": "{n}", "n": 2}]
    found = ask("{text} {{x}} {n}", rows, system="Be brief.")
    assert [row["value"] for row in found] == ["A {X} 1", "{N} {X} 2"]
    assert [row["error"] for row in found] == [None, None]
    assert found[0]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "a {x} 1"},
    ]
    assert found[0]["messages"] in sent(service)
    assert found[0]["id"] == "chat-10"


def test_a_row_with_a_null_is_not_asked_about(ask: Ask, service: MockService) -> None:
    service.reply(CHAT, reply("yes"))
    found = ask("{a} {b}", [{"a": "x", "b": None}, {"a": "x", "b": "y"}])
    assert [row["value"] for row in found] == [None, "yes"]
    assert set(found[0].values()) == {0, None}
    assert len(service.ledger) == 1


def test_usage_and_cost_are_those_of_the_reply_and_of_given_prices(
    ask: Ask, service: MockService
) -> None:
    service.reply(CHAT, reply("yes"))
    (row,) = ask("{a}", [{"a": "x"}], prices=Prices(1.0, 10.0, cached=0.5))
    assert row["usage"] == {
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "total_tokens": 12,
        "cached_tokens": 4,
        "reasoning_tokens": None,
    }
    assert row["cost"] == pytest.approx((6 * 1.0 + 4 * 0.5 + 2 * 10.0) / 1e6)
    service.reply(CHAT, {"choices": [{"message": {"content": "yes"}}]})
    (row,) = ask("{a}", [{"a": "x"}], prices=Prices(1.0, 10.0))
    assert (row["value"], row["cost"]) == ("yes", None)


def test_a_reply_that_does_not_fit_is_corrected_once(ask: Ask, service: MockService) -> None:
    service.script(CHAT, [reply('{"town": "Rome"}'), reply('{"city": "Rome"}', used=30)])
    form = {"type": "json_schema"}
    told = {"form": CITY, "response_format": form, "prices": Prices(1.0, 1.0)}
    (row,) = ask("{a}", [{"a": "x"}], **told)
    assert (row["value"], row["error"]) == ({"city": "Rome"}, None)
    assert (row["usage"]["prompt_tokens"], row["usage"]["completion_tokens"]) == (40, 4)
    assert row["cost"] == pytest.approx(44 / 1e6)
    first, second = (seen.json() for seen in service.ledger)
    assert first["response_format"] == second["response_format"] == form
    assert second["messages"][:1] == first["messages"]
    assert second["messages"][1] == {"role": "assistant", "content": '{"town": "Rome"}'}
    assert "$.city must be there" in second["messages"][2]["content"]
    assert row["messages"][1:] == second["messages"][1:]


def test_what_fails_again_is_an_error_that_tells_what_was_paid(
    ask: Ask, service: MockService
) -> None:
    service.reply(CHAT, reply("Rome"))
    (row,) = ask("{a}", [{"a": "x"}], form=CITY)
    assert row["value"] is None
    assert (row["error"]["code"], row["error"]["attempts"]) == ("misfit", 2)
    assert 'must be JSON, got "Rome"' in row["error"]["message"]
    assert row["error"]["status"]["statusCode"] == 200
    assert row["usage"]["total_tokens"] == 24
    assert len(service.ledger) == 2


@pytest.mark.parametrize("text", ["half \ud83d", r'{"day": "half \ud83d"}'])
def test_half_a_character_in_a_reply_is_told_and_asked_about_like_any_other(
    ask: Ask, service: MockService, tmp_path: Path, text: str
) -> None:
    def said(seen: Any) -> dict[str, Any]:
        good = seen.json()["messages"][0]["content"] == "y"
        return reply('{"day": "2026-05-04"}' if good else text)

    service.answer(CHAT, said)
    policy: Policy = replace(Policy(deadline=20.0), journal=str(tmp_path))
    form = Structured(pa.struct([pa.field("day", pa.date32())]))
    found = ask("{a}", [{"a": "x"}, {"a": "y"}], form=form, policy=policy)
    assert [str(row["value"] and row["value"]["day"]) for row in found] == ["None", "2026-05-04"]
    assert (found[0]["error"]["code"], found[0]["usage"]["total_tokens"]) == ("misfit", 24)
    assert 'got "half ?"' in found[0]["error"]["message"]
    assert 'got "half ?"' in found[0]["messages"][2]["content"]
    assert len(service.ledger) == 3


def test_a_form_that_the_model_was_not_told_is_not_corrected(
    ask: Ask, service: MockService
) -> None:
    service.reply(CHAT, reply("none"))
    (row,) = ask("{a}", [{"a": "x"}], form=Matched(r"\d"))
    assert row["error"]["code"] == "misfit"
    assert len(service.ledger) == 1


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        (reply(None, refusal="I will not."), "refused", "I will not."),
        (reply('{"ci', finish_reason="length"), "length", "maxCompletionTokens"),
        (reply("", finish_reason="content_filter"), "content_filter", "filter"),
        (reply(None), "unexpected_reply", "no text"),
        ({"choices": []}, "unexpected_reply", "no text"),
        ({"choices": "x"}, "unexpected_reply", "must be a list"),
        ({"choices": [None]}, "unexpected_reply", "no text"),
        (MockService.Reply(204), "unexpected_reply", "is empty"),
        (MockService.Reply(200, b""), "no_json", "is empty"),
    ],
)
def test_a_reply_of_no_use_is_an_error_and_not_asked_for_again(
    ask: Ask, service: MockService, said: Any, code: str, message: str
) -> None:
    service.reply(CHAT, said)
    (row,) = ask("{a}", [{"a": "x"}], form=CITY)
    assert (row["value"], row["error"]["code"]) == (None, code)
    assert message in row["error"]["message"]
    assert len(service.ledger) == 1


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        (MockService.Reply(204), "unexpected_reply", "is empty"),
        ({}, "unexpected_reply", "$.status is missing"),
        ({"status": "completed", "output": [None]}, "unexpected_reply", "no text"),
        (
            {"status": "completed", "output": [{"type": "message", "content": [None]}]},
            "unexpected_reply",
            "no text",
        ),
        ({"status": "failed", "error": {"message": "Hot."}}, "refused", "Hot."),
    ],
)
def test_a_response_of_no_use_is_an_error(
    ask: Ask, service: MockService, said: Any, code: str, message: str
) -> None:
    service.reply("/responses", said)
    (row,) = ask("{a}", [{"a": "x"}], api="responses")
    assert (row["value"], row["error"]["code"]) == (None, code)
    assert message in row["error"]["message"]


def test_a_text_that_was_cut_off_is_a_text(ask: Ask, service: MockService) -> None:
    service.reply(CHAT, reply("It was the", finish_reason="length"))
    (row,) = ask("{a}", [{"a": "x"}])
    assert (row["value"], row["error"]) == ("It was the", None)


def test_a_failed_call_is_told_by_the_service(ask: Ask, service: MockService) -> None:
    service.script(
        CHAT, [reply("no JSON"), service.Reply(400, {"error": {"code": "bad", "message": "why"}})]
    )
    (row,) = ask("{a}", [{"a": "x"}], form=CITY)
    assert (row["error"]["code"], row["error"]["attempts"]) == ("bad", 2)
    assert "why" in row["error"]["message"]
    assert row["usage"]["total_tokens"] == 12


def test_where_nothing_is_left_to_spend_nothing_more_is_asked(
    ask: Ask, service: MockService
) -> None:
    error = {"error": {"code": "insufficient_quota", "message": "Pay first."}}
    service.reply(CHAT, service.Reply(429, error))
    found = ask("{a}", [{"a": str(n)} for n in range(30)])
    assert {row["error"]["code"] for row in found} <= {"insufficient_quota", "quota_gone"}
    assert len(service.ledger) < 15


def test_responses_are_asked_and_read_likewise(ask: Ask, service: MockService) -> None:
    usage = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
    usage["output_tokens_details"] = {"reasoning_tokens": 1}
    body = {
        "id": "resp-1",
        "status": "completed",
        "output": [
            {"type": "reasoning", "summary": []},
            {"type": "message", "content": [{"type": "output_text", "text": '{"city": "Rome"}'}]},
        ],
        "usage": usage,
    }
    service.reply("/responses", body)
    told = {"api": "responses", "form": CITY, "response_format": {"type": "json_schema"}}
    (row,) = ask("{a}", [{"a": PNG}], kinds={"a": "image"}, **told)
    assert (row["value"], row["id"], row["error"]) == ({"city": "Rome"}, "resp-1", None)
    assert (row["usage"]["prompt_tokens"], row["usage"]["reasoning_tokens"]) == (7, 1)
    seen = service.ledger[0].json()
    assert seen["text"] == {"format": {"type": "json_schema"}}
    assert seen["input"][0]["content"][0]["type"] == "input_image"
    service.reply("/responses", {**body, "status": "failed", "error": {"code": "server_error"}})
    (row,) = ask("{a}", [{"a": "x"}], **told)
    assert row["error"]["code"] == "server_error"


def test_files_are_read_beside_the_rows_that_have_none(
    ask: Ask, service: MockService, tmp_path: Path
) -> None:
    service.reply(CHAT, reply("seen"))
    (tmp_path / "a.png").write_bytes(PNG)
    rows = [{"a": str(tmp_path / "a.png")}, {"a": str(tmp_path / "b.png")}]
    good, bad = ask("See {a}", rows, kinds={"a": "image"})
    assert (good["value"], good["messages"][0]["content"]) == (
        "seen",
        "See [a.png, image/png, 8 bytes]",
    )
    assert (bad["error"]["code"], bad["error"]["attempts"]) == ("bad_request", 0)
    assert "b.png cannot be read" in bad["error"]["message"]
    assert sent(service)[0][0]["content"][1]["type"] == "image_url"


def test_a_journal_has_what_was_corrected_and_not_what_failed(
    ask: Ask, service: MockService, tmp_path: Path
) -> None:
    def said(seen: Any) -> dict[str, Any]:
        messages = seen.json()["messages"]
        good = "x" in messages[0]["content"] and len(messages) > 1
        return reply(json.dumps({"city": "Rome"}) if good else "Rome")

    service.answer(CHAT, said)
    policy: Policy = replace(Policy(deadline=20.0), journal=str(tmp_path))
    rows = [{"a": "x"}, {"a": "y"}, {"a": "x"}]
    for calls in (4, 2):
        before = len(service.ledger)
        found = ask("{a}", rows, form=CITY, policy=policy)
        assert [row["value"] for row in found] == [{"city": "Rome"}, None, {"city": "Rome"}]
        assert found[1]["error"]["code"] == "misfit"
        assert len(service.ledger) - before == calls


def test_a_key_that_changes_between_a_reply_and_its_correction_is_looked_up_again(
    ask: Ask, service: MockService, tmp_path: Path
) -> None:
    place = tmp_path / "key"
    place.write_text("old")

    def said(seen: Any) -> Any:
        corrected = len(seen.json()["messages"]) > 1
        if seen.header("api-key") != ("new" if corrected else "old"):
            place.write_text("new")
            return service.Reply(401, {"error": {"message": "the key has expired"}})
        return reply('{"city": "Rome"}' if corrected else "Rome")

    service.answer(CHAT, said)
    (row,) = ask("{a}", [{"a": "x"}], form=CITY, key=Secret.file(place))
    assert (row["value"], row["error"]) == ({"city": "Rome"}, None)
    assert [seen.status for seen in service.ledger] == [200, 401, 200]
    assert row["usage"]["total_tokens"] == 24
