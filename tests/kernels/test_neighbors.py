"""The exact search against answers by hand, and against measuring every pair."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix, random

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.neighbors import running, screens
from synapse_magic.kernels.neighbors.arrays import from_bytes, to_bytes
from synapse_magic.kernels.neighbors.block import Block
from synapse_magic.kernels.neighbors.features import to_features
from synapse_magic.kernels.neighbors.found import Found, merged
from synapse_magic.kernels.neighbors.search import ExactSearch
from synapse_magic.kernels.vectors import from_matrix

METRICS = ["l2", "cosine", "innerProduct"]
RNG = np.random.default_rng(3)


def block(features: Any, **carried: pa.Array) -> Block:
    return Block(features, np.arange(features.shape[0]), carried, np.empty(0, np.uint8))


def search(index: Any, queries: Any, k: int, metric: Any = "l2") -> Found:
    return ExactSearch(block(index), metric).search(queries, k)


def dense(matrix: Any) -> np.ndarray:
    return np.asarray(matrix if isinstance(matrix, np.ndarray) else matrix.toarray(), float)


def every_pair(index: Any, queries: Any, metric: str) -> np.ndarray:
    """Measure all pairs one by one, as the definitions say."""
    rows, asked = dense(index), dense(queries)
    found = np.empty((len(asked), len(rows)))
    for i, query in enumerate(asked):
        for j, row in enumerate(rows):
            if metric == "l2":
                found[i, j] = np.linalg.norm(row - query)
                continue
            lengths = np.linalg.norm(row) * np.linalg.norm(query) if metric == "cosine" else 1.0
            found[i, j] = row @ query / (lengths or 1.0)
    return found


def check(index: Any, queries: Any, k: int, metric: Any, rtol: float = 1e-12) -> None:
    found, truth = search(index, queries, k, metric), every_pair(index, queries, metric)
    best = np.sort(truth, axis=1) if metric == "l2" else -np.sort(-truth, axis=1)
    assert found.counts.tolist() == [min(k, truth.shape[1])] * len(truth)
    ids = found.ids.reshape(len(truth), -1)
    assert np.allclose(found.measures.reshape(ids.shape), best[:, :k], rtol=rtol, atol=1e-13)
    assert np.allclose(np.take_along_axis(truth, ids, 1), best[:, :k], rtol=rtol, atol=1e-13)
    assert all(len(set(row)) == len(row) for row in ids.tolist())


def test_distances_of_a_triangle_are_those_of_pythagoras() -> None:
    found = search(np.array([[3.0, 4.0], [0.0, 0.0], [0.0, 1.0]]), np.zeros((1, 2)), 3)
    assert found.ids.tolist() == [1, 2, 0]
    assert found.measures.tolist() == [0.0, 1.0, 5.0]


def test_cosines_and_inner_products_by_hand() -> None:
    index, query = np.array([[2.0, 0.0], [3.0, 3.0], [-1.0, 0.0]]), np.array([[4.0, 0.0]])
    cosine = search(index, query, 3, "cosine")
    assert cosine.ids.tolist() == [0, 1, 2]
    assert cosine.measures == pytest.approx([1.0, 0.5**0.5, -1.0])
    product = search(index, query, 3, "innerProduct")
    assert product.ids.tolist() == [1, 0, 2]
    assert product.measures.tolist() == [12.0, 8.0, -4.0]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_nothing_is_missed_over_many_tiles(
    metric: str, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "TILE", 64)
    monkeypatch.setattr("synapse_magic.kernels.neighbors.search.TILE", 64)
    index = RNG.normal(size=(700, 6)).astype(kind)
    check(index, RNG.normal(size=(30, 6)).astype(kind), 5, metric)


@pytest.mark.parametrize("metric", METRICS)
def test_points_far_from_the_origin_and_close_together(metric: str) -> None:
    near = 1000 + 1e-4 * RNG.normal(size=(300, 5))
    check(near, near[:10] + 1e-9, 4, metric)


def test_distances_of_near_points_keep_their_digits() -> None:
    index = np.array([[1e4, 1e4], [1e4 + 3e-9, 1e4 + 4e-9]])
    found = search(index, np.array([[1e4, 1e4]]), 2)
    assert found.measures[0] == 0.0
    expected = np.hypot(index[1, 0] - 1e4, index[1, 1] - 1e4)
    assert found.measures[1] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("factor", [1e8, 1e30, 1e100])
def test_a_row_that_is_far_longer_than_all_others(metric: str, factor: float) -> None:
    index = RNG.normal(size=(200, 4))
    index[17] *= factor
    check(index, RNG.normal(size=(9, 4)), 3, metric)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("factor", [1e-120, 1e-40, 1e40, 1e120])
def test_very_small_and_very_large_numbers(metric: str, factor: float) -> None:
    index, queries = RNG.normal(size=(60, 4)) * factor, RNG.normal(size=(5, 4)) * factor
    found, truth = search(index, queries, 3, metric), every_pair(index, queries, metric)
    order = np.argsort(truth if metric == "l2" else -truth, axis=1, kind="stable")[:, :3]
    assert found.ids.reshape(5, 3).tolist() == order.tolist()


def test_a_query_far_outside_of_the_index() -> None:
    index = 1e-3 * RNG.normal(size=(50, 3))
    check(index, np.array([[1e30, 0, 0], [1e5, 1, 1]]), 2, "l2")


@pytest.mark.parametrize("metric", METRICS)
def test_rows_of_zeros(metric: str) -> None:
    index = np.array([[0.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    check(index, np.array([[0.0, 0.0], [1.0, 1.0]]), 3, metric)


def test_the_similarity_of_a_row_of_zeros_is_zero() -> None:
    found = search(np.array([[0.0, 0.0], [-1.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 0.0]]), 2)
    assert found.measures.tolist() == [1.0, 2.0, 0.0, 1.0]
    cosine = search(np.array([[-1.0, 0.0], [0.0, 0.0]]), np.array([[1.0, 0.0]]), 2, "cosine")
    assert (cosine.ids.tolist(), cosine.measures.tolist()) == ([1, 0], [0.0, -1.0])


@pytest.mark.parametrize("metric", METRICS)
def test_among_equals_the_first_row_comes_first(metric: str) -> None:
    index = np.repeat(RNG.integers(0, 3, size=(5, 2)) + 1.0, 60, axis=0)
    truth = every_pair(index, index[:1], metric).round(12)
    order = np.argsort(truth if metric == "l2" else -truth, axis=1, kind="stable")
    assert search(index, index[:1], 70, metric).ids.tolist() == order[0, :70].tolist()


def test_many_equals_are_settled_without_keeping_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_MOST", 1000)
    found = search(np.ones((20_000, 2)), np.zeros((3, 2)), 4)
    assert found.ids.tolist() == [0, 1, 2, 3] * 3


@pytest.mark.parametrize("metric", METRICS)
def test_rows_that_come_nearer_and_nearer(metric: str) -> None:
    index = np.outer(np.arange(9000, 0, -1.0), [1.0, 0.5]) + RNG.normal(size=(9000, 2))
    check(index, np.array([[1.0, 1.0], [-2.0, 0.3]]), 3, metric)


@pytest.mark.parametrize("metric", METRICS)
def test_more_neighbours_than_rows_gives_all_rows(metric: str) -> None:
    check(RNG.normal(size=(4, 3)), RNG.normal(size=(2, 3)), 9, metric)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kinds", ["sparse", "sparse index", "sparse queries"])
def test_sparse_rows(metric: str, kinds: str) -> None:
    index = random(400, 90, 0.05, format="csr", random_state=1)
    queries = random(20, 90, 0.05, format="csr", random_state=2)
    check(
        index if kinds != "sparse queries" else index.toarray(),
        queries if kinds != "sparse index" else queries.toarray(),
        4,
        metric,
    )


@pytest.mark.parametrize("metric", ["l2", "cosine"])
def test_wide_sparse_rows_are_never_made_dense(metric: str) -> None:
    places = RNG.integers(0, 1 << 30, size=9000)
    numbers = RNG.normal(size=9000)
    index = csr_matrix((numbers, (np.arange(9000) // 3, places)), shape=(3000, 1 << 30))
    found = search(index, index[:50], 1, metric)
    assert found.ids.tolist() == list(range(50))


@pytest.mark.parametrize("metric", METRICS)
def test_sparse_rows_that_share_no_feature_with_the_queries(metric: str) -> None:
    index = csr_matrix(([1.0, 2.0], ([0, 1], [0, 1])), shape=(3, 50))
    check(index, csr_matrix(([3.0], ([0], [7])), shape=(2, 50)), 3, metric)
    check(csr_matrix((3, 50)), csr_matrix(([3.0], ([0], [7])), shape=(2, 50)), 3, metric)


def labelled(labels: pa.Array, index: np.ndarray) -> ExactSearch:
    return ExactSearch(block(index, label=labels), "l2", by_label=True)


def test_only_allowed_labels_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "TILE", 32)
    monkeypatch.setattr("synapse_magic.kernels.neighbors.search.TILE", 32)
    index, queries = RNG.normal(size=(500, 3)), RNG.normal(size=(300, 3))
    codes = RNG.integers(0, 12, size=500)
    allowed = [sorted(set(RNG.integers(0, 14, size=i % 4).tolist())) for i in range(300)]
    found = labelled(pa.array(codes), index).search(queries, 6, pa.array(allowed))
    truth = every_pair(index, queries, "l2")
    start = 0
    for i, labels in enumerate(allowed):
        own = np.flatnonzero(np.isin(codes, labels))
        best = own[np.argsort(truth[i, own])][:6]
        assert found.counts[i] == len(best)
        assert found.ids[start : start + len(best)].tolist() == best.tolist()
        start += len(best)


def test_one_label_instead_of_a_list() -> None:
    found = labelled(pa.array(["a", "b"]), np.eye(2)).search(np.eye(2), 2, pa.array(["b", "z"]))
    assert (found.counts.tolist(), found.ids.tolist()) == ([1, 0], [1])


@pytest.mark.parametrize("labels", [[1, None, 2], ["x", None, "y"], [{"a": 1}, None, {"a": 2}]])
def test_labels_of_any_type_and_rows_without_one(labels: list[Any]) -> None:
    kind = pa.array(labels).type
    conditions = pa.array([[labels[2], None], [None], []], pa.list_(kind))
    found = labelled(pa.array(labels), np.eye(3)).search(np.eye(3), 3, conditions)
    assert (found.counts.tolist(), found.ids.tolist()) == ([1, 0, 0], [2])


def test_labels_that_differ_in_width_of_integer_match() -> None:
    found = labelled(pa.array([1, 2], pa.int8()), np.eye(2)).search(
        np.eye(2)[:1], 2, pa.array([[2, 300]])
    )
    assert found.ids.tolist() == [1]


def test_parts_are_merged_by_measure_and_then_by_number() -> None:
    def part(counts: list[int], ids: list[int], measures: list[float]) -> Found:
        values = {"value": pa.array([str(i) for i in ids], pa.string())}
        return Found(np.array(counts), np.array(ids, np.int64), np.array(measures, float), values)

    both = [
        part([2, 0], [5, 6], [1.0, 3.0]),
        part([2, 1], [2, 9, 1], [1.0, 2.0, 7.0]),
        part([0, 0], [], []),
    ]
    found = merged(both, 3, "l2")
    assert (found.counts.tolist(), found.ids.tolist()) == ([3, 1], [2, 5, 9, 1])
    assert found.carried["value"].to_pylist() == ["2", "5", "9", "1"]
    assert merged(both, 1, "innerProduct").ids.tolist() == [6, 1]


def test_a_row_without_a_query_gets_null() -> None:
    found = Found(np.array([1, 0]), np.array([4]), np.array([0.5]), {"value": pa.array(["v"])})
    column = found.column("cosine", np.array([False, True, False, True]))
    assert column.to_pylist() == [None, [{"value": "v", "similarity": 0.5}], None, []]


def test_queries_of_another_size_are_refused() -> None:
    with pytest.raises(SynapseError, match=r"queries have 3 features and the index 2"):
        search(np.eye(2), np.eye(3), 1)


def test_arrays_of_any_type_survive_as_bytes() -> None:
    arrays = {"a": np.arange(3, dtype=np.int8), "b": np.eye(2), "c": np.empty((0, 4), np.float32)}
    back = from_bytes(to_bytes(arrays))
    assert {n: (a.dtype, a.tolist(), a.shape) for n, a in back.items()} == {
        n: (a.dtype, a.tolist(), a.shape) for n, a in arrays.items()
    }


@pytest.mark.parametrize("large", [False, True])
def test_features_are_float32_where_that_is_exact(large: bool) -> None:
    numbers = np.array([[0.5, 2.0], [0.1 if large else 3.0, 1.0]])
    matrix, valid = to_features(from_matrix(numbers), "f")
    assert matrix.dtype == (np.float64 if large else np.float32)
    assert (matrix.tolist(), valid.tolist()) == (numbers.tolist(), [True, True])


def test_null_rows_are_told_apart() -> None:
    matrix, valid = to_features(pa.array([[1.0], None, [2.0]]), "f")
    assert (matrix.tolist(), valid.tolist()) == ([[1.0], [2.0]], [True, False, True])
    matrix, valid = to_features(pa.array([None], pa.list_(pa.float64())), "f")
    assert (matrix.shape, valid.tolist()) == ((0, 0), [False])


def test_sparse_vectors_stay_sparse_where_few_numbers_are_stored() -> None:
    wide = csr_matrix(([1.0], ([0], [5])), shape=(2, 100))
    assert isinstance(to_features(from_matrix(wide), "f")[0], csr_matrix)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[1.0, float("nan")]], "1 numbers that are NaN"),
        ([[float("inf")], [-float("inf")]], "2 numbers that are NaN, infinite"),
        ([[1.0, None]], "1 nulls inside"),
        ([[1.0], [1.0, 2.0]], "lists of 1 to 2 numbers"),
    ],
)
@pytest.mark.parametrize("kind", [pa.float32(), pa.float64()], ids=str)
def test_features_that_are_no_points_are_refused(
    rows: list[Any], message: str, kind: pa.DataType
) -> None:
    with pytest.raises(SynapseError, match=message):
        to_features(pa.array(rows, pa.list_(kind)), "f")
