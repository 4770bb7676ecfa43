"""Models of other frameworks in ONNX.

Tests of a framework that is not installed are skipped. All of them need, each in an environment of
its own beside this package: ``xgboost h2o==3.46.0.7 coremltools``; ``torch onnxscript``;
``tensorflow-cpu tf2onnx``. Then: ``python -m pytest tests/onnx/converting``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime

_TYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(string)": object,
}


def run(model: Any, feeds: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Run a model on arrays, of the types it takes, and return its outputs by name."""
    session = onnxruntime.InferenceSession(model.SerializeToString())
    ports = {port.name: port for port in session.get_inputs()}
    assert ports.keys() == feeds.keys()
    assert {port.shape[0] for port in ports.values()} == {"rows"}
    typed = {name: np.asarray(rows, _TYPES[ports[name].type]) for name, rows in feeds.items()}
    names = [port.name for port in session.get_outputs()]
    return dict(zip(names, session.run(names, typed)))
