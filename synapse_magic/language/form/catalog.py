"""What a form offers: the stages that can be ticked, and each param with its control."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from synapse_magic.language import stages
from synapse_magic.language.declaration import NotGiven, Option
from synapse_magic.language.stages import StageInfo

Level = Literal["critical", "more", "expert"]
Control = Literal["int", "float", "bool", "choice", "text", "code"]

CLASSIFIERS = (
    "LightGBMClassifier",
    "LogisticRegression",
    "RandomForestClassifier",
    "GBTClassifier",
    "DecisionTreeClassifier",
    "LinearSVC",
    "NaiveBayes",
    "FMClassifier",
)
REGRESSORS = (
    "LightGBMRegressor",
    "LinearRegression",
    "RandomForestRegressor",
    "GBTRegressor",
    "DecisionTreeRegressor",
    "GeneralizedLinearRegression",
    "FMRegressor",
)
"""Stages that learn a label from one column of features, the one to begin with first."""

TWO_CLASSES = frozenset({"GBTClassifier", "LinearSVC", "FMClassifier"})
"""Classifiers that tell two classes apart, and no more."""

_CRITICAL = (
    "numIterations", "maxIter", "numTrees", "learningRate", "stepSize", "numLeaves", "maxDepth",
    "regParam", "elasticNetParam", "family", "modelType", "earlyStoppingRound", "isUnbalance",
)  # fmt: skip
"""Params that matter most, in the order in which they are looked at."""
_MORE = frozenset(
    {
        "baggingFraction", "baggingFreq", "boostingType", "categoricalSlotNames", "fitIntercept",
        "isProvideTrainingMetric", "maxBin", "maxBins", "metric", "minGainToSplit",
        "minSumHessianInLeaf", "minInfoGain", "impurity", "subsamplingRate", "standardization",
        "threshold", "tol", "seed", "weightCol", "posBaggingFraction", "negBaggingFraction",
        "scalePosWeight", "minInstancesPerNode", "oneHotEncodeCategoricals", "imputeMissing",
        "numFeatures", "loss", "lossType", "variancePower", "aggregationDepth",
        "validationIndicatorCol", "pathSmooth", "extraTrees", "monotoneConstraints",
    }
)  # fmt: skip
_HIDDEN = frozenset({"labelCol", "featuresCol", "inputCols", "inputCol", "outputCol", "outputCols"})
_BY_WORDS: dict[str, Control] = {"integer": "int", "number": "float", "text": "text"}


@dataclass(frozen=True)
class ParamCard:
    """One param as a form offers it.

    Attributes
    ----------
    name, doc, expected : str
        Its name, its meaning in a line, and the allowed values in words.
    control : str
        What edits it: a whole number, a number, a switch, a choice, a text, or code.
    level : {"critical", "more", "expert"}
        How likely it is to matter.
    default : object
        The default as JSON, None where there is none.
    shown : str
        The default as it would be written in a cell, empty where there is none.
    low, high, above : float or None
        The declared bounds.
    choices : tuple
        The allowed values where they are few.
    space : dict or None
        What is worth trying: ``{"low", "high", "log"}`` or ``{"values"}``.
    """

    name: str
    doc: str
    expected: str
    control: Control
    level: Level
    default: Any
    shown: str
    low: float | None
    high: float | None
    above: float | None
    choices: tuple[Any, ...]
    space: dict[str, Any] | None


def cards(stage: str) -> tuple[ParamCard, ...]:
    """Return the params of a stage that a form offers: critical ones first, then by declaration.

    Examples
    --------
    >>> [card.name for card in cards("LightGBMClassifier")][:2]
    ['numIterations', 'learningRate']
    """
    info = stages.find(stage)
    declared = _declared(info)
    usual = _usual(stage)
    found = [
        _card(option, declared.get(option.name, {}), usual.get(option.name))
        for option in info.options.values()
        if option.name not in _HIDDEN and option.kind in ("value", "column") and not option.secret
        and option.column != "out"
    ]  # fmt: skip
    return tuple(sorted(found, key=_order))


def _order(card: ParamCard) -> tuple[int, int]:
    place = _CRITICAL.index(card.name) if card.name in _CRITICAL else len(_CRITICAL)
    return ("critical", "more", "expert").index(card.level), place


def offered(classifies: bool | None) -> tuple[StageInfo, ...]:
    """Return the algorithms for a task: classifiers, regressors, or both where it is not known."""
    both = {True: CLASSIFIERS, False: REGRESSORS, None: (*CLASSIFIERS, *REGRESSORS)}
    return tuple(map(stages.find, both[classifies]))


def sentence_of(stage: str) -> str:
    """Return what a stage is in one sentence, without the links that its docstring has.

    Examples
    --------
    >>> sentence_of("RandomForestClassifier")
    'Random Forest learning algorithm for classification.'
    """
    paragraph = inspect.cleandoc(stages.find_stage(stage).__doc__ or "").partition("\n\n")[0]
    plain = re.sub(r"`([^`<]+?)\s*<[^>]*>`_+", r"\1", paragraph)
    first = re.split(r"(?<=\w)\.\s", " ".join(plain.split()) + " ")[0]
    return first.rstrip(". ") + "."


def is_float(stage: str, param: str) -> bool:
    """Say whether a param takes numbers that need not be whole."""
    return any(card.control == "float" for card in cards(stage) if card.name == param)


def _declared(info: StageInfo) -> Mapping[str, Mapping[str, Any]]:
    """Return how the params of one of our stages are declared, by name."""
    if not info.ours:
        return {}
    from synapse_magic.spark.describe import describe

    return {each["name"]: each for each in describe(stages.find_stage(info.name))["params"]}


def _usual(stage: str) -> Mapping[str, Any]:
    """Return what the tuner tries for a stage whose space nobody declared, by param."""
    from synapse_magic.compose.tuning.default_spaces import DEFAULTS

    return DEFAULTS.get(stage, {})


def _card(option: Option, declared: Mapping[str, Any], usual: Any) -> ParamCard:
    default = None if isinstance(option.default, NotGiven) else option.default
    plain = default is None or isinstance(default, (bool, int, float, str))
    control = _control(option, declared)
    low, high, above = (declared.get(bound) for bound in ("low", "high", "above"))
    level = _level(option, control, usual is not None)
    space = _space_told(usual) or _space_around(control, default, option.choices, low, high)
    return ParamCard(
        option.name,
        option.doc,
        option.expected,
        control,
        level,
        default if plain else repr(default),
        "" if default is None else repr(default),
        low,
        high,
        above,
        tuple(option.choices),
        space,
    )


def _control(option: Option, declared: Mapping[str, Any]) -> Control:
    if option.kind == "column":
        return "text"
    kind = declared.get("type") or _kind_in_words(option.expected)
    known: dict[str, Control] = {
        "int": "int",
        "float": "float",
        "bool": "bool",
        "choice": "choice",
        "str": "text",
    }
    return known.get(str(kind), "code")


def _kind_in_words(expected: str) -> str:
    """Return the kind of a ``pyspark.ml`` param, which tells it in words alone."""
    words = {
        "an integer": "int",
        "a number": "float",
        "True or False": "bool",
        "a text in quotes": "str",
    }
    return words.get(expected, "other")


def _level(option: Option, control: Control, usual: bool) -> Level:
    if option.doc.startswith("Without effect"):
        return "expert"
    if usual or option.name in _CRITICAL:
        return "critical"
    return "more" if option.name in _MORE and control != "code" else "expert"


def _space_told(usual: Any) -> dict[str, Any] | None:
    if usual is None:
        return None
    if hasattr(usual, "values"):
        return {"values": list(usual.values)}
    return {"low": usual.low, "high": usual.high, "log": usual.log}


def _space_around(
    control: Control, default: Any, choices: tuple[Any, ...], low: Any, high: Any
) -> dict[str, Any] | None:
    """Return a space around the default, inside the declared bounds; None where there is none."""
    if control == "bool":
        return {"values": [False, True]}
    if choices:
        return {"values": list(choices)}
    if control not in ("int", "float") or not isinstance(default, (int, float)) or default <= 0:
        return None
    least, most = default / 2, default * 2
    least = least if low is None else max(least, low)
    most = most if high is None else min(most, high)
    if control == "int":
        least, most = max(1, round(least)), round(most)
    return {"low": least, "high": most, "log": False} if least < most else None
