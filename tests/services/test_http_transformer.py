from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from synapse_magic import HTTPTransformer, MockService, SynapseError, interruptible
from synapse_magic.http.policy import Policy
from synapse_magic.services.http_schema import ERROR, REQUEST, RESPONSE

Asking = Callable[..., DataFrame]


def stage(**params: Any) -> HTTPTransformer:
    return HTTPTransformer(
        **{"inputCol": "request", "outputCol": "response", "concurrency": 16, **params}
    )


def eventually(condition: Callable[[], object], within: float) -> None:
    ends = time.monotonic() + within
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_each_row_gets_its_own_response(service: MockService, asking: Asking) -> None:
    service.answer("/", lambda seen: seen.body)
    out = stage().transform(asking(200))
    assert out.columns == ["id", "request", "response", "response_error"]
    assert out.schema["response"].dataType == RESPONSE
    assert out.schema["response_error"].dataType == ERROR
    rows = out.select("id", "response.entity.content", "response_error").collect()
    assert sorted(row.id for row in rows) == list(range(200))
    assert all(int(row.content) == row.id and row.response_error is None for row in rows)
    assert len(service.ledger) == 200


def test_no_row_is_lost_whatever_the_server_does(service: MockService, asking: Asking) -> None:
    replies = [
        service.Reply(body="fine"),
        service.Reply(404, {"error": {"message": "not there"}}),
        service.Reply(500, "broken"),
        service.Reply(body="w", fault="reset_mid_body"),
        service.Reply(body="w", fault="truncated"),
        service.Reply(body="w", fault="broken_gzip"),
    ]
    service.answer("/", lambda seen: replies[int(seen.body) % len(replies)])
    rows = stage(maxAttempts=2).transform(asking(60, parts=3)).collect()
    assert sorted(row.id for row in rows) == list(range(60))
    codes = ["", "http_404", "http_500", "connection_reset", "broken_body", "broken_body"]
    for row in rows:
        error = row.response_error
        assert (error.code if error else "") == codes[row.id % len(codes)]
        if error:
            assert error.message
            assert error.attempts == (1 if error.code == "http_404" else 2)
            assert error.elapsed > 0
        assert (row.response is None) == (row.id % len(codes) > 2)
    statuses = {row.id % 6: row.response_error.status for row in rows if row.response_error}
    assert statuses[1].statusCode == 404
    assert statuses[3] is None


def test_a_null_request_is_not_called_and_gives_null(service: MockService, asking: Asking) -> None:
    service.reply("/", "fine")
    frame = asking(10).withColumn("request", F.when(F.col("id") % 2 == 0, F.col("request")))
    rows = stage().transform(frame).collect()
    assert sorted(row.id for row in rows) == list(range(10))
    assert {row.id for row in rows if row.response is None} == {1, 3, 5, 7, 9}
    assert all(row.response_error is None for row in rows)
    assert len(service.ledger) == 5


def test_requests_of_synapseml_are_taken_whole(service: MockService, spark: SparkSession) -> None:
    service.answer(
        "/x", lambda seen: f"{seen.method} {seen.header('Key')} {seen.header('Content-Type')}"
    )
    version = ("HTTP", 1, 1)
    entity = (bytearray(b"{}"), None, 2, ("Content-Type", "application/json"), False, True, False)
    row = (("PUT", service.url("/x"), version), [("Key", "k")], entity)
    frame = spark.createDataFrame([(row,)], "request " + REQUEST.simpleString())
    (answer,) = stage().transform(frame).select("response.entity.content").collect()
    assert bytes(answer.content) == b"PUT k application/json"


def test_columns_are_never_replaced_and_odd_names_kept(
    service: MockService, asking: Asking
) -> None:
    service.reply("/", "fine")
    frame = asking(4).withColumn("a.b", F.lit(1))
    out = stage(errorCol="why").transform(frame)
    assert out.columns == ["id", "request", "a.b", "response", "why"]
    assert {row["a.b"] for row in out.collect()} == {1}
    for taken in ({"outputCol": "ID"}, {"errorCol": "id"}):
        with pytest.raises(SynapseError, match="would replace the column 'id'"):
            stage(**taken).transform(frame)


def test_order_is_kept_when_asked(service: MockService, asking: Asking) -> None:
    service.answer("/", lambda seen: service.Reply(latency=0.3 if seen.body == b"0" else 0.0))
    frame = asking(100, parts=1).coalesce(1).sortWithinPartitions("id")
    frame = frame.withColumn("request", F.when(F.col("id") % 7 != 1, F.col("request")))
    ids = [row.id for row in stage(ordered=True).transform(frame).select("id").collect()]
    assert ids == list(range(100))


def test_a_limit_does_not_pay_for_all_rows(service: MockService, asking: Asking) -> None:
    service.reply("/", "fine", latency=0.1)
    frame = stage(concurrency=64).transform(asking(5000, parts=1)).limit(10)
    assert len(frame.collect()) == 10
    time.sleep(0.3)
    assert len(service.ledger) <= 136


def test_empty_partitions_and_frames_are_fine(service: MockService, asking: Asking) -> None:
    service.reply("/", "fine")
    assert stage().transform(asking(3).repartition(8)).count() == 3
    assert stage().transform(asking(0)).collect() == []


def test_a_frame_that_is_looked_at_twice_is_paid_once_with_a_journal(
    service: MockService, asking: Asking, tmp_path: Path
) -> None:
    replies = [service.Reply(body="fine"), service.Reply(404, "none")]
    service.answer("/", lambda seen: replies[int(seen.body) % 2])
    call = stage(journal=str(tmp_path / "journal"))
    first, second = (call.transform(asking(40)).drop("request").collect() for _ in range(2))
    paid = Counter(seen.body for seen in service.ledger)
    assert paid == {str(n).encode(): 1 + n % 2 for n in range(40)}
    good = [sorted(row for row in rows if not row.response_error) for rows in (first, second)]
    assert len(good[0]) == 20
    assert good[0] == good[1]


@pytest.mark.parametrize("engine", ["aiohttp", "requests"])
def test_throttling_is_waited_out(service: MockService, asking: Asking, engine: str) -> None:
    service.reply("/", "fine")
    service.limit("/", service.TokenBucket(rate=100, burst=5, told="ms"))
    out = stage(engine=engine, maxAttempts=1).transform(asking(60, parts=1))
    assert out.where("response_error is null").count() == 60


def test_an_interrupt_ends_the_calls(
    spark: SparkSession, service: MockService, asking: Asking
) -> None:
    service.reply("/", latency=60.0)
    frame = stage().transform(asking(100))
    main = threading.get_ident()

    def interrupt() -> None:
        eventually(lambda: service.in_flight >= 16, within=60.0)
        told.append(time.monotonic())
        signal_interrupt(main)
        eventually(lambda: service.in_flight == 0, within=30.0)
        told.append(time.monotonic())

    told: list[float] = []
    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        interruptible(spark, frame.collect)
    thread.join()
    began, ended = told
    assert ended - began < 30.0
    assert len(service.ledger) <= 32


def signal_interrupt(thread: int) -> None:
    import signal

    signal.pthread_kill(thread, signal.SIGINT)


def test_a_stream_is_called_once_for_each_row(
    spark: SparkSession, service: MockService, tmp_path: Path
) -> None:
    from services_frames import with_requests

    service.answer("/", lambda seen: seen.body)
    for part in range(3):
        place = str(tmp_path / "in" / str(part))
        spark.range(part * 10, part * 10 + 10, 1, 1).write.parquet(place)
    source = (
        spark.readStream.schema("id bigint")
        .option("maxFilesPerTrigger", 1)
        .option("recursiveFileLookup", "true")
        .parquet(str(tmp_path / "in"))
    )
    out = stage().transform(with_requests(source, service.url()))
    query = (
        out.selectExpr("id", "string(response.entity.content) as said", "response_error")
        .writeStream.format("memory")
        .queryName("answered")
        .trigger(availableNow=True)
        .start()
    )
    assert query.awaitTermination(120)
    rows = spark.table("answered").collect()
    assert sorted(row.id for row in rows) == list(range(30))
    assert all(row.said == str(row.id) and row.response_error is None for row in rows)
    assert len(service.ledger) == 30


def test_params_become_the_policy() -> None:
    policy = stage(
        timeout=5,
        concurrentTimeout=50,
        maxAttempts=2,
        deadline=100,
        requestsPerSecond=9,
        tokensPerMinute=90,
    )._policy()
    assert policy == Policy(
        attempts=2,
        timeout=5.0,
        deadline=50.0,
        job_deadline=100.0,
        requests_per_second=9.0,
        tokens_per_minute=90.0,
    )
    assert stage()._policy() == Policy()
    basic = stage(handler="basic")._policy()
    assert basic.attempts == 1
    assert not basic.tries_again(429)


def test_a_journal_is_a_path_that_workers_can_open() -> None:
    assert stage(journal="kept")._policy().journal == os.path.abspath("kept")
    with pytest.raises(SynapseError, match=r"journal must be a path .* got 's3a://b/j'\. Try: "):
        stage(journal="s3a://b/j")._policy()


def test_mistakes_are_said_before_spark_runs(spark: SparkSession, asking: Asking) -> None:
    frame = asking(1)
    with pytest.raises(SynapseError, match=r"no column 'requst'.*Did you mean 'request'"):
        stage(inputCol="requst").transform(frame)
    with pytest.raises(SynapseError, match=r"'id' holds no requests: .*got bigint"):
        stage(inputCol="id").transform(frame)
    with pytest.raises(SynapseError, match="must differ"):
        stage(errorCol="Request").transform(frame)
    with pytest.raises(SynapseError, match="outputCol of HTTPTransformer must be set"):
        HTTPTransformer(inputCol="request").transform(frame)
    text = frame.selectExpr(
        "struct(request.requestLine, struct('x' as content) as entity) as request"
    )
    with pytest.raises(SynapseError, match=r"entity.content of 'request' must be binary"):
        stage().transform(text)
    headers = frame.selectExpr("struct(request.requestLine, array('x') as headers) as request")
    with pytest.raises(SynapseError, match="headers of 'request' must be an array of structs"):
        stage().transform(headers)
