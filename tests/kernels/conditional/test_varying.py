from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.conditional import varying
from synapse_magic.kernels.conditional.grid import Grid
from synapse_magic.kernels.conditional.totals import added, total
from synapse_magic.kernels.conditional.varying import Variation, curves, vary
from synapse_magic.kernels.vectors import from_matrix

A = Grid("a", pa.array([10.0, 20.0]), True)
B = Grid("b", pa.array(["x", None, "z"]), False)
BATCH = pa.RecordBatch.from_pydict({"a": [1.0, 2.0], "b": ["p", "q"], "c": [5, 6]})


def test_each_row_is_there_with_each_value_and_all_else_as_it_was() -> None:
    found = vary(BATCH, [Variation((A,)), Variation((B,))]).to_pydict()
    assert found == {
        "a": [10, 20, 10, 20, 1, 1, 1, 2, 2, 2],
        "b": ["p", "p", "q", "q", "x", None, "z", "x", None, "z"],
        "c": [5, 5, 6, 6, 5, 5, 5, 6, 6, 6],
    }


def test_two_features_are_set_to_each_pair() -> None:
    found = vary(BATCH.slice(1), [Variation((A, B))]).to_pydict()
    assert found == {
        "a": [10, 10, 10, 20, 20, 20],
        "b": ["x", None, "z", "x", None, "z"],
        "c": [6] * 6,
    }


def test_a_value_takes_the_type_of_its_column_and_vectors_go_along() -> None:
    columns = [pa.array([1, 2], pa.int32()), from_matrix(np.eye(2))]
    batch = pa.RecordBatch.from_arrays(columns, ["a", "v"])
    found = vary(batch, [Variation((A,))])
    assert found.column(0).type == pa.int32()
    assert found.column(0).to_pylist() == [10, 20, 10, 20]
    assert [row["values"] for row in found.column(1).to_pylist()][1:3] == [[1, 0], [0, 1]]


def product(batch: pa.RecordBatch) -> np.ndarray:
    a, c = (batch.column(name).to_numpy() for name in "ac")
    return np.stack([a * c, -a], axis=1)


def test_curves_are_the_models_answers_by_row_point_and_output(monkeypatch) -> None:
    batch = pa.RecordBatch.from_pydict({"a": np.arange(5.0), "b": list("pqrst"), "c": np.arange(5)})
    asked = [Variation((A,)), Variation((A, B))]
    whole = list(curves(batch, asked, product))
    assert len(whole) == 1
    expected = np.outer(np.arange(5.0), [10, 20])
    assert (whole[0][0][..., 0] == expected).all()
    assert (whole[0][0][..., 1] == [-10, -20]).all()
    assert (whole[0][1].reshape(5, 2, 3, 2)[:, :, 1, 0] == expected).all()
    monkeypatch.setattr(varying, "ROWS", 17)
    parts = list(curves(batch, asked, product))
    assert [len(part[0]) for part in parts] == [2, 2, 1]
    for i in range(2):
        assert (np.concatenate([part[i] for part in parts]) == whole[0][i]).all()


def test_no_rows_have_no_curves() -> None:
    assert list(curves(BATCH.slice(2), [Variation((A,))], product)) == []


def test_a_model_that_drops_rows_is_told_with_what_to_try() -> None:
    with pytest.raises(SynapseError, match=r"gave 3 rows for 4 .*handleInvalid"):
        list(curves(BATCH, [Variation((A,))], lambda batch: product(batch)[1:]))


def test_totals_do_not_depend_on_the_order_of_rows_or_on_their_parts(rng) -> None:
    values = rng.normal(size=(1000, 3)) * 10.0 ** rng.integers(-12, 12, (1000, 1))
    exact = [float(sum(map(Fraction, values[:, i]), Fraction())) for i in range(3)]
    for parts in (1, 2, 7, 300):
        shuffled = rng.permutation(values)
        found = np.zeros((2, 3))
        for part in np.array_split(shuffled, parts):
            found = added(found, total(part))
        assert found.sum(0).tolist() == exact


def test_totals_of_what_is_not_finite_are_not_finite() -> None:
    values = np.array([[np.inf, np.nan, 1.0], [1.0, 1.0, 2.0]])
    assert total(values).sum(0)[[0, 2]].tolist() == [np.inf, 3.0]
    assert np.isnan(total(values).sum(0)[1])
    assert total(np.zeros((0, 2))).sum(0).tolist() == [0, 0]
