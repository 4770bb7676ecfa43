"""Code written for SynapseML runs: the same stages have the same params with the same defaults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import synapse_magic
from synapse_magic.spark.param import unset

STAGES: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "synapseml.json").read_text(encoding="utf-8")
)["stages"]
PARAMS = [(stage, name) for stage, params in STAGES.items() for name in params]
NEIGHBORS = ("featuresCol", "k", "leafSize", "outputCol", "valuesCol")
BETTER = {
    # Its getter fails, because the default is put on another param.
    ("LightGBMClassifier", "featureFractionByNode"),
    # What a fitted model holds is no param here, and is reached by methods.
    ("LightGBMClassificationModel", "actualNumClasses"),
    ("LightGBMClassificationModel", "lightGBMBooster"),
    ("LightGBMRankerModel", "lightGBMBooster"),
    ("LightGBMRegressionModel", "lightGBMBooster"),
    ("TuneHyperparametersModel", "bestMetric"),
    ("TuneHyperparametersModel", "bestModel"),
    ("BestModel", "allModelMetrics"),
    ("BestModel", "bestModel"),
    ("BestModel", "bestModelMetrics"),
    ("BestModel", "rocCurve"),
    ("BestModel", "scoredDataset"),
    # The bytes of a model are set by a method, and rows are put together by miniBatchSize.
    ("ONNXModel", "miniBatcher"),
    ("ONNXModel", "modelPayload"),
    # The model inside is set by methods.
    ("ImageFeaturizer", "onnxModel"),
    # There rows without an image are lost unless one says otherwise; here no row is.
    ("ImageFeaturizer", "dropNa"),
    # The index is no param, and has no tree.
    ("ConditionalKNNModel", "ballTree"),
    ("KNNModel", "ballTree"),
    # There it is named after the stage, anew each time.
    ("ConditionalKNN", "outputCol"),
    ("KNN", "outputCol"),
    # There they must be set; here they have a default.
    *(("KNNModel", name) for name in NEIGHBORS),
    *(("ConditionalKNNModel", name) for name in (*NEIGHBORS, "conditionerCol", "labelCol")),
    ("ImageFeaturizer", "inputCol"),
    ("SuperpixelTransformer", "inputCol"),
    ("TuneHyperparameters", "numFolds"),
    ("TuneHyperparameters", "numRuns"),
    ("TuneHyperparameters", "parallelism"),
}


@pytest.mark.parametrize(("stage", "name"), PARAMS, ids=[f"{s}.{n}" for s, n in PARAMS])
def test_a_param_of_synapseml_is_here_with_its_default(stage: str, name: str) -> None:
    if (stage, name) in BETTER:
        return
    declared = getattr(synapse_magic, stage).params_declared()
    assert name in declared
    theirs = STAGES[stage][name]
    ours = declared[name].default
    if str(theirs).startswith("(uid)"):
        made = getattr(synapse_magic, stage)()
        assert made.getOrDefault(name) == theirs.replace("(uid)", made.uid)
        return
    assert ("(unset)" if ours is unset else ours) == theirs
