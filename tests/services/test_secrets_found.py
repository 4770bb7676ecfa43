"""A secret that the workers do not find is told before the job, in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from synapse_magic import (
    JSONInputParser,
    MockService,
    OpenAIEmbedding,
    Secret,
    SynapseError,
    TextAnalyze,
)
from synapse_magic.services import secrets_found

TOKEN = "hush-of-the-vault"


@pytest.fixture
def texts(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame([("a",)], "text string").coalesce(1)


def vault() -> str:
    raise PermissionError(TOKEN)


def test_a_secret_that_is_not_there_is_told_before_the_job(
    texts: DataFrame, tmp_path: Path
) -> None:
    embedding = OpenAIEmbedding(textCol="text", deploymentName="m", url="http://localhost:1")
    with pytest.raises(SynapseError, match=r"^Secret.env\('NOT_THERE'\): this process has no"):
        embedding.copy().setSubscriptionKey(Secret.env("NOT_THERE")).transform(texts)
    lost = {"X-Key": "Token " + Secret.file(tmp_path / "lost")}
    with pytest.raises(SynapseError, match=r"^Secret.file\('.*lost'\) cannot be read: No such"):
        embedding.copy().setCustomHeaders(lost).transform(texts)
    analyze = TextAnalyze(textCol="text", url="http://localhost:1", AADToken=Secret.call(vault))
    with pytest.raises(
        SynapseError, match=r"^Secret.call\(vault\) failed: PermissionError"
    ) as told:
        analyze.transform(texts)
    assert TOKEN not in str(told.value)
    parser = JSONInputParser(inputCol="text", outputCol="request", url="http://localhost:1")
    with pytest.raises(SynapseError, match=r"^Secret.env\('NOT_THERE'\)"):
        parser.setHeaders({"X-Key": Secret.env("NOT_THERE")}).transform(texts)


def test_a_secret_that_is_found_is_looked_for_once(
    texts: DataFrame,
    service: MockService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[Any] = []
    look: Callable[..., Any] = secrets_found._look
    monkeypatch.setattr(
        secrets_found, "_look", lambda wanted: looked.append(wanted) or look(wanted)
    )
    (tmp_path / "key").write_text("k-1")
    stage = OpenAIEmbedding(
        textCol="text",
        outputCol="vector",
        deploymentName="m",
        url=service.url(""),
        subscriptionKey=Secret.file(tmp_path / "key"),
    )
    service.reply("*", {"data": [{"index": 0, "embedding": [1.0]}]})
    stage.transform(texts)
    (row,) = stage.transform(texts).collect()
    assert (row.vector, len(looked)) == ([1.0], 1)
    assert service.ledger[0].header("authorization") == "Bearer k-1"
