from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from synapse_magic.kernels.forest import forest as module
from synapse_magic.kernels.forest.forest import Forest, Tree

X = np.array([[1.0], [1.5], [2.0], [np.nan], [np.inf], [-np.inf]])


def forest(*trees: Tree, **options: bool) -> Forest:
    return Forest(trees, np.array([1.0]), "identity", **options)


def test_a_number_up_to_the_threshold_goes_left(stump):
    assert forest(stump).raw(X[:3])[:, 0].tolist() == [11.0, 11.0, 21.0]


@pytest.mark.parametrize(("left", "value"), [(True, 11.0), (False, 21.0)])
def test_a_missing_value_goes_the_way_that_the_tree_says(stump, left, value):
    tree = replace(stump, missing_left=np.array([left, False, False]))
    assert forest(tree).raw(X)[:, 0].tolist() == [11.0, 11.0, 21.0, value, 21.0, 11.0]


def test_zero_is_missing_where_the_tree_says_so(stump):
    tree = replace(stump, zero_missing=np.array([True, False, False]))
    tiny = np.array([[0.0], [1e-36], [-1e-35], [1e-30]])
    assert forest(tree).raw(tiny)[:, 0].tolist() == [21.0, 21.0, 21.0, 11.0]


def test_the_levels_of_a_set_go_left_and_all_others_right(stump):
    tree = replace(stump, categories={0: np.array([0.0, 7.0])})
    levels = np.array([[0.0], [7.0], [3.0], [99.0], [-1.0], [np.inf], [np.nan], [7.5]])
    expected = [11.0, 11.0, 21.0, 21.0, 21.0, 21.0, 21.0]
    assert forest(tree).raw(levels)[:, 0].tolist() == [*expected, 11.0]
    assert forest(tree, whole=False).raw(levels)[:, 0].tolist() == [*expected, 21.0]


def test_values_are_rounded_to_float32_where_the_library_does(stump):
    close = np.array([[1.5 + 1e-9]])
    assert forest(stump).raw(close)[0, 0] == 21.0
    assert forest(stump, single=True).raw(close)[0, 0] == 11.0
    assert forest(stump, single=True).raw(np.array([[1e300]]))[0, 0] == 21.0


def test_trees_add_up_and_one_of_a_single_leaf_always_counts(stump):
    both = forest(stump, Tree.leaf([0.25]))
    assert both.raw(X[:1])[0, 0] == 11.25
    assert forest().raw(X[:2])[:, 0].tolist() == [1.0, 1.0]
    assert both.raw(X[:0]).shape == (0, 1)


def test_it_travels_and_gives_one_of_its_outputs(stump):
    wide = replace(stump, values=np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]))
    two = Forest((wide,), np.array([0.0, 10.0]), "softmax")
    travelled = pickle.loads(pickle.dumps(two))
    assert travelled.raw(X[:1]).tolist() == [[1.0, 12.0]]
    assert travelled.only(1).raw(X[:3])[:, 0].tolist() == [12.0, 12.0, 14.0]
    assert two.outputs == 2


def test_large_trees_are_answered_for_some_rows_at_a_time(stump, monkeypatch):
    assert list(forest(stump).rows_at_once(500, 400)) == [slice(0, 400), slice(400, 800)]
    monkeypatch.setattr(module, "_ANSWERS", 900)
    assert len(list(forest(stump).rows_at_once(500, 400))) == 2
    assert len(list(forest(stump, stump).rows_at_once(500, 400))) == 4
    monkeypatch.setattr(module, "_NUMBERS", 1)
    answers = forest(stump, stump).all_answers(X)
    assert answers[[0, 3]].tolist() == [[True, True, False, False, False, True]] * 2
    assert not answers[[1, 2, 4, 5]].any()


def test_trees_are_taken_together_by_their_leaves(stump, monkeypatch):
    five = forest(*[stump] * 5)
    assert [len(part.trees) for part in five.parts()] == [5]
    monkeypatch.setattr(module, "_LEAVES", 4)
    assert [len(part.trees) for part in five.parts()] == [1, 2, 2]
    assert forest().parts() == []
