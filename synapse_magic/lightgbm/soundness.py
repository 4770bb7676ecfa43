"""Params that contradict each other or the features: told before any worker starts."""

from __future__ import annotations

from synapse_magic.errors import SynapseError
from synapse_magic.lightgbm.features import Features
from synapse_magic.lightgbm.labels import Target
from synapse_magic.spark.stage import Estimator

_FOR_EACH_FEATURE = ("monotoneConstraints", "maxBinByFeature")


def require_sound(estimator: Estimator, features: Features) -> None:
    """Raise a :class:`SynapseError` for params that LightGBM would refuse or silently drop."""
    for name in _FOR_EACH_FEATURE:
        _require_one_each(name, estimator.getOrDefault(name), features)
    boosting = estimator.getOrDefault("boostingType")
    stops = estimator.getOrDefault("earlyStoppingRound") > 0
    if boosting == "dart" and stops:
        raise SynapseError(
            "earlyStoppingRound cannot work with boostingType 'dart', which changes earlier trees "
            "in later iterations. Try: earlyStoppingRound=0, or boostingType='gbdt'"
        )
    if boosting == "rf" and not _draws_rows(estimator):
        raise SynapseError(
            "boostingType 'rf' needs trees that differ. "
            "Try: baggingFreq=1 and baggingFraction=0.8, or featureFraction below 1"
        )
    if boosting == "rf" and (estimator.getOrDefault("modelString") or estimator.isDefined("fobj")):
        raise SynapseError(
            "boostingType 'rf' takes neither modelString nor fobj. Try: boostingType='gbdt'"
        )
    if estimator.isDefined("fobj") and stops and not _measures(estimator):
        raise SynapseError(
            "earlyStoppingRound with fobj needs a metric, as an own objective brings none. "
            "Try: feval, or metric='auc'"
        )


def require_apart(features: Features, target: Target) -> None:
    """Raise a :class:`SynapseError` when a feature is the label, or goes beside it."""
    roles = {
        "labelCol": target.label,
        "weightCol": target.weight,
        "validationIndicatorCol": target.validation,
        "groupCol": target.group,
        "initScoreCol": target.start,
    }
    for role, column in roles.items():
        if column in features.columns:
            raise SynapseError(
                f"{column!r} is {role} and stands among the features. Try: leave it out there"
            )


def _require_one_each(name: str, values: list[int], features: Features) -> None:
    if values and features.names and len(values) != len(features.names):
        raise SynapseError(
            f"{name} has {len(values)} numbers. "
            f"Expected {len(features.names)}, one for each feature"
        )


def _draws_rows(estimator: Estimator) -> bool:
    rows = estimator.getOrDefault("baggingFreq") > 0 and (
        min(estimator.getOrDefault(n) for n in _FRACTIONS) < 1
    )
    return rows or estimator.getOrDefault("featureFraction") < 1


_FRACTIONS = ("baggingFraction", "posBaggingFraction", "negBaggingFraction")


def _measures(estimator: Estimator) -> bool:
    return bool(estimator.getOrDefault("metric")) or estimator.isDefined("feval")
