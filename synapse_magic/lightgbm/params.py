"""The parameters of LightGBM's stages that steer Spark, under SynapseML's names and defaults."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synapse_magic.lightgbm.learning import LightGBMLearning
from synapse_magic.lightgbm.unused import LightGBMUnused
from synapse_magic.spark.param import Param, param, unset


class LightGBMColumns:
    """Columns that a trainer reads and its model reads or writes."""

    featuresCol: Param[str] = param(
        "Vector column of features; unused where inputCols is given.",
        default="features",
        column="in",
    )
    inputCols: Param[list[str]] = param(
        "Plain numeric columns as features, instead of a vector: the fast path.",
        default=unset,
        column="in",
    )
    labelCol: Param[str] = param("Column of the target.", default="label", column="in")
    predictionCol: Param[str] = param("Column of predictions.", default="prediction", column="out")
    leafPredictionCol: Param[str] = param(
        "Vector column of the leaf index in each tree; empty for none.", default="", column="out"
    )
    featuresShapCol: Param[str] = param(
        "Vector column of SHAP values, expected value last in each class; empty for none.",
        default="",
        column="out",
    )
    predictDisableShapeCheck: Param[bool] = param(
        "Score vectors of another size than in training: missing features are zero and those "
        "beyond are left out.",
        default=False,
    )


class LightGBMClassColumns:
    """Columns that only a classifier has."""

    probabilityCol: Param[str] = param(
        "Vector column of the probability of each class; empty for none.",
        default="probability",
        column="out",
    )
    rawPredictionCol: Param[str] = param(
        "Vector column of the raw score of each class; empty for none.",
        default="rawPrediction",
        column="out",
    )
    thresholds: Param[list[float]] = param(
        "One number a class; the class of largest probability / threshold is predicted.",
        default=unset,
        low=0,
    )


class LightGBMRows:
    """Columns that only training reads."""

    initScoreCol: Param[str] = param(
        "Column of a raw score to start from: a number, or a vector of one for each class; the "
        "model predicts what is added to it.",
        default=unset,
        column="in",
    )

    weightCol: Param[str] = param(
        "Column of row weights; rows of weight 0 are left out.", default=unset, column="in"
    )
    validationIndicatorCol: Param[str] = param(
        "Boolean column, true for rows that are only used to validate.", default=unset, column="in"
    )


class LightGBMControl:
    """When training stops, and where it runs."""

    earlyStoppingRound: Param[int] = param(
        "Stop when a metric has not improved for so many iterations; 0 for never.",
        default=0,
        low=0,
    )
    firstMetricOnly: Param[bool] = param(
        "Stop by the first metric alone, instead of by whichever comes first.", default=False
    )
    improvementTolerance: Param[float] = param(
        "What a metric must gain to count as improved.", default=0.0, low=0
    )
    isProvideTrainingMetric: Param[bool] = param(
        "Measure the metrics on the training rows after each iteration, too.", default=False
    )
    numTasks: Param[int] = param(
        "Workers that train together; 0 for as many as suit the data and the slots.",
        default=0,
        low=0,
    )
    useSingleDatasetMode: Param[bool] = param(
        "One worker on each machine, fed by all its slots, instead of one on each slot; unused "
        "where numTasks says how many.",
        default=True,
    )
    numThreads: Param[int] = param(
        "Threads of each worker; 0 for those of its slots.", default=0, low=0
    )
    timeout: Param[float] = param(
        "Seconds that workers wait for each other before training fails.", default=1200.0, above=0
    )


class LightGBMContinuation:
    """Training that goes on from a model, and what it does in between."""

    modelString: Param[str] = param(
        "A model in LightGBM's text format to go on from: its trees are kept and new ones added.",
        default="",
    )
    numBatches: Param[int] = param(
        "Train in so many passes, each on its own random part of the rows and going on from the "
        "one before; 0 or 1 for all rows at once.",
        default=0,
        low=0,
    )


class LightGBMFunctions:
    """Python functions that take part in training; they run on the workers."""

    fobj: Param[Callable[..., Any]] = param(
        "Own objective: (raw scores, lightgbm.Dataset) -> (gradient, hessian).", default=unset
    )
    feval: Param[Callable[..., Any]] = param(
        "Own metric: (predictions, lightgbm.Dataset) -> (name, value, whether more is better); the "
        "predictions are probabilities, or raw scores where fobj is given.",
        default=unset,
    )
    callbacks: Param[list[Callable[..., Any]]] = param(
        "LightGBM callbacks; each worker calls them, and the metrics are with the leading one.",
        default=[],
    )
    learningRateSchedule: Param[Callable[..., Any]] = param(
        "Learning rate of each iteration: iteration from 0 -> rate; instead of learningRate.",
        default=unset,
    )


class LightGBMParams(LightGBMColumns, LightGBMRows, LightGBMLearning, LightGBMControl):
    """What the trainers have in common and their models keep."""


class LightGBMTraining(LightGBMContinuation, LightGBMFunctions, LightGBMUnused):
    """What only the trainers have in common."""
