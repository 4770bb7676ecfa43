"""LIME of a table: rows a second beside the lime package, at the same number of samples.

Run ``python tests/benchmarks/lime_table.py``. Scikit-learn's breast cancer data, 30 numbers. First
both explain the same rows in one process, with the same model on one thread; then the stage
explains all rows on ``local[2]``, and the package by the same model with all the threads it takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import lightgbm
import numpy as np
import pandas as pd
import pyarrow as pa
from lime.lime_tabular import LimeTabularExplainer
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier

import synapse_magic
from synapse_magic.kernels.explaining.outputs import Values
from synapse_magic.kernels.explaining.scorer import ExplainingScorer
from synapse_magic.kernels.explaining.tabular_lime import LimeSettings, TabularLime
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.vectors import from_matrix

SAMPLES, ROWS, TURNS = 1000, 20, 4
Run = Callable[[], tuple[float, float]]
Predict = Callable[[np.ndarray], np.ndarray]


class Wrapped:
    """A scorer of a function from (rows, features) to the chance of the second class."""

    def __init__(self, names: list[str], predict: Predict) -> None:
        self.inputs, self.outputs, self.predict = tuple(names), ("p",), predict
        self.seconds = 0.0

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the chances of both classes as vectors."""
        rows = np.column_stack([column.to_numpy() for column in batch.columns])
        started = time.perf_counter()
        chance = self.predict(rows)
        self.seconds += time.perf_counter() - started
        return pa.RecordBatch.from_arrays(
            [from_matrix(np.column_stack([1 - chance, chance]))], ["p"]
        )


def ours(x: np.ndarray, names: list[str], predict: Predict) -> Run:
    """Return what explains rows here."""
    batch = pa.RecordBatch.from_arrays([pa.array(column) for column in x.T], names)
    model = Wrapped(names, predict)
    asker = TabularLime(batch, (), LimeSettings(samples=SAMPLES))
    scorer = ExplainingScorer(asker, model, Target("p"), (Values("lime", False),), "error")
    scorer.score(batch.slice(0, 2))

    def run() -> tuple[float, float]:
        model.seconds, started = 0.0, time.perf_counter()
        found = scorer.score(batch.slice(0, ROWS))
        assert found.column("error").null_count == ROWS
        return time.perf_counter() - started, model.seconds

    return run


def theirs(x: np.ndarray, predict: Predict, discretize: bool) -> Run:
    """Return what explains the same rows by the lime package."""
    seconds = 0.0

    def chances(rows: np.ndarray) -> np.ndarray:
        nonlocal seconds
        started = time.perf_counter()
        chance = predict(rows)
        seconds += time.perf_counter() - started
        return np.column_stack([1 - chance, chance])

    explainer = LimeTabularExplainer(x, discretize_continuous=discretize, random_state=0)
    width = x.shape[1]
    explainer.explain_instance(x[0], chances, num_features=width, num_samples=SAMPLES)

    def run() -> tuple[float, float]:
        nonlocal seconds
        seconds, started = 0.0, time.perf_counter()
        for row in x[:ROWS]:
            explainer.explain_instance(row, chances, num_features=width, num_samples=SAMPLES)
        return time.perf_counter() - started, seconds

    return run


def tell(runs: dict[str, Run]) -> None:
    """Print rows a second, the best of some turns, and the share of the model."""
    for name, run in runs.items():
        took, model = min(run() for _ in range(TURNS))
        print(f"  {name:30} {ROWS / took:8.1f} rows/s, of which the model {model / took:.0%}")


def main() -> None:
    """Compare on two models."""
    data = load_breast_cancer()
    names = [str(name) for name in data.feature_names]
    trees = lightgbm.LGBMClassifier(n_estimators=100, n_jobs=1, verbose=-1).fit(
        data.data, data.target
    )
    forest = RandomForestClassifier(100, n_jobs=1, random_state=0).fit(data.data, data.target)
    models = {
        "a line": lambda rows: rows[:, 0] / 30,
        "LightGBM, 100 trees": lambda rows: trees.booster_.predict(rows, num_threads=1),
        "a random forest of 100 trees": lambda rows: forest.predict_proba(rows)[:, 1],
    }
    for name, predict in models.items():
        print(f"{name}, {SAMPLES} samples a row:")
        tell(
            {
                "synapse_magic": ours(data.data, names, predict),
                "lime (quartiles, its default)": theirs(data.data, predict, discretize=True),
                "lime (numbers)": theirs(data.data, predict, discretize=False),
            }
        )
    through_spark(data.data, data.target)


def through_spark(x: np.ndarray, y: np.ndarray) -> None:
    """Compare the stage with the package, by one model of ours."""
    session = synapse_magic.start("local[2]", conf={"spark.ui.enabled": False})
    names = [f"x{i}" for i in range(x.shape[1])]
    table = pd.DataFrame(x, columns=names).assign(label=y.astype(float))
    df = session.spark.createDataFrame(table).repartition(2).cache()
    model = synapse_magic.LightGBMClassifier(inputCols=names, numIterations=100).fit(df)
    stage = synapse_magic.TabularLIME(
        model=model, inputCols=names, backgroundData=df, numSamples=SAMPLES, outputCol="lime"
    )
    told = stage.transform(df)
    told.write.format("noop").mode("overwrite").save()
    started = time.perf_counter()
    told.write.format("noop").mode("overwrite").save()
    took = time.perf_counter() - started
    print("LightGBM, 100 trees, on two cores:")
    print(f"  {'TabularLIME on local[2]':30} {len(x) / took:8.1f} rows/s")
    booster = lightgbm.Booster(model_str=model.scorer().trees())
    tell(
        {
            "lime (quartiles, its default)": theirs(x, booster.predict, discretize=True),
            "lime (numbers)": theirs(x, booster.predict, discretize=False),
        }
    )
    session.stop()


if __name__ == "__main__":
    main()
