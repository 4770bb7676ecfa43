"""Stages of services in Spark; what each row declares is tested without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.ml import Pipeline
from pyspark.sql import SparkSession

from synapse_magic import AnalyzeDocument, MockService, OpenAIEmbedding, Secret, SynapseError
from synapse_magic import OpenAIChatCompletion as Chat
from synapse_magic.http.mock.ledger import Seen
from synapse_magic.spark.models import load_model

KEY = "k-s3cret"


def embedded(seen: Seen) -> Any:
    texts = seen.json()["input"]
    if "bad" in texts:
        return MockService.Reply(400, {"error": {"code": "no", "message": "a bad text"}})
    return {"data": [{"index": n, "embedding": [float(len(t))]} for n, t in enumerate(texts)]}


def test_a_column_of_texts_becomes_a_column_of_vectors(
    spark: SparkSession, service: MockService, capsys: pytest.CaptureFixture[str]
) -> None:
    service.answer("/embeddings", embedded)
    texts = ["x" * n for n in range(40)] + ["bad", None]
    frame = spark.createDataFrame([(text,) for text in texts], "`my text` string").coalesce(1)
    stage = OpenAIEmbedding(
        textCol="my text",
        outputCol="vector",
        deploymentName="m",
        subscriptionKey=KEY,
        url=service.url(""),
    )
    out = stage.transform(frame)
    assert out.dtypes[1] == ("vector", "array<float>")
    rows = {row["my text"]: row for row in out.collect()}
    assert [rows["x" * n].vector for n in range(40)] == [[float(n)] for n in range(40)]
    assert (rows[None].vector, rows[None].vector_error) == (None, None)
    assert rows["bad"].vector_error.code == "no"
    assert sum(row.vector_error is not None for row in rows.values()) == 1
    assert service.ledger[0].header("authorization") == f"Bearer {KEY}"
    out.explain(mode="extended")
    assert KEY not in capsys.readouterr().out + repr(stage) + stage.explainParams()


def test_an_operation_in_a_saved_pipeline_has_its_secret_by_reference(
    spark: SparkSession, service: MockService, tmp_path: Path
) -> None:
    service.example(AnalyzeDocument.row["example"])
    (tmp_path / "key").write_text(KEY)
    stage = AnalyzeDocument(
        prebuiltModelId="prebuilt-read",
        imageUrlCol="address",
        outputCol="found",
        subscriptionKey=Secret.file(tmp_path / "key"),
        url=service.url(""),
        initialPollingDelay=1,
    )
    frame = spark.createDataFrame([("https://example.org/letter.png",)], "address string")
    Pipeline(stages=[stage]).fit(frame).save(str(tmp_path / "saved"))
    loaded = load_model(str(tmp_path / "saved"))
    (row,) = loaded.transform(frame.coalesce(1)).collect()
    assert row.found_error is None
    assert row.found.content == "Dear Sir"
    assert {seen.header("ocp-apim-subscription-key") for seen in service.ledger} == {KEY}
    assert [path for path in (tmp_path / "saved").rglob("*") if _holds(path, KEY)] == []


def test_a_key_that_was_not_saved_is_asked_for(spark: SparkSession, tmp_path: Path) -> None:
    Chat(subscriptionKey=KEY, deploymentName="m", messagesCol="c").save(str(tmp_path / "chat"))
    loaded = Chat.load(str(tmp_path / "chat"))
    frame = spark.createDataFrame(
        [([("user", "hi")],)], "c array<struct<role:string,content:string>>"
    )
    with pytest.raises(SynapseError, match=r"subscriptionKey .* was not saved.*setSubscriptionKey"):
        loaded.transform(frame)


def test_what_is_missing_or_of_another_type_is_told_before_the_job(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(1, "a")], "n int, text string")
    embed = OpenAIEmbedding(textCol="text", deploymentName="m")
    with pytest.raises(SynapseError, match=r"text of OpenAIEmbedding must be set.*textCol"):
        OpenAIEmbedding(deploymentName="m").transform(frame)
    with pytest.raises(SynapseError, match="textCol must name a column of string, and 'n' is one"):
        embed.copy().setTextCol("n").transform(frame)
    with pytest.raises(SynapseError, match=r"There is no column 'txt'. Did you mean 'text'"):
        embed.copy().setTextCol("txt").transform(frame)
    with pytest.raises(SynapseError, match=r"text and textCol .* are both set"):
        OpenAIEmbedding(textCol="text", text="a", deploymentName="m").transform(frame)
    with pytest.raises(SynapseError, match=r"does not know where its service is.*location"):
        AnalyzeDocument(prebuiltModelId="m", imageUrlCol="text").transform(frame)


def test_a_value_takes_the_place_of_a_column_and_names_follow_the_output() -> None:
    embed = OpenAIEmbedding(textCol="a")
    assert embed.setText("b").isSet("textCol") is False
    assert embed.setTextCol("a").isSet("text") is False
    assert embed.getOutputCol() == f"{embed.uid}_output"
    assert embed.getErrorCol() == f"{embed.uid}_error"
    assert embed.setOutputCol("v").getErrorCol() == "v_error"


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and text.encode() in path.read_bytes()
