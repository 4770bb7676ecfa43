"""A sample of a frame, the same for a seed, explained where its rows are."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.exact import Exact, exact_values
from synapse_magic.kernels.explaining.failing import failing_rows
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.wire import from_bytes, to_bytes
from synapse_magic.spark.columns import col, numbered, select
from synapse_magic.spark.counting import counting
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.explaining.counting import RowCounter

PLACE = "(place)"
"""The column of a row's place in the draw."""
_ROWS_OF_A_TASK = 2000
_MOST_TASKS = 64
_NONE = "There are no rows to look at. Expected at least one"


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows of a frame in the order of their draw.

    Attributes
    ----------
    table : pyarrow.Table
        The columns asked for, as they are in the frame.
    total : int
        Rows of the frame.
    exact : Exact or None
        The Shapley values of the rows, where they were asked for.
    failures : dict of int to str
        Why rows have no such values, by their number; what stands in for these is NaN.
    """

    table: pa.Table
    total: int
    exact: Exact | None = None
    failures: dict[int, str] = field(default_factory=dict)

    @property
    def batch(self) -> pa.RecordBatch:
        """The rows as one batch."""
        return self.table.combine_chunks().to_batches()[0]

    def without(self, bad: Container[int]) -> Sample:
        """Return the other rows, and no failures."""
        kept = np.array([row for row in range(self.table.num_rows) if row not in bad], int)
        return Sample(self.table.take(kept), self.total, self.exact and _taken(self.exact, kept))


@dataclass(frozen=True)
class ExactWay:
    """How rows are explained exactly while they are drawn; see :func:`exact_values`."""

    chain: ChainedScorer
    background: pa.RecordBatch | None
    counter: RowCounter | None = None

    def explain(self, batch: pa.RecordBatch) -> tuple[Exact | None, dict[int, str]]:
        """Return the Shapley values of rows, and why rows have none; None where no row has any."""
        found = self._found(batch)
        if self.counter is not None:
            self.counter.add(batch.num_rows)
        return found

    def _found(self, batch: pa.RecordBatch) -> tuple[Exact | None, dict[int, str]]:
        try:
            return self._values(batch), {}
        except Exception:  # of some row, which is told alone
            failures = failing_rows(self._values, batch)
        good = np.array([row for row in range(batch.num_rows) if row not in failures], int)
        if not len(good):
            return None, failures
        found = self._values(batch.take(pa.array(good)))
        return _spread(found, good, batch.num_rows), failures

    def _values(self, batch: pa.RecordBatch) -> Exact:
        found = exact_values(self.chain, batch, self.background)
        if found is None:
            raise SynapseError("The model is neither made of trees nor a sum of features")
        return found


def draw(
    df: DataFrame, columns: Sequence[str], rows: int, seed: int, way: ExactWay | None = None
) -> Sample:
    """Draw rows at random, without replacement, and explain them exactly where a way is given.

    A row's place in the draw is a hash of its place in the frame and the seed: a frame that is read
    in the same partitions gives the same rows.

    Raises
    ------
    SynapseError
        When the frame has no rows.
    """
    frame, total = shuffled(select(df, columns), rows, seed)
    if min(rows, total) > _ROWS_OF_A_TASK:
        frame = frame.repartition(min(_MOST_TASKS, -(-min(rows, total) // _ROWS_OF_A_TASK)))
    if way is None:
        return fetch(frame, columns, total)
    with counting(df.sparkSession, min(rows, total)) as counter:
        return fetch(frame, columns, total, replace(way, counter=counter))


def shuffled(df: DataFrame, rows: int, seed: int) -> tuple[DataFrame, int]:
    """Return drawn rows, with their place in the draw as the last column, and the count of all.

    Raises
    ------
    SynapseError
        When the frame has no rows.
    """
    total = df.count()
    if not total:
        raise SynapseError("There are no rows to explain. Expected at least one")
    place = F.xxhash64(F.monotonically_increasing_id(), F.lit(seed).cast("long"))
    return df.withColumn(PLACE, place).orderBy(col(PLACE)).limit(rows), total


def fetch(
    frame: DataFrame,
    columns: Sequence[str],
    total: int,
    way: ExactWay | None = None,
    *,
    none: str = _NONE,
) -> Sample:
    """Return the columns of rows that :func:`shuffled` drew, in the order of their draw.

    Raises
    ------
    SynapseError
        When there are none; ``none`` is what is said then.
    """
    names = [*columns, PLACE]
    sent = map_in_arrow(
        numbered(frame, names), _packer(names, way), "content binary, exact binary"
    ).collect()
    if not sent:
        raise SynapseError(none)
    table = pa.concat_tables([from_bytes([bytes(row["content"])]) for row in sent])
    order = np.argsort(table.column(len(names) - 1).to_numpy(), kind="stable")
    shown = table.take(order).select(range(len(columns))).rename_columns(list(columns))
    if way is None:
        return Sample(shown, total)
    parts = [pickle.loads(bytes(row["exact"])) for row in sent]
    return Sample(shown, total, *_joined(parts, order))


Packer = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def _packer(names: list[str], way: ExactWay | None) -> Packer:
    """Return the function that workers run; it holds only plain values."""

    def pack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            if not batch.num_rows:
                continue
            exact = None
            if way is not None:
                named = pa.RecordBatch.from_arrays(batch.columns, names)
                exact = pickle.dumps((*way.explain(named), batch.num_rows))
            numbers = [f"c{i}" for i in range(len(names))]
            content = to_bytes(pa.RecordBatch.from_arrays(batch.columns, numbers))
            packed = [pa.array([content], pa.binary()), pa.array([exact], pa.binary())]
            yield pa.RecordBatch.from_arrays(packed, ["content", "exact"])

    return pack


Part = tuple["Exact | None", dict[int, str], int]
"""The values of a batch, why rows have none, and how many rows there are."""


def _joined(parts: list[Part], order: np.ndarray) -> tuple[Exact, dict[int, str]]:
    """Return the values of all batches and the reasons of those without, in the order of rows."""
    first = next((exact for exact, _, _ in parts if exact is not None), None)
    starts = np.cumsum([0, *(rows for _, _, rows in parts)])
    said = {start + row: why for start, part in zip(starts, parts) for row, why in part[1].items()}
    failures = {i: said[own] for i, own in enumerate(order.tolist()) if own in said}
    if first is None:
        raise SynapseError(
            f"None of {len(order)} rows could be explained. The first: {failures[0]}"
        )
    none = np.array([], int)
    each = [_spread(first, none, rows) if exact is None else exact for exact, _, rows in parts]
    values = np.concatenate([exact.values for exact in each])
    base = np.concatenate([exact.base for exact in each])
    return _taken(replace(first, values=values, base=base), order), failures


def _spread(exact: Exact, places: np.ndarray, rows: int) -> Exact:
    """Return values at their places among so many rows, NaN at the others."""
    values = np.full((rows, *exact.values.shape[1:]), np.nan)
    base = np.full((rows, exact.base.shape[1]), np.nan)
    values[places], base[places] = exact.values[: len(places)], exact.base[: len(places)]
    return replace(exact, values=values, base=base)


def _taken(exact: Exact, places: np.ndarray) -> Exact:
    return replace(exact, values=exact.values[places], base=exact.base[places])
