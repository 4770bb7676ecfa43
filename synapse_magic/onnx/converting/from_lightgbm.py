"""Boosters of the package ``lightgbm``, and its estimators for scikit-learn."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import BoosterScorer, Task
from synapse_magic.kernels.booster_onnx import to_onnx
from synapse_magic.kernels.model_text import objective
from synapse_magic.onnx.converting.conversion import Conversion, Trial
from synapse_magic.onnx.converting.finishing import relabel
from synapse_magic.onnx.converting.quiet import quiet
from synapse_magic.onnx.converting.refusals import capitalized, described
from synapse_magic.onnx.converting.sample import MATRIX, Sample

if TYPE_CHECKING:
    import lightgbm

_CLASSIFIED = ("binary", "multiclass", "multiclassova", "cross_entropy")


def convert(model: Any, sample: Sample) -> Conversion:
    """Return the model in ONNX."""
    owner = described(model)
    booster = _booster(model, owner)
    names = booster.feature_name()
    fitting = _fitting(sample, names, owner)
    classes = getattr(model, "classes_", None)
    scorer = _scorer(booster, classes is not None)
    with quiet():
        made = to_onnx(scorer)
    if classes is not None:
        relabel(made, "label", classes)
    trial = functools.partial(_trial, booster, classes, scorer.task, fitting)
    return Conversion(made, (trial,) if fitting.rows else ())


def _booster(model: Any, owner: str) -> lightgbm.Booster:
    from sklearn.exceptions import NotFittedError

    try:
        return model.booster_ if hasattr(type(model), "booster_") else model
    except NotFittedError as error:
        raise SynapseError(
            f"{capitalized(owner)} is not fitted. Try: model.fit(X, y) first"
        ) from error


def _scorer(booster: lightgbm.Booster, classifier: bool) -> BoosterScorer:
    text = booster.model_to_string()
    known = objective(text)[0] in _CLASSIFIED
    task: Task = "classification" if classifier or known else "regression"
    return BoosterScorer(text, (MATRIX,), True, tuple(booster.feature_name()), task)


def _fitting(sample: Sample, names: list[str], owner: str) -> Sample:
    if sample.form == "none":
        return sample
    if sample.form == "frame" and set(names) <= set(sample.names):
        sample = sample.only(names, owner)
    sample.require_numbers(owner)
    sample.require_width(len(names), owner)
    return sample


def _trial(booster: lightgbm.Booster, classes: Any, task: Task, sample: Sample) -> Trial:
    rows = sample.matrix(np.float32)
    predicted = np.asarray(booster.predict(rows))
    if task != "classification":
        return Trial({MATRIX: rows}, {"variable": predicted})
    chances = predicted if predicted.ndim == 2 else np.column_stack([1 - predicted, predicted])
    labels = chances.argmax(axis=1)
    named = labels if classes is None else np.asarray(classes)[labels]
    return Trial({MATRIX: rows}, {"label": named, "probabilities": chances})
