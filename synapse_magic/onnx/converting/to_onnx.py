"""Fitted models of any framework to ONNX."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.converting.checking import check
from synapse_magic.onnx.converting.finishing import finish
from synapse_magic.onnx.converting.reading import read_sample
from synapse_magic.onnx.converting.refusals import described
from synapse_magic.onnx.package import onnx_package

if TYPE_CHECKING:
    import onnx

_CONVERTERS = {
    "synapse_magic": "ours",
    "pyspark": "from_spark",
    "sklearn": "from_sklearn",
    "lightgbm": "from_lightgbm",
    "xgboost": "from_xgboost",
    "keras": "from_keras",
    "tf_keras": "from_keras",
    "tensorflow": "from_tensorflow",
    "torch": "from_torch",
    "coremltools": "from_coreml",
    "h2o": "from_h2o",
}
"""Package in which a model's class, or the nearest class above it, is written -> file here."""


def to_onnx(model: Any, sample: Any = None) -> onnx.ModelProto:
    """Return a fitted model in the ONNX format, checked against the model itself.

    Models of scikit-learn, LightGBM, XGBoost, PyTorch, Keras, TensorFlow, Core ML, H2O and
    ``pyspark.ml``, and those of this package. :class:`~synapse_magic.ONNXModel` scores the result
    on Spark: ``ONNXModel().setModelPayload(to_onnx(model, sample))``.

    The number of rows is free in the result. Columns of one numeric type are one input,
    ``features``; columns that the model chooses by name, or of several types, are an input each,
    called as the column. Classifiers give ``label`` and ``probabilities``, without maps.

    Parameters
    ----------
    model : Any
        A fitted model or pipeline.
    sample : array, DataFrame, dict or tuple, optional
        A few rows of what the model takes: a numpy array, a pandas or Spark DataFrame (of which
        the first 100 rows are read), a tensor, a dict or a tuple of them. Names, types and
        shapes come from it, and its rows are what the result is checked on. Only models that know
        their inputs do without.

    Returns
    -------
    onnx.ModelProto

    Raises
    ------
    SynapseError
        When there is no converter for the model or it is not installed, the converter refuses the
        model, the sample does not fit, or the result predicts something else on the sample.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> X = [[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]]
    >>> model = LogisticRegression().fit(X, ["no", "no", "yes", "yes"])
    >>> [port.name for port in to_onnx(model, X).graph.output]
    ['label', 'probabilities']
    """
    root = _root(model)
    onnx_package("Conversions to ONNX")
    rows = read_sample(sample)
    converter = importlib.import_module(f"synapse_magic.onnx.converting.{_CONVERTERS[root]}")
    conversion = converter.convert(model, rows)
    finish(conversion.model, model, root)
    check(conversion, described(model))
    converted: onnx.ModelProto = conversion.model
    return converted


def _root(model: Any) -> str:
    """Return the framework that a model comes from, whose subclasses may be the user's own."""
    if isinstance(model, type):
        network = any(cls.__module__.partition(".")[0] == "torch" for cls in model.__mro__)
        hint = f"an instance, {model.__name__}(...)" if network else f"{model.__name__}().fit(...)"
        raise SynapseError(f"{model.__name__} is a class. Expected a fitted model. Try: {hint}")
    for cls in type(model).__mro__:
        # The classes that protobuf makes of Core ML's format name their file alone.
        root = "coremltools" if cls.__module__ == "Model_pb2" else cls.__module__.partition(".")[0]
        if root in _CONVERTERS:
            return root
    raise SynapseError(
        f"{type(model).__name__} of {type(model).__module__} is no model that can be converted to "
        "ONNX. Expected one of scikit-learn, LightGBM, XGBoost, PyTorch, Keras, TensorFlow, "
        "Core ML, H2O, pyspark.ml or synapse_magic"
    )
