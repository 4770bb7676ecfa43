"""A sample of a frame, the same for a seed, explained where its rows are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.shap import tree_shap
from synapse_magic.kernels.wire import from_bytes, to_bytes
from synapse_magic.spark.columns import numbered
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_ROWS_OF_A_TASK = 2000
_MOST_TASKS = 64


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows of a frame in the order of their draw.

    Attributes
    ----------
    table : pyarrow.Table
        The columns asked for, as they are in the frame.
    total : int
        Rows of the frame.
    names : tuple of str
        Columns that contributions belong to; empty without contributions.
    contributions : numpy.ndarray or None
        (rows, outputs, names + 1), the expected value last.
    """

    table: pa.Table
    total: int
    names: tuple[str, ...]
    contributions: np.ndarray | None

    @property
    def batch(self) -> pa.RecordBatch:
        """The rows as one batch."""
        return self.table.combine_chunks().to_batches()[0]


def draw(
    df: DataFrame, columns: Sequence[str], rows: int, seed: int, chain: ChainedScorer | None
) -> Sample:
    """Draw rows at random, without replacement, and explain them by TreeSHAP if there is a chain.

    A row's place in the draw is a hash of its place in the frame and the seed: a frame that is read
    in the same partitions gives the same rows.

    Raises
    ------
    SynapseError
        When the frame has no rows.
    """
    total = df.count()
    if not total:
        raise SynapseError("There are no rows to explain. Expected at least one")
    place = F.xxhash64(F.monotonically_increasing_id(), F.lit(seed).cast("long"))
    drawn = numbered(df, columns).withColumn("draw", place).orderBy("draw").limit(rows)
    if min(rows, total) > _ROWS_OF_A_TASK:
        drawn = drawn.repartition(min(_MOST_TASKS, -(-min(rows, total) // _ROWS_OF_A_TASK)))
    packed = map_in_arrow(drawn, _packer([*columns, "draw"], chain), "content binary").collect()
    return _unpacked([bytes(row["content"]) for row in packed], total)


Packer = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def _packer(names: list[str], chain: ChainedScorer | None) -> Packer:
    """Return the function that workers run; it holds only plain values."""

    def pack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            if not batch.num_rows:
                continue
            sent = pa.RecordBatch.from_arrays(batch.columns, [f"c{i}" for i in range(len(names))])
            metadata = {"columns": json.dumps(names)}
            if chain is not None:
                named = pa.RecordBatch.from_arrays(batch.columns, names).select(list(chain.inputs))
                found, values = tree_shap(chain, named)
                metadata |= {"names": json.dumps(found), "outputs": str(values.shape[1])}
                flat = pa.array(np.ascontiguousarray(values).reshape(-1))
                width = values.shape[1] * values.shape[2]
                lists = pa.FixedSizeListArray.from_arrays(flat, width)
                sent = pa.RecordBatch.from_arrays(
                    [*sent.columns, lists], [*sent.schema.names, "contributions"]
                )
            content = to_bytes(sent.replace_schema_metadata(metadata))
            yield pa.RecordBatch.from_arrays([pa.array([content], pa.binary())], ["content"])

    return pack


def _unpacked(contents: list[bytes], total: int) -> Sample:
    table = from_bytes(contents)
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    columns = json.loads(metadata["columns"])
    table = table.take(np.argsort(table.column(len(columns) - 1).to_numpy(), kind="stable"))
    shown = table.select(range(len(columns) - 1)).rename_columns(columns[:-1])
    names = tuple(json.loads(metadata.get("names", "[]")))
    contributions = None
    if names:
        flat = table.column("contributions").combine_chunks().flatten().to_numpy()
        contributions = flat.reshape(table.num_rows, int(metadata["outputs"]), len(names) + 1)
    return Sample(shown, total, names, contributions)
