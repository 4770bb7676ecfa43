"""A stage described as plain data, for forms, reference pages and completion."""

from __future__ import annotations

from typing import Any, Literal, get_origin

from synapse_magic.spark.param import Param, alternatives, unset
from synapse_magic.spark.stage import Stage


def describe(stage: type[Stage]) -> dict[str, Any]:
    """Return name, first doc line and params of a stage as JSON values.

    Each param has ``name``, ``doc``, ``type`` (``int``, ``float``, ``bool``, ``str``, ``choice``,
    ``list`` or ``other``), ``expected`` in words, ``default`` (absent when there is none),
    ``low``, ``high``, ``above``, ``choices``, ``column`` and ``secret``.

    Examples
    --------
    >>> from synapse_magic import LightGBMClassifier
    >>> [p["default"] for p in describe(LightGBMClassifier)["params"] if p["name"] == "numLeaves"]
    [31]
    """
    doc = (stage.__doc__ or "").partition("\n")[0]
    params = [_describe_param(declared) for declared in stage.params_declared().values()]
    return {"name": stage.__name__, "doc": doc, "params": params}


def _describe_param(declared: Param[Any]) -> dict[str, Any]:
    described = {
        "name": declared.name,
        "doc": declared.doc,
        "type": _form_type(declared),
        "expected": declared.expected(),
        "low": declared.low,
        "high": declared.high,
        "above": declared.above,
        "choices": list(declared.choices),
        "column": declared.column,
        "secret": declared.secret,
    }
    return described if declared.default is unset else {**described, "default": declared.default}


def _form_type(declared: Param[Any]) -> str:
    kind = next(kind for kind in alternatives(declared.type) if kind is not type(None))
    if get_origin(kind) is Literal:
        return "choice"
    if get_origin(kind) is list:
        return "list"
    return kind.__name__ if kind in (int, float, bool, str) else "other"
