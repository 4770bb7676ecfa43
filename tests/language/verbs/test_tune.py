from __future__ import annotations

from collections.abc import Callable

import pytest
from pyspark.sql import SparkSession

from synapse_magic.language.completion import complete
from synapse_magic.language.context import Context
from synapse_magic.language.export import export
from synapse_magic.language.line import parse
from synapse_magic.language.plan import plan
from synapse_magic.language.text import CellError

Source = Callable[..., str]
GBM = "label = income\nLightGBMClassifier(inputCols=[age, hours], {})"


def test_the_source_is_formatted_and_complete(context: Context) -> None:
    body = (
        "label    = income\nsplit    = [0.8, 0.2]\nmetric   = 'AUC'\ntrials   = 20\n"
        "search   = 'tpe'\nfeatures = Featurize(age, job)\n"
        "LightGBMClassifier(numLeaves=Range(15, 127), learningRate=Range(0.01, 0.3, log=True), "
        "numIterations={leaves})"
    )
    assert (
        plan(parse("tune people"), body, context).source
        == """\
from pyspark.ml import Pipeline
from pyspark.ml.feature import StringIndexer

from synapse_magic import (
    Featurize,
    LightGBMClassifier,
    Range,
    Trained,
    TuneHyperparameters,
    check_label,
)


def run(spark, people, *, leaves):
    classes = check_label(people, "income")
    train, test = people.randomSplit([0.8, 0.2], seed=42)
    light_gbm_classifier = LightGBMClassifier(
        featuresCol="features", labelCol="income_index", numIterations=leaves
    )
    pipeline = Pipeline(
        stages=[
            StringIndexer(
                inputCol="income",
                outputCol="income_index",
                stringOrderType="alphabetAsc",
            ),
            Featurize(inputCols=["age", "job"], outputCol="features"),
            light_gbm_classifier,
        ]
    )
    tuner = TuneHyperparameters(
        models=[pipeline],
        paramSpace={
            light_gbm_classifier.numLeaves: Range(15, 127),
            light_gbm_classifier.learningRate: Range(0.01, 0.3, log=True),
        },
        search="tpe",
        numRuns=20,
        evaluationMetric="AUC",
        seed=42,
    )
    model = tuner.fit(train)
    return Trained(model=model, train=train, test=test, label="income", classes=classes)
"""
    )


def test_several_models_share_the_steps_before_them(source: Source) -> None:
    body = (
        "label = income\nfeatures = Featurize(age, job, numFeatures=Choice(64, 256))\n"
        "LightGBMClassifier(numLeaves=Range(3, 9))\n"
        "LogisticRegression(regParam=Range(0.001, 1.0, log=True))"
    )
    made = source("tune people", body)
    assert "pipeline = Pipeline(stages=[*shared, light_gbm_classifier])" in made
    assert "pipeline_2 = Pipeline(stages=[*shared, logistic_regression])" in made
    assert "models=[pipeline, pipeline_2]" in made
    assert "featurize.numFeatures: Choice(64, 256)" in made


def test_without_a_space_the_defaults_of_the_estimator_are_searched(source: Source) -> None:
    made = source("tune people", GBM.format("numIterations=5"))
    assert "paramSpace" not in made
    assert "TuneHyperparameters(models=[pipeline], seed=42)" in made


def test_ends_of_a_range_may_be_variables(source: Source) -> None:
    made = source("tune people", GBM.format("numLeaves=Range(3, {leaves})"))
    assert "light_gbm_classifier.numLeaves: Range(3, leaves)" in made


def test_options_become_params_of_the_tuner(source: Source) -> None:
    options = "folds = 1\npruner = 'median'\nparallelism = 2\nseed = 7\n"
    made = source("tune people", options + GBM.format("numLeaves=Range(3, 9)"))
    for argument in ("numFolds=1", 'pruner="median"', "parallelism=2", "seed=7"):
        assert argument in made


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (GBM.format("numLeaves=Range(1, 9)"), "numLeaves of LightGBMClassifier must be .* got 1"),
        (GBM.format("numLeaves=Range(9, 3)"), r"Try: Range\(3, 9\)"),
        (GBM.format("numLeaves=Range(9)"), "A space is written as"),
        (GBM.format("numLeaves=Range(3, 9, step=2)"), "A space is written as"),
        (GBM.format("numLeafs=Range(3, 9)"), "Did you mean 'numLeaves'"),
        (GBM.format("weightCol=Choice('age')"), "give it one value"),
        (GBM.format("numLeaves=Range(3, age)"), "'age' alone would be a column"),
        ("metric = 'AUK'\n" + GBM.format("numLeaves=9"), "Did you mean 'AUC'"),
        ("search = 'tp'\n" + GBM.format("numLeaves=9"), "Did you mean 'tpe'"),
        ("trials = 0\n" + GBM.format("numLeaves=9"), "at least 1"),
        (
            "label = income\nfeatures = VectorAssembler(age)\n"
            "OneVsRest(classifier=LogisticRegression(regParam=Range(0.1, 1.0)))",
            "stands inside another step",
        ),
        ("label = income\nfeatures = VectorAssembler(age)\nLinearRegression()", "predicts numbers"),
    ],
)
def test_what_cannot_be_searched_is_said_where_it_stands(
    context: Context, body: str, words: str
) -> None:
    with pytest.raises(CellError, match=rf"(?s){words}.*\^"):
        plan(parse("tune people"), body, context)


def test_a_space_is_no_value_of_train(context: Context) -> None:
    with pytest.raises(CellError, match=r"Range\(...\) is not a value here"):
        plan(parse("train people"), GBM.format("numLeaves=Range(3, 9)"), context)


def test_spaces_and_options_are_completed(context: Context) -> None:
    def proposed(body: str) -> list[str]:
        text = f"%%synapse tune people\n{body}"
        return [each.text for each in complete(text, len(text), context)]

    assert {"Range(", "Choice("} <= set(proposed("LightGBMClassifier(age, numLeaves="))
    assert "'tpe'" in proposed("search = ")
    assert "metric = " in proposed("met")
    train = "%%synapse train people\nLightGBMClassifier(age, numLeaves="
    assert "Range(" not in [each.text for each in complete(train, len(train), context)]


def test_the_program_runs_and_gives_a_model_with_its_trials(
    context: Context, spark: SparkSession
) -> None:
    body = (
        "label = income\nsplit = [0.7, 0.3]\nsearch = 'grid'\nfolds = 1\n"
        "features = VectorAssembler(age, hours)\n"
        "LogisticRegression(regParam=Choice(0.01, 0.1), maxIter=3)"
    )
    made = plan(parse("tune people"), body, context)
    result = made.call(spark, context.variables)
    assert result.classes == ("<=50K", ">50K")
    assert len(result.model.leaderboard.trials) == 2
    assert result.test.count() > 0
    script = export(made, context.variables, context)
    assert "print(result.model.leaderboard, evaluate(result.model, result.test)" in script
    compile(script, "script", "exec")
