"""Models that keep their weights in other files, made whole."""

from __future__ import annotations

from pathlib import Path

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.package import onnx_package
from synapse_magic.spark.files import has_scheme

_MARK = b"location"
"""The key under which a tensor names its file."""


def with_weights(content: bytes, path: str) -> bytes:
    """Return a model with the weights inside that it keeps in files beside ``path``.

    Raises
    ------
    SynapseError
        When such a file is not there.
    """
    if _MARK not in content or has_scheme(path):
        return content
    onnx = onnx_package("Models with weights in other files")
    try:
        model = onnx.load_from_string(content)
    except Exception:  # no model, as onnxruntime will say with a reason
        return content
    if not any(onnx.external_data_helper.uses_external_data(t) for t in model.graph.initializer):
        return content
    try:
        onnx.load_external_data_for_model(model, str(Path(path).parent))
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise SynapseError(
            "This ONNX model keeps its weights in other files that are not there, or not whole: "
            f"{str(error).strip().partition(chr(10))[0]} Try: keep those files beside {path}"
        ) from error
    return bytes(model.SerializeToString())
