from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from neighbor_data import nearest, values
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from synapse_magic import KNN, ConditionalKNN, ConditionalKNNModel, KNNModel, SynapseError
from synapse_magic.spark.models import load_model, save_model

Limit = Callable[[int], None]


@pytest.mark.parametrize("heavy", [False, True], ids=["light", "heavy"])
def test_a_loaded_model_finds_the_same(
    points: DataFrame,
    queries: DataFrame,
    tmp_path: Path,
    block_bytes: Limit,
    monkeypatch: pytest.MonkeyPatch,
    heavy: bool,
) -> None:
    block_bytes(1500)
    monkeypatch.setattr("synapse_magic.neighbors.index.HEAVY", -1 if heavy else 1 << 20)
    model = KNN(k=3).fit(points.repartitionByRange(6, "values"))
    model.save(str(tmp_path / "model"))
    loaded = KNNModel.load(str(tmp_path / "model"))
    assert (loaded.uid, loaded.index.shape) == (model.uid, model.index.shape)
    shutil.rmtree(tmp_path / "model")
    assert values(loaded.transform(queries).orderBy("id").collect()) == nearest(3)


def test_a_model_may_be_saved_over_the_one_it_was_loaded_from(
    points: DataFrame, queries: DataFrame, tmp_path: Path
) -> None:
    path = str(tmp_path / "model")
    save_model(ConditionalKNN(k=2).fit(points), path)
    ConditionalKNNModel.load(path).setK(1).write().overwrite().save(path)
    loaded = load_model(path)
    rows = loaded.transform(queries.withColumn("conditioner", F.expr("array('a', 'b', 'c')")))
    assert values(rows.collect()) == nearest(1)


@pytest.mark.parametrize("damage", ["missing", "cut", "another"])
def test_a_damaged_index_is_refused(points: DataFrame, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "model"
    KNN().fit(points).save(str(path))
    blocks = path / "frames" / "blocks"
    if damage == "another":
        KNN().fit(points.limit(10)).save(str(tmp_path / "other"))
        shutil.rmtree(blocks)
        shutil.copytree(tmp_path / "other" / "frames" / "blocks", blocks)
    for part in blocks.glob("*.parquet"):
        if damage == "missing":
            part.unlink()
        elif damage == "cut":
            part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(SynapseError, match=r"not complete: its frames"):
        KNNModel.load(str(path))
