from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.shapley.coalitions import coalitions, least, usual, with_more
from synapse_magic.kernels.shapley.estimate import shapley
from synapse_magic.kernels.shapley.fourier import kernel_solution, signs


def by_definition(game, players):
    """Return Shapley values as the mean of what a player adds, over all orders of arrival."""
    values = np.zeros(players)
    for player in range(players):
        others = [i for i in range(players) if i != player]
        for number in range(2 ** len(others)):
            members = [other for place, other in enumerate(others) if number >> place & 1]
            mask = np.zeros((2, players), bool)
            mask[:, members] = True
            mask[1, player] = True
            lone, joined = game(mask)
            size = len(members)
            chance = factorial(size) * factorial(players - 1 - size) / factorial(players)
            values[player] += chance * (joined - lone)
    return values


def bent(players, seed=0):
    rng = np.random.default_rng(seed)
    slopes, pairs = rng.normal(size=players), rng.normal(size=(players, players))
    return lambda masks: np.tanh(masks @ slopes + ((masks @ pairs) * masks).sum(1) / players)


def solved(game, players, samples=None, seed=0):
    asked = coalitions(players, samples, seed)
    return shapley(asked, game(asked.masks)[:, None])


@pytest.mark.parametrize("players", [2, 3, 4, 7])
def test_all_coalitions_give_the_values_of_the_definition(players):
    game = bent(players)
    found = solved(game, players)
    assert found.values[:, 0] == pytest.approx(by_definition(game, players), abs=1e-12)
    assert (found.error == 0).all()


@pytest.mark.parametrize("samples", [None, 40, 200])
def test_a_sum_over_players_is_found_again_whatever_was_asked(samples):
    slopes = np.arange(1.0, 11.0)
    found = solved(lambda masks: masks @ slopes + 5.0, 10, samples)
    assert found.values[:, 0] == pytest.approx(slopes, abs=1e-9)
    assert found.quality[0] == pytest.approx(1.0)


def test_a_product_is_shared_evenly_and_a_player_that_adds_nothing_gets_nothing():
    found = solved(lambda masks: 6.0 * masks[:, 0] * masks[:, 1] * masks[:, 2], 5)
    assert found.values[:, 0] == pytest.approx([2, 2, 2, 0, 0], abs=1e-12)


def test_pairs_of_players_that_interact_are_exact_without_all_coalitions():
    rng = np.random.default_rng(3)
    slopes, pairs = rng.normal(size=20), np.triu(rng.normal(size=(20, 20)), 1)
    found = solved(lambda masks: masks @ slopes + ((masks @ pairs) * masks).sum(1), 20, 60)
    assert found.values[:, 0] == pytest.approx(slopes + (pairs + pairs.T).sum(1) / 2, abs=1e-9)


@pytest.mark.parametrize("samples", [30, 100, 1000, 2048])
def test_values_sum_to_what_all_players_add(samples):
    game = bent(14)
    found = solved(game, 14, samples)
    full, none = game(np.ones((1, 14), bool))[0], game(np.zeros((1, 14), bool))[0]
    assert found.values.sum() == pytest.approx(full - none, abs=1e-9)


def test_estimates_are_nearer_than_least_squares_on_the_same_outcomes():
    ratios = []
    for seed in range(12):
        game = bent(10, seed)
        asked = coalitions(10, 120, seed)
        outcomes = game(asked.masks)
        odd = (outcomes[::2] - outcomes[1::2]) / 2 * np.r_[-1.0, np.ones(59)]
        plain = kernel_solution(signs(asked.masks[::2])) @ odd
        exact = solved(game, 10).values[:, 0]
        found = shapley(asked, outcomes[:, None]).values[:, 0]
        ratios.append(np.abs(found - exact).max() / np.abs(plain - exact).max())
    assert np.median(ratios) < 0.75


def test_standard_errors_are_of_the_size_of_the_errors():
    missed, told = [], []
    for seed in range(20):
        game = bent(10, seed)
        found = solved(game, 10, 100, seed)
        missed.append(found.values - solved(game, 10).values)
        told.append(found.error)
    ratio = np.abs(np.concatenate(missed)) / np.concatenate(told)
    assert 0.4 < np.median(ratio) / 0.6745 < 2.0


def test_several_games_are_solved_as_each_alone():
    asked = coalitions(9, 80, 0)
    games = [bent(9, seed)(asked.masks) for seed in range(3)]
    together = shapley(asked, np.column_stack(games))
    for place, outcomes in enumerate(games):
        alone = shapley(asked, outcomes[:, None])
        assert together.values[:, place] == pytest.approx(alone.values[:, 0], abs=1e-12)


@pytest.mark.parametrize(("players", "expected"), [(0, []), (1, [7.0])])
def test_no_players_and_one_are_games_too(players, expected):
    asked = coalitions(players, None, 0)
    found = shapley(asked, np.array([[1.0], [8.0]])[: len(asked)])
    assert found.values[:, 0].tolist() == expected
    assert found.quality.tolist() == [1.0]


def test_a_game_that_never_changes_gives_zeros():
    found = solved(lambda masks: np.full(len(masks), 0.3), 14, 100)
    assert np.abs(found.values).max() < 1e-12
    assert found.error.max() < 1e-9
    assert found.quality[0] == 1.0


@pytest.mark.parametrize(
    ("players", "samples"), [(5, 14), (10, 80), (10, 1022), (13, None), (60, 300)]
)
def test_coalitions_are_drawn_once_and_with_their_complements(players, samples):
    asked = coalitions(players, samples, 4)
    assert len(asked) == (usual(players) if samples is None else samples)
    assert len(np.unique(asked.masks, axis=0)) == len(asked)
    assert (asked.masks[::2] == ~asked.masks[1::2]).all()
    assert not asked.masks[0].any()
    assert not asked.exact


def test_a_seed_draws_the_same_and_another_seed_others():
    first = coalitions(15, 100, 1).masks
    coalitions.cache_clear()
    assert (coalitions(15, 100, 1).masks == first).all()
    assert (coalitions(15, 100, 2).masks != first).any()


def test_more_coalitions_begin_with_the_known_ones_until_all_are_there():
    known = coalitions(7, 20, 0)
    more = with_more(known, 50, 0)
    assert (more.masks[:20] == known.masks).all()
    assert (len(more), more.exact) == (50, False)
    every = with_more(more, 400, 0)
    assert (len(np.unique(every.masks, axis=0)), every.exact) == (128, True)
    game = bent(7)
    assert shapley(every, game(every.masks)[:, None]).values == pytest.approx(
        solved(game, 7).values, abs=1e-12
    )


def test_too_few_coalitions_are_refused_with_the_least_that_works():
    with pytest.raises(SynapseError, match=r"numSamples=61 is too small for 30 .* at least 62"):
        coalitions(30, 61, 0)
    assert len(coalitions(30, least(30), 0)) == 62


def test_one_feature_is_told_as_one():
    with pytest.raises(SynapseError, match=r"too small for 1 feature\. Expected at least 2"):
        coalitions(1, 1, 0)
