"""LightGBM models as ONNX, by the converter of ``onnxmltools``.

The converter reads a model's JSON dump. It takes some models for what they are not: it averages any
forest over 100 trees, forgets the scale of the sigmoid and the first iteration, reads a missing
value as missing where LightGBM reads 0, rounds thresholds to the nearest float32, which may send an
equal value the other way, and draws linear leaves as constant ones. So it gets a dump in which all
of that is settled, and models that it cannot express are refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import BoosterScorer, load
from synapse_magic.kernels.model_text import is_averaged, is_linear, iterations_used, objective
from synapse_magic.kernels.responses import as_classifier

if TYPE_CHECKING:
    import onnx

INPUT = "features"
_KNOWN = (
    *("binary", "multiclass", "multiclassova"),
    *("regression", "huber", "quantile", "poisson", "gamma", "tweedie"),
)
_UNCHANGED = ("", "none", "custom", "regression_l1", "fair", "mape", "lambdarank", "rank_xendcg")
_SAME = {**{name: name for name in _KNOWN}, **dict.fromkeys(_UNCHANGED, "regression")}
"""Objective -> one of the same response that the converter knows."""
_OPSET = 15
"""Old enough for every runtime in use; nothing here needs more."""


def to_onnx(scorer: BoosterScorer) -> onnx.ModelProto:
    """Return what a scorer predicts as an ONNX model.

    Raises
    ------
    SynapseError
        When the converter is not installed, or ONNX cannot express the model.
    """
    convert, float_tensor = _converter()
    dump = _Dump(scorer)
    try:
        model: onnx.ModelProto = convert(
            _wrapped(dump),
            name="LightGBM",
            initial_types=[(INPUT, float_tensor([None, len(scorer.features)]))],
            zipmap=False,
            target_opset=_OPSET,
        )
    except RecursionError as error:
        raise _refused("splits into more categories than the converter follows") from error
    if dump.one_by_one:
        _score_one_by_one(model)
    for output in model.graph.output:
        output.type.tensor_type.shape.dim[0].dim_param = "rows"  # the converter writes 1
    return model


def _score_one_by_one(model: onnx.ModelProto) -> None:
    """Give each class the sigmoid of its own score; the converter knows the softmax alone."""
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == "post_transform":
                attribute.s = b"LOGISTIC"


class _Dump:
    """What the converter asks of a booster, with the answers it reads rightly."""

    is_mock = True  # the converter then asks dump_model, and not LightGBM's library

    def __init__(self, scorer: BoosterScorer) -> None:
        name, numbers = _known_objective(scorer)
        self._names = [f"f{index}" for index in range(len(scorer.features))]
        self._content = load(scorer.text).dump_model(scorer.count, scorer.start)
        self.one_by_one = name == "multiclassova"
        self._content["objective"] = name
        self.params = {"objective": name, "num_class": self._content["num_class"]}
        used = iterations_used(scorer.text, scorer.start, scorer.count)
        share = used if is_averaged(scorer.text) else 1
        steep = numbers.get("sigmoid", 1.0) if name == "binary" or self.one_by_one else 1.0
        scale = steep / share
        for tree in self._content["tree_info"]:
            for node in _nodes(tree["tree_structure"]):
                _settle(node, scale)

    def feature_name(self) -> list[str]:
        return self._names

    def dump_model(self, **_: Any) -> dict[str, Any]:
        return self._content


def _known_objective(scorer: BoosterScorer) -> tuple[str, dict[str, float]]:
    name, numbers = objective(scorer.text)
    if scorer.task == "classification":
        name = as_classifier(name, scorer.outputs_per_row)
    if is_linear(scorer.text):
        raise _refused("linear trees (linear_tree)")
    if name not in _SAME or "sqrt" in numbers:
        raise _refused(f"the objective {name!r}" + (" with reg_sqrt" if "sqrt" in numbers else ""))
    return _SAME[name], numbers


def _nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node[side] for side in ("left_child", "right_child") if side in node)


def _settle(node: dict[str, Any], scale: float) -> None:
    """Change a node so that the converter makes of it what LightGBM does."""
    if "leaf_value" in node:
        node["leaf_value"] *= scale
    elif node["decision_type"] == "<=":
        if node["missing_type"] == "Zero":
            raise _refused("zero as a missing value (zeroAsMissing)")
        if node["missing_type"] == "None":  # NaN is read as 0
            node["default_left"] = node["threshold"] >= 0
        node["missing_type"] = "NaN"
        node["threshold"] = _at_most(node["threshold"])


def _at_most(threshold: float) -> float:
    """Return the largest float32 that is not above: then all float32 values go the same way."""
    single = np.float32(threshold)
    if float(single) <= threshold:  # as float64, which numpy would not compare in
        return float(single)
    return float(np.nextafter(single, np.float32(-np.inf)))


def _converter() -> tuple[Any, Any]:
    try:
        from onnxmltools import convert_lightgbm
        from onnxmltools.convert.common.data_types import FloatTensorType
    except ImportError as error:
        raise SynapseError(
            f"toONNX needs {error.name}. Try: pip install 'synapse-magic[onnx]'"
        ) from error
    return convert_lightgbm, FloatTensorType


def _wrapped(dump: _Dump) -> Any:
    from onnxmltools.convert.lightgbm._parse import WrappedBooster

    return WrappedBooster(dump)


def _refused(what: str) -> SynapseError:
    return SynapseError(
        f"ONNX cannot express this model: it has {what}. Try: saveNativeModel(...), which keeps all"
    )
