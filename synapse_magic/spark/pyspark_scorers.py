"""The scorers of the common ``pyspark.ml`` models, from their public attributes.

Public attributes alone, so that it works on Spark Connect too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.pyspark_stages import (
    AssemblerScorer,
    BucketizerScorer,
    CopyScorer,
    ImputerScorer,
    IndexerScorer,
    OneHotScorer,
    ScalerScorer,
)
from synapse_magic.kernels.scorer import Scorer
from synapse_magic.spark.pyspark_predictors import PREDICTORS
from synapse_magic.spark.xgboost_scorers import XGBOOST

_COPY = r", `((?:[^`]|``)+)` AS `((?:[^`]|``)+)`"


def _columns(model: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if model.hasParam("inputCols") and model.isDefined("inputCols"):
        return tuple(model.getInputCols()), tuple(model.getOutputCols())
    return (model.getInputCol(),), (model.getOutputCol(),)


def _assembler(model: Any) -> Scorer:
    return AssemblerScorer(
        tuple(model.getInputCols()), (model.getOutputCol(),), model.getHandleInvalid()
    )


def _indexer(model: Any) -> Scorer:
    labels = tuple(tuple(levels) for levels in model.labelsArray)
    return IndexerScorer(*_columns(model), labels, model.getHandleInvalid())


def _imputer(model: Any) -> Scorer:
    inputs, outputs = _columns(model)
    row = model.surrogateDF.first().asDict()
    surrogates = tuple(float(row[name]) for name in inputs)
    return ImputerScorer(inputs, outputs, surrogates, float(model.getMissingValue()))


def _one_hot(model: Any) -> Scorer:
    sizes = tuple(int(size) for size in model.categorySizes)
    return OneHotScorer(*_columns(model), sizes, model.getDropLast(), model.getHandleInvalid())


def _standard_scaler(model: Any) -> Scorer:
    mean, std = model.mean.toArray(), model.std.toArray()
    shift = mean if model.getWithMean() else np.zeros(len(mean))
    scale = np.where(std == 0, 0.0, 1.0 / np.where(std == 0, 1.0, std))
    factor = scale if model.getWithStd() else np.ones(len(std))
    return ScalerScorer(*_columns(model), shift, factor, np.zeros(len(mean)))


def _min_max_scaler(model: Any) -> Scorer:
    low, high = model.originalMin.toArray(), model.originalMax.toArray()
    span = high - low
    constant = span == 0  # goes to the middle
    factor = np.where(constant, 0.0, 1.0 / np.where(constant, 1.0, span))
    width = model.getMax() - model.getMin()
    add = np.where(constant, 0.5 * width, 0.0) + model.getMin()
    return ScalerScorer(*_columns(model), low, factor * width, add)


def _bucketizer(model: Any) -> Scorer:
    splits = model.getSplitsArray() if model.isDefined("splitsArray") else [model.getSplits()]
    edges = tuple(tuple(float(edge) for edge in one) for one in splits)
    return BucketizerScorer(*_columns(model), edges, model.getHandleInvalid())


def _copies(model: Any) -> Scorer:
    statement = model.getStatement()
    pairs = re.findall(_COPY, statement)
    if not pairs or re.sub(_COPY, "", statement) != "SELECT * FROM __THIS__":
        raise SynapseError(
            "An SQLTransformer cannot be scored outside Spark. Expected one that only copies "
            f"columns, got {statement!r}"
        )
    sources, names = zip(*([part.replace("``", "`") for part in pair] for pair in pairs))
    return CopyScorer(sources, names)


PYSPARK_SCORERS: dict[str, Callable[[Any], Scorer]] = {
    "SQLTransformer": _copies,
    "VectorAssembler": _assembler,
    "StringIndexerModel": _indexer,
    "ImputerModel": _imputer,
    "OneHotEncoderModel": _one_hot,
    "StandardScalerModel": _standard_scaler,
    "MinMaxScalerModel": _min_max_scaler,
    "Bucketizer": _bucketizer,
    **PREDICTORS,
    **XGBOOST,
}
