from __future__ import annotations

import itertools
import math
import pickle
from dataclasses import dataclass

import lightgbm
import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import BoosterScorer
from synapse_magic.kernels.exact import exact_method, exact_values
from synapse_magic.kernels.linear import linear_values
from synapse_magic.kernels.pyspark_stages import AssemblerScorer, IndexerScorer, OneHotScorer
from synapse_magic.kernels.scorer import ChainedScorer, ForestScorer, LinearScorer
from synapse_magic.kernels.vectors import from_matrix, to_matrix

RNG = np.random.default_rng(3)
N = 300
KINDS = ("x", "y", "z")
LEVELS = IndexerScorer(("kind",), ("kind_i",), (KINDS,), "keep")
ONE_HOT = OneHotScorer(("kind_i",), ("hot",), (4,), False, "keep")
TOGETHER = AssemblerScorer(("a", "hot", "b"), ("features",), "keep")


def rows(count=N, seed=3):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, count))
    b[::9], b[4:5] = np.nan, np.inf
    kinds = rng.choice([*KINDS, "unseen"] if seed > 3 else KINDS, count)
    return pa.RecordBatch.from_pydict({"a": a, "b": b, "kind": kinds.tolist()})


@dataclass(frozen=True)
class Weighed:
    """Adds up a vector: a linear scorer that needs no library."""

    inputs: tuple[str, ...]
    coefficients: np.ndarray
    intercept: np.ndarray
    link: str = "logit"
    features: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ("prediction",)

    def matrix(self, batch):
        return to_matrix(batch.column(self.inputs[0]))

    def score(self, batch):
        raw = self.matrix(batch) @ self.coefficients.T + self.intercept
        return pa.RecordBatch.from_arrays([pa.array(raw[:, 0])], ["prediction"])


@pytest.fixture(scope="module")
def chain():
    prepare = (LEVELS, ONE_HOT, TOGETHER)
    batch = ChainedScorer(prepare).score(rows())
    matrix = to_matrix(batch.column("features"))
    label = (rows()["a"].to_numpy() * (matrix[:, 1] - 2 * matrix[:, 2]) > matrix[:, 3]) * 1.0
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 4}
    model = lightgbm.train({**settings, "num_leaves": 9}, lightgbm.Dataset(matrix, label), 6)
    text, names = model.model_to_string(), tuple(f"slot{i}" for i in range(matrix.shape[1]))
    return ChainedScorer(
        (*prepare, BoosterScorer(text, ("features",), True, names, "classification", ("n", "y")))
    )


def raw(chain, batch):
    return to_matrix(chain.score(batch).column("rawPrediction"))[:, 1]


def defined(chain, batch, row, background, columns):
    """Give the Shapley values of columns by their definition."""

    def outcome(kept):
        mixed = {
            name: pa.array([batch[name][row].as_py()] * len(background[name]))
            if name in kept
            else background[name]
            for name in columns
        }
        return raw(chain, pa.RecordBatch.from_pydict(mixed)).mean()

    found = []
    for one in columns:
        others = [other for other in columns if other != one]
        sets = [s for size in range(len(columns)) for s in itertools.combinations(others, size)]
        weights = [1 / (len(columns) * math.comb(len(others), len(kept))) for kept in sets]
        gains = [outcome((*kept, one)) - outcome(kept) for kept in sets]
        found.append(np.dot(weights, gains))
    return np.array(found)


def test_slots_of_a_column_are_taken_away_together(chain):
    batch, background = rows(12, seed=4), rows(30, seed=5)
    found = exact_values(chain, batch, background)
    assert found.names == ("a", "kind", "b")
    assert (found.method, found.link) == ("tree_interventional", "logit")
    for row in (0, 4, 7):
        expected = defined(chain, batch, row, background, found.names)
        assert found.values[row, :, 0] == pytest.approx(expected, abs=1e-12)


def test_values_and_base_add_up_to_the_raw_score(chain):
    batch, background = rows(40, seed=4), rows(30, seed=5)
    for behind in (background, None):
        for by_column in (True, False):
            found = exact_values(chain, batch, behind, by_column=by_column)
            total = found.base + found.values.sum(axis=1)
            assert total[:, 0] == pytest.approx(raw(chain, batch), abs=1e-12)
    assert found.base.shape == (40, 1)


def test_features_go_by_their_own_names_where_columns_do_not_count(chain):
    found = exact_values(chain, rows(5, seed=4), rows(30, seed=5), by_column=False)
    assert found.names == tuple(f"slot{i}" for i in range(7))
    together = exact_values(chain, rows(5, seed=4), rows(30, seed=5))
    assert np.abs(found.values[:, 1:6].sum(1) - together.values[:, 1]).max() > 1e-6


def test_without_a_background_the_training_rows_count(chain):
    found = exact_values(chain, rows(20, seed=4))
    assert found.method == "tree_path"
    seen = chain.before_last(rows(20, seed=4))
    native = chain.last.contributions(seen)[:, 0]
    assert found.values[:, 1, 0] == pytest.approx(native[:, 1:6].sum(1), abs=1e-12)
    assert found.base[0, 0] == native[0, -1]


def test_forests_without_contributions_of_their_own_give_the_same(chain):
    @dataclass(frozen=True)
    class Arrays:
        booster: BoosterScorer
        inputs: tuple[str, ...] = ("features",)
        outputs: tuple[str, ...] = ()
        features: tuple[str, ...] = ()

        def matrix(self, batch):
            return self.booster.matrix(batch)

        def forest(self):
            return self.booster.forest()

        def score(self, batch):
            return self.booster.score(batch)

    plain = ChainedScorer((*chain.scorers[:-1], Arrays(chain.last)))
    found = exact_values(plain, rows(20, seed=4))
    native = exact_values(chain, rows(20, seed=4))
    assert found.method == "tree_path"
    assert found.values == pytest.approx(native.values, abs=1e-12)
    assert found.base == pytest.approx(native.base)


def test_a_sum_of_features_is_explained_in_closed_form():
    coefficients = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 0.5]])
    last = Weighed(("features",), coefficients, np.array([7.0]))
    chain = ChainedScorer((LEVELS, ONE_HOT, TOGETHER, last))
    found = exact_values(chain, rows(4).slice(1, 3), rows(4).slice(1, 3))
    assert (found.method, found.link, found.names) == ("linear", "logit", ("a", "kind", "b"))


def test_a_linear_value_is_coefficient_times_distance_from_the_mean():
    last = Weighed(("v",), np.array([[2.0, -1.0], [0.0, 3.0]]), np.array([1.0, 10.0]), "softmax")
    batch = pa.RecordBatch.from_arrays([from_matrix(np.array([[4.0, 5.0]]))], ["v"])
    behind = pa.RecordBatch.from_arrays([from_matrix(np.array([[1.0, 1.0], [3.0, 3.0]]))], ["v"])
    found = exact_values(ChainedScorer((last,)), batch, behind)
    assert found.names == ("v_0", "v_1")
    assert found.values[0].tolist() == [[4.0, 0.0], [-3.0, 9.0]]
    assert found.base[0].tolist() == [3.0, 16.0]


def test_groups_of_a_sum_add_up():
    values = linear_values(
        np.ones((1, 3)), np.array([[1.0, 2.0, 3.0]]), np.zeros(3), np.array([0, 1, 0])
    )
    assert values[0, :, 0].tolist() == [4.0, 2.0]


def test_a_background_without_a_mean_is_an_error_that_names_the_feature():
    last = Weighed(("v",), np.ones((1, 2)), np.zeros(1))
    batch = pa.RecordBatch.from_arrays([from_matrix(np.array([[4.0, np.nan]]))], ["v"])
    with pytest.raises(SynapseError, match=r"missing or infinite values in 'v_1'.*Imputer"):
        exact_values(ChainedScorer((last,)), batch, batch)


def test_a_sum_of_missing_values_is_refused():
    last = Weighed(("v",), np.ones((1, 2)), np.zeros(1))
    batch = pa.RecordBatch.from_arrays([from_matrix(np.array([[4.0, np.nan], [1.0, 2.0]]))], ["v"])
    with pytest.raises(SynapseError, match="missing or infinite in 1 of 2 rows"):
        exact_values(ChainedScorer((last,)), batch, batch.slice(1))
    found = exact_values(ChainedScorer((last,)), batch.slice(1), batch.slice(1))
    assert found.values[0, :, 0].tolist() == [0.0, 0.0]


def test_an_empty_background_is_an_error(chain):
    with pytest.raises(SynapseError, match=r"background has no rows\. Expected at least one"):
        exact_values(chain, rows(3), rows(3).slice(0, 0))


def test_a_background_of_other_columns_is_an_error_with_a_hint(chain):
    batch = rows(3)
    other = pa.RecordBatch.from_arrays(batch.columns, ["a", "b", "kinds"])
    with pytest.raises(SynapseError, match=r"no column 'kind', .*Did you mean 'kinds'\?"):
        exact_values(chain, rows(3), other)


def test_a_background_may_have_more_columns_in_any_order(chain):
    behind = rows(9, seed=5)
    more = pa.RecordBatch.from_arrays(
        [pa.array(range(9)), *behind.columns[::-1]], ["m", "kind", "b", "a"]
    )
    found = exact_values(chain, rows(3), more)
    assert (found.values == exact_values(chain, rows(3), behind).values).all()


def test_vectors_of_another_size_are_refused():
    last = Weighed(("v",), np.ones((1, 2)), np.zeros(1))
    two, three = (
        pa.RecordBatch.from_arrays([from_matrix(np.ones((2, size)))], ["v"]) for size in (2, 3)
    )
    with pytest.raises(SynapseError, match=r"have 3 elements\. Expected 2"):
        exact_values(ChainedScorer((last,)), two, three)


def test_a_model_of_neither_kind_has_no_exact_values(chain):
    nothing = ChainedScorer(chain.scorers[:-1])
    assert exact_method(nothing, background=True) is None
    assert exact_values(nothing, rows(3), rows(3)) is None


def test_a_sum_of_features_needs_a_background():
    last = Weighed(("v",), np.ones((1, 2)), np.zeros(1))
    assert exact_method(ChainedScorer((last,)), background=False) is None
    assert exact_method(ChainedScorer((last,)), background=True) == "linear"


def test_linear_leaves_have_no_exact_values():
    matrix = RNG.normal(size=(200, 2))
    data = lightgbm.Dataset(matrix, matrix @ [1.0, 2.0], params={"linear_tree": True})
    text = lightgbm.train({"verbosity": -1, "linear_tree": True}, data, 2).model_to_string()
    scorer = BoosterScorer(text, ("a", "b"), False, ("a", "b"), "regression")
    assert scorer.forest() is None
    assert exact_method(ChainedScorer((scorer,)), background=True) is None


def test_scorers_say_by_what_they_have_how_they_are_explained(chain):
    assert isinstance(chain.last, ForestScorer)
    assert not isinstance(chain.last, LinearScorer)
    last = Weighed(("v",), np.ones((1, 2)), np.zeros(1))
    assert isinstance(last, LinearScorer)
    assert not isinstance(last, ForestScorer)


def test_the_forest_of_a_scorer_travels_with_it(chain):
    scorer = pickle.loads(pickle.dumps(chain.last))
    seen = chain.last.matrix(chain.before_last(rows(9, seed=4)))
    assert scorer.forest().raw(seen)[:, 0] == pytest.approx(raw(chain, rows(9, seed=4)))
