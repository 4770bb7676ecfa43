from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.dashboard.binning import binned
from synapse_magic.kernels.dashboard.conditions import Column, Levels, mask
from synapse_magic.kernels.dashboard.costs import Worth, histogram, profits, rates
from synapse_magic.kernels.dashboard.error_tree import error_tree
from synapse_magic.kernels.dashboard.metrics import (
    area,
    binary_metrics,
    class_metrics,
    number_metrics,
)


def columns() -> dict[str, Column]:
    rng = np.random.default_rng(5)
    age = rng.integers(18, 80, 2000).astype(float)
    age[::11] = np.nan
    job = np.array([f"job {i}" for i in rng.integers(0, 40, 2000)], dtype=object)
    job[::13] = None
    return {"age": age, "job": Levels.of(job), "nothing": np.full(2000, np.nan)}


def test_the_rows_of_every_bin_are_those_that_meet_its_conditions() -> None:
    found = columns()
    for name, column in found.items():
        cut = binned(name, column, 6)
        for bin_, conditions in enumerate(cut.conditions):
            inside = mask(found, conditions, "and", 2000)
            assert (inside == (cut.codes == bin_)).all(), (name, bin_)


def test_the_rows_of_every_node_are_those_that_meet_its_conditions() -> None:
    found = columns()
    assert isinstance(found["job"], Levels)
    age = found["age"]
    assert isinstance(age, np.ndarray)
    wrong = (np.isnan(age) | (age > 60) | (found["job"].codes % 5 == 0)).astype(float)
    nodes = error_tree({name: binned(name, one, 12) for name, one in found.items()}, wrong)
    assert len(nodes) > 8
    for node in nodes:
        inside = mask(found, node.conditions, "and", 2000)
        assert inside.sum() == node.rows
        assert wrong[inside].sum() == node.errors


def test_a_tree_parts_where_errors_begin() -> None:
    age = np.arange(100.0)
    nodes = error_tree({"age": binned("age", age, 100)}, (age >= 60).astype(float))
    assert [(node.rows, node.rate) for node in nodes] == [(100, 0.4), (60, 0.0), (40, 1.0)]
    assert nodes[1].conditions[0].values == (59.5,)


def test_where_errors_follow_nothing_rows_are_hardly_ever_parted() -> None:
    parted = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        noise = rng.normal(size=(40, 2000))
        cut = {f"f{i}": binned(f"f{i}", one, 24) for i, one in enumerate(noise)}
        job = Levels(rng.integers(0, 30, 2000).astype(np.int32), tuple(map(str, range(30))))
        cut["job"] = binned("job", job, 24)
        parted += len(error_tree(cut, (rng.random(2000) < 0.2).astype(float))) > 1
    assert parted <= 1


@pytest.mark.parametrize("errors", [np.zeros(100), np.ones(100)])
def test_where_all_rows_are_alike_there_is_nothing_to_part(errors: np.ndarray) -> None:
    assert len(error_tree({"age": binned("age", np.arange(100.0), 9)}, errors)) == 1


def test_measures_of_two_classes_are_those_counted_by_hand() -> None:
    truth = np.array([True, True, False, False])
    score = np.array([0.9, 0.4, 0.6, 0.1])
    found = binary_metrics(truth, score)
    assert found["accuracy"] == found["precision"] == found["recall"] == found["f1"] == 0.5
    assert found["AUC"] == 0.75  # of four pairs, 0.4 below 0.6 is the one in the wrong order
    expected = -np.log([0.9, 0.4, 0.4, 0.9]).mean()
    assert found["log_loss"] == pytest.approx(expected)
    assert area(truth, np.full(4, 0.5)) == 0.5


def test_one_class_alone_has_no_area_and_no_rows_have_no_measures() -> None:
    assert np.isnan(binary_metrics(np.ones(3, bool), np.full(3, 0.7))["AUC"])
    none = np.zeros(0)
    assert all(np.isnan(one) for one in binary_metrics(none.astype(bool), none).values())
    assert all(np.isnan(one) for one in number_metrics(none, none).values())
    assert np.isnan(class_metrics(none.astype(int), np.zeros((0, 3)))["accuracy"])


def test_profit_is_what_the_cost_matrix_says_of_every_threshold() -> None:
    truth = np.array([True, False, True, False])
    score = np.array([0.95, 0.65, 0.35, 0.05])
    earned = profits(histogram(truth, score, 10), Worth(5, -3, -1, 0))
    assert earned[0] == 2 * 5 - 2 * 3
    assert earned[5] == 5 - 3 - 1
    assert earned[8] == 5 - 1
    assert earned[10] == -2


def test_a_score_at_a_threshold_is_taken_by_it() -> None:
    score = np.arange(200) / 200
    found = histogram(np.zeros(200, bool), score, 200)
    assert (found[0] == 1).all()
    for at in (0.29, 0.57, 0.58):  # 200 times these is a little less than a whole number
        assert rates(found, at)["selection rate"] == (score >= at).mean()


def test_a_group_without_positives_has_no_true_positive_rate() -> None:
    found = rates(histogram(np.zeros(4, bool), np.array([0.1, 0.2, 0.8, 0.9])), 0.5)
    assert found["selection rate"] == found["false positive rate"] == 0.5
    assert np.isnan(found["true positive rate"])
