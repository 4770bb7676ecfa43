from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import DataFrame, SparkSession

from synapse_magic import (
    CallsCounted,
    CallsProjected,
    HTTPTransformer,
    MockService,
    OpenAIChatCompletion,
    OpenAIEmbedding,
    TextAnalyze,
    cancel,
    interruptible,
    listen,
)
from synapse_magic.errors import SynapseError
from synapse_magic.http.call_counts import CallCounts
from synapse_magic.http.metering import Metering
from synapse_magic.http.spending import Limits, Spending
from synapse_magic.services import calling
from synapse_magic.services.calling import call_services
from synapse_magic.spark.running import Cancelled

PRICE = {"input": 100.0, "output": 1000.0}
"""Dollars of a million tokens: an answer of 10 and 3 tokens is 0.004."""

CHOICE = {"index": 0, "message": {"role": "assistant", "content": "fine"}, "finish_reason": "stop"}
ANSWER = {"choices": [CHOICE], "usage": {"prompt_tokens": 10, "completion_tokens": 3}}


@pytest.fixture
def questions(spark: SparkSession) -> DataFrame:
    """Give 40 conversations in two partitions, each with its number."""
    return spark.range(0, 40, 1, 2).selectExpr(
        "id", "array(named_struct('role', 'user', 'content', concat('Number ', id))) AS messages"
    )


@pytest.fixture
def chat(service: MockService) -> OpenAIChatCompletion:
    service.reply("/chat/completions", ANSWER)
    return OpenAIChatCompletion(
        messagesCol="messages",
        outputCol="reply",
        deploymentName="gpt",
        url=service.url(""),
        concurrency=4,
    )


def projected(work: Callable[[], Any]) -> tuple[Any, list[CallsProjected]]:
    seen: list[CallsProjected] = []
    with listen(seen.append, CallsProjected):
        return work(), seen


def test_a_few_rows_are_called_before_all_and_what_all_would_cost_is_told(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService, tmp_path: Path
) -> None:
    sent: list[int] = []
    told: list[CallsProjected] = []

    def note(event: CallsProjected) -> None:
        sent.append(len(service.ledger))
        told.append(event)

    with listen(note, CallsProjected):
        answers, report = call_services(
            questions, [chat], price=PRICE, journal=str(tmp_path / "kept")
        )
    assert sent == [10]
    projection = told[0].projection
    assert (projection.calls, projection.input, projection.output) == (40, 400, 120)
    assert projection.cost == pytest.approx(0.16)
    assert len(service.ledger) == 40  # those that were tried are not paid for again
    assert (report.counts.sent, report.counts.kept, report.errors) == (40, 10, {})
    assert (report.tried.rows, report.tried.counts.sent, report.tried.errors) == (10, 10, {})
    assert report.cost == pytest.approx(0.16)
    assert answers.where("reply.choices[0].message.content = 'fine'").count() == 40
    assert len(service.ledger) == 40  # what was answered is held
    answers.unpersist()


def test_more_than_the_limit_is_not_begun(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    with pytest.raises(
        SynapseError,
        match=r"take 50 calls with the 10 .*more than max_calls=40;.* max_calls=50, a j",
    ):
        call_services(questions, [chat], max_calls=40)
    with pytest.raises(
        SynapseError, match=r"take \$0.20 with .*more than max_cost=0.18; only 10 were"
    ):
        call_services(questions, [chat], max_cost=0.18, price=PRICE)
    assert len(service.ledger) == 20


def test_rows_without_what_a_call_needs_are_no_answers(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    some = SQLTransformer(
        statement="SELECT id, IF(id < 15, NULL, messages) AS messages FROM __THIS__"
    )
    answers, report = call_services(questions, [some, chat], try_rows=0)
    assert (report.rows, report.unasked, report.failed, len(service.ledger)) == (40, 15, 0, 25)
    assert str(report).startswith("25 of 40 rows answered; 15 without what a call needs\n")
    answers.unpersist()


def test_a_frame_without_rows_takes_no_calls(
    questions: DataFrame, chat: OpenAIChatCompletion
) -> None:
    answers, report = call_services(questions.limit(0), [chat], price=PRICE)
    assert (report.rows, report.counts, report.cost) == (0, CallCounts(), 0)
    assert str(report) == "0 of 0 rows answered\n0 calls, $0.00"
    answers.unpersist()


def test_a_limit_that_ends_the_trial_is_told_by_the_rows_that_were_called(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    with pytest.raises(
        SynapseError, match=r"All 40 rows .* take 45 calls with the 5 .*; only 5 were called"
    ):
        call_services(questions, [chat], max_calls=5)
    assert len(service.ledger) == 5


def test_a_limit_that_is_reached_on_the_way_loses_no_row_and_a_second_run_goes_on(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService, tmp_path: Path
) -> None:
    journal = str(tmp_path / "kept")
    answers, report = call_services(questions, [chat], try_rows=0, max_calls=15, journal=journal)
    assert len(service.ledger) == 15
    assert report.errors == {"limit_reached": 25}
    assert (report.counts.left, report.counts.failed) == (25, 0)
    assert answers.count() == answers.select("id").distinct().count() == 40
    assert answers.where("reply IS NOT NULL AND reply_error IS NULL").count() == 15
    answers.unpersist()
    answers, report = call_services(questions, [chat], try_rows=0, journal=journal)
    assert (report.errors, len(service.ledger)) == ({}, 40)
    bodies = [seen.body for seen in service.ledger]
    assert len(set(bodies)) == 40
    answers.unpersist()


def test_a_limit_is_kept_although_the_other_rows_go_to_another_machine(
    questions: DataFrame,
    chat: OpenAIChatCompletion,
    service: MockService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs: list[str] = []

    def note(**given: Any) -> Metering:
        runs.append(given["run"])
        return Metering(**given)

    def move(_: CallsProjected) -> None:
        Spending(runs[-1], Limits()).forget()  # as where nothing was counted yet
        service.script("/chat/completions", [service.Reply(500)] * 30 + [ANSWER])

    monkeypatch.setattr(calling, "Metering", note)
    monkeypatch.setattr(calling, "one_machine", lambda _: False)
    with listen(move, CallsProjected):
        answers, report = call_services(
            questions, [chat], max_calls=45, journal=str(tmp_path / "kept")
        )
    assert len(service.ledger) == report.counts.sent == 45
    assert report.errors["limit_reached"] > 0
    answers.unpersist()


def test_one_task_makes_all_calls_within_a_limit_of_many_machines(
    questions: DataFrame, chat: OpenAIChatCompletion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "one_machine", lambda _: False)
    spread = SQLTransformer(statement="SELECT /*+ REPARTITION(3) */ * FROM __THIS__")
    again = chat.copy({chat.getParam("outputCol"): "again", chat.getParam("errorCol"): "failed"})
    answers, report = call_services(questions, [chat, spread, again], try_rows=0, max_calls=100)
    assert (report.counts.sent, report.errors) == (80, {})
    assert answers.rdd.getNumPartitions() == 1
    answers.unpersist()


def test_money_that_is_spent_ends_the_run(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    answers, report = call_services(
        questions, [chat], try_rows=0, max_cost=0.05, price={"call": 0.01}
    )
    # What is under way when nothing is known of the price of a call is all that is too much.
    assert 5 <= len(service.ledger) <= 5 + 2 * 4
    assert report.errors == {"limit_reached": 40 - len(service.ledger)}
    assert report.cost == pytest.approx(0.01 * len(service.ledger))
    answers.unpersist()


def test_money_is_kept_to_the_call_once_some_were_tried(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    dear = {**ANSWER, "usage": {"prompt_tokens": 20, "completion_tokens": 6}}
    service.script("/chat/completions", [ANSWER] * 10 + [dear])
    answers, _ = call_services(questions, [chat], max_cost=0.201, price=PRICE)
    # Ten for 0.04, and then 0.008 each, of which 20 fit; each is expected to take 0.004.
    assert 30 <= len(service.ledger) <= 38
    answers.unpersist()


def test_what_fails_for_all_that_were_tried_is_not_asked_for_the_others(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    service.reply("/chat/completions", {"error": {"message": "Wrong key"}}, status=401)
    with pytest.raises(SynapseError, match=r"None of the 10 rows that were tried .* Wrong key"):
        call_services(questions, [chat])
    assert len(service.ledger) == 10


def test_money_without_a_price_is_refused_before_a_call(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    with pytest.raises(SynapseError, match=r"OpenAIChatCompletion has no price here. Try: price="):
        call_services(questions, [chat], max_cost=1.0)
    assert service.ledger == []
    (answers, report), seen = projected(lambda: call_services(questions, [chat]))
    assert seen[0].projection.cost is report.cost is None
    assert report.why == "OpenAIChatCompletion has no price"
    answers.unpersist()


def test_tokens_that_are_not_told_end_a_run_with_a_limit_on_money(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    service.reply("/chat/completions", {"choices": [CHOICE]})
    with pytest.raises(SynapseError, match="max_cost cannot be kept: answers to OpenAIChat"):
        call_services(questions, [chat], max_cost=1.0, price=PRICE)
    assert 1 <= len(service.ledger) < 10
    answers, report = call_services(questions, [chat], max_cost=1.0, price=PRICE, try_rows=0)
    assert report.errors == {"limit_reached": report.counts.left}
    assert report.counts.left >= 40 - 2 * 2 * 4  # in two tasks, what was under way
    answers.unpersist()


def test_the_rest_may_be_left_for_later(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    answers, report = call_services(questions, [chat], try_rows=4, rest=False)
    assert (answers.count(), len(service.ledger)) == (4, 4)
    assert report.projection.calls == 40
    assert "The other rows were not called" in str(report)
    answers.unpersist()


def test_rows_that_go_together_and_steps_between_are_called_as_well(
    questions: DataFrame, service: MockService
) -> None:
    def vectors(seen: Any) -> dict[str, Any]:
        texts = seen.json()["input"]
        made = [{"index": n, "embedding": [float(len(text))]} for n, text in enumerate(texts)]
        return {"data": made, "usage": {"prompt_tokens": len(texts), "total_tokens": len(texts)}}

    service.answer("/embeddings", vectors)
    text = SQLTransformer(statement="SELECT *, messages[0].content AS text FROM __THIS__")
    embed = OpenAIEmbedding(
        textCol="text", outputCol="v", deploymentName="e", url=service.url(""), batchSize=5
    )
    (answers, report), seen = projected(lambda: call_services(questions, [text, embed]))
    assert seen[0].projection.calls == 8
    assert seen[0].projection.input == 40
    assert report.counts.sent == 2 + 8  # the ten that were tried, and all
    assert answers.where("v[0] > 0").count() == 40
    answers.unpersist()


def test_a_stage_of_several_that_call_is_projected_and_counted_as_all_of_them(
    questions: DataFrame, service: MockService
) -> None:
    def found(seen: Any) -> dict[str, Any]:
        asked = seen.json()
        documents = [{"id": d["id"]} for d in asked["analysisInput"]["documents"]]
        results = {"documents": documents, "errors": []}
        return {"kind": f"{asked['kind']}Results", "results": results}

    service.answer("/language/:analyze-text", found)
    left = {f"include{n}": False for n in ("EntityLinking", "Pii", "SentimentAnalysis")}
    stage = TextAnalyze(text="a", outputCol="found", url=service.url(""), **left)
    counted: list[CallsCounted] = []
    with listen(counted.append, CallsCounted):
        (answers, report), seen = projected(lambda: call_services(questions, [stage]))
    asked = [each.json()["kind"] for each in service.ledger]
    # Five texts in a request of entities, ten in one of key phrases; ten rows are tried first.
    assert (asked.count("EntityRecognition"), asked.count("KeyPhraseExtraction")) == (2 + 8, 1 + 4)
    assert seen[0].projection.calls == 8 + 4
    assert counted[-1].total == counted[-1].counts.rows == 40
    assert (report.rows, report.failed) == (40, 0)
    answers.unpersist()


def test_a_row_of_which_several_calls_fail_is_one_that_failed(
    questions: DataFrame, service: MockService
) -> None:
    service.reply("/language/:analyze-text", status=401)
    left = {f"include{n}": False for n in ("Pii", "SentimentAnalysis")}
    stage = TextAnalyze(text="a", outputCol="found", url=service.url(""), **left)
    counted: list[CallsCounted] = []
    with listen(counted.append, CallsCounted):
        answers, report = call_services(questions.limit(10), [stage])
    assert (counted[-1].counts.rows, counted[-1].counts.failed) == (10, 10)
    assert (report.failed, report.counts.failed) == (10, 10)
    answers.unpersist()


def test_columns_that_a_later_step_leaves_out_are_not_asked_for(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    few = questions.limit(4)
    service.script("/chat/completions", [ANSWER, service.Reply(400), ANSWER, ANSWER])
    some = "SELECT id, reply.choices[0] AS a, reply_error FROM __THIS__"
    answers, report = call_services(few, [chat, SQLTransformer(statement=some)], try_rows=0)
    assert (answers.columns, report.unasked) == (["id", "a", "reply_error"], 0)
    assert (report.rows, report.errors) == (4, {"http_400": 1})
    answers.unpersist()
    none = "SELECT id, reply_error.message AS reply_error FROM __THIS__"
    answers, report = call_services(few, [chat, SQLTransformer(statement=none)], try_rows=1)
    assert (report.rows, report.errors, report.unasked) == (4, {}, 0)
    answers.unpersist()


@pytest.mark.parametrize(("kept", "rows"), [("id < 0", 0), ("id >= 8", 32), ("id % 2 = 0", 20)])
def test_rows_that_a_step_leaves_out_are_no_failures(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService, kept: str, rows: int
) -> None:
    some = SQLTransformer(statement=f"SELECT * FROM __THIS__ WHERE {kept}")
    answers, report = call_services(questions, [some, chat], try_rows=4)
    assert (report.rows, report.failed, answers.count()) == (rows, 0, rows)
    answers.unpersist()


def test_rows_that_a_step_makes_more_of_fail_only_where_all_of_them_do(
    questions: DataFrame, chat: OpenAIChatCompletion, service: MockService
) -> None:
    service.script("/chat/completions", [service.Reply(400)] * 4 + [ANSWER])
    more = SQLTransformer(
        statement="SELECT id, explode(array(messages, messages, messages)) AS messages "
        "FROM __THIS__"
    )
    answers, report = call_services(questions, [more, chat], try_rows=2)
    assert (report.rows, answers.count()) == (120, 120)
    answers.unpersist()


def test_requests_of_any_kind_are_counted(asking: Any, service: MockService) -> None:
    refused = service.Reply(429, headers={"retry-after-ms": "1"})
    service.script("/", [refused, refused, "fine"])
    stage = HTTPTransformer(inputCol="request", outputCol="answer", concurrency=2)
    counted: list[CallsCounted] = []
    with listen(counted.append, CallsCounted):
        answers, report = call_services(asking(12), [stage], try_rows=3)
    assert (report.counts.sent, report.counts.throttled, report.counts.retried) == (17, 2, 2)
    assert counted[-1].total == counted[-1].counts.rows == 12
    assert counted[-1].counts.in_flight == 0
    answers.unpersist()


def test_an_interrupt_says_what_was_paid_for_and_another_run_asks_for_the_rest(
    spark: SparkSession,
    questions: DataFrame,
    chat: OpenAIChatCompletion,
    service: MockService,
    tmp_path: Path,
) -> None:
    def slowly(seen: Any) -> Any:
        return service.Reply(body=ANSWER, latency=0.05 if len(service.ledger) < 12 else 30.0)

    service.answer("/chat/completions", slowly)
    journal = str(tmp_path / "kept")

    def interrupt() -> None:
        while len(service.ledger) < 14:
            time.sleep(0.02)
        time.sleep(1.0)  # what was answered is written half a second later
        cancel()

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(Cancelled, match=r"Cancelled after \d+ calls, whose answers are kept"):
        interruptible(spark, lambda: call_services(questions, [chat], try_rows=0, journal=journal))
    answered = 12
    service.reply("/chat/completions", ANSWER)
    before = len(service.ledger)
    answers, report = call_services(questions, [chat], try_rows=0, journal=journal)
    assert report.counts.kept == answered
    assert len(service.ledger) - before == 40 - answered
    answers.unpersist()


def test_stages_that_call_nothing_are_no_call(questions: DataFrame) -> None:
    with pytest.raises(SynapseError, match="must hold one that calls a service"):
        call_services(questions, [SQLTransformer(statement="SELECT * FROM __THIS__")])


def test_a_stream_is_refused(spark: SparkSession, chat: OpenAIChatCompletion) -> None:
    stream = spark.readStream.format("rate").load()
    with pytest.raises(SynapseError, match="A stream has no end"):
        call_services(stream, [chat])
