"""The params of stages as options: ours from their declaration, others by introspection."""

from __future__ import annotations

import inspect
import typing
from typing import Any

from synapse_magic.language.declaration import Kind, Option, not_given
from synapse_magic.language.pyspark_columns import COLUMN_PARAMS, WRITTEN_BY

_STAGE_PARAMS = frozenset({"estimator", "classifier", "evaluator"})


def our_option(declared: Any) -> Option:
    """Return the option for a declared param of one of our stages."""
    from synapse_magic.spark.param import unset

    default = not_given if declared.default is unset else declared.default
    return Option(
        declared.name,
        declared.doc,
        _our_kind(declared),
        declared.expected(),
        declared.convert,
        default,
        tuple(declared.choices),
        declared.column,
        declared.secret,
    )


def _our_kind(declared: Any) -> Kind:
    kinds = typing.get_args(declared.type) or (declared.type,)
    if declared.column is not None:
        several = typing.get_origin(declared.type) is list or any(
            typing.get_origin(kind) is list for kind in kinds
        )
        return "columns" if several else "column"
    return "stage" if any(_is_stage_type(kind) for kind in kinds) else "value"


def _is_stage_type(kind: Any) -> bool:
    from pyspark.ml.base import Estimator, Transformer

    return isinstance(kind, type) and issubclass(kind, (Estimator, Transformer))


def pyspark_option(cls: type, param: Any, default: Any) -> Option:
    """Return the option for a param of a ``pyspark.ml`` class and its default."""
    name = param.name
    direction = COLUMN_PARAMS.get(name)
    if name in WRITTEN_BY.get(cls.__name__, ()):
        direction = "out"
    if direction is not None and evaluates(cls):
        direction = "in"
    kind: Kind = "value"
    if direction is not None:
        kind = "columns" if name.endswith("Cols") else "column"
    elif name in _STAGE_PARAMS:
        kind = "stage"
    converter = param.typeConverter
    expected = _EXPECTED.get(getattr(converter, "__name__", ""), "a value that its stage takes")
    return Option(
        name, param.doc, kind, expected, converter, _default(default), (), direction, False
    )


def _default(value: Any) -> Any:
    return not_given if value is None or value is inspect.Parameter.empty else value


_EXPECTED = {
    "toInt": "an integer",
    "toFloat": "a number",
    "toBoolean": "True or False",
    "toString": "a text in quotes",
    "toList": "a list",
    "toListInt": "a list of integers",
    "toListFloat": "a list of numbers",
    "toListString": "a list of texts",
    "toListListFloat": "a list of lists of numbers",
    "toVector": "a vector",
    "toMatrix": "a matrix",
}


def evaluates(cls: type) -> bool:
    """Say whether a class is an evaluator, whose columns are all read."""
    from pyspark.ml.evaluation import Evaluator

    return issubclass(cls, Evaluator)
