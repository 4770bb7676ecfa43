"""Prompts as a stage of Spark; how a model is asked is tested without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StringType, StructField, StructType

from synapse_magic import MockService, OpenAIPrompt, Secret, SynapseError
from synapse_magic.spark.models import load_model

CHAT = "/chat/completions"
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def said(text: str, service: MockService) -> None:
    choice = {"message": {"content": text}, "finish_reason": "stop"}
    service.reply(CHAT, {"id": "c1", "choices": [choice], "usage": USAGE})


@pytest.fixture
def frame(spark: SparkSession) -> DataFrame:
    rows = [("Ciao", "Latin", bytearray(b"\x89PNG\r\n\x1a\n"), 1), (None, "Latin", None, 2)]
    return spark.createDataFrame(rows, "`the text` string, lang string, photo binary, n int")


def stage(service: MockService | None = None, **told: Any) -> OpenAIPrompt:
    url = {"url": service.url("")} if service else {}
    how = {"promptTemplate": "{the text} to {lang}", "deploymentName": "m", "outputCol": "out"}
    return OpenAIPrompt(**{**how, **url, **told})


def test_replies_are_structs_with_usage_and_cost_from_a_saved_stage(
    frame: DataFrame, service: MockService, tmp_path: Path
) -> None:
    said('{"city": "Rome", "size": 3, "when": "2026-05-04"}', service)
    (tmp_path / "key").write_text("k-s3cret")
    schema = "city string NOT NULL COMMENT 'Its name.', size int, when date"
    made = stage(
        service,
        schema=schema,
        usageCol="tokens",
        costCol="cost",
        inputPrice=1.0,
        outputPrice=2.0,
        dropPrompt=False,
        messagesCol="messages",
        subscriptionKey=Secret.file(tmp_path / "key"),
        concurrency=2,
    )
    made.save(str(tmp_path / "saved"))
    out = load_model(str(tmp_path / "saved")).transform(frame)
    assert out.columns[4:] == ["out", "tokens", "cost", "messages", "out_error"]
    assert dict(out.dtypes)["out"] == "struct<city:string,size:int,when:date>"
    first, second = sorted(out.collect(), key=lambda row: row.n)
    assert (first.out_error, first.out.city, str(first.out.when)) == (None, "Rome", "2026-05-04")
    assert first.tokens.asDict()["total_tokens"] == 15
    assert first.cost == pytest.approx(20 / 1e6)
    assert first.messages[1].content == "Ciao to Latin"
    assert (second.out, second.tokens, second.out_error) == (None, None, None)
    (seen,) = service.ledger
    assert seen.header("authorization") == "Bearer k-s3cret"
    form = seen.json()["response_format"]["json_schema"]
    assert form["strict"] is True
    assert form["schema"]["properties"]["city"] == {"type": "string", "description": "Its name."}
    assert form["schema"]["properties"]["size"] == {"type": ["integer", "null"]}


def test_a_list_an_image_and_what_is_forwarded_to_the_model(
    frame: DataFrame, service: MockService
) -> None:
    said("a, b", service)
    made = stage(
        service,
        promptTemplate="See {photo}",
        columnTypes={"photo": "image"},
        postProcessingOptions={"delimiter": ","},
        systemPrompt="",
        temperature=0.0,
        seed=7,
    )
    rows = {row.n: row for row in made.transform(frame).collect()}
    assert (rows[1].out, rows[2].out) == (["a", "b"], None)
    body = service.ledger[0].json()
    assert (body["temperature"], body["seed"], body["model"]) == (0.0, 7, "m")
    (message,) = body["messages"]
    assert [part["type"] for part in message["content"]] == ["text", "image_url"]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"promptTemplate": "{txt}"}, r"promptTemplate: There is no column 'txt'.*\{\{"),
        ({"promptTemplate": "{the txt}"}, "Did you mean 'the text'"),
        ({"promptTemplate": "{lang"}, "promptTemplate cannot be read"),
        ({"promptTemplate": "{photo}"}, "holds bytes.*columnTypes"),
        ({"columnTypes": {"lnag": "path"}}, "columnTypes: 'lnag' is not in .*Did you mean 'lang'"),
        ({"columnTypes": {"lang": "pth"}}, "expected one of text, path, image.*'path'"),
        ({"promptTemplate": "{n}", "columnTypes": {"n": "path"}}, "must hold paths.*is of int"),
        ({"costCol": "cost"}, "needs the prices.*inputPrice"),
        ({"usageCol": "OUT"}, "must differ"),
        ({"usageCol": "N"}, "would replace the column 'n'"),
        ({"schema": "city strin"}, "schema must be the fields of a struct"),
        ({"schema": "a decimal(50,2)"}, "got 'a decimal.*: .*precision 50 .*38. Try: schema="),
        ({"schema": "a decimal(9,2)"}, "schema.a is of decimal.* Try: string"),
        ({"schema": "a int, b int, A int"}, "schema has 2 fields 'a'.*Try: names that differ"),
        ({"schema": "a array<struct<b:int,b:int>>"}, r"schema.a\[\] has 2 fields 'b'"),
        ({"schema": ""}, "schema has no fields. Try: schema="),
        ({"schema": StructType([])}, "schema has no fields"),
        ({"postProcessingOptions": {"jsonSchema": "a int, a int"}}, "jsonSchema.* has 2 fields"),
        ({"schema": "a map<string,int>"}, "schema.a is of map.*an array of structs"),
        ({"schema": "a array<struct<b:timestamp>>"}, r"schema.a\[\].b is of timestamp"),
        ({"schema": "a int", "postProcessing": "csv"}, "schema and postProcessing"),
        ({"schema": "a int", "responseFormat": "text"}, "schema and responseFormat"),
        ({"responseFormat": "json"}, "responseFormat must be of the type.*'json_object'"),
        ({"responseFormat": {"type": "json_schema"}}, "holds no schema"),
        ({"postProcessing": "json"}, "needs jsonSchema"),
        ({"postProcessingOptions": {"delimitr": ";"}}, "Did you mean 'delimiter'"),
        ({"postProcessing": "csv", "postProcessingOptions": {"regex": "a"}}, "regex is of"),
        ({"postProcessingOptions": {"regex": "("}}, "cannot be read"),
        ({"postProcessingOptions": {"regex": "a", "regexGroup": 1}}, "from 0 to 0"),
        ({"apiType": "responses", "seed": 1}, "seed of OpenAIPrompt is nothing that responses"),
        ({"store": True}, "store .* is nothing that chat_completions take.*responses"),
        ({"seedCol": "n", "seed": 1}, "both set"),
    ],
)
def test_what_cannot_be_asked_is_told_before_anything_is_called(
    frame: DataFrame, told: dict[str, Any], why: str
) -> None:
    with pytest.raises(SynapseError, match=why):
        stage(**told).transform(frame)


def test_what_is_needed_is_asked_for(frame: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"promptTemplate .* must be set"):
        OpenAIPrompt(deploymentName="m").transform(frame)
    with pytest.raises(SynapseError, match=r"deploymentName .* must be set"):
        OpenAIPrompt(promptTemplate="{lang}").transform(frame)


def test_a_form_takes_the_shape_of_the_interface(frame: DataFrame) -> None:
    inner = {"name": "n", "schema": {"type": "object"}}
    flat, nested = {"type": "json_schema", **inner}, {"type": "json_schema", "json_schema": inner}
    for given in (flat, nested):
        for api, expected in (("responses", flat), ("chat_completions", nested)):
            prompt = stage(apiType=api, responseFormat=given)._prompt()
            assert prompt.response_format == expected


def test_json_that_nobody_spoke_of_is_spoken_of() -> None:
    assert stage(responseFormat="json_object")._prompt().system.endswith("Reply in JSON.")
    spoken = stage(responseFormat="json_object", systemPrompt="Give json.")._prompt()
    assert spoken.system == "Give json."


def test_a_struct_keeps_its_comments_and_what_may_not_be_null() -> None:
    schema = StructType([StructField("a", StringType(), False, {"comment": "Its name."})])
    made = stage(schema=schema)
    assert json.loads(made.getSchema())["fields"][0]["nullable"] is False
    (own,) = made._prompt().form.type
    assert (own.nullable, own.metadata) == (False, {b"comment": b"Its name."})


def test_model_is_another_name_of_deployment_name(frame: DataFrame) -> None:
    made = OpenAIPrompt(promptTemplate="{lang}", model="m")
    assert made._constants()["deploymentName"] == "m"
    assert made.setModelCol("lang")._named()["deploymentName"] == "lang"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "mode='batch' of OpenAIPrompt needs a journal.*journal='folder'"),
        ({"journal": "j", "subscriptionKeyCol": "key"}, "subscriptionKeyCol .* has one for each"),
        ({"journal": "j", "AADTokenCol": "key"}, "one key for all rows, and AADTokenCol"),
        (
            {"journal": "j", "deploymentNameCol": "m", "deploymentName": None},
            "deploymentNameCol of .* Try: deploymentName,",
        ),
        ({"journal": "j", "modelCol": "m", "deploymentName": None}, "one model .* and modelCol of"),
    ],
)
def test_what_cannot_go_in_a_batch_is_told(told: dict[str, Any], why: str) -> None:
    made = stage(mode="batch", **told)
    with pytest.raises(SynapseError, match=why):
        made._require_values(made._named())


def test_a_batch_has_a_day_and_is_asked_for_now_and_then() -> None:
    calls, batch = stage(tokensPerMinute=1000.0), stage(mode="batch", tokensPerMinute=1000.0)
    assert (calls.mapper({}, 0).together, batch.mapper({}, 0).together) == (None, 5000)
    assert (calls._policy().tokens_per_minute, batch._policy().tokens_per_minute) == (1000.0, None)
    assert calls._policy().deadline < 3600 < 24 * 3600 < batch._policy().deadline
    assert stage(mode="batch", concurrentTimeout=60.0)._policy().deadline == 60.0
    polling = batch._polling()
    assert (polling.first, polling.least, polling.longest) == (30.0, 30.0, 300.0)
    assert polling.most * polling.least > 24 * 3600
    assert stage(mode="batch", pollingDelay=600_000)._polling().longest == 600.0


class Batches:
    """A provider that answers a batch after two questions."""

    def __init__(self, service: MockService) -> None:
        self.lines: list[dict[str, Any]] = []
        self.states = iter(["validating", "in_progress"])
        service.answer("/files", self._upload)
        service.reply("/batches", {"id": "b", "status": "validating"})
        service.answer("/batches/b", self._state)
        service.answer("/files/out/content", self._answers)

    def _upload(self, seen: Any) -> dict[str, str]:
        content = seen.body.partition(b"jsonl\r\n\r\n")[2].partition(b"\r\n--")[0]
        self.lines += map(json.loads, content.splitlines())
        return {"id": "in"}

    def _state(self, _: Any) -> dict[str, str]:
        done = {"status": "completed", "output_file_id": "out"}
        return next(({"status": state} for state in self.states), done)

    def _answers(self, _: Any) -> str:
        told = (json.dumps(self._answer(line)) for line in self.lines)
        return "".join(f"{line}\n" for line in told)

    def _answer(self, line: dict[str, Any]) -> dict[str, Any]:
        said = line["body"]["messages"][-1]["content"].upper()
        body = {"id": "c1", "choices": [{"message": {"content": said}}], "usage": USAGE}
        return {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}}


def test_a_stage_asks_by_batches(frame: DataFrame, service: MockService, tmp_path: Path) -> None:
    batches = Batches(service)
    made = stage(
        service,
        mode="batch",
        journal=str(tmp_path),
        pollingDelay=0,
        usageCol="tokens",
        subscriptionKey="k",
    )
    for _ in range(2):
        rows = sorted(made.transform(frame.coalesce(1)).collect(), key=lambda row: row.n)
        assert [row.out for row in rows] == ["CIAO TO LATIN", None]
        assert [row.out_error for row in rows] == [None, None]
        assert rows[0].tokens.total_tokens == 15
    assert len(batches.lines) == 1
    assert len(service.seen("/batches/b")) == 3
    assert {seen.header("authorization") for seen in service.ledger} == {"Bearer k"}
