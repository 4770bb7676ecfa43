from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.vectors import VECTOR_TYPE, from_matrix, to_matrix


def dense(*values: float) -> dict[str, object]:
    return {"type": 1, "size": None, "indices": None, "values": list(values)}


def sparse(size: int, elements: dict[int, float]) -> dict[str, object]:
    return {
        "type": 0, "size": size, "indices": list(elements), "values": list(elements.values())
    }  # fmt: skip


def column(*rows: object) -> pa.StructArray:
    return pa.array(list(rows), VECTOR_TYPE)


def test_dense_rows_become_a_matrix() -> None:
    assert to_matrix(column(dense(1, 2), dense(3, 4))).tolist() == [[1, 2], [3, 4]]


def test_dense_rows_share_memory_with_the_column() -> None:
    vectors = from_matrix(np.arange(6.0).reshape(3, 2))
    elements = vectors.field("values").flatten().to_numpy()
    assert np.shares_memory(to_matrix(vectors), elements)


def test_sparse_rows_become_a_sparse_matrix() -> None:
    matrix = to_matrix(column(sparse(9, {0: 5.0}), sparse(9, {}), sparse(9, {7: 1.0, 8: 2.0})))
    assert isinstance(matrix, csr_matrix)
    assert matrix.toarray().tolist() == [
        [5, 0, 0, 0, 0, 0, 0, 0, 0], [0] * 9, [0, 0, 0, 0, 0, 0, 0, 1, 2]
    ]  # fmt: skip


def test_dense_and_sparse_rows_mix_in_one_column() -> None:
    matrix = to_matrix(column(sparse(3, {1: 5.0}), dense(1, 2, 3), sparse(3, {2: 4.0})))
    assert matrix.tolist() == [[0, 5, 0], [1, 2, 3], [0, 0, 4]]


def test_a_slice_of_a_column_gives_its_own_rows() -> None:
    vectors = column(dense(1, 2), dense(3, 4), sparse(2, {0: 9.0}), dense(5, 6))
    assert to_matrix(vectors.slice(1, 1)).tolist() == [[3, 4]]
    assert to_matrix(vectors.slice(1, 3)).tolist() == [[3, 4], [9, 0], [5, 6]]


def test_no_rows_give_an_empty_matrix() -> None:
    assert to_matrix(column()).shape[0] == 0


@pytest.mark.parametrize("matrix", [np.empty((0, 3)), np.array([[1.0, np.nan], [np.inf, -0.0]])])
def test_matrix_survives_the_way_there_and_back(matrix: np.ndarray) -> None:
    np.testing.assert_array_equal(to_matrix(from_matrix(matrix)).reshape(matrix.shape), matrix)


def test_sparse_matrix_survives_the_way_there_and_back() -> None:
    matrix = csr_matrix(([1.0, 2.0], [3, 0], [0, 1, 1, 2]), shape=(3, 50))
    back = to_matrix(from_matrix(matrix))
    assert isinstance(back, csr_matrix)
    assert (back != matrix).nnz == 0


def test_a_null_vector_is_an_error_that_says_what_to_try() -> None:
    with pytest.raises(SynapseError, match=r"1 vectors are null.*Try: Featurize"):
        to_matrix(column(dense(1), None))


def test_rows_of_different_sizes_are_an_error() -> None:
    with pytest.raises(SynapseError, match="different sizes, from 1 to 2"):
        to_matrix(column(dense(1), dense(1, 2)))
    with pytest.raises(SynapseError, match="different sizes, from 3 to 4"):
        to_matrix(column(sparse(3, {}), sparse(4, {})))
