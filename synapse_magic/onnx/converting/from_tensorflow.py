"""Functions, modules and saved models of TensorFlow, by ``tf2onnx``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.converting.conversion import Conversion, Trial
from synapse_magic.onnx.converting.finishing import OPSET, rename
from synapse_magic.onnx.converting.quiet import quiet
from synapse_magic.onnx.converting.refusals import described, needed, refused
from synapse_magic.onnx.converting.sample import Sample

if TYPE_CHECKING:
    import onnx

Call = Callable[..., Any]
_SERVED = "serving_default"
_LOGGERS = ("tf2onnx", "tensorflow", "absl")


def convert(model: Any, sample: Sample) -> Conversion:
    """Return a function of TensorFlow in ONNX."""
    owner = described(model)
    signatures = getattr(model, "signatures", {})
    if _SERVED in signatures:
        served = signatures[_SERVED]
        specs = list(served.structured_input_signature[1].values())
        names = list(served.structured_input_signature[1])
        return converted(lambda *parts: served(**dict(zip(names, parts))), specs, sample, owner)
    if not callable(model):
        raise SynapseError(
            f"{type(model).__name__} cannot be called. Expected a tf.function, a tf.Module with "
            "__call__, or a loaded SavedModel with the signature serving_default"
        )
    return converted(model, sampled_specs(sample, "TensorFlow"), sample, owner)


def sampled_specs(sample: Sample, framework: str) -> list[Any]:
    """Return the inputs that the sample shows."""
    import tensorflow as tf

    if not sample.rows:
        raise SynapseError(
            f"This model of {framework} does not know its inputs. Expected a sample with rows. "
            "Try: to_onnx(model, X[:2])"
        )
    return [
        tf.TensorSpec((None, *rows.shape[1:]), rows.dtype, name=name)
        for name, rows in _single(sample).items()
    ]


def converted(
    call: Call,
    specs: Sequence[Any],
    sample: Sample,
    owner: str,
    outputs: Sequence[str] = (),
) -> Conversion:
    """Return a callable in ONNX, for inputs of these names, types and shapes.

    Parameters
    ----------
    call : function
        Of one tensor for each input.
    specs : sequence of tf.TensorSpec
    sample : Sample
    owner : str
    outputs : sequence of str
        Their names; empty for those that the call gives.
    """
    feeds = feeds_of(specs, sample, owner)
    made = _run_converter(call, specs, owner)
    inputs = {port.name: spec.name for port, spec in zip(made.graph.input, specs)}
    rename(made, inputs)
    names = list(outputs) or _output_names(call, specs)
    rename(made, dict(zip([port.name for port in made.graph.output], names)))
    if not sample.rows:
        return Conversion(made)
    sizes = (feeds, {name: np.concatenate([rows, rows]) for name, rows in feeds.items()})
    return Conversion(made, tuple(functools.partial(_trial, call, f, names) for f in sizes))


def feeds_of(specs: Sequence[Any], sample: Sample, owner: str) -> dict[str, np.ndarray]:
    """Return the rows of each input, as its type."""
    if sample.form == "none":
        return {}
    given = _single(sample)
    if len(given) != len(specs):
        raise SynapseError(
            f"The sample has {len(given)} inputs. Expected {len(specs)} for {owner}: "
            f"{', '.join(spec.name for spec in specs)}"
        )
    named = isinstance(sample.given, Mapping) and {s.name for s in specs} <= set(given)
    rows = [given[s.name] for s in specs] if named else list(given.values())
    for spec, part in zip(specs, rows):
        if not spec.shape[1:].is_compatible_with(part.shape[1:]):
            raise SynapseError(
                f"A row of the sample has shape {part.shape[1:]}. Expected "
                f"{tuple(spec.shape[1:])} for the input {spec.name!r} of {owner}"
            )
    return {s.name: part.astype(s.dtype.as_numpy_dtype) for s, part in zip(specs, rows)}


def _single(sample: Sample) -> dict[str, np.ndarray]:
    """Return the tensors of a sample; columns of a frame are one."""
    if sample.form != "frame":
        return {name.replace("features", "input"): v for name, v in sample.values.items()}
    sample.require_numbers("a network")
    return {"input": sample.matrix()}


def _run_converter(call: Call, specs: Sequence[Any], owner: str) -> onnx.ModelProto:
    tf2onnx = needed("tf2onnx", "models of TensorFlow and Keras", "tf2onnx")
    import tensorflow as tf

    try:
        with quiet(*_LOGGERS):
            made: onnx.ModelProto
            made, _ = tf2onnx.convert.from_function(
                tf.function(lambda *parts: call(*parts)), input_signature=list(specs), opset=OPSET
            )
    except Exception as error:  # the converter raises of everything
        raise refused(owner, error, "another layer, or pip install -U tf2onnx") from error
    return made


def _output_names(call: Call, specs: Sequence[Any]) -> list[str]:
    import tensorflow as tf

    made = tf.function(lambda *parts: call(*parts)).get_concrete_function(*specs)
    return list(_named(made.structured_outputs))


def _trial(call: Call, feeds: Mapping[str, np.ndarray], names: Sequence[str]) -> Trial:
    import tensorflow as tf

    found = call(*(tf.constant(rows) for rows in feeds.values()))
    return Trial(feeds, dict(zip(names, (np.asarray(part) for part in _named(found).values()))))


def _named(found: Any) -> dict[str, Any]:
    """Return the outputs by name, in the order in which TensorFlow flattens them."""
    if isinstance(found, Mapping):
        return {str(name): found[name] for name in sorted(found)}
    if isinstance(found, (tuple, list)):
        return {f"output_{index}": part for index, part in enumerate(found)}
    return {"output": found}
