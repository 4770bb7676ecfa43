from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, LongType, StringType, StructType

from synapse_magic import (
    CustomInputParser,
    CustomOutputParser,
    JSONInputParser,
    JSONOutputParser,
    Secret,
    StringOutputParser,
    SynapseError,
)
from synapse_magic.services.http_schema import REQUEST, RESPONSE
from synapse_magic.services.json_output_parser import ddl

SECRET = "s3cret-of-the-test"
URL = "http://localhost/nlp"


def requests(frame: DataFrame, parser: Any, name: str) -> list[Any]:
    made = parser.setInputCol(name).setOutputCol("request").transform(frame)
    assert made.schema["request"].dataType == REQUEST
    return [row.request for row in made.collect()]


def responses(spark: SparkSession, *bodies: bytes | None) -> DataFrame:
    empty = Row(*[None] * 6)
    rows = [
        (
            i,
            None if body is None else ([], (body, *empty), (("HTTP", 1, 1), 200, "OK"), None),
        )
        for i, body in enumerate(bodies)
    ]
    schema = StructType().add("i", LongType()).add("response", RESPONSE)
    return spark.createDataFrame(rows, schema).coalesce(1)


def parsed(frame: DataFrame, parser: Any) -> list[Any]:
    made = parser.setInputCol("response").setOutputCol("value").transform(frame)
    return [row.value for row in made.collect()]


def told(frame: DataFrame, parser: Any) -> list[tuple[Any, str | None]]:
    made = frame.select(parser.told(frame, "response").alias("told"))
    return [tuple(row.told) for row in made.collect()]


@pytest.fixture(scope="module")
def values(spark: SparkSession) -> DataFrame:
    sql = """
        select named_struct('text', 'grün', 'n', 1) as whole, array(1, null) as many,
               'a "b"' as `my text`, 1.5d as number, map('k', 1) as pairs
        union all select null, null, null, null, null
    """
    return spark.sql(sql).coalesce(1).cache()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("whole", {"text": "grün", "n": 1}),
        ("many", [1, None]),
        ("my text", {"my text": 'a "b"'}),
        ("number", {"number": 1.5}),
        ("pairs", {"pairs": {"k": 1}}),
    ],
)
def test_a_value_becomes_the_json_of_a_request_and_a_null_none(
    values: DataFrame, name: str, body: Any
) -> None:
    request, nothing = requests(values, JSONInputParser(url=URL), name)
    assert nothing is None
    content = bytes(request.entity.content)
    assert json.loads(content) == body
    assert request.entity.contentLength == len(content)
    assert request.requestLine == Row("POST", URL, None)
    assert request.headers == [Row("Content-Type", "application/json")]


def test_headers_are_sent_and_a_content_type_of_ones_own_wins(values: DataFrame) -> None:
    given = {"Api-Key": SECRET, "content-type": "text/json"}
    parser = JSONInputParser(url=URL, method="PUT", headers=given)
    request, _ = requests(values, parser, "whole")
    assert [tuple(each) for each in request.headers] == list(given.items())
    assert request.requestLine.method == "PUT"


def test_a_secret_header_is_in_no_plan_and_no_text(
    values: DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = JSONInputParser(inputCol="whole", outputCol="r", url=URL, headers={"Api-Key": SECRET})
    made = parser.transform(values)
    made.explain(mode="extended")
    shown = [repr(parser), str(parser), parser.to_code(), parser.explainParams(), str(made)]
    with pytest.raises(SynapseError) as refused:
        parser.setHeaders({"Api-Key": len, "x": SECRET})
    texts = [*shown, capsys.readouterr().out, str(refused.value)]
    assert not [text for text in texts if SECRET in text]
    assert "'Api-Key': os.environ[\"API_KEY\"]" in parser.to_code()


def test_a_secret_header_is_in_no_saved_file_and_asked_for_again(
    values: DataFrame, tmp_path: Path
) -> None:
    parser = JSONInputParser(inputCol="whole", outputCol="r", url=URL, headers={"Api-Key": SECRET})
    parser.save(str(tmp_path / "parser"))
    assert subprocess.run(["grep", "-ra", SECRET, tmp_path]).returncode == 1
    loaded = JSONInputParser.load(str(tmp_path / "parser"))
    with pytest.raises(SynapseError, match=r"headers Api-Key .* not saved.*setHeaders"):
        loaded.transform(values)
    loaded.save(str(tmp_path / "again"))
    with pytest.raises(SynapseError, match="Api-Key"):
        JSONInputParser.load(str(tmp_path / "again")).transform(values)
    made = loaded.setHeaders({"Api-Key": SECRET}).transform(values).collect()
    assert made[0].r.headers[0].value == SECRET


def test_code_of_secret_headers_reads_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCP_APIM_KEY", SECRET)
    code = JSONInputParser(url=URL, headers={"Ocp-Apim-Key": "other"}).to_code()
    rebuilt = eval(code, {"JSONInputParser": JSONInputParser, "os": os})
    assert rebuilt.getHeaders() == {"Ocp-Apim-Key": SECRET}


def test_a_reference_to_a_secret_is_saved_and_looked_up_by_workers(
    values: DataFrame, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n")
    key = "Bearer " + Secret.file(tmp_path / "key")
    given = {"Authorization": key, "other": "x"}
    parser = JSONInputParser(inputCol="whole", outputCol="r", url=URL, headers=given)
    assert f"{{'Authorization': {key!r}, 'other': os.environ[\"OTHER\"]}}" in parser.to_code()
    parser.save(str(tmp_path / "parser"))
    loaded = JSONInputParser.load(str(tmp_path / "parser"))
    assert loaded.getHeaders() == {"Authorization": key}
    with pytest.raises(SynapseError, match="headers other of this JSONInputParser were not saved"):
        loaded.transform(values)
    only = parser.setHeaders({"Authorization": key})
    only.write().overwrite().save(str(tmp_path / "parser"))
    made = JSONInputParser.load(str(tmp_path / "parser")).transform(values)
    assert made.first().r.headers[0] == Row("Authorization", f"Bearer {SECRET}")


def test_a_missing_address_or_column_is_told_by_name(values: DataFrame) -> None:
    with pytest.raises(SynapseError, match="url of JSONInputParser must be set"):
        JSONInputParser(inputCol="whole", outputCol="r").transform(values)
    with pytest.raises(SynapseError, match=r"no column 'whol'.*Did you mean 'whole'"):
        JSONInputParser(inputCol="whol", outputCol="r", url=URL).transform(values)
    with pytest.raises(SynapseError, match="outputCol of JSONInputParser must be set"):
        JSONInputParser(inputCol="whole", url=URL).transform(values)


def udf(function: Callable[..., Any], kind: Any) -> Any:
    """Make a function of Spark, whose own guess of its kind from type hints warns."""
    return F.udf(function, kind, useArrow=False)


def ask(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    return {"requestLine": {"method": "GET", "uri": f"{URL}?q={text}"}}


def test_a_function_makes_requests(values: DataFrame) -> None:
    for function in (ask, udf(ask, REQUEST)):
        request, nothing = requests(values, CustomInputParser(udfPython=function), "my text")
        assert request.requestLine.uri == URL + '?q=a "b"'
        assert (request.entity, nothing) == (None, None)


def test_a_function_that_makes_no_requests_is_refused(values: DataFrame) -> None:
    parser = CustomInputParser(inputCol="number", outputCol="r")
    parser.setUDF(udf(lambda value: "text", "string"))
    with pytest.raises(SynapseError, match="'udfPython' holds no requests"):
        parser.transform(values)
    with pytest.raises(SynapseError, match="CustomInputParser has no function"):
        CustomInputParser(inputCol="number", outputCol="r").transform(values)
    vectorised = F.pandas_udf(lambda s: s, "string")  # type: ignore[call-overload]
    with pytest.raises(SynapseError, match="function of one value"):
        CustomInputParser(inputCol="number", outputCol="r", udfPython=vectorised).transform(values)


BODIES = (b'{"a": 1, "b": ["x"]}', b"\xef\xbb\xbf{}", b"{", b"", None, b'{"a": "x"}', b"null")
NO_JSON = "The response is no JSON of the type "


def test_json_becomes_a_struct(spark: SparkSession) -> None:
    frame = responses(spark, *BODIES)
    kind = StructType().add("a", LongType()).add("b", ArrayType(StringType()))
    for given in ("a bigint, b array<string>", "struct<a: bigint, b: array<string>>", kind):
        got = parsed(frame, JSONOutputParser(dataType=given))
        assert got == [Row(1, ["x"]), Row(None, None), None, None, None, None, None]


def test_what_is_wrong_with_a_body_is_told(spark: SparkSession) -> None:
    problems = [
        problem
        for _, problem in told(responses(spark, *BODIES), JSONOutputParser(dataType="a int"))
    ]
    broken = f"{NO_JSON}struct<a:int>"
    empty = "The response is empty, expected JSON"
    assert problems == [None, None, broken, empty, None, broken, None]


@pytest.mark.parametrize(
    ("kind", "good", "value", "bad"),
    [
        ("array<int>", b"[1, null]", [1, None], b'["x"]'),
        ("map<string,double>", b'{"a": 0.5}', {"a": 0.5}, b"[1"),
        ("array<struct<s: double>>", b'[{"s": 1}]', [Row(1.0)], b"<html>"),
    ],
)
def test_json_becomes_lists_and_maps(
    spark: SparkSession, kind: str, good: bytes, value: Any, bad: bytes
) -> None:
    (made, none), (nothing, problem), null = told(
        responses(spark, good, bad, b" null "), JSONOutputParser(dataType=kind)
    )
    assert (made, none, nothing) == (value, None, None)
    assert problem is not None
    assert problem.startswith(NO_JSON)
    assert null == (None, None)


def test_a_type_that_json_cannot_have_is_refused(spark: SparkSession) -> None:
    for kind in ("double", "no type at all"):
        parser = JSONOutputParser(inputCol="response", outputCol="v", dataType=kind)
        with pytest.raises(SynapseError, match=f"dataType of JSONOutputParser .* got '{kind}'"):
            parser.transform(responses(spark, b"1"))


def test_a_type_is_written_down_whatever_its_names() -> None:
    odd = StructType().add("a b`c", ArrayType(StructType().add("x.y", LongType())))
    assert ddl(odd) == "struct<`a b``c`:array<struct<`x.y`:bigint>>>"
    assert JSONOutputParser(dataType=odd).getDataType() == ddl(odd)


def first_of(value: Any) -> int | None:
    return None if value is None else 1 // value.a


def test_a_function_goes_on_with_the_value(spark: SparkSession) -> None:
    parser = JSONOutputParser(dataType="a int", postProcessor=udf(first_of, "int"))
    assert parsed(responses(spark, b'{"a": 1}', None), parser) == [1, None]
    frame = responses(spark, b'{"a": 0}', b"{", b'{"a": 1}')
    (_, divided), (_, broken), good = told(frame, parser)
    assert divided is not None
    assert divided.startswith("ZeroDivisionError: ")
    assert broken == f"{NO_JSON}struct<a:int>"
    assert good == (1, None)


def test_a_body_becomes_text(spark: SparkSession) -> None:
    frame = responses(spark, "grün".encode(), b"\xef\xbb\xbfbom", b"\xff!", b"", None)
    assert parsed(frame, StringOutputParser()) == ["grün", "bom", "\ufffd!", "", None]


def length(response: Any) -> int:
    return len(response.entity.content)


def test_a_function_reads_responses(spark: SparkSession, tmp_path: Path) -> None:
    frame = responses(spark, b"abc")
    made = CustomOutputParser(udfPython=lambda r: str(r.statusLine.statusCode))
    assert parsed(frame, made) == ["200"]
    assert parsed(frame, CustomOutputParser(udfPython=udf(length, "int"))) == [3]


def test_what_a_function_raises_stays_with_its_row(spark: SparkSession) -> None:
    parser = CustomOutputParser(udfPython=F.udf(lambda r: 6 // len(r.entity.content), "int"))
    (bad, problem), good, null = told(responses(spark, b"", b"ab", None), parser)
    assert bad is None
    assert problem is not None
    assert problem.startswith("ZeroDivisionError: ")
    assert (good, null) == ((3, None), (None, None))


@pytest.mark.parametrize(
    "make",
    [
        StringOutputParser,
        lambda **c: JSONOutputParser(dataType="a int", **c),
        lambda **c: CustomOutputParser(udfPython=length, **c),
    ],
)
def test_a_column_without_responses_is_refused(values: DataFrame, make: Callable[..., Any]) -> None:
    with pytest.raises(SynapseError, match=r"'number' holds no responses: .*HTTPTransformer"):
        make(inputCol="number", outputCol="v").transform(values)


def test_a_saved_function_keeps_the_type_it_was_given(spark: SparkSession, tmp_path: Path) -> None:
    import operator

    size = F.udf(operator.length_hint, "int")
    saved = JSONOutputParser(dataType="array<int>", postProcessor=size)
    saved.save(str(tmp_path / "parser"))
    loaded = JSONOutputParser.load(str(tmp_path / "parser"))
    assert parsed(responses(spark, b"[1, 2]"), loaded) == [2]


def test_elements_that_do_not_fit_the_type_are_told(spark: SparkSession) -> None:
    bodies = [b'[{"n": 1}]', b'[{"n": "3"}]', b'{"error": "no"}', b"null", b"[1", b"[] , []"]
    frame = responses(spark, *bodies)
    parser = JSONOutputParser(dataType="array<struct<n: int>>")
    rows = frame.select(parser.told(frame, "response").alias("told")).collect()
    assert [row.told.value for row in rows] == [[Row(n=1)], *[None] * 5]
    told = [row.told.problem for row in rows]
    assert [problem is None for problem in told] == [True, False, False, True, False, False]
    assert told[1] == "The response is no JSON of the type array<struct<n:int>>"


def test_a_parser_replaces_no_column(spark: SparkSession) -> None:
    frame = responses(spark, b"1")
    with pytest.raises(SynapseError, match="would replace the column 'i'"):
        StringOutputParser(inputCol="response", outputCol="i").transform(frame)
