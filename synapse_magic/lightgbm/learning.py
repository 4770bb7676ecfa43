"""The parameters that LightGBM learns with, under SynapseML's names and defaults.

``native`` gives LightGBM's own name of a parameter. A seed is passed on only where it is set, as
LightGBM derives the others from ``seed``.
"""

from __future__ import annotations

from typing import Literal

from synapse_magic.spark.param import Param, param, unset


class LightGBMTrees:
    """How trees grow and are added up."""

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
    maxDeltaStep: Param[float] = param(
        "Largest output of a leaf; 0 for no limit.",
        default=0.0,
        low=0,
        native="max_delta_step",
    )
    lambdaL1: Param[float] = param("L1 regularization.", default=0.0, low=0, native="lambda_l1")
    lambdaL2: Param[float] = param("L2 regularization.", default=0.0, low=0, native="lambda_l2")
    boostingType: Param[Literal["gbdt", "rf", "dart", "goss"]] = param(
        "How trees are added; rf needs baggingFraction and baggingFreq.",
        default="gbdt",
        native="boosting",
    )
    boostFromAverage: Param[bool] = param(
        "Start from the mean of the label.", default=True, native="boost_from_average"
    )
    topRate: Param[float] = param(
        "Share of rows with large gradients that goss keeps.",
        default=0.2,
        low=0,
        high=1,
        native="top_rate",
    )
    otherRate: Param[float] = param(
        "Share of the other rows that goss draws.",
        default=0.1,
        low=0,
        high=1,
        native="other_rate",
    )
    dropRate: Param[float] = param(
        "Share of trees that dart drops in an iteration.",
        default=0.1,
        low=0,
        high=1,
        native="drop_rate",
    )
    maxDrop: Param[int] = param(
        "Most trees that dart drops in an iteration; 0 or less for no limit.",
        default=50,
        native="max_drop",
    )
    skipDrop: Param[float] = param(
        "Probability that dart drops none in an iteration.",
        default=0.5,
        low=0,
        high=1,
        native="skip_drop",
    )
    xGBoostDartMode: Param[bool] = param(
        "Whether dart weighs trees as XGBoost does.",
        default=False,
        native="xgboost_dart_mode",
    )
    uniformDrop: Param[bool] = param(
        "Whether dart drops all trees with the same probability.",
        default=False,
        native="uniform_drop",
    )
    monotoneConstraints: Param[list[int]] = param(
        "For each feature 1 to rise with it, -1 to fall, 0 for neither; empty for none.",
        default=[],
        low=-1,
        high=1,
        native="monotone_constraints",
    )
    monotoneConstraintsMethod: Param[Literal["basic", "intermediate", "advanced"]] = param(
        "How the constraints are kept: later ones cost more time and less accuracy.",
        default="basic",
        native="monotone_constraints_method",
    )
    monotonePenalty: Param[float] = param(
        "Penalty of monotone splits near the root; 0 for none.",
        default=0.0,
        low=0,
        native="monotone_penalty",
    )


class LightGBMSampling:
    """Which rows and features each tree sees, and by which seeds."""

    baggingFraction: Param[float] = param(
        "Share of rows drawn for a tree; needs baggingFreq.",
        default=1.0,
        above=0,
        high=1,
        native="bagging_fraction",
    )
    posBaggingFraction: Param[float] = param(
        "Share of rows of class 1 drawn for a tree, of a binary label; needs baggingFreq.",
        default=1.0,
        above=0,
        high=1,
        native="pos_bagging_fraction",
    )
    negBaggingFraction: Param[float] = param(
        "Share of rows of class 0 drawn for a tree, of a binary label; needs baggingFreq.",
        default=1.0,
        above=0,
        high=1,
        native="neg_bagging_fraction",
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
    featureFractionByNode: Param[float] = param(
        "Share of features drawn for a node.",
        default=unset,
        above=0,
        high=1,
        native="feature_fraction_bynode",
    )
    seed: Param[int] = param("Seed of all other seeds.", default=unset, low=0, native="seed")
    baggingSeed: Param[int] = param(
        "Seed of the rows that are drawn.",
        default=3,
        low=0,
        native="bagging_seed",
    )
    featureFractionSeed: Param[int] = param(
        "Seed of the features that are drawn.",
        default=2,
        low=0,
        native="feature_fraction_seed",
    )
    dataRandomSeed: Param[int] = param(
        "Seed of the rows that bins are found from.",
        default=1,
        low=0,
        native="data_random_seed",
    )
    dropSeed: Param[int] = param(
        "Seed of the trees that dart drops.",
        default=4,
        low=0,
        native="drop_seed",
    )
    extraSeed: Param[int] = param(
        "Seed of the thresholds of extremely randomized trees.",
        default=6,
        low=0,
        native="extra_seed",
    )
    objectiveSeed: Param[int] = param(
        "Seed of the objective, such as that of rank_xendcg.",
        default=5,
        low=0,
        native="objective_seed",
    )
    deterministic: Param[bool] = param(
        "Same data and parameters give the same model, at some cost of time.",
        default=False,
        native="deterministic",
    )


class LightGBMBinning:
    """How features are read, and how numbers and categories become bins."""

    maxBin: Param[int] = param("Most bins of a feature.", default=255, low=2, native="max_bin")
    maxBinByFeature: Param[list[int]] = param(
        "Most bins of each feature, in place of maxBin; empty for the same for all.",
        default=[],
        low=2,
        native="max_bin_by_feature",
    )
    minDataPerBin: Param[int] = param(
        "Least rows in a bin.",
        default=3,
        low=1,
        native="min_data_in_bin",
    )
    binSampleCount: Param[int] = param(
        "Rows sampled by each worker to find the bins.",
        default=200000,
        low=1,
        native="bin_construct_sample_cnt",
    )
    isEnableSparse: Param[bool] = param(
        "Whether sparse features are stored as such.",
        default=True,
        native="is_enable_sparse",
    )
    useMissing: Param[bool] = param(
        "Whether missing values have branches of their own.",
        default=True,
        native="use_missing",
    )
    zeroAsMissing: Param[bool] = param(
        "Whether 0 counts as missing too.",
        default=False,
        native="zero_as_missing",
    )
    slotNames: Param[list[str]] = param(
        "Names of the features in the vector, in place of those it brings.", default=[]
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
    minDataPerGroup: Param[int] = param(
        "Least rows of a group of categories.",
        default=100,
        low=1,
        native="min_data_per_group",
    )
    maxCatThreshold: Param[int] = param(
        "Most categories on one side of a split.",
        default=32,
        low=1,
        native="max_cat_threshold",
    )
    catl2: Param[float] = param(
        "L2 regularization of splits by category.",
        default=10.0,
        low=0,
        native="cat_l2",
    )
    catSmooth: Param[float] = param(
        "Smoothing of the statistics of rare categories.",
        default=10.0,
        low=0,
        native="cat_smooth",
    )
    maxCatToOnehot: Param[int] = param(
        "Up to so many categories, one is split off from all others.",
        default=4,
        low=1,
        native="max_cat_to_onehot",
    )


class LightGBMLearning(LightGBMTrees, LightGBMSampling, LightGBMBinning):
    """All that LightGBM learns with."""

    metric: Param[str] = param(
        "Metrics on the validation rows, separated by commas; empty for the objective's own.",
        default="",
        native="metric",
    )
    parallelism: Param[Literal["data_parallel", "voting_parallel"]] = param(
        "What several workers exchange: all histograms, or those of the features voted for.",
        default="data_parallel",
        native="tree_learner",
    )
    topK: Param[int] = param(
        "Features that each worker votes for.",
        default=20,
        low=1,
        native="top_k",
    )
    deviceType: Param[Literal["cpu", "gpu", "cuda"]] = param(
        "Where histograms are summed: gpu is OpenCL; both need a LightGBM built for them.",
        default="cpu",
        native="device_type",
    )
    verbosity: Param[int] = param(
        "What workers log: -1 nothing, 0 warnings, 1 more.", default=-1, native="verbosity"
    )
    passThroughArgs: Param[str] = param(
        "Any LightGBM parameters as 'name=value name=value'; they win over all others.", default=""
    )
