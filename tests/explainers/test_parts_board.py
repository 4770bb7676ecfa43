"""Dashboards of texts and images, with the models that they explain."""

from __future__ import annotations

from typing import Any

import everydots
import everyreviews
import numpy as np
import pytest
from pyspark.ml import Pipeline, PipelineModel, Transformer
from pyspark.ml.feature import StringIndexer
from pyspark.sql import DataFrame, SparkSession

from synapse_magic import Dashboard, Featurize, LightGBMClassifier, SynapseError, TextSHAP
from synapse_magic.explainers.boards import board
from synapse_magic.results.dashboard.parts.text_board import TextBoard
from synapse_magic.results.dashboard.parts.word_columns import column_of_word
from synapse_magic.spark.image_schema import IMAGE

ODD = [
    "good", "GOOD, Good!", "goods", "a good-natured dog", "it's good", "it\u2019s", "its", "dog's",
    "-good-", "\u00dcber gut", "\u00fcber", "3.14 and 3", "a_b ab", "C++ $x `q` 'y' \\d", "",
    "\u597d\u597d", "a\nb",
    "costs 3.14", "3", "14", "1,3,14.", "iPhone\u5f88\u597d", "x\u3042y", "\U00020000\U00020001z",
    "${spark.app.name}", "\U0001f600 x",
]  # fmt: skip


class Looking(Transformer):
    """A transformer with the scorer of the tests' images."""

    def __init__(self, scorer: Any = None) -> None:
        super().__init__()
        if scorer is not None:
            self.scorer = lambda: scorer

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return dataset


@pytest.fixture(scope="module")
def reviews(spark: SparkSession) -> DataFrame:
    texts = [text for text in everyreviews.written(80) if len(text.split()) < 8] + [""]
    rows = [(t, i % 5, "good" if everyreviews.worth(t.split(" ")[0].strip(".")) > 0 or "lovely" in t
             or "good" in t else "bad") for i, t in enumerate(texts)]  # fmt: skip
    return spark.createDataFrame(rows, "text string, stars int, opinion string").coalesce(1).cache()


@pytest.fixture(scope="module")
def model(reviews: DataFrame) -> PipelineModel:
    stages = [
        StringIndexer(inputCol="opinion", outputCol="label"),
        Featurize(inputCols=["text"], outputCol="features", numFeatures=256),
        LightGBMClassifier(numIterations=5, minDataInLeaf=2),
    ]
    return Pipeline(stages=stages).fit(reviews)


def test_texts_are_explained_with_labels_and_columns_and_asked_without_a_job(
    model: PipelineModel, reviews: DataFrame
) -> None:
    shap = TextSHAP(model=model, inputCol="text", outputCol="shap", numSamples=80)
    why = shap.explanation(reviews, rows=6)
    assert why.truth is not None
    assert set(why.truth) <= {"good", "bad"}
    assert sorted(why.data) == ["opinion", "stars"]
    assert why.data["opinion"].tolist() == why.truth.tolist()
    made = board(why, model, reviews)
    assert isinstance(made, TextBoard)
    text = "The good film was dull"
    said = made.answer("say", {"place": 0, "text": text})["scores"]
    frame = reviews.sparkSession.createDataFrame([(text,)], "text string")
    (row,) = model.transform(frame).select("probability").collect()
    assert said == pytest.approx([row["probability"][1]])
    word = {"column": column_of_word("film"), "operation": "in", "values": ["true"]}
    made.answer("add", {"conditions": [word, _is("stars", "<=", 2)]})
    expected = [
        row for row in reviews.collect() if "film" in row["text"].lower() and row["stars"] < 3
    ]
    assert made.cohort.df().count() == len(expected) > 0
    made.answer("add", {"conditions": [_is("(score)", ">=", 0.5)], "within": "all rows"})
    scores = [row["probability"][1] for row in model.transform(reviews).collect()]
    assert made.cohort.df().count() == sum(score >= 0.5 for score in scores) > 0
    names: dict[str, Any] = {"model": model, "df": reviews}
    exec(made.cohort.code, names)
    assert names["cohort"].count() == made.cohort.df().count()
    right = {"column": "(outcome)", "operation": "in", "values": ["right"]}
    cohorts = made.answer("add", {"conditions": [right], "within": "all rows"})["cohorts"]
    assert "'(outcome)' is a feature" in cohorts[-1]["refused"]
    view = Dashboard(why, model, reviews)
    assert "Dashboard of 6 explained texts" in repr(view)


def _is(column: str, operation: str, value: float) -> dict[str, Any]:
    return {"column": column, "operation": operation, "values": [value]}


def test_the_predicate_of_a_word_keeps_the_texts_that_have_it(spark: SparkSession) -> None:
    why = everyreviews.explained(ODD, truth=None, data={})
    made = board(why)
    frame = spark.createDataFrame([(text,) for text in ODD], "review string").coalesce(1)
    words = made.examined.index.words  # type: ignore[attr-defined]
    wheres = []
    for word in words:
        condition = {"column": column_of_word(word), "operation": "in", "values": ["true"]}
        made.answer("add", {"conditions": [condition]})
        wheres.append(made.cohort.where)
    (found,) = frame.selectExpr(*(f"count_if({own})" for own in wheres)).collect()
    holds = [int(made.examined.index.holds(word).sum()) for word in words]  # type: ignore[attr-defined]
    assert dict(zip(words, found)) == dict(zip(words, holds))
    made.answer("add", {"conditions": [_is("(length)", "<=", 4)]})
    expected = sum(len(text) <= 4 for text in ODD)
    assert frame.where(made.cohort.where).count() == expected


def test_images_are_asked_by_a_scorer_and_told_where_there_is_none(spark: SparkSession) -> None:
    frame = spark.createDataFrame([], f"image {IMAGE.simpleString()}, digit int")
    unnamed = board(everydots.explained(), Looking(everydots.Corner()), frame)
    assert "which class of column" in unnamed.answer("open", {})["whatIf"]
    why = everydots.explained(truth=None, outputs=("probability",))
    asked = board(why, Looking(everydots.Corner()), frame)
    assert asked.answer("open", {})["whatIf"] == ""
    assert asked.answer("form", {"place": 2})["scores"] == pytest.approx(why.prediction[2])
    told = board(why, Looking(), frame).answer("open", {})["whatIf"]
    assert "only be asked through Spark" in told
    assert "needs the model" in board(why).answer("open", {})["whatIf"]


def test_labels_may_be_a_column_and_what_does_not_fit_is_told() -> None:
    data = {"kind": np.array(["bright", "dark"] * 45, object)}
    why = everydots.explained(truth=None, data=data)
    assert board(why, label="kind").answer("open", {})["judged"]
    with pytest.raises(SynapseError, match=r"no column 'kint' to take labels from.*'kind'"):
        board(why, label="kint")
    with pytest.raises(SynapseError, match="Second models and maps are of tables and texts"):
        board(why, other=why)  # type: ignore[arg-type]
    with pytest.raises(SynapseError, match="other is ImageExplanation"):
        board(everyreviews.explained(), other=why)  # type: ignore[arg-type]
    reviews = everyreviews.explained()
    assert board(reviews, other=reviews).answer("open", {})["compares"]


def test_levels_of_texts_are_asked_for_by_the_numbers_that_the_frame_holds(
    spark: SparkSession,
) -> None:
    rows = [(text, f"kind {i % 3}") for i, text in enumerate(everyreviews.written(12))]
    frame = spark.createDataFrame(rows, "review string, kind string").coalesce(1)
    indexed = StringIndexer(inputCol="kind", outputCol="code").fit(frame).transform(frame)
    data = {"code": np.array([kind for _, kind in rows], object)}
    made = board(everyreviews.explained([text for text, _ in rows], data=data), df=indexed)
    given = {"column": "code", "operation": "in", "values": ["kind 1"]}
    made.answer("add", {"conditions": [given]})
    assert {row["kind"] for row in made.cohort.df().collect()} == {"kind 1"}
