"""The parameters of all LightGBM stages, under SynapseML's names and defaults.

``native`` gives LightGBM's own name of a parameter; those without one steer Spark or the model.
"""

from __future__ import annotations

from typing import Literal

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

    weightCol: Param[str] = param(
        "Column of row weights; rows of weight 0 are left out.", default=unset, column="in"
    )
    validationIndicatorCol: Param[str] = param(
        "Boolean column, true for rows that are only used to validate.", default=unset, column="in"
    )


class LightGBMLearning:
    """What LightGBM learns with."""

    numIterations: Param[int] = param(
        "Boosting iterations.", default=100, low=1, native="num_iterations"
    )
    learningRate: Param[float] = param(
        "Shrinkage of each tree.", default=0.1, above=0, native="learning_rate"
    )
    numLeaves: Param[int] = param(
        "Most leaves of one tree.", default=31, low=2, high=131072, native="num_leaves"
    )
    maxDepth: Param[int] = param(
        "Most levels of one tree; 0 or less for no limit.", default=-1, native="max_depth"
    )
    maxBin: Param[int] = param("Most bins of a feature.", default=255, low=2, native="max_bin")
    binSampleCount: Param[int] = param(
        "Rows sampled by each worker to find the bins.",
        default=200000,
        low=1,
        native="bin_construct_sample_cnt",
    )
    minDataInLeaf: Param[int] = param(
        "Least rows in a leaf.", default=20, low=0, native="min_data_in_leaf"
    )
    minSumHessianInLeaf: Param[float] = param(
        "Least sum of second derivatives in a leaf.",
        default=1e-3,
        low=0,
        native="min_sum_hessian_in_leaf",
    )
    minGainToSplit: Param[float] = param(
        "Least gain of a split.", default=0.0, low=0, native="min_gain_to_split"
    )
    lambdaL1: Param[float] = param("L1 regularization.", default=0.0, low=0, native="lambda_l1")
    lambdaL2: Param[float] = param("L2 regularization.", default=0.0, low=0, native="lambda_l2")
    baggingFraction: Param[float] = param(
        "Share of rows drawn for a tree; needs baggingFreq.",
        default=1.0,
        above=0,
        high=1,
        native="bagging_fraction",
    )
    baggingFreq: Param[int] = param(
        "Iterations after which rows are drawn again; 0 draws none.",
        default=0,
        low=0,
        native="bagging_freq",
    )
    featureFraction: Param[float] = param(
        "Share of features drawn for a tree.",
        default=1.0,
        above=0,
        high=1,
        native="feature_fraction",
    )
    boostingType: Param[Literal["gbdt", "rf", "dart", "goss"]] = param(
        "How trees are added; rf needs baggingFraction and baggingFreq.",
        default="gbdt",
        native="boosting",
    )
    boostFromAverage: Param[bool] = param(
        "Start from the mean of the label.", default=True, native="boost_from_average"
    )
    metric: Param[str] = param(
        "Metrics on the validation rows, separated by commas; empty for the objective's own.",
        default="",
        native="metric",
    )
    seed: Param[int] = param("Seed of all other seeds.", default=unset, low=0, native="seed")
    deterministic: Param[bool] = param(
        "Same data and parameters give the same model, at some cost of time.",
        default=False,
        native="deterministic",
    )
    verbosity: Param[int] = param(
        "What workers log: -1 nothing, 0 warnings, 1 more.", default=-1, native="verbosity"
    )
    categoricalSlotIndexes: Param[list[int]] = param(
        "Indexes of categorical features; those with nominal attributes are found anyway.",
        default=[],
        low=0,
    )
    categoricalSlotNames: Param[list[str]] = param(
        "Names of categorical features; those with nominal attributes are found anyway.",
        default=[],
    )
    passThroughArgs: Param[str] = param(
        "Any LightGBM parameters as 'name=value name=value'; they win over all others.", default=""
    )


class LightGBMControl:
    """When training stops, and where it runs."""

    earlyStoppingRound: Param[int] = param(
        "Stop when a metric has not improved for so many iterations; 0 for never.",
        default=0,
        low=0,
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
    numThreads: Param[int] = param(
        "Threads of each worker; 0 for those of its slots.", default=0, low=0
    )
    timeout: Param[float] = param(
        "Seconds that workers wait for each other before training fails.", default=1200.0, above=0
    )


class LightGBMParams(LightGBMColumns, LightGBMRows, LightGBMLearning, LightGBMControl):
    """All that the trainers have in common."""
