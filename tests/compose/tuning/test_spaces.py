from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from synapse_magic import (
    Choice,
    DiscreteHyperParam,
    DoubleRangeHyperParam,
    GridSpace,
    HyperparamBuilder,
    IntRangeHyperParam,
    LightGBMClassifier,
    RandomSpace,
    Range,
    RangeHyperParam,
)
from synapse_magic.compose.tuning.spaces import from_json, to_json
from synapse_magic.errors import SynapseError


def test_a_range_of_whole_ends_gives_each_whole_number_with_both_ends() -> None:
    drawn = {Range(3, 6).at(part) for part in np.linspace(0, 0.999, 50)}
    assert drawn == {3, 4, 5, 6}
    assert all(isinstance(value, int) for value in drawn)


def test_a_range_of_numbers_stays_within_its_ends() -> None:
    drawn = [Range(0.1, 0.4).at(part) for part in np.linspace(0, 1 - 1e-12, 50)]
    assert min(drawn) == 0.1
    assert 0.39 < max(drawn) <= 0.4


def test_a_logarithmic_range_has_its_geometric_mean_in_the_middle() -> None:
    assert Range(0.01, 1.0, log=True).at(0.5) == pytest.approx(0.1)
    assert {Range(1, 3, log=True).at(p) for p in np.linspace(0, 0.999, 60)} == {1, 2, 3}


@pytest.mark.parametrize(
    ("ends", "words"),
    [((9, 3), "from the smaller"), (("a", 3), "two numbers"), ((True, 3), "two numbers")],
)
def test_wrong_ends_are_refused(ends: tuple[Any, Any], words: str) -> None:
    with pytest.raises(SynapseError, match=words):
        Range(*ends)


def test_a_logarithmic_range_begins_above_zero() -> None:
    with pytest.raises(SynapseError, match="above 0"):
        Range(0, 3, log=True)


def test_a_choice_gives_each_of_its_values() -> None:
    assert [Choice("a", None, 3).at(part) for part in (0.0, 0.4, 0.99)] == ["a", None, 3]
    with pytest.raises(SynapseError, match="at least one"):
        Choice()


@pytest.mark.parametrize("space", [Range(1, 9), Range(0.1, 1.0, log=True), Choice("a", 2)])
def test_a_space_writes_itself_as_code_and_as_json(space: Any) -> None:
    assert eval(repr(space)) == space
    assert from_json(json.loads(json.dumps(to_json(space)))) == space


def test_names_of_synapseml_make_the_same_spaces() -> None:
    gbm = LightGBMClassifier()
    built = (
        HyperparamBuilder()
        .addHyperparam(gbm, gbm.numLeaves, DiscreteHyperParam([15, 31]))
        .addHyperparam(gbm, gbm.maxDepth, IntRangeHyperParam(2, 9))
        .addHyperparam(gbm, gbm.learningRate, DoubleRangeHyperParam(0, 1))
        .addHyperparam(gbm, gbm.lambdaL2, RangeHyperParam(0.5, 1.5, 0))
        .build()
    )
    assert built == {
        gbm.numLeaves: Choice(15, 31),
        gbm.maxDepth: Range(2, 9),
        gbm.learningRate: Range(0.0, 1.0),
        gbm.lambdaL2: Range(0.5, 1.5),
    }
    assert RandomSpace(built).space() == built
    assert GridSpace(built).search == "grid"
