from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.outputs import Pickled, Qualities, StandardErrors, Values
from synapse_magic.kernels.vectors import VECTOR_TYPE


def local(features=2, error=None):
    values = np.arange(2.0 * features).reshape(features, 2)
    return Local(values, np.array([10.0, 20.0]), np.zeros(2), np.array([0.5, 1.0]), error)


def plain(vectors):
    return None if vectors is None else [vector["values"] for vector in vectors]


def made(output, found):
    batch = pa.RecordBatch.from_arrays([pa.nulls(len(found))], ["x"])
    return output.column(found, batch)


def test_values_are_one_vector_a_class_after_the_base():
    column = made(Values("shap", True), [local(), None, local(3), local(0)])
    assert column.type.value_type == VECTOR_TYPE
    assert [plain(row) for row in column.to_pylist()] == [
        [[10.0, 0.0, 2.0], [20.0, 1.0, 3.0]],
        None,
        [[10.0, 0.0, 2.0, 4.0], [20.0, 1.0, 3.0, 5.0]],
        [[10.0], [20.0]],
    ]


def test_slopes_stand_alone():
    column = made(Values("lime", False), [None, local()])
    assert [plain(row) for row in column.to_pylist()] == [None, [[0.0, 2.0], [1.0, 3.0]]]


def test_quality_is_one_vector_and_null_without_an_explanation():
    column = made(Qualities("r2"), [local(), None])
    assert column.type == VECTOR_TYPE
    assert column.null_count == 1
    assert column[0].as_py()["values"] == [0.5, 1.0]


def test_standard_errors_are_null_where_the_method_gives_none():
    column = made(StandardErrors("se"), [local(), local(error=np.full((2, 2), 0.1)), None])
    assert [plain(row) for row in column.to_pylist()] == [None, [[0.1, 0.1], [0.1, 0.1]], None]


def test_nothing_explained_gives_nulls_of_the_same_type():
    for output in (Values("v", True), Qualities("q"), StandardErrors("s"), Pickled("p")):
        assert made(output, [None, None]).null_count == 2
        assert made(output, [None]).type == made(output, [local(error=np.ones((2, 2)))]).type
        assert len(made(output, [])) == 0


def test_an_explanation_can_be_handed_on_whole():
    column = made(Pickled("p"), [local(), None])
    assert (pickle.loads(column[0].as_py()).values == local().values).all()
