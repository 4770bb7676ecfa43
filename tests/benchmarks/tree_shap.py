"""Rows per second of exact SHAP values of trees, against the shap package and LightGBM's own.

Run it on an otherwise idle machine::

    python tests/benchmarks/tree_shap.py
    python tests/benchmarks/tree_shap.py --rows 50000 --repeats 3

With a background: breast cancer (569 rows, 30 features), LightGBM of 100 trees of 31 leaves, 100
rows of background; ours for all rows against ``shap.KernelExplainer`` as it comes for a few of
them, and against ``shap.TreeExplainer`` for some more. Without one: the rows of a Parquet file
through ``explain``'s path on Spark, which adds up columns, and through ``featuresShapCol``, against
``Booster.predict(pred_contrib=True)`` on the same file, all with one process or slot and one
thread a core. The sides take turns, and medians are compared.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

NATIVE = """
import sys, time
import lightgbm, numpy as np, pyarrow.parquet as pq
folder, model, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
booster = lightgbm.Booster(model_file=model)
began = time.perf_counter()
table = pq.read_table(folder)
matrix = np.column_stack([column.to_numpy() for column in table.columns])
booster.predict(matrix, pred_contrib=True, num_threads=threads)
print(time.perf_counter() - began)
"""


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of a call, and what it gave."""
    began = time.perf_counter()
    found = call()
    return time.perf_counter() - began, found


def trained(rows: np.ndarray, label: np.ndarray) -> Any:
    """Return LightGBM's model of 100 trees."""
    import lightgbm

    settings = {"objective": "binary", "num_leaves": 31, "min_data_in_leaf": 5, "verbosity": -1}
    return lightgbm.train(settings, lightgbm.Dataset(rows, label), 100)


def with_a_background(repeats: int) -> None:
    """Print the rows per second with a background, and how far the values are apart."""
    import shap
    from sklearn.datasets import load_breast_cancer

    from synapse_magic.kernels.forest.interventional import interventional
    from synapse_magic.kernels.forest.lightgbm_text import read_lightgbm

    rows, label = load_breast_cancer(return_X_y=True)
    model = trained(rows, label)
    behind = rows[np.random.default_rng(0).permutation(len(rows))[:100]]
    forest = read_lightgbm(model.model_to_string(), "logit")
    kernel = shap.KernelExplainer(lambda x: model.predict(x, raw_score=True), behind)
    tree = shap.TreeExplainer(model, behind, feature_perturbation="interventional")
    few, some, each = rows[:3], rows[:200], np.arange(rows.shape[1])
    speeds: dict[str, list[float]] = {"ours": [], "KernelExplainer": [], "TreeExplainer": []}
    for _ in range(repeats):
        seconds, (values, _) = timed(lambda: interventional(forest, rows, behind, each))
        speeds["ours"].append(len(rows) / seconds)
        seconds, peer = timed(lambda: tree.shap_values(some))
        speeds["TreeExplainer"].append(len(some) / seconds)
    seconds, sampled = timed(lambda: kernel.shap_values(few, silent=True))
    speeds["KernelExplainer"].append(len(few) / seconds)
    print("interventional, background of 100 rows           rows/s   ours is   largest difference")
    ours = statistics.median(speeds["ours"])
    apart = {"TreeExplainer": (peer, some), "KernelExplainer": (sampled, few), "ours": (None, rows)}
    for name, found in speeds.items():
        speed, (other, which) = statistics.median(found), apart[name]
        off = "" if other is None else f"{np.abs(other - values[: len(which), :, 0]).max():.1e}"
        print(f"  {name:<42} {speed:12.1f} {ours / speed:8.1f} x   {off}")


def without_one(count: int, repeats: int) -> None:
    """Print the rows per second of path-dependent values through Spark and of LightGBM alone."""
    import pandas as pd
    from pyspark.sql import functions as F

    import synapse_magic
    from synapse_magic.explainers.sample import ExactWay, draw
    from synapse_magic.kernels.scorer import ChainedScorer

    threads = os.cpu_count() or 1
    rng = np.random.default_rng(1)
    matrix = rng.normal(size=(count, 20))
    names = [f"f{i}" for i in range(matrix.shape[1])]
    frame = pd.DataFrame(matrix, columns=names)
    session = synapse_magic.start(f"local[{threads}]", conf={"spark.ui.enabled": False})
    spark = session.spark
    with tempfile.TemporaryDirectory() as folder:
        data, file = str(Path(folder) / "rows"), str(Path(folder) / "model.txt")
        given = spark.createDataFrame(frame.head(20_000)).withColumn(
            "label", F.expr("double(f0 * f1 + f2 > 0)")
        )
        model = synapse_magic.LightGBMClassifier(inputCols=names, numIterations=100).fit(given)
        model.setFeaturesShapCol("shap")
        Path(file).write_text(model.scorer().text)
        spark.createDataFrame(frame).repartition(4 * threads).write.parquet(data)
        rows, chain = spark.read.parquet(data), ChainedScorer((model.scorer(),))
        sides: dict[str, Callable[[], float]] = {
            "Booster.predict(pred_contrib=True)": lambda: native(data, file, threads),
            "featuresShapCol": lambda: timed(
                lambda: model.transform(rows).write.format("noop").mode("overwrite").save()
            )[0],
            "explain's draw of all rows": lambda: timed(
                lambda: draw(rows, names, count, 0, ExactWay(chain, None))
            )[0],
        }
        sides["featuresShapCol"]()
        seconds = {name: [run() for _ in range(repeats)] for name, run in sides.items()}
    session.stop()
    print(f"path-dependent, {count} rows x 20 features          rows/s   of native")
    first = statistics.median(seconds["Booster.predict(pred_contrib=True)"])
    for name, found in seconds.items():
        middle = statistics.median(found)
        print(f"  {name:<42} {count / middle:12.0f} {first / middle:8.2f}")


def native(folder: str, model: str, threads: int) -> float:
    """Return the seconds of native LightGBM with reading, in a process of its own."""
    command = [sys.executable, "-c", NATIVE, folder, model, str(threads)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with_a_background(options.repeats)
    without_one(options.rows, options.repeats)


if __name__ == "__main__":
    main()
