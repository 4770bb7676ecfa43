from __future__ import annotations

import datetime
import decimal

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.states import MOST_FEATURES, States
from synapse_magic.kernels.vectors import from_matrix

COLUMNS = {
    "int8": pa.array([1, None, 127], pa.int8()),
    "int64": pa.array([1, None, 2**40], pa.int64()),
    "float": pa.array([1.5, None, np.inf], pa.float32()),
    "double": pa.array([1.5, None, -0.1]),
    "decimal": pa.array([decimal.Decimal("1.25"), None, decimal.Decimal("-3.5")]),
    "boolean": pa.array([True, None, False]),
    "text": pa.array(["b", None, "a"]),
    "date": pa.array([datetime.date(2024, 2, 29), None, datetime.date(1900, 1, 1)]),
    "time": pa.array([datetime.datetime(2024, 2, 29, 1), None, None], pa.timestamp("us", "UTC")),
    "local time": pa.array([datetime.datetime(2024, 2, 29, 1), None, None], pa.timestamp("us")),
    "nothing": pa.nulls(3, pa.string()),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_comes_back_as_it_was(name):
    column = COLUMNS[name]
    batch = pa.RecordBatch.from_arrays([column], [name])
    states = States.of(batch)
    back = states.batch(states.background().states).column(0)
    assert back.type == column.type
    assert back.to_pylist() == column.to_pylist()


def test_a_vector_has_a_state_for_each_slot():
    matrix = np.array([[1.0, 2.0], [3.0, -1.5]])
    batch = pa.RecordBatch.from_arrays([COLUMNS["text"][:2], from_matrix(matrix)], ["t", "v"])
    states = States.of(batch)
    background = states.background()
    assert background.states.shape == (2, 3)
    assert background.numeric.tolist() == [False, True, True]
    assert states.background(levels=[1]).numeric.tolist() == [False, False, True]
    assert states.batch(background.states).column("v").to_pylist() == batch.column("v").to_pylist()


def test_perturbed_whole_numbers_stay_within_their_type():
    batch = pa.RecordBatch.from_arrays([pa.array([1, 2], pa.int8())], ["x"])
    found = States.of(batch).batch(np.array([[300.0], [-300.0]])).column(0)
    assert found.to_pylist() == [127, -128]


def test_too_many_features_are_refused():
    batch = pa.RecordBatch.from_arrays([from_matrix(np.zeros((1, MOST_FEATURES + 1)))], ["v"])
    with pytest.raises(SynapseError, match=r"there are 1001\. Expected at most 1000"):
        States.of(batch)
