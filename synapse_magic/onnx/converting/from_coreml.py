"""Linear models and trees of Core ML, by ``onnxmltools``.

Core ML predicts on a Mac alone, so the result is run on the sample, but not compared. That is why
only those kinds of models are converted whose conversion is known to be right.
"""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.converting.conversion import Conversion, Trial
from synapse_magic.onnx.converting.finishing import drop_maps
from synapse_magic.onnx.converting.quiet import quiet
from synapse_magic.onnx.converting.refusals import capitalized, described, needed, refused
from synapse_magic.onnx.converting.sample import Sample

if TYPE_CHECKING:
    import onnx

_OPSET = 15
_KINDS = (
    *("glmRegressor", "glmClassifier"),
    *("treeEnsembleRegressor", "treeEnsembleClassifier"),
)


def convert(model: Any, sample: Sample) -> Conversion:
    """Return the model in ONNX, with the inputs that it declares."""
    needed("onnxmltools", "models of Core ML", "'synapse-magic[onnx]'")
    owner = described(model)
    spec = model.get_spec() if hasattr(model, "get_spec") else model
    kind = str(spec.WhichOneof("Type"))
    if kind not in _KINDS:
        raise SynapseError(
            f"{capitalized(owner)} cannot be converted to ONNX: it is a Core ML {kind}. "
            f"Expected one of {', '.join(_KINDS)}. "
            "Try: to_onnx of the model that Core ML was made from"
        )
    made = _run_converter(spec, owner)
    drop_maps(made)
    _settle_base(made, owner)
    shapes = {port.name: _sizes(port) for port in spec.description.input}
    if not sample.rows:
        return Conversion(made)
    feeds = _feeds(sample, shapes, owner)
    return Conversion(made, (functools.partial(Trial, feeds, {}),))


def _run_converter(spec: Any, owner: str) -> onnx.ModelProto:
    from onnxmltools.convert.common import data_types

    _mend(data_types)
    types = []
    for port in spec.description.input:
        text = port.type.WhichOneof("Type") == "stringType"
        kind = data_types.StringTensorType if text else data_types.FloatTensorType
        types.append((port.name, kind([None, *_sizes(port)])))
    try:
        with quiet():
            from onnxmltools import convert_coreml

            made: onnx.ModelProto = convert_coreml(spec, initial_types=types, target_opset=_OPSET)
    except Exception as error:  # the converter raises of everything
        hint = "coremltools' source model in its own framework, which converts better"
        raise refused(owner, error, hint) from error
    return made


@functools.cache
def _mend(data_types: Any) -> None:
    """Give onnxmltools (1.14 to 1.16) what its part for Core ML lacks to work at all.

    It imports a function that another package took along when it left, and no longer imports the
    modules that register its operators.
    """
    if not hasattr(data_types, "find_type_conversion"):

        def find_type_conversion(source_type: Any, target_type: Any) -> str:
            if type(source_type) is type(target_type):
                return "identity"
            if isinstance(target_type, data_types.FloatTensorType):
                return "imageToFloatTensor"
            raise ValueError(f"No conversion from {source_type} to {target_type}")

        data_types.find_type_conversion = find_type_conversion
    for part in ("operator_converters", "shape_calculators"):
        importlib.import_module(f"onnxmltools.convert.coreml.{part}")


def _settle_base(model: onnx.ModelProto, owner: str) -> None:
    """Leave base values of 0 out, with which onnxruntime mixes two classes up."""
    for node in model.graph.node:
        base = next((a for a in node.attribute if a.name == "base_values"), None)
        if node.op_type != "TreeEnsembleClassifier" or base is None:
            continue
        if any(base.floats):
            raise SynapseError(
                f"{capitalized(owner)} cannot be converted to ONNX: its trees start from "
                f"{list(base.floats)}. Expected 0 for each class"
            )
        node.attribute.remove(base)


def _sizes(port: Any) -> list[int]:
    """Return the shape of one row of an input."""
    kind = port.type.WhichOneof("Type")
    if kind == "multiArrayType":
        return [int(size) for size in port.type.multiArrayType.shape]
    if kind in ("doubleType", "int64Type", "stringType"):
        return [1]
    raise SynapseError(
        f"The input {port.name!r} of this Core ML model is {kind}. "
        "Expected numbers, texts or multi-arrays"
    )


def _feeds(sample: Sample, shapes: dict[str, list[int]], owner: str) -> dict[str, np.ndarray]:
    names = list(shapes)
    if len(names) == 1 and len(sample.columns) != 1:
        sample.require_numbers(owner)
        return _shaped({names[0]: sample.matrix()}, shapes, owner)
    if len(names) == len(sample.columns) == 1:
        return _shaped({names[0]: next(iter(sample.values.values()))}, shapes, owner)
    if sample.form == "array":
        sample.require_width(len(names), owner)
        return _shaped(dict(zip(names, sample.matrix().T)), shapes, owner)
    lacking = [name for name in names if name not in sample.values]
    if lacking:
        raise SynapseError(
            f"The sample has no column {lacking[0]!r}, which {owner} takes. "
            f"Columns: {', '.join(sample.names)}"
        )
    return _shaped({name: sample.values[name] for name in names}, shapes, owner)


def _shaped(
    feeds: dict[str, np.ndarray], shapes: dict[str, list[int]], owner: str
) -> dict[str, np.ndarray]:
    for name, rows in feeds.items():
        if rows[0].size != np.prod(shapes[name]):
            raise SynapseError(
                f"A row of the sample has {rows[0].size} values for the input {name!r}. "
                f"Expected {shapes[name]}, which {owner} takes"
            )
    return {name: rows.reshape(len(rows), *shapes[name]) for name, rows in feeds.items()}
