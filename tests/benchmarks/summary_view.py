"""How long the Summary view takes from values to HTML, and how large it is; shap's beside it.

Run ``python tests/benchmarks/summary_view.py [rows]``. The second line counts rows
on Spark, from a Parquet file of explanations as the stages write them, with its session warm from
the first run on. shap draws fewer rows, as measured: nothing is extrapolated.
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic import Explanation, start, summarize_explanations
from synapse_magic.kernels.vectors import from_matrix

FEATURES, SHAP_ROWS, RUNS = 20, 20_000, 3
LIMIT_SECONDS, LIMIT_BYTES = 2.0, 300_000
NAMES = tuple(f"feature {i}" for i in range(FEATURES))


def explanation(rows: int) -> Explanation:
    """Return contributions that follow their values, four of the features with ten levels."""
    rng = np.random.default_rng(7)
    numbers = rng.standard_normal((rows, FEATURES))
    values = numbers * np.linspace(2, 0.1, FEATURES) + 0.1 * rng.standard_normal(numbers.shape)
    data = {name: np.ascontiguousarray(numbers[:, i]) for i, name in enumerate(NAMES)}
    levels = np.array([f"level {i}" for i in range(10)], dtype=object)
    for i in range(FEATURES - 4, FEATURES):
        data[NAMES[i]] = levels[np.digitize(numbers[:, i], np.linspace(-2, 2, 9))]
    base = np.zeros((rows, 1))
    parts = (values[:, :, None], base, base + values.sum(1)[:, None], data, NAMES, ("yes",))
    return Explanation(*parts, "logit", "tree_path", rows)


def to_html(one: Explanation) -> str:
    """Return our view."""
    return one.summary().html()


def to_png(one: Any) -> bytes:
    """Return shap's view."""
    import matplotlib

    matplotlib.use("agg")
    import shap
    from matplotlib import pyplot as plt

    shap.plots.beeswarm(one, max_display=FEATURES, show=False)
    stream = io.BytesIO()
    plt.savefig(stream, format="png")
    plt.close("all")
    return stream.getvalue()


@dataclass(frozen=True)
class Measure:
    """Seconds of each run, those of this process's cores, and the bytes that came out."""

    seconds: list[float]
    cores: list[float]
    size: int


def measured(work: Callable[[], str | bytes]) -> Measure:
    """Return the measure of some runs."""
    seconds, cores, size = [], [], 0
    for _ in range(RUNS):
        began, worked = time.perf_counter(), time.process_time()
        out = work()
        seconds.append(time.perf_counter() - began)
        cores.append(time.process_time() - worked)
        size = len(out.encode() if isinstance(out, str) else out)
    return Measure(seconds, cores, size)


def frame(spark: Any, rows: int, folder: str) -> Any:
    """Return explained rows in a Parquet file that Spark wrote."""

    def made(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            numbers = np.random.default_rng(batch.column(0)[0].as_py()).standard_normal(
                (batch.num_rows, 2 * FEATURES)
            )
            offsets = pa.array(np.arange(batch.num_rows + 1, dtype=np.int32))
            why = pa.ListArray.from_arrays(offsets, from_matrix(numbers[:, :FEATURES]))
            own = [pa.array(column) for column in numbers[:, FEATURES:].T]
            yield pa.RecordBatch.from_arrays([*own, why], [*fields, "why"])

    from pyspark.ml.linalg import VectorUDT
    from pyspark.sql import types as T

    fields = [f"f{i}" for i in range(FEATURES)]
    columns = [T.StructField(name, T.DoubleType()) for name in fields]
    schema = T.StructType([*columns, T.StructField("why", T.ArrayType(VectorUDT()))])
    path = str(Path(folder) / "why.parquet")
    spark.range(0, rows, 1, 4).mapInArrow(made, schema).write.parquet(path)
    return spark.read.parquet(path)


def on_spark(rows: int) -> Measure:
    """Return the measure of counting all rows on Spark and drawing them."""
    with tempfile.TemporaryDirectory() as folder:
        session = start("local[2]", app="benchmark", conf={"spark.ui.enabled": False})
        try:
            df = frame(session.spark, rows, folder)
            names = [name for name in df.columns if name != "why"]
            return measured(lambda: summarize_explanations(df, names, "why").summary().html())
        finally:
            session.stop()


def main() -> None:
    """Measure and print the table; fail where a limit is missed."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    large, small = explanation(rows), explanation(SHAP_ROWS)
    other = small.toSHAP()
    lines = {
        f"Summary, {rows:,} rows": measured(lambda: to_html(large)),
        f"the same on Spark, {rows:,} rows": on_spark(rows),
        f"Summary, {SHAP_ROWS:,} rows": measured(lambda: to_html(small)),
        f"shap beeswarm (PNG), {SHAP_ROWS:,} rows": measured(lambda: to_png(other)),
    }
    print(
        f"{'view of 20 features':40}{'median s':>10}{'min':>8}{'max':>8}{'cpu s':>8}{'bytes':>10}"
    )
    for name, one in lines.items():
        ends = f"{min(one.seconds):8.2f}{max(one.seconds):8.2f}{statistics.median(one.cores):8.2f}"
        print(f"{name:40}{statistics.median(one.seconds):10.2f}{ends}{one.size:10,}")
    first = next(iter(lines.values()))
    missed = statistics.median(first.seconds) >= LIMIT_SECONDS or first.size >= LIMIT_BYTES
    sys.exit(f"missed: {LIMIT_SECONDS} s and {LIMIT_BYTES:,} bytes" if missed else 0)


if __name__ == "__main__":
    main()
