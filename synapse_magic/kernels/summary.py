"""Summaries of columns that can be merged: one look at each batch, then part with part."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa

SUMMARY_DDL = "item int, content binary"
_SCHEMA = pa.schema([("item", pa.int32()), ("content", pa.binary())])


class Summary(Protocol):
    """What is known of one column."""

    def look(self, column: pa.Array) -> None:
        """Take one batch of the column in."""
        ...

    def merge(self, other: Any) -> None:
        """Take in what another summary of the same kind knows."""
        ...


def summarise(
    batches: Iterable[pa.RecordBatch], blank: Sequence[Summary]
) -> Iterator[pa.RecordBatch]:
    """Summarise each column of one partition, from copies of blank ones: one row a column."""
    summaries = copy.deepcopy(list(blank))
    for batch in batches:
        for column, summary in zip(batch.columns, summaries):
            summary.look(column)
    yield packed(dict(enumerate(summaries)))


def merge_summaries(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Merge the summaries that several partitions made of the same columns."""
    merged: dict[int, Summary] = {}
    for batch in batches:
        for item, content in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist()):
            arrived = pickle.loads(content)
            if item in merged:
                merged[item].merge(arrived)
            else:
                merged[item] = arrived
    yield packed(merged)


def packed(summaries: Mapping[int, Summary]) -> pa.RecordBatch:
    """Return summaries by the number of their item, as a batch of ``SUMMARY_DDL``."""
    contents = [pickle.dumps(summary) for summary in summaries.values()]
    arrays = [pa.array(list(summaries), pa.int32()), pa.array(contents, pa.binary())]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)
