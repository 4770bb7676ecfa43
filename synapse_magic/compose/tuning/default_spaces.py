"""What is worth trying for an estimator whose space nobody declared."""

from __future__ import annotations

from typing import Any

from synapse_magic.compose.tuning.dimensions import stages_in
from synapse_magic.compose.tuning.spaces import Choice, ParamSpace, Range, Space
from synapse_magic.errors import SynapseError

_BOOSTED: dict[str, Space] = {
    "numLeaves": Range(7, 127, log=True),
    "learningRate": Range(0.02, 0.3, log=True),
    "minDataInLeaf": Range(5, 100, log=True),
    "featureFraction": Range(0.5, 1.0),
    "lambdaL1": Range(1e-3, 10.0, log=True),
    "lambdaL2": Range(1e-3, 10.0, log=True),
}
_LINEAR: dict[str, Space] = {
    "regParam": Range(1e-5, 1.0, log=True),
    "elasticNetParam": Range(0.0, 1.0),
}
_FOREST: dict[str, Space] = {
    "maxDepth": Range(3, 12),
    "numTrees": Range(20, 100),
    "minInstancesPerNode": Range(1, 20),
    "featureSubsetStrategy": Choice("sqrt", "onethird", "all"),
}
_TREE: dict[str, Space] = {"maxDepth": Range(2, 12), "minInstancesPerNode": Range(1, 50, log=True)}
_GRADIENT: dict[str, Space] = {
    "maxDepth": Range(2, 7),
    "stepSize": Range(0.03, 0.3, log=True),
    "maxIter": Range(10, 50),
    "minInstancesPerNode": Range(1, 20),
}

DEFAULTS: dict[str, dict[str, Space]] = {
    "LightGBMClassifier": _BOOSTED,
    "LightGBMRegressor": _BOOSTED,
    "LightGBMRanker": _BOOSTED,
    "LogisticRegression": _LINEAR,
    "LinearRegression": _LINEAR,
    "GeneralizedLinearRegression": {"regParam": _LINEAR["regParam"]},
    "LinearSVC": {"regParam": _LINEAR["regParam"]},
    "RandomForestClassifier": _FOREST,
    "RandomForestRegressor": _FOREST,
    "DecisionTreeClassifier": _TREE,
    "DecisionTreeRegressor": _TREE,
    "GBTClassifier": _GRADIENT,
    "GBTRegressor": _GRADIENT,
    "NaiveBayes": {"smoothing": Range(1e-3, 10.0, log=True)},
    "FMClassifier": {"factorSize": Range(2, 16), "regParam": _LINEAR["regParam"]},
    "FMRegressor": {"factorSize": Range(2, 16), "regParam": _LINEAR["regParam"]},
}
"""Params and what may be tried for each, by the class name of the estimator."""


class DefaultHyperparams:
    """The spaces that are searched where none is declared.

    Examples
    --------
    >>> DefaultHyperparams.defaultRange(DecisionTreeClassifier())  # doctest: +SKIP
    {DecisionTreeClassifier.maxDepth: Range(2, 12), ...}
    """

    @staticmethod
    def defaultRange(learner: Any) -> ParamSpace:
        """Return what may be tried for an estimator, or for the stages of a pipeline.

        A param that the estimator sets already is left as it is.

        Raises
        ------
        SynapseError
            When no stage is one whose params are known here.
        """
        found = ParamSpace()
        for stage in stages_in(learner):
            for name, space in DEFAULTS.get(type(stage).__name__, {}).items():
                if not stage.isSet(name):
                    found[stage.getParam(name)] = space
        if not found:
            raise SynapseError(
                f"It is not known what to try for {type(learner).__name__}. "
                "Try: paramSpace={model.param: Range(1, 10)}"
            )
        return found
