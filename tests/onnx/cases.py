"""The onnx package's own test cases, as columns that a scorer reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime
import pyarrow as pa
from onnx.backend.test.case import model, node

from synapse_magic.kernels.tensors import from_tensor, to_tensor


@dataclass(frozen=True)
class Case:
    """One model with its inputs, whose first dimension is taken for rows."""

    name: str
    content: bytes
    inputs: dict[str, Any]
    expected: dict[str, Any]
    """What onnxruntime gives when it is called directly."""

    @property
    def rows(self) -> int:
        return len(next(iter(self.inputs.values())))

    def batch(self) -> pa.RecordBatch:
        columns = {name: from_tensor(value) for name, value in self.inputs.items()}
        return pa.RecordBatch.from_arrays(list(columns.values()), list(columns))


def cases() -> Iterator[Case]:
    """Yield the cases that onnxruntime runs here, and that rows can be made of.

    Those are the ones whose inputs and outputs are tensors with one and the same first dimension,
    of types that a column of Spark has.
    """
    with np.errstate(all="ignore"):
        collected = [*node.collect_testcases(None), *model.collect_testcases()]
    for case in collected:
        if case.model is not None and case.data_sets:
            made = _case(case.name, case.model.SerializeToString(), case.data_sets[0][0])
            if made is not None:
                yield made


def _case(name: str, content: bytes, given: Any) -> Case | None:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        names = [port.name for port in session.get_inputs()]
        inputs = {key: np.asarray(value) for key, value in zip(names, given, strict=True)}
        outputs = [port.name for port in session.get_outputs()]
        expected = dict(zip(outputs, session.run(outputs, inputs)))
    except Exception:  # what onnxruntime itself does not run says nothing about us
        return None
    tensors = [*inputs.values(), *expected.values()]
    if not inputs or not all(map(_has_rows, tensors)) or len(set(map(len, tensors))) != 1:
        return None
    return Case(name, content, inputs, expected) if all(map(_stays, tensors)) else None


def _has_rows(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0 and len(value) > 0


def _stays(value: np.ndarray) -> bool:
    """Say whether a column can hold the values and give them back in a type of the same kind."""
    return value.dtype.kind in "fiubO" and value.size > 0


def same(column: pa.Array, expected: np.ndarray) -> bool:
    """Say whether a column holds these values, apart from the last digits."""
    found = to_tensor(column, "output")
    if expected.dtype.kind in "OSU":
        return bool(found.astype(str).tolist() == expected.astype(str).tolist())
    close = np.allclose(
        found.astype(float), expected.astype(float), rtol=1e-5, atol=1e-6, equal_nan=True
    )
    return found.shape == expected.shape and close
