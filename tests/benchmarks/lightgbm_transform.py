"""Rows per second of ``transform`` against native ``Booster.predict`` on the same rows and threads.

Run it on an otherwise idle machine::

    python tests/benchmarks/lightgbm_transform.py
    python tests/benchmarks/lightgbm_transform.py --rows 200000 --repeats 3

Both sides start from the Parquet files. Native reads them into one float32 matrix and predicts in
one call with all threads; of that, the call alone is measured too. ``transform`` ends in a write
that keeps nothing (``noop``), first with the prediction alone, then with the raw score, the
probability and the prediction. The sides take turns, and medians are compared.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from lightgbm_fit import COLUMNS, SETTINGS, generate

NATIVE = """
import os
import sys
import time

import lightgbm
import numpy as np
import pyarrow.parquet as pq

folder, model, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
booster = lightgbm.Booster(model_file=model)
began = time.perf_counter()
features = pq.read_table(folder).drop_columns(["label"])
matrix = np.empty((features.num_rows, features.num_columns), np.float32)
for index, column in enumerate(features.columns):
    matrix[:, index] = column.to_numpy()
read = time.perf_counter()
booster.predict(matrix, num_threads=threads)
ended = time.perf_counter()
print(ended - began, ended - read)
"""


def run_native(folder: Path, model: Path, threads: int) -> tuple[float, float]:
    """Return the seconds of native LightGBM: with reading, and of the call alone."""
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    command = [sys.executable, "-c", NATIVE, str(folder), str(model), str(threads)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    total, alone = map(float, run.stdout.split())
    return total, alone


def run_ours(spark, model, folder: Path, outputs: list[str]) -> float:  # type: ignore[no-untyped-def]
    """Return the seconds of ``transform`` into nothing, for some of the outputs."""
    began = time.perf_counter()
    frame = model.transform(spark.read.parquet(str(folder)))
    frame.select(*outputs).write.format("noop").mode("overwrite").save()
    return time.perf_counter() - began


def train(spark, folder: Path):  # type: ignore[no-untyped-def]
    """Return a fitted model of the usual size."""
    from synapse_magic import LightGBMClassifier

    names = [f"c{index}" for index in range(COLUMNS)]
    rounds, leaves = SETTINGS["num_iterations"], SETTINGS["num_leaves"]
    classifier = LightGBMClassifier(inputCols=names, numIterations=rounds, numLeaves=leaves)
    return classifier.fit(spark.read.parquet(str(folder)))


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    import synapse_magic

    folder = generate(options.rows)
    master = f"local[{options.threads}]"
    session = synapse_magic.start(master, app="benchmark", conf={"spark.ui.enabled": False})
    model = train(session.spark, generate(min(options.rows, 200_000)))
    file = folder.with_suffix(".txt")
    model.saveNativeModel(str(file), overwrite=True)
    small = generate(20_000)
    alone = model.copy().setProbabilityCol("").setRawPredictionCol("")
    sides = {
        "transform, prediction": (alone, ["*"]),
        "transform, all three": (model, ["*"]),
        "the same, only these kept": (model, ["rawPrediction", "probability", "prediction"]),
    }
    for scored, outputs in sides.values():
        run_ours(session.spark, scored, small, outputs)
    seconds: dict[str, list[float]] = {"native predict": [], "native, with reading": []}
    seconds |= {name: [] for name in sides}
    for _ in range(options.repeats):
        total, call = run_native(folder, file, options.threads)
        seconds["native predict"].append(call)
        seconds["native, with reading"].append(total)
        for name, (scored, outputs) in sides.items():
            seconds[name].append(run_ours(session.spark, scored, folder, outputs))
    session.stop()
    file.unlink()
    report(options, seconds)


def report(options: argparse.Namespace, seconds: dict[str, list[float]]) -> None:
    """Print medians, rows per second and the share of native's rows per second."""
    base = statistics.median(seconds["native predict"])
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(
        f"{options.rows} rows x {COLUMNS} float32, {SETTINGS['num_iterations']} iterations, "
        f"{SETTINGS['num_leaves']} leaves, {options.threads} threads; load average {load}"
    )
    print(f"{'':28}{'median s':>10}{'least s':>10}{'rows/s':>12}{'of native':>11}")
    for name, values in seconds.items():
        median = statistics.median(values)
        rate, share = options.rows / median, base / median
        print(f"{name:28}{median:10.2f}{min(values):10.2f}{rate:12,.0f}{share:11.0%}")


if __name__ == "__main__":
    main()
