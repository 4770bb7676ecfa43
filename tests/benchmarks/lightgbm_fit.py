"""Time of ``fit`` end to end against native LightGBM on the same Parquet files and threads.

Run it on an otherwise idle machine::

    python tests/benchmarks/lightgbm_fit.py
    python tests/benchmarks/lightgbm_fit.py --rows 200000 --repeats 3
    python tests/benchmarks/lightgbm_fit.py --peers

Each measurement of any side starts from the Parquet files and ends with the model in hand. The
sides take turns, and medians are compared. Spark is started and warmed up once before. With
``--peers``, ``xgboost.spark`` (same trees, one worker for each thread) and GBTClassifier of
``pyspark.ml`` (10 iterations) are measured once beside them. The last line is the fixed cost:
1,000 rows, warm.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COLUMNS = 28
FILES = 8
SETTINGS = {"num_iterations": 100, "num_leaves": 31}

NATIVE = """
import os
import sys
import time

import lightgbm
import pyarrow.parquet as pq

folder, threads, rounds, leaves = sys.argv[1], *map(int, sys.argv[2:])
began = time.perf_counter()
table = pq.read_table(folder)
label = table.column("label").to_numpy()
features = table.drop_columns(["label"])
params = {"objective": "binary", "num_leaves": leaves, "num_threads": threads, "verbosity": -1}
booster = lightgbm.train(params, lightgbm.Dataset(features, label), rounds)
booster.model_to_string()
print(time.perf_counter() - began)
"""


def generate(rows: int) -> Path:
    """Write the data set once and return its folder."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = Path(tempfile.gettempdir()) / f"synapse_magic_benchmark_{rows}x{COLUMNS}"
    if (folder / "_SUCCESS").exists():
        return folder
    folder.mkdir(exist_ok=True)
    weights = np.random.default_rng(0).normal(size=COLUMNS)
    for part in range(FILES):
        rng = np.random.default_rng(part + 1)
        count = rows // FILES + (part < rows % FILES)
        values = rng.normal(size=(count, COLUMNS)).astype(np.float32)
        signal = values @ weights + 2 * values[:, 0] * values[:, 1] + 2 * rng.normal(size=count)
        columns = {f"c{index}": values[:, index] for index in range(COLUMNS)}
        table = pa.table({**columns, "label": (signal > 0).astype(np.float64)})
        pq.write_table(table, folder / f"part-{part}.parquet")
    (folder / "_SUCCESS").touch()
    return folder


def run_native(folder: Path, threads: int) -> float:
    """Return the seconds of native LightGBM, in a process of its own."""
    arguments = [str(folder), threads, SETTINGS["num_iterations"], SETTINGS["num_leaves"]]
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    command = [sys.executable, "-c", NATIVE, *map(str, arguments)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(run.stdout)


def run_ours(spark, folder: Path, tasks: int) -> float:  # type: ignore[no-untyped-def]
    """Return the seconds of our ``fit``."""
    from synapse_magic import LightGBMClassifier

    began = time.perf_counter()
    classifier = LightGBMClassifier(
        inputCols=[f"c{index}" for index in range(COLUMNS)],
        numIterations=SETTINGS["num_iterations"],
        numLeaves=SETTINGS["num_leaves"],
        numTasks=tasks,
    )
    classifier.fit(spark.read.parquet(str(folder)))
    return time.perf_counter() - began


def run_xgboost(spark, folder: Path, threads: int) -> float:  # type: ignore[no-untyped-def]
    """Return the seconds of ``xgboost.spark`` with trees of the same size."""
    from xgboost.spark import SparkXGBClassifier

    began = time.perf_counter()
    classifier = SparkXGBClassifier(
        features_col=[f"c{index}" for index in range(COLUMNS)],
        label_col="label",
        num_workers=threads,  # of one thread each
        n_estimators=SETTINGS["num_iterations"],
        tree_method="hist",
        grow_policy="lossguide",
        max_depth=0,
        max_leaves=SETTINGS["num_leaves"],
    )
    classifier.fit(spark.read.parquet(str(folder)))
    return time.perf_counter() - began


def run_pyspark(spark, folder: Path) -> float:  # type: ignore[no-untyped-def]
    """Return the seconds of ``pyspark.ml`` for 10 iterations."""
    from pyspark.ml import Pipeline
    from pyspark.ml.classification import GBTClassifier
    from pyspark.ml.feature import VectorAssembler

    began = time.perf_counter()
    names = [f"c{index}" for index in range(COLUMNS)]
    assembler = VectorAssembler(inputCols=names, outputCol="features")
    Pipeline(stages=[assembler, GBTClassifier(maxIter=10)]).fit(spark.read.parquet(str(folder)))
    return time.perf_counter() - began


def run_peers(spark, folder: Path, threads: int) -> dict[str, list[float]]:  # type: ignore[no-untyped-def]
    """Return the seconds of the other libraries, one run each."""
    seconds = {"pyspark.ml GBT, 10 it.": [run_pyspark(spark, folder)]}
    if importlib.util.find_spec("xgboost") is None:
        print("xgboost.spark is not measured. Try: pip install xgboost")
    else:
        seconds["xgboost.spark"] = [run_xgboost(spark, folder, threads)]
    return seconds


def run_few_rows(spark, repeats: int) -> list[float]:  # type: ignore[no-untyped-def]
    """Return the seconds of ``fit`` for 1,000 rows in a warm session."""
    folder = generate(1_000)
    return [run_ours(spark, folder, 0) for _ in range(repeats + 2)][2:]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peers", action="store_true", help="measure other libraries, too")
    options = parser.parse_args()
    import synapse_magic

    folder = generate(options.rows)
    master = f"local[{options.threads}]"
    session = synapse_magic.start(master, app="benchmark", conf={"spark.ui.enabled": False})
    sides = {
        "native LightGBM": lambda: run_native(folder, options.threads),
        "fit": lambda: run_ours(session.spark, folder, 0),
        f"fit, {options.threads} workers of 1 thread": lambda: run_ours(
            session.spark, folder, options.threads
        ),
    }
    run_ours(session.spark, generate(20_000), 0)
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(options.repeats):
        for name, side in sides.items():
            seconds[name].append(side())
    if options.peers:
        seconds |= run_peers(session.spark, folder, options.threads)
    seconds["fit of 1,000 rows"] = run_few_rows(session.spark, options.repeats)
    session.stop()
    report(options, seconds)


def report(options: argparse.Namespace, seconds: dict[str, list[float]]) -> None:
    """Print medians, ranges and ratios to native LightGBM."""
    base = statistics.median(seconds["native LightGBM"])
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"{options.rows} rows x {COLUMNS} float32, {SETTINGS['num_iterations']} iterations, "
        f"{SETTINGS['num_leaves']} leaves, {options.threads} threads; load average {load}"
    )
    print(f"{'':26}{'median s':>10}{'least s':>10}{'most s':>10}{'ratio':>8}")
    for name, values in seconds.items():
        median = statistics.median(values)
        print(f"{name:26}{median:10.2f}{min(values):10.2f}{max(values):10.2f}{median / base:8.2f}")


if __name__ == "__main__":
    main()
