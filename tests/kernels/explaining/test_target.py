from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.vectors import from_matrix

THREE = np.array([[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]])


def test_a_number_is_one_output():
    assert Target("p").read(pa.array([1, 2])).tolist() == [[1.0], [2.0]]
    assert Target("p").read(pa.array([True, False])).tolist() == [[1.0], [0.0]]
    assert Target("p", (0,)).read(pa.array([1.5])).tolist() == [[1.5]]


@pytest.mark.parametrize("column", [from_matrix(THREE), pa.array(THREE.tolist())], ids=str)
def test_vectors_and_lists_have_an_output_a_class(column):
    assert Target("p").read(column).tolist() == THREE.tolist()
    assert Target("p", (2, 0)).read(column).tolist() == THREE[:, [2, 0]].tolist()


def test_of_two_classes_the_second_alone_is_explained_unless_both_are_asked_for():
    two = from_matrix(np.array([[0.2, 0.8]]))
    assert Target("p").read(two).tolist() == [[0.8]]
    assert Target("p", (0, 1)).read(two).tolist() == [[0.2, 0.8]]


def test_maps_are_read_by_class():
    column = pa.array(
        [[(0, 0.1), (7, 0.9)], [(7, 0.4), (0, 0.6)]], pa.map_(pa.int32(), pa.float64())
    )
    assert Target("p", (7, 0)).read(column).tolist() == [[0.9, 0.1], [0.4, 0.6]]
    with pytest.raises(SynapseError, match=r"no class 3 in 2 of 2 maps"):
        Target("p", (3,)).read(column)
    with pytest.raises(SynapseError, match=r"classes have no order.*targetClasses="):
        Target("p").read(column)


def test_a_class_that_is_not_there_is_refused():
    with pytest.raises(SynapseError, match=r"no class 3 in column 'p', which has 3.*0 to 2"):
        Target("p", (0, 3)).read(from_matrix(THREE))
    with pytest.raises(SynapseError, match=r"one number a row, so it has no classes \[1\]"):
        Target("p", (1,)).read(pa.array([1.0]))


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pa.array([1.0, None]), "null in column 'p' for 1 of 2"),
        (pa.array([1.0, float("nan")]), "NaN or infinite in column 'p' for 1 of 2"),
        (pa.array([[1.0, float("inf")], [0.0, 0.0]]), "infinite .* for 1 of 2"),
        (pa.array([[1.0, None], [0.0, 0.0]]), "NaN or infinite .* for 1 of 2"),
        (pa.array(["a", "b"]), "cannot be explained"),
        (pa.array([[[1.0]], [[2.0]]]), "cannot be explained"),
        (pa.array([[1.0], [1.0, 2.0]]), "lists of 1 to 2 elements"),
    ],
)
def test_what_is_no_number_is_told(column, told):
    with pytest.raises(SynapseError, match=told):
        Target("p").read(column)


def test_each_row_may_have_classes_of_its_own():
    batch = pa.RecordBatch.from_arrays([pa.array([[2, 0], [1], [], None])], ["wanted"])
    target = Target("p", classes_column="wanted")
    assert target.inputs == ("wanted",)
    assert target.of_row(batch, 0).read(from_matrix(THREE)).tolist() == THREE[:, [2, 0]].tolist()
    assert target.of_row(batch, 1).classes == (1,)
    for row in (2, 3):
        with pytest.raises(SynapseError, match="'wanted' has no classes in this row"):
            target.of_row(batch, row)
    one = pa.RecordBatch.from_arrays([pa.array([1, None])], ["wanted"])
    assert target.of_row(one, 0).classes == (1,)
    with pytest.raises(SynapseError, match="no classes"):
        target.of_row(one, 1)
