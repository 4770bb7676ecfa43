"""What the types of columns tell before any row is scored: whether they can feed a model."""

from __future__ import annotations

import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.onnx_scorer import OnnxScorer
from synapse_magic.kernels.signature import Port
from synapse_magic.kernels.tensors import fitted, is_scalar, to_tensor


def check_feeds(scorer: OnnxScorer, schema: pa.Schema) -> None:
    """Refuse columns whose type or number no input of the model takes.

    Parameters
    ----------
    scorer : OnnxScorer
    schema : pyarrow.Schema
        Types of at least the columns that the scorer reads.

    Raises
    ------
    SynapseError
        With the column, what it holds and what the input takes.
    """
    for port, names in scorer.feeds:
        if port.kind == "tensor":
            for name in names:
                _check_type(port, name, schema.field(name).type)
            _check_width(port, names, schema)
    shapes = dict(scorer.fetches)
    for _, source in (*scorer.softmaxes, *scorer.argmaxes):
        port = shapes[source]
        if port.kind == "tensor" and len(port.shape) != 2:
            raise SynapseError(
                f"The output {port} has no row of scores to take the softmax or best of"
            )


def _check_type(port: Port, name: str, kind: pa.DataType) -> None:
    """Refuse a type by what becomes of no rows of it, whose sizes fit anything."""
    tensor = to_tensor(pa.array([], kind), name).reshape(0)
    fitted(tensor, port.dtype, (None,), name, f"the input {port}")


def _check_width(port: Port, names: tuple[str, ...], schema: pa.Schema) -> None:
    inner = port.shape[1:]
    if None in inner or not all(is_scalar(schema.field(name).type) for name in names):
        return
    wanted = 1
    for size in inner:
        wanted *= size or 1
    if wanted != len(names):
        shown = ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
        raise SynapseError(
            f"The input {port} takes {wanted} numbers a row, and {shown} "
            f"{'gives' if len(names) == 1 else 'give'} {len(names)}"
        )
