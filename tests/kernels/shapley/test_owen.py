from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.shapley.owen import owen, walks

Game = Callable[[np.ndarray], np.ndarray]
GROUPS = np.array([0, 0, 1, 1, 1, 2])


def by_definition(game: Game, groups: np.ndarray) -> np.ndarray:
    """Give the mean gain of each player over all orders in which groups stay together."""
    members = [np.flatnonzero(groups == g).tolist() for g in range(groups.max() + 1)]
    within = list(itertools.product(*(list(itertools.permutations(m)) for m in members)))
    orders = [
        [player for g in turn for player in one[g]]
        for turn in itertools.permutations(range(len(members)))
        for one in within
    ]
    total = np.zeros((len(groups), game(np.zeros((1, len(groups)), bool)).shape[1]))
    for order in orders:
        steps = np.zeros((len(groups) + 1, len(groups)), bool)
        for k, player in enumerate(order):
            steps[k + 1 :, player] = True
        total[order] += np.diff(game(steps), axis=0)
    return total / len(orders)


def pairs_only(masks: np.ndarray) -> np.ndarray:
    x = masks.astype(float)
    return np.stack(
        [x[:, 0] * x[:, 2] * 3 + x[:, 1] - x[:, 3] * x[:, 4], x[:, 5] * x[:, 0]], axis=1
    )


def rough(masks: np.ndarray) -> np.ndarray:
    x = masks.astype(float)
    own = x[:, 0] + 2 * x[:, 2] * x[:, 3] * x[:, 5] - np.maximum(x[:, 1], x[:, 4])
    return np.stack([np.tanh(own), own**2], axis=1)


def asked(game: Game, samples: int | None = None, seed: int = 0, groups: np.ndarray = GROUPS):
    drawn = walks(groups, samples, seed)
    return owen(drawn, game(drawn.masks(0, len(drawn))))


def test_games_of_pairs_are_exact_after_two_pairs_of_walks() -> None:
    found = asked(pairs_only, samples=22)
    np.testing.assert_allclose(found.values, by_definition(pairs_only, GROUPS), atol=1e-12)
    np.testing.assert_allclose(found.error, 0, atol=1e-12)


def test_values_come_near_the_definition_and_the_error_says_how_near() -> None:
    truth = by_definition(rough, GROUPS)
    found = asked(rough, samples=40_000)
    off = np.abs(found.values - truth)
    assert (off <= 4 * found.error + 1e-12).all()
    assert found.error.max() < 0.03


def test_owen_values_are_not_shapley_values() -> None:
    alone = by_definition(rough, np.arange(6))
    assert np.abs(by_definition(rough, GROUPS) - alone).max() > 0.2
    one_each = asked(rough, samples=40_000, groups=np.arange(6))
    assert (np.abs(one_each.values - alone) <= 4 * one_each.error).all()


def test_a_group_gets_what_it_adds_in_the_game_between_groups() -> None:
    between = by_definition(lambda masks: rough(masks[:, GROUPS]), np.arange(3))
    found = by_definition(rough, GROUPS)
    summed = np.stack([found[g == GROUPS].sum(0) for g in range(3)])
    np.testing.assert_allclose(summed, between, atol=1e-12)


@pytest.mark.parametrize("samples", [22, 100, None])
def test_values_add_up_exactly(samples: int | None) -> None:
    found = asked(rough, samples)
    ends = rough(np.array([[False] * 6, [True] * 6]))
    np.testing.assert_allclose(found.values.sum(0), ends[1] - ends[0], atol=1e-12)


def test_a_player_who_changes_nothing_gets_nothing() -> None:
    found = asked(lambda masks: rough(masks[:, :6]), groups=np.array([0, 0, 1, 1, 1, 2, 2]))
    assert np.abs(found.values[6]).max() < 1e-12


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    assert np.array_equal(asked(rough, 100, seed=3).values, asked(rough, 100, seed=3).values)
    assert not np.array_equal(asked(rough, 100, seed=3).values, asked(rough, 100, seed=4).values)


def test_coalitions_are_the_same_in_parts_and_members_arrive_together() -> None:
    drawn = walks(GROUPS, 100, 0)
    whole = drawn.masks(0, len(drawn))
    parts = [drawn.masks(i, i + 7) for i in range(0, len(drawn), 7)]
    assert np.array_equal(whole, np.concatenate(parts))
    assert len(drawn) <= 100
    for order in GROUPS[drawn.orders]:
        assert (np.diff(order) != 0).sum() == 2


def test_too_few_samples_say_how_many_are_needed() -> None:
    with pytest.raises(SynapseError, match=r"numSamples=21 is too small .* at least 22"):
        walks(GROUPS, 21, 0)
    assert len(walks(GROUPS, 22, 0)) == 22


def test_an_additive_game_has_quality_one_and_a_constant_one_too() -> None:
    assert asked(lambda masks: masks[:, :2].astype(float), 30).quality.tolist() == [1.0, 1.0]
    assert asked(lambda masks: np.ones((len(masks), 1)), 30).quality.tolist() == [1.0]
    assert asked(rough, 400).quality.max() < 1
