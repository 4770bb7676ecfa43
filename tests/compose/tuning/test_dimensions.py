from __future__ import annotations

from typing import Any

import pytest
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression, OneVsRest
from pyspark.ml.feature import Bucketizer
from pyspark.sql import SparkSession

from synapse_magic import Choice, DefaultHyperparams, LightGBMClassifier, LightGBMRegressor, Range
from synapse_magic.compose.tuning.dimensions import dimensions_of, with_values
from synapse_magic.errors import SynapseError


def test_a_param_is_named_by_itself_by_name_by_class_and_by_the_param_of_the_class() -> None:
    gbm = LightGBMClassifier()
    keys: list[Any] = [
        gbm.numLeaves, "numLeaves", "LightGBMClassifier.numLeaves", LightGBMClassifier.numLeaves,
    ]  # fmt: skip
    for key in keys:
        ((found,),) = dimensions_of([gbm], {key: Range(3, 9)})
        assert (found.name, found.stage, found.space) == ("numLeaves", gbm, Range(3, 9))


@pytest.mark.parametrize(
    ("space", "words"),
    [
        ({"numLeafs": Range(3, 9)}, r"has no param 'numLeafs'. Did you mean 'numLeaves'"),
        ({"LightGBMClasifier.numLeaves": Range(3, 9)}, "Did you mean 'LightGBMClassifier'"),
        ({"numLeaves": Range(1, 9)}, r"numLeaves of LightGBMClassifier must be .*, got 1"),
        ({"numLeaves": Range(0.5, 9.5)}, "must be an integer"),
        ({"boostingType": Choice("gbdt", "drat")}, "Did you mean 'dart'"),
        ({"numLeaves": [3, 4]}, r"Expected a Range or a Choice"),
        ({3: Range(3, 9)}, "Expected a param or its name"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_hint(space: Any, words: str) -> None:
    with pytest.raises(SynapseError, match=words):
        dimensions_of([LightGBMClassifier()], space)


def test_a_range_takes_the_type_of_its_param() -> None:
    ((found,),) = dimensions_of([LightGBMClassifier()], {"lambdaL2": Range(0, 10)})
    assert found.space == Range(0.0, 10.0)
    assert isinstance(found.space.at(0.55), float)
    ((found,),) = dimensions_of([LightGBMClassifier()], {"numLeaves": Range(2.0, 9.0)})
    assert isinstance(found.space.at(0.55), int)


def test_one_name_means_the_param_of_every_model_that_has_it() -> None:
    models = [LightGBMClassifier(), LightGBMRegressor()]
    first, second = dimensions_of(models, {"numLeaves": Range(3, 9)})
    assert (first[0].stage, second[0].stage) == tuple(models)


@pytest.mark.usefixtures("spark")
def test_stages_of_pyspark_inside_pipelines_and_other_stages_are_found() -> None:
    logistic = LogisticRegression()
    model = Pipeline(stages=[Pipeline(stages=[OneVsRest(classifier=logistic)])])
    (found,) = dimensions_of([model], {logistic.regParam: Range(0, 1)})
    made = with_values(model, found, {"regParam": 0.25})
    inner = made.getStages()[0].getStages()[0].getClassifier()
    assert inner.getRegParam() == 0.25
    assert logistic.getRegParam() == 0.0


@pytest.mark.usefixtures("spark")
def test_a_value_that_pyspark_does_not_take_is_refused_in_our_words() -> None:
    with pytest.raises(SynapseError, match="splits of Bucketizer does not take 'x'"):
        dimensions_of([Bucketizer()], {"splits": Choice("x")})


def test_two_stages_of_one_model_with_the_same_param_need_the_param_itself() -> None:
    first, second = LightGBMClassifier(), LightGBMClassifier()
    model = Pipeline(stages=[first, second])
    with pytest.raises(SynapseError, match=r"may be a param of .* Try: the param itself"):
        dimensions_of([model], {"numLeaves": Range(3, 9)})
    (found,) = dimensions_of([model], {first.numLeaves: Range(3, 9), second.numLeaves: Choice(4)})
    assert [each.stage for each in found] == [first, second]


def test_default_spaces_leave_alone_what_is_set(spark: SparkSession) -> None:
    space = DefaultHyperparams.defaultRange(LightGBMClassifier(numLeaves=5))
    names = [param.name for param in space]
    assert "learningRate" in names
    assert "numLeaves" not in names
    assert dimensions_of([LogisticRegression()], {"regParam": Range(0.1, 1.0)})
    with pytest.raises(SynapseError, match="not known what to try for Bucketizer"):
        DefaultHyperparams.defaultRange(Bucketizer())


def test_every_default_space_fits_its_estimator(spark: SparkSession) -> None:
    import pyspark.ml.classification
    import pyspark.ml.regression

    import synapse_magic
    from synapse_magic.compose.tuning.default_spaces import DEFAULTS

    for name in DEFAULTS:
        places = (synapse_magic, pyspark.ml.classification, pyspark.ml.regression)
        cls = next(getattr(place, name) for place in places if hasattr(place, name))
        estimator = cls()
        assert dimensions_of([estimator], DefaultHyperparams.defaultRange(estimator))[0]
