"""Boosters of XGBoost, and its estimators for scikit-learn and Spark, by ``onnxmltools``."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.converting.conversion import Conversion, Trial
from synapse_magic.onnx.converting.quiet import quiet
from synapse_magic.onnx.converting.refusals import capitalized, described, needed, refused
from synapse_magic.onnx.converting.sample import MATRIX, Sample

if TYPE_CHECKING:
    import onnx
    import xgboost

_CHANCES = ("binary:logistic", "multi:softprob", "multi:softmax")
_OPSET = 15


def convert(model: Any, sample: Sample) -> Conversion:
    """Return the model in ONNX; its input is float32, as everything inside XGBoost."""
    needed("onnxmltools", "models of XGBoost", "'synapse-magic[onnx]'")
    owner = described(model)
    booster = _booster(model, owner)
    fitting = _fitting(sample, booster, owner)
    made = _run_converter(booster, owner)
    trial = functools.partial(_trial, booster, fitting)
    return Conversion(made, (trial,) if fitting.rows else ())


def _booster(model: Any, owner: str) -> xgboost.Booster:
    """Return the booster, of just the iterations that predict."""
    from sklearn.exceptions import NotFittedError

    if not np.isnan(getattr(model, "missing", np.nan)):
        raise SynapseError(
            f"{capitalized(owner)} takes {model.missing} for missing. "
            "Expected NaN, which is all that ONNX knows. Try: fit with missing=np.nan"
        )
    try:
        booster = model.get_booster() if hasattr(model, "get_booster") else model
    except NotFittedError as error:
        raise SynapseError(
            f"{capitalized(owner)} is not fitted. Try: model.fit(X, y) first"
        ) from error
    if _config(booster)["gradient_booster"]["name"] != "gbtree":
        raise SynapseError(
            f"{capitalized(owner)} cannot be converted to ONNX: its booster is "
            f"{_config(booster)['gradient_booster']['name']!r}. Try: booster='gbtree'"
        )
    _refuse_forests_of_classes(booster, owner)
    stopped = booster.attr("best_iteration")
    return booster if stopped is None else booster[: int(stopped) + 1]


def _refuse_forests_of_classes(booster: xgboost.Booster, owner: str) -> None:
    """Refuse what the converter takes for a model that it is not: it mixes the classes up."""
    learner = _config(booster)
    trees = int(learner["gradient_booster"]["gbtree_model_param"]["num_parallel_tree"])
    if trees > 1 and int(learner["learner_model_param"]["num_class"]) > 2:
        raise SynapseError(
            f"{capitalized(owner)} cannot be converted to ONNX: it is a forest "
            f"(num_parallel_tree={trees}) of more than two classes. Try: num_parallel_tree=1"
        )


def _run_converter(booster: xgboost.Booster, owner: str) -> onnx.ModelProto:
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    types = [(MATRIX, FloatTensorType([None, booster.num_features()]))]
    try:
        with quiet():
            made: onnx.ModelProto = convert_xgboost(
                _estimator(booster), initial_types=types, target_opset=_OPSET
            )
    except Exception as error:  # the converter raises of everything
        raise refused(owner, error, "pip install -U onnxmltools") from error
    return made


def _estimator(booster: xgboost.Booster) -> Any:
    """Return a booster as the estimator that the converter reads rightly.

    Of a plain booster it guesses the objective, and it wants features called ``f0``, ``f1``, ...
    """
    import xgboost

    plain = booster.copy()
    plain.feature_names = None
    classifies = _objective(booster) in _CHANCES
    estimator = xgboost.XGBClassifier() if classifies else xgboost.XGBRegressor()
    estimator.load_model(plain.save_raw("ubj"))
    return estimator


def _fitting(sample: Sample, booster: xgboost.Booster, owner: str) -> Sample:
    names = booster.feature_names
    if sample.form == "none":
        return sample
    if sample.form == "frame" and names and set(names) <= set(sample.names):
        sample = sample.only(names, owner)
    sample.require_numbers(owner)
    sample.require_width(booster.num_features(), owner)
    return sample


def _trial(booster: xgboost.Booster, sample: Sample) -> Trial:
    import xgboost

    rows = sample.matrix(np.float32)
    data = xgboost.DMatrix(
        rows, feature_names=booster.feature_names, feature_types=booster.feature_types
    )
    predicted = np.asarray(booster.predict(data))
    if _objective(booster) not in _CHANCES:
        return Trial({MATRIX: rows}, {"variable": predicted})
    if _objective(booster) == "multi:softmax":
        return Trial({MATRIX: rows}, {"label": predicted})
    chances = predicted if predicted.ndim == 2 else np.column_stack([1 - predicted, predicted])
    labels = chances.argmax(axis=1)
    return Trial({MATRIX: rows}, {"label": labels, "probabilities": chances})


def _objective(booster: xgboost.Booster) -> str:
    return str(_config(booster)["objective"]["name"])


def _config(booster: xgboost.Booster) -> dict[str, Any]:
    learner: dict[str, Any] = json.loads(booster.save_config())["learner"]
    return learner
