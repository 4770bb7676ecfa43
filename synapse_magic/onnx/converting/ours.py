"""Models of this package, which know how they are said in ONNX."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.vectors import to_matrix
from synapse_magic.onnx.converting.conversion import Conversion, Trial
from synapse_magic.onnx.converting.refusals import capitalized, described
from synapse_magic.onnx.converting.sample import MATRIX, Sample


def convert(model: Any, sample: Sample) -> Conversion:
    """Return what the model itself gives as ONNX; its input is float32."""
    owner = described(model)
    if not hasattr(model, "toONNX"):
        raise SynapseError(
            f"{capitalized(owner)} has no form in ONNX. Expected a model of LightGBM, "
            "a PipelineModel, or a model of another framework"
        )
    if sample.form == "none":
        return Conversion(model.toONNX())
    fitting = _fitting(sample, model, owner)
    trial = functools.partial(_trial, model.scorer(), fitting)
    return Conversion(model.toONNX(), (trial,) if fitting.rows else ())


def _fitting(sample: Sample, model: Any, owner: str) -> Sample:
    inputs, features = list(model.scorer().inputs), list(model.featureNames)
    if sample.form == "frame":
        known = set(features) <= set(sample.names) and not set(inputs) <= set(sample.names)
        sample = sample.only(features if known else inputs, owner)
    sample.require_numbers(owner)
    sample.require_width(len(features), owner)
    return sample


def _trial(scorer: Any, sample: Sample) -> Trial:
    rows = sample.matrix(np.float32)
    made = scorer.score_matrix(rows)
    predicted = made.column(scorer.prediction).to_numpy(zero_copy_only=False)
    if scorer.task != "classification":
        return Trial({MATRIX: rows}, {"variable": predicted})
    expected = {} if scorer.thresholds else {"label": predicted}
    if scorer.probability:
        expected["probabilities"] = to_matrix(made.column(scorer.probability))
    return Trial({MATRIX: rows}, expected)
