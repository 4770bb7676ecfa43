from __future__ import annotations

import pyarrow as pa

from synapse_magic.kernels.held_bytes import held_bytes
from synapse_magic.kernels.minibatches import drained


def without_offsets() -> pa.RecordBatch:
    """Give a row of an empty list of lists as Spark 3.5 writes it: the inner ones lack offsets."""
    none = pa.array([], pa.int64())
    inner = pa.Array.from_buffers(pa.list_(pa.int64()), 0, [None, None], children=[none])
    return pa.record_batch({"a": pa.ListArray.from_arrays(pa.array([0, 0], pa.int32()), inner)})


def test_buffers_are_counted_that_have_no_offsets() -> None:
    assert held_bytes(without_offsets()) == 8


def test_mini_batches_are_made_of_rows_that_have_no_offsets() -> None:
    made = list(drained(iter([without_offsets()]), 5))
    assert [batch.column("a").to_pylist() for batch in made] == [[[[]]]]
