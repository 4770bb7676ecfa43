"""The grids of features from all rows of a frame: two small jobs, whatever their number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark.sql import Column, Window
from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.ice_features import IceFeature
from synapse_magic.kernels.conditional.grid import Grid, even_grid
from synapse_magic.kernels.conditional.stored import to_numbers
from synapse_magic.kernels.wire import from_bytes, to_bytes
from synapse_magic.spark.columns import col
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def grids_of(frame: DataFrame, features: Sequence[IceFeature]) -> tuple[list[Grid], int]:
    """Return the grid of each feature, and the rows of the frame.

    An ordered one runs from the least to the largest finite value; another has the most frequent
    levels, those of one count in their order. Missing values are left out.

    Raises
    ------
    SynapseError
        When there are no rows, or a feature has no values.
    """
    ends = _ends(frame, features)
    rows = ends.column("rows")[0].as_py()
    if not rows:
        raise SynapseError("There are no rows to explain. Expected at least one")
    levels = _levels(frame, [each for each in features if not each.ordered])
    grids = []
    for place, each in enumerate(features):
        if each.ordered:
            low, high = (ends.column(f"{end}{place}").combine_chunks() for end in ("low", "high"))
            grids.append(_even(each, low, high))
        else:
            grids.append(Grid(each.name, levels[each.name], False))
    return grids, rows


def _ends(frame: DataFrame, features: Sequence[IceFeature]) -> pa.Table:
    """Return one row with the ends of each ordered feature, and the number of rows."""
    found = [F.count(F.lit(1)).alias("rows")]
    for place, each in enumerate(features):
        if each.ordered:
            known = _finite(frame, each.name)
            found += [F.min(known).alias(f"low{place}"), F.max(known).alias(f"high{place}")]
    return fetched(frame.agg(*found))


def _finite(frame: DataFrame, name: str) -> Column:
    if frame.schema[name].dataType.typeName() not in ("float", "double"):
        return col(name)
    return F.when(F.abs(col(name)) < F.lit(math.inf), col(name))


def _even(each: IceFeature, low: pa.Array, high: pa.Array) -> Grid:
    data = [(to_numbers(end) or [None])[0] for end in (low, high)]
    given = [
        _given(each, part, value, low.type, up)
        for part, value, up in (("rangeMin", each.low, True), ("rangeMax", each.high, False))
    ]
    start, end = (own if own is not None else there for own, there in zip(given, data))
    if start is None or end is None:
        raise SynapseError(
            f"Column {each.name!r} has no finite values to make a grid of. "
            "Try: rangeMin and rangeMax for it, or leave it out"
        )
    if start > end:
        shown = [
            end if value is None else value
            for value, end in zip((each.low, each.high), (low[0].as_py(), high[0].as_py()))
        ]
        raise SynapseError(
            f"The range of {each.name!r} starts at {shown[0]} and ends at {shown[1]}. "
            "Expected rangeMin up to rangeMax"
        )
    return even_grid(each.name, low.type, start, end, each.size)


def _given(
    each: IceFeature, part: str, value: Any, kind: pa.DataType, up: bool
) -> int | float | None:
    """Return an end of a range as a stored number; of a whole type the next one inside."""
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return to_numbers(pa.array([value]).cast(kind))[0]
        if pa.types.is_floating(kind):
            return float(value)
        scale = kind.scale if pa.types.is_decimal(kind) else 0
        exact = Fraction(str(value)) * 10**scale
        if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
            raise ValueError("no moment")
        return math.ceil(exact) if up else math.floor(exact)
    except (ValueError, TypeError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        told = "'2024-01-31'" if "date" in str(kind) or "time" in str(kind) else "a number"
        raise SynapseError(
            f"{part} of {each.name!r} is {value!r}. Expected {told}, as the column holds {kind}"
        ) from error


def _levels(frame: DataFrame, features: Sequence[IceFeature]) -> dict[str, pa.Array]:
    """Return the most frequent levels of each feature."""
    if not features:
        return {}
    values = [f"value{i}" for i in range(len(features))]
    counts = frame.select(F.explode(F.array(*_apart(frame, features))).alias("seen"))
    counts = counts.select("seen.*").groupBy("feature", *values).count()
    order = Window.partitionBy("feature").orderBy(F.desc("count"), *values)
    most = max(each.size for each in features) + 1  # one of them may be missing
    table = fetched(
        counts.withColumn("rank", F.row_number().over(order)).where(F.col("rank") <= most)
    )
    table = table.sort_by("rank")
    return {each.name: _top(table, place, each) for place, each in enumerate(features)}


def _apart(frame: DataFrame, features: Sequence[IceFeature]) -> Iterator[Column]:
    """Yield for each feature a struct of its place, its value, and nulls for all others."""
    kinds = [frame.schema[each.name].dataType for each in features]
    for place, each in enumerate(features):
        values = [
            (col(each.name) if i == place else F.lit(None)).cast(kind).alias(f"value{i}")
            for i, kind in enumerate(kinds)
        ]
        yield F.struct(F.lit(place).alias("feature"), *values)


def _top(table: pa.Table, place: int, each: IceFeature) -> pa.Array:
    own = table.filter(pa.compute.equal(table.column("feature"), place))
    found = own.column(f"value{place}").combine_chunks().drop_null()[: each.size]
    if not len(found):
        raise SynapseError(
            f"Column {each.name!r} has no values to make a grid of. Try: leave it out"
        )
    return found


def fetched(frame: DataFrame) -> pa.Table:
    """Return a small frame as an Arrow table with the types that workers see."""
    names = list(frame.columns)
    packed = map_in_arrow(frame, _packer(names), "content binary").collect()
    return from_bytes([bytes(row["content"]) for row in packed])


Packer = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


def _packer(names: list[str]) -> Packer:
    """Return the function that workers run; it holds only plain values."""

    def pack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            content = to_bytes(pa.RecordBatch.from_arrays(batch.columns, names))
            yield pa.RecordBatch.from_arrays([pa.array([content], pa.binary())], ["content"])

    return pack
