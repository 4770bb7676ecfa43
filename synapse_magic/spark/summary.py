"""One pass of Spark over all columns of a frame, however many there are."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from synapse_magic.kernels.summary import SUMMARY_DDL, Summary, merge_summaries, summarise
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

S = TypeVar("S", bound=Summary)

_MERGERS = 4


def summarised(frame: DataFrame, blank: Sequence[S]) -> list[S]:
    """Return the summary of each column over all rows.

    Parameters
    ----------
    frame : DataFrame
        Its columns need names without dots, such as those of ``columns.numbered``.
    blank : sequence of Summary
        An empty summary for each column.
    """
    parts = map_in_arrow(frame, _summariser(list(blank)), SUMMARY_DDL)
    rows = map_in_arrow(parts.repartition(_MERGERS, "item"), merge_summaries, SUMMARY_DDL).collect()
    found: dict[int, Any] = {row["item"]: pickle.loads(bytes(row["content"])) for row in rows}
    return [found.get(i, empty) for i, empty in enumerate(blank)]


def _summariser(
    blank: list[Any],
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    return lambda batches: summarise(batches, blank)
