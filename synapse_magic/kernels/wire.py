"""Arrow batches as bytes, to come from workers with every type as it was."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa


def to_bytes(batch: pa.RecordBatch) -> bytes:
    """Return a batch, schema included, as one run of bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def from_bytes(contents: Sequence[bytes]) -> pa.Table:
    """Return the batches of equal schema that :func:`to_bytes` wrote, as one table."""
    return pa.concat_tables([pa.ipc.open_stream(content).read_all() for content in contents])
