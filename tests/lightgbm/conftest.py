from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

Table = Callable[..., DataFrame]


@dataclass(frozen=True)
class Data:
    """Rows of a learnable problem, as arrays and as a frame."""

    names: list[str]
    X: np.ndarray
    label: np.ndarray
    frame: DataFrame


@pytest.fixture(scope="session")
def table(spark: SparkSession) -> Table:
    """Make a frame from named arrays, in a given number of partitions and in their order."""

    def make(partitions: int = 1, **columns: object) -> DataFrame:
        frame = spark.createDataFrame(pd.DataFrame(columns))
        return frame.coalesce(1) if partitions == 1 else frame.repartition(partitions)

    return make


def _features(rows: int, seed: int) -> tuple[list[str], np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return ["a", "b", "c", "d"], rng.normal(size=(rows, 4)), rng


@pytest.fixture(scope="session")
def binary(table: Table) -> Data:
    names, X, rng = _features(3000, 1)
    label = (X[:, 0] + X[:, 1] * X[:, 2] + 0.5 * rng.normal(size=len(X)) > 0).astype(float)
    return Data(names, X, label, table(**dict(zip(names, X.T)), label=label).cache())


@pytest.fixture(scope="session")
def regression(table: Table) -> Data:
    names, X, rng = _features(3000, 2)
    label = 10 + X[:, 0] - 2 * X[:, 1] + 0.1 * rng.normal(size=len(X))
    return Data(names, X, label, table(**dict(zip(names, X.T)), label=label).cache())


@pytest.fixture(scope="session")
def multiclass(table: Table) -> Data:
    names, X, _ = _features(3000, 3)
    label = np.digitize(X[:, 0] + X[:, 1], [-0.7, 0.7]).astype(float)
    return Data(names, X, label, table(**dict(zip(names, X.T)), label=label).cache())
