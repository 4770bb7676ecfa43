"""The package ``onnx``, which reads and changes models; running them does without."""

from __future__ import annotations

from typing import Any

from synapse_magic.errors import SynapseError


def onnx_package(what: str) -> Any:
    """Return the package.

    Raises
    ------
    SynapseError
        When it is not installed, with the line to install it.
    """
    try:
        import onnx
        import onnx.checker
        import onnx.compose
        import onnx.external_data_helper
        import onnx.helper
        import onnx.numpy_helper
        import onnx.shape_inference
    except ImportError as error:
        raise SynapseError(
            f"{what} need the package onnx. Try: pip install 'synapse-magic[onnx]'"
        ) from error
    return onnx
