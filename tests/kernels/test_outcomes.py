from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.outcomes import ClassOutcome, Mean, NumberOutcome
from synapse_magic.kernels.vectors import to_matrix


@pytest.mark.parametrize(
    ("link", "raw", "mean"),
    [
        ("identity", 3.0, 3.0),
        ("log", 0.0, 1.0),
        ("logit", np.log(3.0), 0.75),
        ("inverse", 4.0, 0.25),
        ("sqrt", 3.0, 9.0),
        ("probit", 0.0, 0.5),
        ("cloglog", np.log(np.log(2.0)), 0.5),
    ],
)
def test_a_mean_is_the_inverse_of_its_link(link, raw, mean):
    assert Mean(link)(np.array([raw]))[0] == pytest.approx(mean, abs=1e-15)


def test_a_power_is_undone_and_a_mean_stays_in_its_limits():
    assert Mean("power", power=-0.5)(np.array([2.0]))[0] == 0.25
    assert Mean("inverse", low=0.0, high=9.0)(np.array([-1.0, 1e-9])).tolist() == [0.0, 9.0]
    assert np.isnan(Mean()(np.array([np.nan]))[0])


def test_columns_without_a_name_are_left_out():
    made = NumberOutcome("p", Mean("log"), "l").columns(np.zeros((1, 1)))
    assert made.to_pydict() == {"p": [1.0], "l": [0.0]}
    alone = ClassOutcome("p", "", "", "sigmoid")
    assert alone.outputs == ("p",)
    assert alone.columns(np.array([[1.0], [-1.0]])).to_pydict() == {"p": [1.0, 0.0]}


def test_a_class_wins_by_its_chance_over_its_threshold():
    raw = np.array([[6.0, 3.0, 1.0], [0.0, 1.0, 9.0]])
    outcome = ClassOutcome("p", "c", "r", "shares", thresholds=(0.9, 0.2, 0.9))
    made = outcome.columns(raw)
    assert made.schema.names == ["r", "c", "p"]
    assert to_matrix(made.column("c"))[0].tolist() == [0.6, 0.3, 0.1]
    assert made.column("p").to_pylist() == [1.0, 2.0]


def test_an_impossible_class_does_not_win_by_a_threshold_of_zero():
    outcome = ClassOutcome("p", "", "", "shares", thresholds=(0.0, 1.0))
    assert outcome.columns(np.array([[0.0, 5.0], [1.0, 5.0]])).column(0).to_pylist() == [1.0, 0.0]


def test_without_training_rows_in_a_leaf_chances_are_zero():
    made = ClassOutcome("p", "c", "", "shares").columns(np.zeros((1, 2)))
    assert to_matrix(made.column("c")).tolist() == [[0.0, 0.0]]
