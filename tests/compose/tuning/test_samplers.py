from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

from synapse_magic import Choice, LightGBMClassifier, LightGBMRegressor, Range
from synapse_magic.compose.tuning import samplers
from synapse_magic.compose.tuning.dimensions import Dimension, dimensions_of
from synapse_magic.compose.tuning.samplers import Sampler
from synapse_magic.errors import SynapseError

SPACE = {
    "numLeaves": Range(2, 200, log=True),
    "learningRate": Range(0.001, 1.0, log=True),
    "lambdaL2": Range(0.0, 10.0),
}


def dimensions(space: Any = SPACE) -> list[list[Dimension]]:
    return dimensions_of([LightGBMClassifier()], space)


def loss(values: dict[str, Any]) -> float:
    """Least at 31 leaves, a rate of 0.1 and a penalty of 2."""
    leaves = np.log(values["numLeaves"] / 31)
    rate = np.log(values["learningRate"] / 0.1)
    return float(leaves**2 + rate**2 + (values["lambdaL2"] - 2) ** 2 / 4)


def searched(sampler: Sampler) -> list[dict[str, Any]]:
    asked = []
    for _ in range(sampler.planned):
        proposal = sampler.ask()
        asked.append(proposal.values)
        sampler.tell(loss(proposal.values))
    return asked


def test_a_grid_has_each_combination_once_in_the_order_of_declaration() -> None:
    found = samplers.grid(dimensions({"numLeaves": Choice(7, 15), "maxDepth": Choice(2, 3, 4)}))
    asked = [tuple(found.ask().values.values()) for _ in range(found.planned)]
    assert asked == [(7, 2), (7, 3), (7, 4), (15, 2), (15, 3), (15, 4)]


def test_a_grid_of_a_range_is_refused() -> None:
    with pytest.raises(SynapseError, match=r"numLeaves has Range\(2, 9\).*Try: numLeaves: Choice"):
        samplers.grid(dimensions({"numLeaves": Range(2, 9)}))


def test_a_grid_too_large_for_anybody_is_refused() -> None:
    space = {"numLeaves": Choice(*range(2, 202)), "maxDepth": Choice(*range(200))}
    with pytest.raises(SynapseError, match="40,000 combinations"):
        samplers.grid(dimensions(space))


def test_the_same_seed_draws_the_same_and_another_seed_does_not() -> None:
    first, again, other = (searched(samplers.random(dimensions(), 5, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_several_models_take_turns() -> None:
    models = [LightGBMClassifier(), LightGBMRegressor()]
    found = samplers.random(dimensions_of(models, {"numLeaves": Range(2, 9)}), 4, 0)
    assert [found.ask().model for _ in range(4)] == [0, 1, 0, 1]


def test_tpe_with_the_same_seed_asks_the_same() -> None:
    assert searched(samplers.Tpe(dimensions(), 12, 3)) == searched(
        samplers.Tpe(dimensions(), 12, 3)
    )


def test_tpe_finds_a_planted_optimum_better_than_the_median_of_random_search() -> None:
    def best(made: Sampler) -> float:
        return min(map(loss, searched(made)))

    drawn = np.median([best(samplers.random(dimensions(), 40, seed)) for seed in range(9)])
    learned = np.median([best(samplers.Tpe(dimensions(), 40, seed)) for seed in range(9)])
    assert learned < drawn


def test_tpe_takes_choices_of_any_kind_and_several_models() -> None:
    models = [LightGBMClassifier(), LightGBMRegressor()]
    space = {"metric": Choice("auc", "l2"), "categoricalSlotIndexes": Choice([], [1, 2])}
    made = samplers.Tpe(dimensions_of(models, space), 8, 0)
    asked = []
    for _ in range(8):
        asked.append(made.ask())
        made.tell(None)
    assert {each.model for each in asked} == {0, 1}
    assert all(each.values["categoricalSlotIndexes"] in ([], [1, 2]) for each in asked)


def test_without_optuna_the_error_has_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "optuna":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(SynapseError, match=r"pip install 'synapse-magic\[tune\]'"):
        samplers.Tpe(dimensions(), 3, 0)
