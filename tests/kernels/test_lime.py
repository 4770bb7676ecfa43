from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.lime import Background, explain_row


def numbers(rows=400, features=3, seed=0):
    states = np.random.default_rng(seed).normal(size=(rows, features)) * [1, 10, 0.1][:features]
    return Background(states, np.ones(features, bool), np.zeros(features, bool))


def rng():
    return np.random.default_rng(5)


def test_a_line_is_found_again_with_its_effects_measured_from_the_mean():
    background = numbers()
    slopes = np.array([2.0, -0.3, 40.0])
    row = np.array([0.5, -7.0, 0.2])
    found = explain_row(row, background, lambda x: (x @ slopes + 1.0)[:, None], rng())
    center = background.states.mean(0)
    assert found.values[:, 0] == pytest.approx(slopes * (row - center), rel=0.01)
    assert found.base[0] == pytest.approx(center @ slopes + 1.0, abs=0.05)
    assert found.quality[0] == pytest.approx(1.0, abs=1e-3)
    assert found.prediction[0] == pytest.approx(row @ slopes + 1.0)


def test_a_level_counts_against_the_other_levels():
    levels = np.repeat([0.0, 1.0, 2.0], 100)[:, None]
    background = Background(levels, np.array([False]), np.array([True]))
    effect = np.array([0.0, 3.0, 0.0])
    found = explain_row(
        np.array([1.0]), background, lambda x: effect[x[:, 0].astype(int)][:, None], rng()
    )
    assert found.values[0, 0] == pytest.approx(3.0, abs=0.02)
    assert found.base[0] == pytest.approx(0.0, abs=0.02)


def test_the_fit_is_the_weighted_ridge_of_sklearn():
    from sklearn.linear_model import Ridge

    background, row, seen = numbers(), np.array([1.0, 2.0, 0.0]), []

    def predict(states):
        seen.append(states)
        return np.sin(states[:, :1]) + states[:, 1:2] ** 2

    found = explain_row(row, background, predict, rng())
    states = seen[0]
    design = (states - background.states.mean(0)) / background.states.std(0)
    weights = np.sqrt(np.exp(-np.square(design - design[0]).sum(1) / (0.75**2 * 3)))
    target = np.sin(states[:, 0]) + states[:, 1] ** 2
    model = Ridge(alpha=1.0).fit(design, target, sample_weight=weights)
    assert found.values[:, 0] == pytest.approx(model.coef_ * design[0])
    assert found.base[0] == pytest.approx(model.intercept_)
    assert found.quality[0] == pytest.approx(model.score(design, target, sample_weight=weights))


def test_the_model_is_asked_once_and_first_for_the_row_itself():
    calls = []

    def predict(states):
        calls.append(states)
        return states[:, :1]

    row = np.array([0.5, -7.0, 0.2])
    explain_row(row, numbers(), predict, rng())
    assert len(calls) == 1
    assert (calls[0][0] == row).all()
    assert len(calls[0]) == 1000


def test_the_same_generator_gives_the_same_explanation():
    row = np.array([0.5, -7.0, 0.2])
    one, two = (explain_row(row, numbers(), lambda x: x[:, :2] ** 2, rng()) for _ in range(2))
    assert (one.values == two.values).all()
    assert one.values.shape == (3, 2)


def test_missing_and_infinite_numbers_are_drawn_from_the_background():
    background = numbers()
    background.states[::4, 0] = np.nan
    background.states[1::4, 1] = np.inf
    row = np.array([np.nan, np.inf, 0.0])
    found = explain_row(row, background, lambda x: np.isnan(x[:, :1]) * 5.0, rng())
    assert np.isfinite(found.values).all()
    assert found.values[0, 0] == pytest.approx(5.0, abs=0.1)
    assert found.values[1, 0] == pytest.approx(0.0, abs=0.1)


def test_a_constant_feature_and_a_background_of_one_row_add_nothing():
    row = np.array([1.0, 2.0])
    background = Background(row[None, :], np.ones(2, bool), np.zeros(2, bool))
    found = explain_row(row, background, lambda x: x[:, :1], rng())
    assert not found.values.any()
    assert found.base[0] == pytest.approx(1.0)
    assert found.prediction[0] == 1.0
    assert found.quality[0] == 1.0


def test_whole_numbers_stay_whole():
    background = Background(np.arange(50.0)[:, None], np.array([True]), np.array([True]))
    seen = []

    def predict(states):
        seen.append(states)
        return states

    explain_row(np.array([10.0]), background, predict, rng())
    assert (seen[0] == np.round(seen[0])).all()
    assert seen[0].std() > 5
