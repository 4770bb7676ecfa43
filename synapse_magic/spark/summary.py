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

Work = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]

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
    found = merged(frame, _summariser(list(blank)))
    return [found.get(i, empty) for i, empty in enumerate(blank)]


def merged(frame: DataFrame, work: Work) -> dict[int, Any]:
    """Return the summaries that ``work`` makes of each partition, merged by their item.

    Parameters
    ----------
    frame : DataFrame
    work : callable
        Batches of a partition to batches of ``SUMMARY_DDL``.
    """
    parts = map_in_arrow(frame, work, SUMMARY_DDL)
    rows = map_in_arrow(parts.repartition(_MERGERS, "item"), merge_summaries, SUMMARY_DDL).collect()
    return {row["item"]: pickle.loads(bytes(row["content"])) for row in rows}


def _summariser(blank: list[Any]) -> Work:
    return lambda batches: summarise(batches, blank)
