"""TextSHAP and TextLIME, by way of the worker and by way of Spark."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pyspark.ml import Pipeline, PipelineModel, Transformer
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import HashingTF, Tokenizer
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from synapse_magic import Featurize, LightGBMClassifier, SynapseError, TextLIME, TextSHAP

LONG = "Not good at all. " * 4 + "But the end is bad."
TEXTS = ["Not a good film; bad sound!", "good", "", None, "?! ...", LONG]
GOOD, BAD = (
    ["great", "lovely", "warm", "funny", "bright"],
    ["dull", "awful", "weak", "boring", "cold"],
)


class Changing(Transformer):
    """A model without a scorer: a change of a frame."""

    def __init__(self, change: Any) -> None:
        super().__init__()
        self.change = change

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return self.change(dataset)


COUNTING = Changing(
    lambda df: df.withColumn(
        "probability",
        F.expr(
            "array(0D, double(2 * regexp_count(lower(text), 'good') "
            "- 3 * regexp_count(lower(text), 'bad')))"
        ),
    )
)
"""Gives 2 for each 'good' and -3 for each 'bad', whatever the nulls."""


@pytest.fixture(scope="module")
def df(spark: SparkSession) -> DataFrame:
    rows = [(i, text) for i, text in enumerate(TEXTS)]
    return spark.createDataFrame(rows, "id int, text string").coalesce(1).cache()


def reviews(rows: int, seed: int) -> list[tuple[str, float]]:
    """Make a corpus of feelings: words that tell, between words that do not."""
    rng = np.random.default_rng(seed)
    rest = ["the", "film", "and", "its", "music", "with", "a", "cast", "that", "we", "saw"]
    made = []
    for i in range(rows):
        words = [
            str(rng.choice((BAD, GOOD)[i % 2] if rng.random() < 0.3 else rest)) for _ in range(8)
        ]
        made.append((" ".join(words).capitalize() + ".", float(i % 2)))
    return made


@pytest.fixture(scope="module")
def model(spark: SparkSession) -> PipelineModel:
    corpus = spark.createDataFrame(reviews(60, 0), "text string, label double").coalesce(1)
    stages = [
        Featurize(inputCols=["text"], outputCol="made", numFeatures=4096),
        LightGBMClassifier(featuresCol="made", numIterations=5, minDataInLeaf=2, numLeaves=8),
    ]
    return Pipeline(stages=stages).fit(corpus)


@pytest.fixture(scope="module")
def corpus(spark: SparkSession) -> DataFrame:
    frame = spark.createDataFrame(reviews(3, 1), "text string, label double")
    return frame.coalesce(1).withColumn("id", F.monotonically_increasing_id()).cache()


def numbers(frame: DataFrame, *columns: str) -> list[Any]:
    """Give what was made of each row, in the order of the rows."""
    rows = frame.orderBy("id").collect()
    return [[_plain(row[name]) for name in columns] for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.toArray().tolist() if hasattr(value, "toArray") else value


def test_words_get_what_they_are_worth_and_bad_rows_tell_why(df: DataFrame) -> None:
    shap = TextSHAP(
        model=COUNTING, inputCol="text", outputCol="shap", standardErrorCol="se", groupAbove=12
    )
    out = shap.transform(df)
    assert out.columns == ["id", "text", "shap", "r2", "tokens", "se", "shap_error"]
    kinds = dict(out.dtypes)
    assert (kinds["shap"], kinds["r2"], kinds["tokens"]) == (
        "array<vector>", "vector", "array<string>",
    )  # fmt: skip
    found = numbers(out, "tokens", "shap", "se", "shap_error")
    assert found[0][0] == ["Not", "a", "good", "film", "bad", "sound"]
    assert np.allclose(found[0][1], [[0, 0, 0, 2, 0, -3, 0]])
    assert np.allclose(found[1][1], [[0, 2]])
    assert found[2] == [[], [[0]], [[]], None]
    assert found[3] == [None, None, None, "The text in column 'text' is null. Expected a text"]
    assert found[4][:2] == [[], [[0]]]
    tokens, ((base, *values),), (errors,), error = found[5]
    worth = {"good": 2, "bad": -3}
    assert np.allclose(values, [worth.get(token, 0) for token in tokens])
    assert (base, error) == (0, None)
    assert np.allclose(errors, 0)


def test_lime_finds_the_same_where_the_model_is_a_line(df: DataFrame) -> None:
    lime = TextLIME(model=COUNTING, inputCol="text", outputCol="lime", numSamples=60)
    found = numbers(lime.transform(df), "tokens", "lime", "r2", "lime_error")
    assert np.allclose(found[0][1], [[0, 0, 2, 0, -3, 0]])
    assert found[0][2] == pytest.approx([1])
    assert found[2] == [[], [[]], [1], None]
    assert found[3][3].startswith("The text in column 'text' is null")


def test_a_text_may_have_too_many_words_for_the_samples(df: DataFrame) -> None:
    lime = TextLIME(model=COUNTING, inputCol="text", outputCol="lime", numSamples=10)
    found = numbers(lime.transform(df), "lime", "lime_error")
    assert found[0][1] is None
    assert found[5] == [
        None,
        "numSamples=10 is too small for 21 features. Expected at least 23. "
        "Try: numSamples=105, or regularization=0.001",
    ]


@pytest.fixture(scope="module")
def strict(spark: SparkSession) -> PipelineModel:
    """A model of Spark that takes no null."""
    frame = spark.createDataFrame(reviews(30, 0), "text string, label double").coalesce(1)
    hashing = HashingTF(inputCol="words", outputCol="features", numFeatures=64)
    stages = [Tokenizer(inputCol="text", outputCol="words"), hashing, LogisticRegression(maxIter=2)]
    return Pipeline(stages=stages).fit(frame)


def test_a_null_does_not_reach_a_model_that_takes_none(
    df: DataFrame, strict: PipelineModel
) -> None:
    null = "The text in column 'text' is null. Expected a text"
    shap = TextSHAP(model=strict, inputCol="text", outputCol="out", numSamples=60)
    alone = shap.transform(df.where("text is null"))
    assert numbers(alone, "out", "tokens", "out_error") == [[None, None, null]]
    # Each row in a partition of its own, where no other can stand for it.
    found = shap.explanation(df, rows=50)
    assert len(found) == 5
    assert list(found.failures.values()) == [null]


def test_ninety_words_are_explained_by_default(spark: SparkSession) -> None:
    text = "A good film. " * 30
    frame = spark.createDataFrame([(0, text)], "id int, text string").coalesce(1)
    ((values,),) = numbers(
        TextSHAP(model=COUNTING, inputCol="text", outputCol="out").transform(frame), "out"
    )
    assert np.allclose(values, [[0] + [0, 2, 0] * 30])


@pytest.mark.parametrize("kind", [TextSHAP, TextLIME])
def test_worker_and_spark_give_the_same_on_any_partitions(
    kind: type, corpus: DataFrame, model: PipelineModel
) -> None:
    stage = kind(model=model, inputCol="text", outputCol="out", numSamples=60)
    here = numbers(stage.transform(corpus), "out", "r2", "tokens", "out_error")
    assert all(row[3] is None for row in here)
    assert any(np.abs(row[0]).max() > 0.01 for row in here)
    there = kind(
        model=Changing(model.transform), inputCol="text", outputCol="out", numSamples=60
    ).transform(corpus)
    spread = stage.transform(corpus.repartition(4))
    for other in (there, spread):
        for one, two in zip(here, numbers(other, "out", "r2", "tokens", "out_error")):
            assert one[2:] == two[2:]
            np.testing.assert_allclose(one[0], two[0], atol=1e-12)
            np.testing.assert_allclose(one[1], two[1], atol=1e-9)


def test_values_and_base_sum_to_the_prediction(corpus: DataFrame, model: PipelineModel) -> None:
    stage = TextSHAP(model=model, inputCol="text", outputCol="out")
    sums = [sum(row[0][0]) for row in numbers(stage.transform(corpus), "out")]
    chances = [row[0][1] for row in numbers(model.transform(corpus), "probability")]
    np.testing.assert_allclose(sums, chances, atol=1e-9)


def test_a_mask_token_and_a_tokenizer_are_used(df: DataFrame) -> None:
    stage = TextSHAP(
        model=COUNTING, inputCol="text", outputCol="out", tokenizer="[^ ]+", maskToken="bad"
    )
    found = numbers(stage.transform(df.where("id = 0")), "tokens", "out")
    tokens, ((base, *values),) = found[0]
    assert tokens == ["Not", "a", "good", "film;", "bad", "sound!"]
    assert base == pytest.approx(-18)
    assert np.allclose(values, [3, 3, 5, 3, 0, 3])


def test_an_explanation_shows_the_texts_it_could_explain(df: DataFrame) -> None:
    stage = TextSHAP(model=COUNTING, inputCol="text", targetClasses=[1])
    found = stage.explanation(df, rows=50)
    assert sorted(found.texts) == sorted(text for text in TEXTS if text is not None)
    assert np.abs(found.residual).max() < 1e-9
    assert (found.rows_total, found.seed, found.outputs) == (6, 42, ("1",))
    row = found.texts.index(TEXTS[0])
    (text,) = found.text(row).texts
    assert dict(zip(text.words, text.values[:, 0].round(9).tolist()))["bad"] == -3
    assert found.words().strongest(0, 1) == [("good", pytest.approx(2))]
    lime = TextLIME(model=COUNTING, inputCol="text", numSamples=60).explanation(df, rows=3)
    assert len(lime) <= 3
    assert lime.method == "lime"


def test_a_saved_stage_explains_alike(
    corpus: DataFrame, model: PipelineModel, tmp_path: Any
) -> None:
    stage = TextSHAP(model=model, inputCol="text", outputCol="out", maskToken="_", numSamples=60)
    stage.save(str(tmp_path / "stage"))
    again = TextSHAP.load(str(tmp_path / "stage"))
    one = corpus.limit(1)
    assert numbers(again.transform(one), "out") == numbers(stage.transform(one), "out")


def test_what_is_no_column_of_texts_is_told_before_the_job(df: DataFrame) -> None:
    with pytest.raises(SynapseError, match=r"no inputCol"):
        TextSHAP(model=COUNTING).transform(df)
    with pytest.raises(SynapseError, match=r"There is no column 'txet'. Did you mean 'text'"):
        TextSHAP(model=COUNTING, inputCol="txet").transform(df)
    with pytest.raises(SynapseError, match=r"'id' holds int. Expected texts"):
        TextLIME(model=COUNTING, inputCol="id").transform(df)
    with pytest.raises(SynapseError, match=r"is no regular expression"):
        TextLIME(model=COUNTING, inputCol="text", tokenizer="(").transform(df)
    with pytest.raises(SynapseError, match=r"would add two columns 'tokens'"):
        TextLIME(model=COUNTING, inputCol="text", outputCol="tokens").transform(df)
    with pytest.raises(SynapseError, match=r"tokensCol='text' of TextSHAP .* column of inputCol\."):
        TextSHAP(model=COUNTING, inputCol="text", tokensCol="text").transform(df)
