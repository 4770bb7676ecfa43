from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.tensors import fitted, from_tensor, lacks_text, shapes_of, to_tensor
from synapse_magic.kernels.vectors import from_matrix

FLOAT = np.dtype(np.float32)


def images(*arrays: np.ndarray) -> pa.StructArray:
    parts = {
        "origin": pa.array(["x"] * len(arrays)),
        "height": pa.array([a.shape[0] for a in arrays], pa.int32()),
        "width": pa.array([a.shape[1] for a in arrays], pa.int32()),
        "nChannels": pa.array([a.shape[2] for a in arrays], pa.int32()),
        "mode": pa.array([16] * len(arrays), pa.int32()),
        "data": pa.array([a.tobytes() for a in arrays], pa.binary()),
    }
    return pa.StructArray.from_arrays(list(parts.values()), list(parts))


@pytest.mark.parametrize(
    "kind", [pa.float32(), pa.float64(), pa.int8(), pa.int64(), pa.bool_(), pa.decimal128(5, 1)]
)
def test_numbers_become_one_dimension(kind: pa.DataType) -> None:
    column = pa.array([1, 0, 1]).cast(kind) if kind == pa.bool_() else pa.array([1, 0, 1], kind)
    assert to_tensor(column, "x").tolist() == [1, 0, 1]


def test_lists_of_lists_become_dimensions() -> None:
    values = np.arange(24.0).reshape(2, 3, 4)
    for column in (pa.array(values.tolist()), pa.array([None, *values.tolist()])[1:]):
        assert np.array_equal(to_tensor(column, "x"), values)


def test_fixed_size_lists_become_dimensions() -> None:
    column = pa.FixedSizeListArray.from_arrays(pa.array(np.arange(6.0)), 3)
    assert to_tensor(column, "x").tolist() == [[0, 1, 2], [3, 4, 5]]


def test_vectors_sparse_and_dense_become_rows() -> None:
    matrix = np.array([[1.0, 0.0], [0.0, 2.0]])
    assert np.array_equal(to_tensor(from_matrix(matrix), "x"), matrix)


def test_images_become_height_width_channels() -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (3, 4, 5, 3), np.uint8)
    column = images(*pictures)
    assert np.array_equal(to_tensor(column, "x"), pictures)
    assert np.array_equal(to_tensor(column.slice(1), "x"), pictures[1:])
    assert np.array_equal(to_tensor(column.take(pa.array([2, 0])), "x"), pictures[[2, 0]])


def test_images_with_bytes_missing_are_told() -> None:
    broken = images(np.zeros((2, 2, 3), np.uint8)).to_pylist()
    broken[0]["data"] = b"xx"
    with pytest.raises(SynapseError, match="height x width x channels"):
        to_tensor(pa.array(broken), "x")


@pytest.mark.parametrize("shape", [(5,), (5, 2), (2, 3, 4), (0, 3), (3, 0)])
@pytest.mark.parametrize("kind", ["f4", "f8", "i4", "i8", "?", "O"])
def test_there_and_back(shape: tuple[int, ...], kind: str) -> None:
    tensor = np.arange(np.prod(shape)).reshape(shape).astype(kind)
    if kind == "O":
        tensor = tensor.astype(str).astype(object)
    column = from_tensor(tensor)
    assert len(column) == shape[0]
    if tensor.size:
        assert np.array_equal(to_tensor(column, "x"), tensor)


@pytest.mark.parametrize(
    ("given", "stored"), [("f2", "f4"), ("u1", "i2"), ("u2", "i4"), ("u4", "i8")]
)
def test_types_that_spark_lacks_become_wider(given: str, stored: str) -> None:
    assert to_tensor(from_tensor(np.array([1, 2], given)), "x").dtype == np.dtype(stored)


def test_rows_alike_have_no_shapes_of_their_own() -> None:
    assert shapes_of(pa.array([1.0, 2.0]), "v") is None
    assert shapes_of(pa.array([[1.0], [2.0]]), "v") is None
    assert shapes_of(pa.array([], pa.list_(pa.float64())), "v") is None


def test_shapes_of_ragged_rows() -> None:
    assert shapes_of(pa.array([[1.0], [2.0, 3.0]]), "v").tolist() == [[1], [2]]
    nested = pa.array([[[1.0, 2.0]], [[1.0], [2.0], [3.0]]])
    assert shapes_of(nested, "v").tolist() == [[1, 2], [3, 1]]
    pictures = images(np.zeros((2, 3, 1), np.uint8), np.zeros((4, 3, 1), np.uint8))
    assert shapes_of(pictures, "v").tolist() == [[2, 3, 1], [4, 3, 1]]


def test_a_row_that_is_no_block_is_told() -> None:
    with pytest.raises(SynapseError, match="column 'v' holds lists of different sizes"):
        shapes_of(pa.array([[[1.0], [1.0, 2.0]], [[1.0], [1.0]]]), "v")
    with pytest.raises(SynapseError, match="column 'v' is an empty list"):
        shapes_of(pa.array([[[1.0], [1.0, 2.0]], []]), "v")


def test_texts_that_are_missing_are_found_in_lists_of_lists() -> None:
    assert lacks_text(pa.array(["a", None])).tolist() == [False, True]
    nested = pa.array([[["a"], ["b", None]], [["c"]], None, [[None]]])
    assert lacks_text(nested).tolist() == [True, False, False, True]
    assert not lacks_text(pa.array([[1.0, None]])).any()
    assert lacks_text(nested[1:]).tolist() == [False, False, True]


def test_numbers_that_an_input_cannot_hold_are_told() -> None:
    with pytest.raises(SynapseError, match=r"numbers up to 1e\+300, too large for X"):
        fitted(np.array([1e300]), np.dtype(np.float32), (None,), "v", "X")
    with pytest.raises(SynapseError, match="too large"):
        fitted(np.array([1e6]), np.dtype(np.float16), (None,), "v", "X")
    kept = fitted(np.array([np.inf, np.nan, 1e-300]), np.dtype(np.float32), (None,), "v", "X")
    assert np.array_equal(kept, [np.inf, np.nan, 0], equal_nan=True)
    with pytest.raises(SynapseError, match="beyond Spark's long"):
        from_tensor(np.array([2**64 - 1], np.uint64))
    assert from_tensor(np.array([2**63 - 1], np.uint64)).to_pylist() == [2**63 - 1]


@pytest.mark.parametrize(
    ("tensor", "shape", "expected"),
    [
        (np.zeros(3), (None, 1), (3, 1)),
        (np.zeros((3, 1)), (None,), (3,)),
        (np.zeros((3, 12)), (None, 3, 2, 2), (3, 3, 2, 2)),
        (np.zeros((3, 12)), (None, 3, None), (3, 3, 4)),
        (np.zeros((3, 4)), (None, None), (3, 4)),
        (np.zeros((0, 12)), (None, 3, 2, 2), (0, 3, 2, 2)),
    ],
)
def test_rows_are_put_into_shape(
    tensor: np.ndarray, shape: tuple[int | None, ...], expected: tuple[int, ...]
) -> None:
    assert fitted(tensor, FLOAT, shape, "x", "the input X").shape == expected


def test_a_shape_that_does_not_fit_is_told() -> None:
    with pytest.raises(SynapseError, match=r"shape \(5,\)"):
        fitted(np.zeros((3, 5)), FLOAT, (None, 4), "x", "the input X")


@pytest.mark.parametrize(
    ("given", "wanted"), [(["a"], np.float32), ([1.5], object), ([1.5], np.int64)]
)
def test_values_that_would_be_lost_are_told(given: list[object], wanted: type) -> None:
    tensor = np.array(given, dtype=object if isinstance(given[0], str) else None)
    with pytest.raises(SynapseError, match="Column 'x' holds"):
        fitted(tensor, np.dtype(wanted), (None,), "x", "the input X")


def test_whole_numbers_too_large_are_told() -> None:
    with pytest.raises(SynapseError, match="out of the range of"):
        fitted(np.array([1, 2**40]), np.dtype(np.int32), (None,), "x", "the input X")


def test_what_is_no_tensor_is_told() -> None:
    with pytest.raises(SynapseError, match="no tensor"):
        to_tensor(pa.array([b"x"]), "x")
