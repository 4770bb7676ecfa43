from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession

from synapse_magic import MockService, TextAnalyze
from synapse_magic.errors import SynapseError
from synapse_magic.http.mock.ledger import Seen


def analysed(seen: Seen) -> Any:
    """Find a key phrase in each text, and refuse to tell sentiments."""
    asked = seen.json()
    if asked["kind"] == "SentimentAnalysis":
        return MockService.Reply(403, {"error": {"code": "Forbidden", "message": "not for you"}})
    documents = asked["analysisInput"]["documents"]
    found = [{"id": d["id"], "keyPhrases": [d["text"]], "warnings": []} for d in documents]
    return {"kind": "KeyPhraseExtractionResults", "results": {"documents": found, "errors": []}}


def test_each_task_is_a_part_of_the_output(spark: SparkSession, service: MockService) -> None:
    service.answer("/language/:analyze-text", analysed)
    stage = TextAnalyze(
        textCol="text",
        language="fr",
        outputCol="found",
        url=service.url(""),
        subscriptionKey="k",
        includeEntityRecognition=False,
        includeEntityLinking=False,
        includePii=False,
        keyPhraseExtractionParams={"model-version": "2022-10-01", "loggingOptOut": True},
    )
    frame = spark.createDataFrame([("pain",), (None,)], "text string").coalesce(1)
    out = stage.transform(frame)
    assert out.columns == ["text", "found", "found_error"]
    assert out.schema["found"].dataType.names == ["keyPhraseExtraction", "sentimentAnalysis"]
    rows = {row.text: row for row in out.collect()}
    assert rows["pain"].found.keyPhraseExtraction.keyPhrases == ["pain"]
    assert rows["pain"].found.sentimentAnalysis is None
    assert rows["pain"].found_error.code == "Forbidden"
    assert (rows[None].found, rows[None].found_error) == (None, None)
    sent = {seen.json()["kind"]: seen.json() for seen in service.ledger}
    assert sent["KeyPhraseExtraction"]["parameters"] == {
        "modelVersion": "2022-10-01",
        "loggingOptOut": True,
    }
    assert "parameters" not in sent["SentimentAnalysis"]


def test_a_key_that_was_not_saved_is_asked_for_before_anything_is_called() -> None:
    stage = TextAnalyze(textCol="text", url="http://localhost", subscriptionKey="k")
    loaded = TextAnalyze(textCol="text", url="http://localhost")
    loaded._set_state(stage._get_state())
    with pytest.raises(SynapseError, match="subscriptionKey of this TextAnalyze was not saved"):
        loaded.transform(None)


def test_an_option_that_a_task_has_not_is_told(spark: SparkSession) -> None:
    stage = TextAnalyze(text="a", url="http://localhost", piiParams={"domian": "phi"})
    with pytest.raises(SynapseError, match=r"no 'domian'. Did you mean 'domain'"):
        stage.transform(spark.range(1))
    names = (
        "EntityRecognition",
        "EntityLinking",
        "KeyPhraseExtraction",
        "Pii",
        "SentimentAnalysis",
    )
    with pytest.raises(SynapseError, match="nothing to do"):
        TextAnalyze(**{f"include{n}": False for n in names}).transform(spark.range(1))
