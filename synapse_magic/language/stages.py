"""The public stages by their class names: ours from the root's table, and ``pyspark.ml``'s."""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

import synapse_magic
from synapse_magic.errors import SynapseError, closest
from synapse_magic.language.declaration import Option
from synapse_magic.language.pyspark_columns import (
    AUXILIARY,
    DOUBLES,
    TEXTS,
)
from synapse_magic.language.stage_options import evaluates, our_option, pyspark_option

PYSPARK_MODULES = (
    "feature",
    "classification",
    "regression",
    "clustering",
    "recommendation",
    "fpm",
    "tuning",
    "evaluation",
)
_WRITTEN_MODELS = ("ONNXModel",)
"""Stages that are written in cells although they are called models: nothing fits them."""
_SERVICES = "services.declared"
"""Where stages of services are, of which some ask about models and none is one."""
_NO_STAGES = (
    "compose.tuning.default_spaces",
    "compose.tuning.spaces",
    "datasets",
    "errors",
    "http",
    "metrics",
    "notebook",
    "results",
    "spark",
    "views",
)


@dataclass(frozen=True)
class StageInfo:
    """What the language knows of one stage.

    Attributes
    ----------
    name, module, doc : str
        Class name, the module to import it from, first line of its docstring.
    kind : {"estimator", "transformer", "evaluator"}
    ours : bool
        Whether it is a stage of this package, which takes any column name.
    options : mapping of str to Option
        Its params.
    """

    name: str
    module: str
    doc: str
    kind: Literal["estimator", "transformer", "evaluator"]
    ours: bool
    options: Mapping[str, Option]

    @property
    def inputs(self) -> list[str]:
        """The params that a column given by position may mean."""
        return [
            option.name
            for option in self.options.values()
            if option.column == "in" and option.name not in AUXILIARY
        ]

    @property
    def outputs(self) -> list[str]:
        """The params that name columns it writes."""
        return [option.name for option in self.options.values() if option.column == "out"]

    @property
    def predicts(self) -> bool:
        """Whether it learns to predict a label."""
        return "labelCol" in self.options and "predictionCol" in self.outputs

    @property
    def classifies(self) -> bool:
        """Whether it predicts a class rather than a number."""
        return self.predicts and bool({"rawPredictionCol", "probabilityCol"} & set(self.outputs))

    def output_type(self, param: str) -> str:
        """Return the Spark type of what it writes into a column param."""
        if param in ("predictionCol", "labelCol", "varianceCol", "linkPredictionCol"):
            return "double"
        if param in ("outputCol", "outputCols"):
            if self.name in DOUBLES:
                return "double"
            if self.name in TEXTS:
                return "array<string>"
            if self.name == "IndexToString":
                return "string"
        return "vector"


def is_stage_name(name: str) -> bool:
    """Say whether a name is the class name of a stage, loading nothing for a lower-case name."""
    return name[:1].isupper() and (name in our_names() or name in pyspark_stages())


def our_names() -> list[str]:
    """Return the class names of our stages, from the root's table, without loading them."""
    return [
        name
        for name, module in synapse_magic.PUBLIC.items()
        if name[0].isupper()
        and (name in _WRITTEN_MODELS or not name.endswith("Model") or module == _SERVICES)
        and not f"{module}.".startswith(tuple(f"{each}." for each in _NO_STAGES))
    ]


@functools.cache
def pyspark_stages() -> dict[str, type]:
    """Return the stages and evaluators of ``pyspark.ml`` by class name."""
    from pyspark.ml.base import Estimator, Transformer
    from pyspark.ml.evaluation import Evaluator

    found: dict[str, type] = {}
    for part in PYSPARK_MODULES:
        module = importlib.import_module(f"pyspark.ml.{part}")
        for name in module.__all__:
            cls = getattr(module, name)
            bases = (Estimator, Transformer, Evaluator)
            is_stage = isinstance(cls, type) and issubclass(cls, bases)
            if is_stage and not inspect.isabstract(cls) and not name.endswith("Model"):
                found[name] = cls
    return found


def names(*, evaluators: bool = False) -> list[str]:
    """Return the class names of all stages, ours first."""
    theirs = [n for n, cls in pyspark_stages().items() if evaluators or not evaluates(cls)]
    return [*our_names(), *(name for name in theirs if name not in our_names())]


def find(name: str) -> StageInfo:
    """Return what is known of the stage of this class name.

    Raises
    ------
    SynapseError
        When there is none, with the nearest name.
    """
    cls = find_stage(name)
    return describe_ours(cls) if name in our_names() else describe_pyspark(cls)


def require_alive(name: str) -> None:
    """Raise where a stage's service is retired, with what replaces it."""
    gone = getattr(find_stage(name), "gone", None)
    if gone is not None:
        raise gone()


def find_stage(name: str) -> type:
    """Return the class of the stage of this name.

    Raises
    ------
    SynapseError
        When there is none, with the nearest name.
    """
    if name in our_names():
        ours: type = getattr(synapse_magic, name)
        return ours
    if name in pyspark_stages():
        return pyspark_stages()[name]
    hint = closest(name, names()) or "Try: %synapse help for the stages there are"
    raise SynapseError(f"There is no stage {name!r}. {hint}")


@functools.cache
def describe_ours(cls: type[Any]) -> StageInfo:
    """Describe one of our stages from its declaration."""
    # The copy knows whose param it is, so that its complaints name the stage.
    owner = SimpleNamespace(uid=f"{cls.__name__}_")
    declared = {name: p._copy_new_parent(owner) for name, p in cls.params_declared().items()}
    options = {name: our_option(param) for name, param in declared.items()}
    return StageInfo(cls.__name__, "synapse_magic", _first_line(cls), _kind(cls), True, options)


@functools.cache
def describe_pyspark(cls: type[Any]) -> StageInfo:
    """Describe a ``pyspark.ml`` stage by its class-level params, without making one."""
    from pyspark.ml.param import Param

    given = inspect.signature(cls.__init__).parameters
    params = {name: getattr(cls, name, None) for name in given}
    options = {
        name: pyspark_option(cls, param, given[name].default)
        for name, param in params.items()
        if isinstance(param, Param)
    }
    return StageInfo(cls.__name__, cls.__module__, _first_line(cls), _kind(cls), False, options)


def _kind(cls: type) -> Literal["estimator", "transformer", "evaluator"]:
    from pyspark.ml.base import Estimator

    if evaluates(cls):
        return "evaluator"
    return "estimator" if issubclass(cls, Estimator) else "transformer"


def _first_line(cls: type) -> str:
    return next((line.strip() for line in (cls.__doc__ or "").splitlines() if line.strip()), "")
