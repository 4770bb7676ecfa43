"""Models of Keras, by what its backend is converted with."""

from __future__ import annotations

from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.converting import from_tensorflow, from_torch
from synapse_magic.onnx.converting.conversion import Conversion
from synapse_magic.onnx.converting.refusals import described
from synapse_magic.onnx.converting.sample import Sample


def convert(model: Any, sample: Sample) -> Conversion:
    """Return the model in ONNX; one that knows its inputs needs no sample."""
    backend = _backend(model)
    if backend == "torch":
        return from_torch.convert(model, sample)
    if backend != "tensorflow":
        raise SynapseError(
            f"Keras runs on {backend!r} here, whose models have no way to ONNX. "
            "Try: load the model with KERAS_BACKEND=tensorflow or torch"
        )
    specs = _specs(model) or from_tensorflow.sampled_specs(sample, "Keras")
    names = [] if not _specs(model) else list(getattr(model, "output_names", []))
    call = _caller(model, [spec.name for spec in specs])
    return from_tensorflow.converted(call, specs, sample, described(model), names)


def _backend(model: Any) -> str:
    if type(model).__mro__[0].__module__.startswith("tf_keras"):
        return "tensorflow"
    import keras

    return str(keras.backend.backend())


def _specs(model: Any) -> list[Any]:
    """Return the inputs that the model knows, none of a model made by subclassing."""
    import tensorflow as tf

    inputs = getattr(model, "inputs", None) or []
    return [tf.TensorSpec((None, *port.shape[1:]), port.dtype, name=port.name) for port in inputs]


def _caller(model: Any, names: list[str]) -> Any:
    def call(*parts: Any) -> Any:
        given = parts[0] if len(parts) == 1 else dict(zip(names, parts))
        return model(given, training=False)

    return call
