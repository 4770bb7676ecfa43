from __future__ import annotations

from collections.abc import Callable

import pytest
from neighbor_data import POINTS, QUERIES
from pyspark.sql import DataFrame, SparkSession

from synapse_magic.neighbors import index


@pytest.fixture(scope="module")
def points(spark: SparkSession) -> DataFrame:
    rows = [(i, "abc"[i % 3], point) for i, point in enumerate(POINTS.tolist())]
    return spark.createDataFrame(rows, "values long, labels string, features array<double>").cache()


@pytest.fixture(scope="module")
def queries(spark: SparkSession) -> DataFrame:
    rows = [(i, f"query {i}", query) for i, query in enumerate(QUERIES.tolist())]
    return spark.createDataFrame(rows, "id long, name string, features array<double>").cache()


@pytest.fixture
def block_bytes(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Give a function that limits the bytes of a block."""

    def limit(size: int) -> None:
        monkeypatch.setattr(index, "BLOCK_BYTES", {"exact": size, "approximate": size})

    return limit
