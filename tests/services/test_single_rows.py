"""What single rows promise beyond their examples."""

from __future__ import annotations

from typing import Any

import pytest
from row_contract import LIVE, call, stage

from synapse_magic import MockService

FORM = {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}}
CHATS = ("OpenAIChatCompletion", "AIFoundryChatCompletion")
JOBS = ("AnalyzeTextLongRunningOperations", "AnalyzeHealthText")


@pytest.mark.parametrize("name", [*CHATS, "OpenAIResponses"])
def test_a_form_of_the_answer_may_be_nested(name: str, service: MockService) -> None:
    row = LIVE[name]
    service.example(row["example"])
    made = stage(row, service, **row["example"]["given"], responseFormat=FORM)
    ((_, error),) = call(made, {})
    assert error is None
    sent = service.ledger[0].json()
    assert FORM in (sent.get("response_format"), sent.get("text", {}).get("format"))


@pytest.mark.parametrize("name", CHATS)
def test_probabilities_of_words_come_with_a_chat(name: str, service: MockService) -> None:
    row = LIVE[name]
    word = {"token": "Yes", "logprob": -0.1, "top_logprobs": [{"token": "No", "logprob": -2.5}]}
    choice = {"index": 0, "message": {"content": "Yes"}, "logprobs": {"content": [word]}}
    service.reply("*", {"choices": [choice]})
    made = stage(row, service, **row["example"]["given"], logProbs=True)
    ((value, error),) = call(made, {})
    assert error is None
    assert value["choices"][0]["logprobs"] == {"content": [word]}
    assert service.ledger[0].json()["logprobs"] is True


@pytest.mark.parametrize("name", CHATS)
@pytest.mark.parametrize(
    ("choices", "good"),
    [
        (None, False),
        ([], False),
        ([None], False),
        ([{"message": None}], False),
        ([{"message": {"content": None}, "finish_reason": "stop"}], False),
        ([{"message": {"content": ""}, "finish_reason": "stop"}], True),
        ([{"message": {"content": None, "refusal": "I will not."}}], True),
        ([{"message": {"content": None, "tool_calls": [{"id": "1"}]}}], True),
    ],
)
def test_a_chat_that_says_nothing_is_an_error(
    name: str, service: MockService, choices: Any, *, good: bool
) -> None:
    row = LIVE[name]
    service.reply("*", {"id": "c1", "choices": choices})
    ((value, error),) = call(stage(row, service, **row["example"]["given"]), {})
    assert (value is not None, error is None) == (good, good)
    if not good:
        assert error["code"] == "unexpected_reply"
        assert "nothing at $.choices[0].message.content" in error["message"]


def test_speech_names_who_asks(service: MockService) -> None:
    row = LIVE["TextToSpeech"]
    service.example(row["example"])
    call(stage(row, service, **row["example"]["given"]), {})
    assert service.ledger[0].header("User-Agent") == "synapse-magic"


def test_a_document_of_any_model_has_its_typed_fields(service: MockService) -> None:
    example = LIVE["AnalyzeInvoices"]["example"]
    service.reply("*", b"", status=202, headers={"Operation-Location": "/operations/1"})
    service.reply("/operations/1", example["polls"][-1]["body"])
    made = stage(LIVE["AnalyzeDocument"], service, prebuiltModelId="prebuilt-invoice")
    ((value, error),) = call(made, {"imageUrl": "https://example.org/1.pdf"})
    assert error is None
    fields = dict(value["documents"][0]["fields"])
    assert fields["InvoiceTotal"]["valueCurrency"]["amount"] == 120.5
    (line,) = fields["Items"]["valueArray"]
    assert dict(line["valueObject"])["Description"]["valueString"] == "Flour"


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize("state", ["failed", "partiallyCompleted"])
def test_a_job_tells_why_it_failed(name: str, state: str, service: MockService) -> None:
    row: dict[str, Any] = LIVE[name]
    told = {"code": "InvalidRequest", "message": "Job task: 'x' failed.", "target": "#/tasks/0"}
    service.reply("*", b"", status=202, headers={"Operation-Location": "/operations/1"})
    service.reply(
        "/operations/1", {"status": state, "errors": [told], "tasks": {"items": [{"kind": "x"}]}}
    )
    ((value, error),) = call(stage(row, service, **row["example"]["given"]), {})
    assert (value, error["code"]) == (None, "InvalidRequest")
    assert "Job task: 'x' failed." in error["message"]


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_is_not_begun_has_the_code_of_its_refusal(
    name: str, service: MockService
) -> None:
    row: dict[str, Any] = LIVE[name]
    service.reply("*", {"error": {"code": "InvalidArgument", "message": "no"}}, status=401)
    ((_, error),) = call(stage(row, service, **row["example"]["given"]), {})
    assert error["code"] == "InvalidArgument"
