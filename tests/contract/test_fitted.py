from __future__ import annotations

from pathlib import Path
from typing import Any

import cloudpickle
import pyarrow as pa
import pytest
from family import COLUMNS, ESTIMATORS, frame, ready
from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import DataFrame, Row, SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.spark.models import load_model, save_model
from synapse_magic.spark.scorer import scorer_of

every_estimator = pytest.mark.parametrize("stage", ESTIMATORS, ids=lambda stage: stage.__name__)


@pytest.fixture(scope="module")
def data(spark: SparkSession) -> DataFrame:
    return frame(spark).cache()


@pytest.fixture(scope="module")
def fitted(data: DataFrame) -> dict[type, tuple[Any, Any]]:
    made = [ready(stage) for stage in ESTIMATORS]
    return {type(estimator): (estimator, estimator.fit(data)) for estimator in made}


@every_estimator
def test_model_keeps_uid_and_params(stage: type, fitted: Any) -> None:
    estimator, model = fitted[stage]
    assert model.uid == estimator.uid
    for declared in estimator._paramMap:
        assert model.getOrDefault(declared.name) == estimator.getOrDefault(declared.name)


@every_estimator
def test_transform_keeps_rows_and_columns(stage: type, fitted: Any, data: DataFrame) -> None:
    _, model = fitted[stage]
    out = model.transform(data)
    assert out.count() == data.count()
    assert out.columns[: len(data.columns)] == data.columns
    assert set(model.scorer().outputs) == set(out.columns) - set(data.columns)


@every_estimator
def test_scorer_gives_what_transform_gives(stage: type, fitted: Any, data: DataFrame) -> None:
    _, model = fitted[stage]
    scorer = cloudpickle.loads(cloudpickle.dumps(scorer_of(model)))
    outputs = list(scorer.outputs)
    expected = [tuple(row) for row in model.transform(data).select(*outputs).collect()]
    batches: list[pa.RecordBatch] = []

    rows = data.select(*scorer.inputs).collect()
    batch = batch_of(rows, scorer.inputs)
    batches.append(scorer.score(batch))
    got = list(zip(*(plain(column) for column in batches[0].columns)))
    assert got == [tuple(map(plain_value, row)) for row in expected]


@every_estimator
def test_saved_model_scores_bit_for_bit_the_same(
    stage: type, fitted: Any, data: DataFrame, tmp_path: Path
) -> None:
    _, model = fitted[stage]
    save_model(model, str(tmp_path / "model"))
    loaded = load_model(str(tmp_path / "model"))
    assert type(loaded) is type(model)
    assert loaded.uid == model.uid
    assert loaded.transform(data).collect() == model.transform(data).collect()


@every_estimator
def test_works_in_a_pipeline_that_is_saved(stage: type, data: DataFrame, tmp_path: Path) -> None:
    model = Pipeline(stages=[ready(stage)]).fit(data)
    save_model(model, str(tmp_path / "pipeline"))
    loaded = load_model(str(tmp_path / "pipeline"))
    assert isinstance(loaded, PipelineModel)
    assert loaded.transform(data).collect() == model.transform(data).collect()


@every_estimator
def test_empty_partitions_are_fine(stage: type, fitted: Any, data: DataFrame) -> None:
    _, model = fitted[stage]
    assert model.transform(data.limit(3).repartition(5)).count() == 3
    assert model.transform(data.limit(0)).count() == 0


@every_estimator
def test_fitting_leaves_frame_and_estimator_alone(
    stage: type, fitted: Any, data: DataFrame
) -> None:
    estimator, _ = fitted[stage]
    assert estimator.to_code() == ready(stage).to_code()
    assert data.columns == COLUMNS


@every_estimator
@pytest.mark.parametrize("damage", ["manifest", "cut", "altered"])
def test_damaged_files_are_refused(stage: type, fitted: Any, tmp_path: Path, damage: str) -> None:
    _, model = fitted[stage]
    folder = tmp_path / "model"
    save_model(model, str(folder))
    if damage == "manifest":
        for file in (folder / "manifest").iterdir():
            file.unlink()
        (folder / "manifest").rmdir()
    else:
        (part,) = (folder / "metadata").glob("part-*")
        text = part.read_text()
        part.write_text(text[: len(text) // 2] if damage == "cut" else text.replace("uid", "uiD"))
        for checksum in (folder / "metadata").glob(".*.crc"):
            checksum.unlink()
    with pytest.raises(SynapseError, match=r"not complete|no JSON"):
        load_model(str(folder))


def batch_of(rows: list[Any], names: tuple[str, ...]) -> pa.RecordBatch:
    from synapse_magic.kernels.vectors import from_matrix

    columns = []
    for name in names:
        values = [row[name] for row in rows]
        if hasattr(values[0], "toArray"):
            import numpy as np

            columns.append(from_matrix(np.array([v.toArray() for v in values])))
        else:
            whole = [v.asDict(recursive=True) if isinstance(v, Row) else v for v in values]
            columns.append(pa.array(whole))
    return pa.RecordBatch.from_arrays(columns, list(names))


def plain(column: pa.Array) -> list[Any]:
    from synapse_magic.kernels.vectors import to_matrix

    if pa.types.is_struct(column.type) and column.type.get_field_index("indices") >= 0:
        matrix = to_matrix(column)
        dense = matrix if hasattr(matrix, "ndim") and not hasattr(matrix, "toarray") else None
        array = dense if dense is not None else matrix.toarray()
        return [tuple(row) for row in array.tolist()]
    return column.to_pylist()


def plain_value(value: Any) -> Any:
    if isinstance(value, list):
        return [item.asDict() if isinstance(item, Row) else item for item in value]
    if isinstance(value, Row):
        return value.asDict()
    return tuple(value.toArray().tolist()) if hasattr(value, "toArray") else value
