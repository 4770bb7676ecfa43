from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from neighbor_data import values
from pyspark.sql import DataFrame, SparkSession

from synapse_magic import KNN
from synapse_magic.spark.models import load_model, save_model

RNG = np.random.default_rng(2)
CENTRES = 2 * RNG.normal(size=(40, 16))


def clustered(count: int) -> np.ndarray:
    """Return rows about a few centres, of lengths that differ."""
    return CENTRES[RNG.integers(0, 40, count)] + RNG.normal(size=(count, 16))


INDEX, QUERIES = clustered(6000), clustered(200)


@pytest.fixture(scope="module")
def index(spark: SparkSession) -> DataFrame:
    rows = list(enumerate(INDEX.tolist()))
    return spark.createDataFrame(rows, "values long, features array<double>").cache()


@pytest.fixture(scope="module")
def asked(spark: SparkSession) -> DataFrame:
    rows = list(enumerate(QUERIES.tolist()))
    return spark.createDataFrame(rows, "id long, features array<double>").cache()


def recall(found: list[list[int]], truth: list[list[int]]) -> float:
    return float(np.mean([len(set(a) & set(b)) / len(b) for a, b in zip(found, truth)]))


@pytest.mark.parametrize("metric", ["l2", "cosine", "innerProduct"])
def test_nearly_all_of_the_nearest_are_found(
    index: DataFrame, asked: DataFrame, metric: str
) -> None:
    model = KNN(k=10, metric=metric, algorithm="approximate").fit(index)
    found = model.transform(asked).orderBy("id").collect()
    exact = model.setAlgorithm("exact").transform(asked).orderBy("id").collect()
    assert recall(values(found), values(exact)) >= 0.95
    measures = {(row.id, near.value): near[1] for row in exact for near in row.neighbors}
    for row in found:
        for near in row.neighbors:
            assert near[1] == measures.get((row.id, near.value), near[1])


def test_blocks_have_graphs_of_their_own_that_are_saved(
    index: DataFrame,
    asked: DataFrame,
    block_bytes: Callable[[int], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    block_bytes(200_000)
    model = KNN(k=5, algorithm="approximate", efSearch=128).fit(
        index.repartitionByRange(6, "values")
    )
    assert model.index.shape.blocks > 1
    found = values(model.transform(asked).orderBy("id").collect())
    exact = values(model.copy().setAlgorithm("exact").transform(asked).orderBy("id").collect())
    assert recall(found, exact) >= 0.95
    path = str(tmp_path_factory.mktemp("saved") / "model")
    save_model(model, path)
    assert values(load_model(path).transform(asked).orderBy("id").collect()) == found


def test_more_candidates_find_more(index: DataFrame, asked: DataFrame) -> None:
    model = KNN(k=10, algorithm="approximate", efSearch=10).fit(index)
    few = values(model.transform(asked).orderBy("id").collect())
    many = values(model.setEfSearch(400).transform(asked).orderBy("id").collect())
    exact = values(model.setAlgorithm("exact").transform(asked).orderBy("id").collect())
    assert recall(few, exact) < recall(many, exact)
    assert recall(many, exact) >= 0.999


def test_more_neighbours_than_rows_gives_all_rows(index: DataFrame) -> None:
    few = index.limit(7)
    assert len(KNN(k=9, algorithm="approximate").fit(few).kneighbors(QUERIES[:1])) == 7
