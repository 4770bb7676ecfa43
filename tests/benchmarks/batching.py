"""Rows per second to mini-batches and back, against other ways of doing the same on Spark.

Run it on an otherwise idle machine::

    python tests/benchmarks/batching.py
    python tests/benchmarks/batching.py --repeats 2 --rows 200000

Rows of numbers, texts, bytes, lists, structs and maps lie in Spark's memory, one partition for each
slot. Each side makes lists of 100 rows and rows of them again, and writes to nowhere:

- the stages, ``FixedMiniBatchTransformer`` and ``FlattenBatch``;
- ``collect_list`` over a grouping by partition and number, then ``inline(arrays_zip(...))``;
- ``mapInPandas`` that makes lists of the columns, and another that explodes them.

The sides take turns, medians are compared.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

SIZE = 100
COLUMNS = """
    select id, id * 1.5d as number, cast(id as decimal(20, 4)) as price,
           concat('text ', id) as text, cast(concat('bytes ', id) as binary) as bytes,
           date_add(date'2020-01-01', cast(id % 1000 as int)) as day,
           array(id, id + 1) as list, named_struct('a', id, 'b', cast(id as string)) as pair,
           map('k', id) as pairs
    from range(0, {rows}, 1, {slots})
"""


def by_stages(frame: Any) -> Any:
    """Return batches made rows again by the two stages."""
    from synapse_magic import FixedMiniBatchTransformer, FlattenBatch

    return FlattenBatch().transform(FixedMiniBatchTransformer(batchSize=SIZE).transform(frame))


def by_grouping(frame: Any) -> Any:
    """Return the same by Spark's own aggregation, whose order of rows is not kept."""
    from pyspark.sql import functions as F

    number = F.floor(F.monotonically_increasing_id() / SIZE)
    lists = [F.collect_list(name).alias(name) for name in frame.columns]
    grouped = frame.groupBy(number.alias("batch")).agg(*lists).drop("batch")
    return grouped.select(F.inline(F.arrays_zip(*grouped.columns)))


def by_pandas(frame: Any) -> Any:
    """Return the same by two functions on pandas."""
    from pyspark.sql.types import ArrayType, StructField, StructType

    def pack(parts: Iterator[Any]) -> Iterator[Any]:
        import pandas as pd

        for part in parts:  # whose 10,000 rows are a multiple of the size
            cuts = [part[start : start + SIZE] for start in range(0, len(part), SIZE)]
            yield pd.DataFrame({name: [list(cut[name]) for cut in cuts] for name in part})

    def unpack(parts: Iterator[Any]) -> Iterator[Any]:
        for part in parts:
            yield part.explode(list(part.columns), ignore_index=True)

    fields = frame.schema.fields
    lists = StructType([StructField(own.name, ArrayType(own.dataType)) for own in fields])
    return frame.mapInPandas(pack, lists).mapInPandas(unpack, frame.schema)


def timed(make: Callable[[Any], Any], frame: Any) -> float:
    """Return the seconds that one way takes over all rows."""
    began = time.perf_counter()
    make(frame).write.format("noop").mode("overwrite").save()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    import synapse_magic

    conf = {"spark.ui.enabled": False}
    session = synapse_magic.start(f"local[{options.slots}]", app="benchmark", conf=conf)
    sql = COLUMNS.format(rows=options.rows, slots=options.slots)
    frame = session.spark.sql(sql).cache()
    frame.count()
    sides = {
        "FixedMiniBatchTransformer, FlattenBatch": by_stages,
        "collect_list over a grouping": by_grouping,
        "mapInPandas": by_pandas,
    }
    runs = options.repeats + 1  # the first warms up
    found = [{name: timed(side, frame) for name, side in sides.items()} for _ in range(runs)]
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{options.rows:,} rows, {options.slots} slots; load average {load}")
    print(f"{'':42}{'median s':>10}{'rows/s':>12}{'ratio':>8}")
    medians = {name: statistics.median(run[name] for run in found[1:]) for name in sides}
    base = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"{name:42}{median:10.2f}{options.rows / median:12,.0f}{median / base:8.2f}")
    session.stop()


if __name__ == "__main__":
    main()
