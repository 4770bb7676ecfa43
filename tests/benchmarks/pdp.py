"""Partial dependence through Spark against scikit-learn's on the same model and rows.

Run it on an otherwise idle machine::

    python tests/benchmarks/pdp.py
    python tests/benchmarks/pdp.py --repeats 5 --rows 10000

A LightGBM model of 100 trees on ten numbers is asked about 2,000 rows at 20 points of each: 400,000
answers. ``partial_dependence`` draws the rows, makes the grids, asks in the workers and returns
curves, bands and averages. scikit-learn's gets the rows in memory, with ``method="brute"`` and
``kind="both"``, and its estimator calls the same booster with a thread for each slot. "The model
alone" is that booster on all 400,000 rows at once. The sides take turns; medians of seconds are
compared. The averages of both are compared too.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence as of_sklearn

import synapse_magic

NAMES = [f"x{i}" for i in range(10)]
POINTS = 20


class Boosted(RegressorMixin, BaseEstimator):
    """A booster as scikit-learn wants it."""

    def __init__(self, booster: lightgbm.Booster, slots: int) -> None:
        self.booster, self.slots = booster, slots

    def fit(self, x: np.ndarray, y: np.ndarray) -> Boosted:
        """Do nothing: it is fitted."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """Say so."""
        return True

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return what the booster says."""
        return self.booster.predict(x, num_threads=self.slots)


def data(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Give rows with 20 different values a feature, so that both sides use the same grid."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, POINTS, (rows, len(NAMES))) / POINTS
    return x, np.sin(6 * x[:, 0]) * x[:, 1] + x[:, 2] ** 2 + rng.normal(size=rows) / 10


def timed(sides: dict[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """Run the sides in turn and return the median seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, run in sides.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(each) for name, each in seconds.items()}


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--slots", type=int, default=2)
    options = parser.parse_args()
    x, y = data(options.rows)
    conf = {"spark.ui.enabled": False}
    session = synapse_magic.start(f"local[{options.slots}]", app="benchmark", conf=conf)
    df = session.spark.createDataFrame(np.column_stack([x, y]).tolist(), [*NAMES, "label"])
    df = df.coalesce(options.slots).cache()
    model = synapse_magic.LightGBMRegressor(inputCols=NAMES, numIterations=100).fit(df)
    booster = lightgbm.Booster(model_str=model.scorer().trees())
    estimator = Boosted(booster, options.slots)
    asked = np.repeat(x, POINTS * len(NAMES), axis=0)
    more = {"method": "brute", "kind": "both", "grid_resolution": POINTS + 1}
    sides: dict[str, Callable[[], Any]] = {
        "partial_dependence": lambda: synapse_magic.partial_dependence(
            model, df, rows=options.rows, grid=POINTS
        ),
        "scikit-learn": lambda: [of_sklearn(estimator, x, [i], **more) for i in range(10)],
        "the model alone": lambda: booster.predict(asked, num_threads=options.slots),
    }
    found = {one.name: one.average[:, 0] for one in sides["partial_dependence"]().features}
    theirs = [own["average"][0] for own in sides["scikit-learn"]()]
    apart = max(np.abs(found[name] - own).max() for name, own in zip(NAMES, theirs))
    seconds = timed(sides, options.repeats)
    session.stop()
    print(f"{len(NAMES)} features x {POINTS} points x {options.rows:,} rows, {options.slots} slots")
    for name, took in seconds.items():
        ratio = took / seconds["scikit-learn"]
        print(f"{name:20} {took:7.2f} s   {ratio:5.2f} x scikit-learn")
    print(f"largest difference of averages {apart:.1e}")


if __name__ == "__main__":
    main()
