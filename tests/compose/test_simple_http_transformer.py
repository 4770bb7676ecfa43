"""Rows through a service and back: whatever happens to one, all are there."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from synapse_magic import (
    CustomInputParser,
    CustomOutputParser,
    FixedMiniBatchTransformer,
    HTTPTransformer,
    JSONInputParser,
    JSONOutputParser,
    MockService,
    PartitionConsolidator,
    SimpleHTTPTransformer,
    StringOutputParser,
    SynapseError,
)

SECRET = "s3cret-of-the-test"


@pytest.fixture(scope="module")
def service() -> Iterator[MockService]:
    with MockService() as made:
        made.answer("/length", length)
        made.answer("/lengths", lengths)
        yield made


def length(seen: Any) -> Any:
    """Answer with the length of a text; some texts ask for trouble."""
    text = json.loads(seen.body)["text"]
    troubles = {
        "missing": MockService.Reply(404, {"error": "no such text"}),
        "broken": "<html>",
        "silent": MockService.Reply(204, ""),
        "created": MockService.Reply(201, {"n": 7}),
    }
    return troubles.get(text, {"n": len(text)})


def lengths(seen: Any) -> Any:
    texts = json.loads(seen.body)
    if "down" in texts:
        return MockService.Reply(400, "not these")
    if "fewer" in texts:
        return [{"n": 1}]
    return [{"n": len(text or "")} for text in texts]


@pytest.fixture(scope="module")
def texts(spark: SparkSession) -> DataFrame:
    given = ["a", "missing", "broken", None, "silent", "created", "four"]
    rows = list(enumerate(given))
    return spark.createDataFrame(rows, "i int, text string").coalesce(2).cache()


def stage(service: MockService, path: str = "/length", **params: Any) -> SimpleHTTPTransformer:
    given = {
        "inputCol": "text",
        "outputCol": "found",
        "errorCol": "why",
        "inputParser": JSONInputParser(url=service.url(path)),
        "outputParser": JSONOutputParser(dataType="n int"),
        "concurrency": 4,
        "handler": "basic",
    }
    return SimpleHTTPTransformer(**(given | params))


def test_every_row_has_its_answer_or_its_error(service: MockService, texts: DataFrame) -> None:
    made = stage(service).transform(texts)
    assert made.columns == ["i", "text", "found", "why"]
    rows = {row.text: row for row in made.collect()}
    assert len(rows) == 7
    assert {text: row.found.n for text, row in rows.items() if row.found is not None} == {
        "a": 1,
        "created": 7,
        "four": 4,
    }
    whys = {text: row.why for text, row in rows.items() if row.why is not None}
    assert whys.keys() == {"missing", "broken"}
    assert (whys["missing"].code, whys["missing"].status.statusCode) == ("http_404", 404)
    assert json.loads(whys["missing"].response) == {"error": "no such text"}
    assert (whys["broken"].code, whys["broken"].response) == ("response", "<html>")
    assert "no JSON of the type struct<n:int>" in whys["broken"].message
    assert whys["broken"].status.statusCode == 200


def test_batches_cost_one_request_each_and_rows_come_back_alone(
    service: MockService, spark: SparkSession
) -> None:
    rows = [(i, None if i == 4 else "x" * i) for i in range(10)]
    frame = spark.createDataFrame(rows, "i int, text string").coalesce(1)
    batched = stage(
        service,
        "/lengths",
        miniBatcher=FixedMiniBatchTransformer(batchSize=4),
        outputParser=JSONOutputParser(dataType="array<struct<n: int>>"),
    )
    before = len(service.seen("/lengths"))
    made = batched.transform(frame).collect()
    assert len(service.seen("/lengths")) - before == 3
    got = {row.i: (row.text, row.found.n, row.why) for row in made}
    assert got == {i: (text, len(text or ""), None) for i, text in rows}


def test_a_failed_batch_is_an_error_in_each_of_its_rows_alone(
    service: MockService, spark: SparkSession
) -> None:
    given = ["a", "b", "down", "c", "fewer", "d", "e"]
    frame = spark.createDataFrame([(text,) for text in given], "text string").coalesce(1)
    batched = stage(
        service,
        "/lengths",
        miniBatcher=FixedMiniBatchTransformer(batchSize=2),
        outputParser=JSONOutputParser(dataType="array<struct<n: int>>"),
    )
    rows = {row.text: row for row in batched.transform(frame).collect()}
    assert len(rows) == 7
    codes = {text: row.why.code for text, row in rows.items() if row.why is not None}
    assert codes == {"down": "http_400", "c": "http_400", "fewer": "response", "d": "response"}
    assert rows["d"].why.message == "The response holds 1 answers for 2 rows"
    assert {text for text, row in rows.items() if row.found is None} == codes.keys()


def test_batches_stay_batches_where_wanted(service: MockService, spark: SparkSession) -> None:
    frame = spark.createDataFrame([("a",), ("bc",)], "text string").coalesce(1)
    batched = stage(
        service,
        "/lengths",
        miniBatcher=FixedMiniBatchTransformer(batchSize=2),
        outputParser=StringOutputParser(),
    )
    with pytest.raises(SynapseError, match=r"must give a list; it gives string\. Try"):
        batched.transform(frame)
    (row,) = batched.setFlattenOutputBatches(False).transform(frame).collect()
    assert (row.text, json.loads(row.found), row.why) == (["a", "bc"], [{"n": 1}, {"n": 2}], None)


def test_what_parsers_raise_stays_with_the_row(service: MockService, texts: DataFrame) -> None:
    url = service.url("/length")

    def ask(text):
        if text == "four":
            raise ValueError("four is not asked")
        body = json.dumps({"text": text}).encode()
        return {"requestLine": {"method": "POST", "uri": url}, "entity": {"content": body}}

    def read(response):
        return json.loads(bytes(response.entity.content))["n"]

    before = len(service.seen("/length"))
    made = stage(
        service,
        inputParser=CustomInputParser(udfPython=ask),
        outputParser=CustomOutputParser(udfPython=F.udf(read, "int", useArrow=False)),
    ).transform(texts.where("text in ('a', 'four', 'broken')"))
    rows = {row.text: row for row in made.collect()}
    assert rows["a"].found == 1
    assert rows["four"].why.code == "request"
    assert rows["four"].why.message == "ValueError: four is not asked"
    assert rows["broken"].why.code == "response"
    assert rows["broken"].why.message.startswith("JSONDecodeError: ")
    assert len(service.seen("/length")) - before == 2


def test_a_secret_header_reaches_the_service_and_nothing_else(
    service: MockService,
    texts: DataFrame,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser = JSONInputParser(url=service.url("/length"), headers={"Api-Key": SECRET})
    asking = stage(service, inputParser=parser)
    made = asking.transform(texts.where("text in ('a', 'missing')"))
    before = len(service.seen("/length"))
    made.write.parquet(str(tmp_path / "rows"))
    seen = service.seen("/length")[before:]
    assert [each.header("api-key") for each in seen] == [SECRET, SECRET]
    made.explain(mode="extended")
    assert SECRET not in "".join([capsys.readouterr().out, repr(asking), asking.explainParams()])
    asking.save(str(tmp_path / "stage"))
    assert subprocess.run(["grep", "-ra", SECRET, tmp_path]).returncode == 1
    loaded = SimpleHTTPTransformer.load(str(tmp_path / "stage"))
    assert loaded.getInputParser().getUrl() == parser.getUrl()
    with pytest.raises(SynapseError, match="Api-Key"):
        loaded.transform(texts)


def test_a_stage_leaves_its_parsers_and_the_frame_alone(
    service: MockService, texts: DataFrame
) -> None:
    parser = JSONInputParser(url="http://localhost/other")
    asking = stage(service, inputParser=parser).setUrl(service.url("/length"))
    asking.transform(texts)
    assert parser.to_code() == "JSONInputParser(url='http://localhost/other')"
    assert asking.getInputParser().getUrl() == service.url("/length")
    assert not asking.getInputParser().isSet("inputCol")
    assert texts.columns == ["i", "text"]


def test_the_names_in_between_may_be_taken(service: MockService, spark: SparkSession) -> None:
    frame = spark.createDataFrame([("a", 1, 2)], "text string, asked int, ERROR int")
    (row,) = stage(service).transform(frame).collect()
    assert (row.asked, row.ERROR, row.found.n) == (1, 2, 1)


def test_what_is_missing_is_told(service: MockService, texts: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"inputParser of .* must be set\. Try: .*JSONInput"):
        SimpleHTTPTransformer(inputCol="text", outputCol="x").transform(texts)
    with pytest.raises(SynapseError, match=r"no column 'txt'. Did you mean 'text'"):
        stage(service, inputCol="txt").transform(texts)
    with pytest.raises(SynapseError, match="must differ"):
        stage(service, outputCol="text").transform(texts)
    with pytest.raises(SynapseError, match="setUrl is for a JSONInputParser"):
        stage(service, inputParser=CustomInputParser(udfPython=len)).setUrl("http://localhost")
    default = SimpleHTTPTransformer()
    assert default.getErrorCol() == f"{default.uid}_errors"


def test_a_consolidated_frame_has_one_caller(service: MockService, spark: SparkSession) -> None:
    frame = spark.range(12).repartition(4).selectExpr("cast(id as string) as text")
    before = len(service.seen("/length"))
    consolidated = PartitionConsolidator().transform(frame)
    made = stage(service, concurrency=1).transform(consolidated)
    assert made.where("found.n > 0").count() == 12
    assert {each.in_flight for each in service.seen("/length")[before:]} == {1}


def test_parsers_and_calls_one_by_one_are_the_same(service: MockService, texts: DataFrame) -> None:
    asked = JSONInputParser(inputCol="text", outputCol="q", url=service.url("/length"))
    called = HTTPTransformer(inputCol="q", outputCol="r", handler="basic")
    reader = JSONOutputParser(inputCol="r", outputCol="v", dataType="n int")
    made = reader.transform(called.transform(asked.transform(texts)))
    got = {row.text: row.v.n for row in made.collect() if row.v is not None}
    assert got["a"] == 1
    assert got["created"] == 7
