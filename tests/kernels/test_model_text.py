from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.model_text import (
    feature_names,
    header,
    is_averaged,
    is_linear,
    iterations,
    iterations_used,
    leaves,
    objective,
    require_whole,
    trees_per_iteration,
)

X = np.random.default_rng(0).normal(size=(300, 3))
LABEL = np.digitize(X[:, 0], [-0.5, 0.5]).astype(float)


def text_of(**params):
    settings = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_leaves": 5}
    data = lightgbm.Dataset(X, LABEL, feature_name=["a", "b", "c"])
    return lightgbm.train(settings | params, data, 4).model_to_string()


TEXT = text_of()


def test_the_header_is_read_and_nothing_behind_it():
    assert header(TEXT, "num_class") == "3"
    assert header(TEXT, "leaf_value") == ""
    assert feature_names(TEXT) == ("a", "b", "c")
    assert objective(TEXT) == ("multiclass", {"num_class": 3.0})
    assert objective("tree\nversion=v4\n\nTree=0\n") == ("", {})
    assert not is_averaged(TEXT)
    assert is_averaged(text_of(boosting="rf", bagging_freq=1, bagging_fraction=0.5))
    assert not is_linear(TEXT)
    assert is_linear(text_of(objective="regression", num_class=1, linear_tree=True))


def test_trees_leaves_and_iterations_are_counted():
    assert trees_per_iteration(TEXT) == 3
    assert iterations(TEXT) == 4
    trees = lightgbm.Booster(model_str=TEXT).dump_model()["tree_info"]
    assert leaves(TEXT) == tuple(tree["num_leaves"] for tree in trees)


@pytest.mark.parametrize(
    ("start", "count", "used"), [(0, -1, 4), (0, 0, 4), (1, 2, 2), (3, 9, 1), (4, 1, 0), (9, -1, 0)]
)
def test_the_iterations_of_a_prediction_follow_lightgbm(start, count, used):
    assert iterations_used(TEXT, start, count) == used


def test_a_whole_model_passes_and_one_of_a_single_leaf_as_well():
    require_whole(TEXT, "x")
    constant = lightgbm.train(
        {"objective": "regression", "verbosity": -1}, lightgbm.Dataset(X, np.ones(300)), 2
    )
    require_whole(constant.model_to_string(), "x")


def test_every_cut_of_a_model_is_noticed():
    end = TEXT.index("end of trees") + len("end of trees")
    for place in range(0, end - 1, 97):
        with pytest.raises(SynapseError, match=r"^the file "):
            require_whole(TEXT[:place], "the file")


def test_more_trees_than_the_header_tells_are_noticed():
    last = TEXT[TEXT.index("Tree=11") : TEXT.index("end of trees")]
    more = TEXT.replace("end of trees", last.replace("Tree=11", "Tree=12") + "end of trees")
    with pytest.raises(SynapseError, match="tells of 12 trees"):
        require_whole(more, "x")
