from __future__ import annotations

import datetime
import decimal
import pickle

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.asking import explain_row
from synapse_magic.kernels.explaining.kernel_shap import KernelShap
from synapse_magic.kernels.explaining.table_masker import TableMasker
from synapse_magic.kernels.explaining.vector_masker import VectorMasker
from synapse_magic.kernels.vectors import from_matrix, to_matrix

MASKS = np.array([[False, False], [True, True], [True, False]])


def table(**columns):
    arrays = [v if isinstance(v, pa.Array) else pa.array(v) for v in columns.values()]
    return pa.RecordBatch.from_arrays(arrays, list(columns))


def test_a_feature_that_is_taken_away_has_the_values_of_the_background_in_turn():
    masker = TableMasker(table(x=[10.0, 20.0], job=["a", None]))
    row = table(other=["kept"], job=["own"], x=[1.0])
    case = masker.open(row, 0)
    assert (case.size, case.features, case.copies) == (2, 2, 2)
    made = case.masked(MASKS)
    assert made.schema.names == ["other", "job", "x"]
    assert made.column(2).to_pylist() == [10.0, 20.0, 1.0, 1.0, 1.0, 1.0]
    assert made.column(1).to_pylist() == ["a", None, "own", "own", "a", None]
    assert set(made.column(0).to_pylist()) == {"kept"}


VALUES = [
    pa.array([3, 1, 2], pa.int8()),
    pa.array([3, None, 2], pa.int64()),
    pa.array([1.5, None, float("nan")], pa.float32()),
    pa.array([True, False, None]),
    pa.array(["a", None, ""]),
    pa.array([b"a", None, b""]),
    pa.array([datetime.date(2024, 2, 29), None, datetime.date(1900, 1, 1)]),
    pa.array([datetime.datetime(2024, 2, 29, 1), None, None], pa.timestamp("us", "UTC")),
    pa.array([decimal.Decimal("1.25"), None, decimal.Decimal("-3.50")]),
    pa.array([["a"], None, []]),
    pa.array([{"x": 1, "y": "a"}, None, {"x": None, "y": "b"}]),
    pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int32())),
]


@pytest.mark.parametrize("values", VALUES, ids=lambda values: str(values.type))
def test_values_of_any_type_are_handed_on_as_they_are(values):
    batch = pa.RecordBatch.from_arrays([values], ["x"])
    case = TableMasker(batch.slice(1)).open(batch, 0)
    made = case.masked(np.array([[False], [True]])).column(0)
    assert made.type == values.type
    wanted = pa.concat_arrays([values.slice(1), values.slice(0, 1), values.slice(0, 1)])
    assert str(made.to_pylist()) == str(wanted.to_pylist())  # nan is not equal to itself


def test_a_feature_like_the_whole_background_is_left_out():
    nan = float("nan")
    background = table(a=[1.0, 1.0], b=[nan, nan], c=pa.nulls(2, pa.string()), d=[["x"], ["x"]])
    masker = TableMasker(background)
    like = table(a=[1.0], b=[nan], c=pa.nulls(1, pa.string()), d=[["x"]])
    assert masker.open(like, 0).size == 0
    other = table(a=[2.0], b=[1.0], c=["x"], d=[["y"]])
    assert masker.open(other, 0).places.tolist() == [0, 1, 2, 3]
    mixed = TableMasker(table(a=[1.0, 2.0]))
    assert mixed.open(table(a=[1.0]), 0).places.tolist() == [0]


def test_a_null_is_not_a_nan():
    masker = TableMasker(table(a=[float("nan")] * 2))
    assert masker.open(table(a=pa.nulls(1, pa.float64())), 0).size == 1


def test_shapley_values_of_a_line_are_its_effects_against_the_background():
    rng = np.random.default_rng(0)
    background = table(a=rng.normal(size=20), b=rng.normal(size=20), c=[7.0] * 20)
    row = table(a=[2.0], b=[-1.0], c=[7.0])
    slopes = np.array([2.0, -3.0, 5.0])

    def model(batch):
        return (np.column_stack(batch.columns) @ slopes)[:, None]

    found = explain_row(KernelShap(TableMasker(background), None, 42), model, row, 0)
    center = np.column_stack(background.columns).mean(0)
    own = np.array([2.0, -1.0, 7.0])
    assert found.values[:, 0] == pytest.approx(slopes * (own - center), abs=1e-9)
    assert found.values[2, 0] == 0.0
    assert found.base + found.values.sum(0) == pytest.approx(found.prediction, abs=1e-9)


def test_a_row_like_the_whole_background_gets_zeros():
    row = table(a=[1.0], b=["x"])

    def model(batch):
        return np.full((batch.num_rows, 2), 0.25)

    found = explain_row(KernelShap(TableMasker(row), None, 42), model, row, 0)
    assert found.values.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert found.base.tolist() == [0.25, 0.25]


def test_slots_of_a_vector_are_taken_away():
    background = np.array([[1.0, np.nan, 5.0], [2.0, np.nan, 5.0]])
    masker = VectorMasker("v", background)
    row = table(v=from_matrix(np.array([[9.0, np.nan, 6.0]])), other=[1])
    case = masker.open(row, 0)
    assert case.places.tolist() == [0, 2]
    made = to_matrix(case.masked(MASKS).column(0))
    assert made[:, 0].tolist() == [1.0, 2.0, 9.0, 9.0, 9.0, 9.0]
    assert made[:, 2].tolist() == [5.0, 5.0, 6.0, 6.0, 5.0, 5.0]
    assert np.isnan(made[:, 1]).all()


def test_sparse_vectors_are_taken_for_what_they_hold():
    from scipy.sparse import csr_matrix

    sparse = from_matrix(csr_matrix(np.array([[0.0, 0.0, 0.0, 4.0]])))
    case = VectorMasker("v", np.zeros((2, 4))).open(table(v=sparse), 0)
    assert case.places.tolist() == [3]
    made = to_matrix(case.masked(np.array([[False], [True]])).column(0))
    assert made[:, 3].tolist() == [0.0, 0.0, 4.0, 4.0]


def test_vectors_of_another_size_and_null_ones_are_told():
    masker = VectorMasker("v", np.zeros((2, 3)))
    with pytest.raises(SynapseError, match=r"has 2 numbers\. Expected 3"):
        masker.open(table(v=from_matrix(np.zeros((1, 2)))), 0)
    null = from_matrix(np.zeros((1, 3))).take(pa.array([None], pa.int64()))
    with pytest.raises(SynapseError, match="null"):
        masker.open(table(v=null), 0)


def test_maskers_can_be_shipped():
    masker = TableMasker(table(x=[10.0, 10.0]))
    assert masker.open(table(x=[10.0]), 0).size == 0
    again = pickle.loads(pickle.dumps(masker))
    assert again.open(table(x=[1.0]), 0).size == 1
