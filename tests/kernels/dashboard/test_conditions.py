from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import Condition, Levels, mask

COLUMNS = {
    "age": np.array([20.0, 30.0, np.nan, 40.0]),
    "job": Levels.of(np.array(["a", None, "b", "a"], dtype=object)),
}


@pytest.mark.parametrize(
    ("operation", "values", "expected"),
    [
        ("<", (30,), [1, 0, 0, 0]),
        ("<=", (30,), [1, 1, 0, 0]),
        (">", (30,), [0, 0, 0, 1]),
        (">=", (30,), [0, 1, 0, 1]),
        ("not <=", (30,), [0, 0, 1, 1]),
        ("missing", (), [0, 0, 1, 0]),
        ("known", (), [1, 1, 0, 1]),
        ("in", (20, None), [1, 0, 1, 0]),
    ],
)
def test_numbers_are_compared_and_missing_ones_meet_nothing_else(
    operation: str, values: tuple[float | None, ...], expected: list[int]
) -> None:
    found = mask(COLUMNS, [Condition("age", operation, values)], "and", 4)  # type: ignore[arg-type]
    assert found.astype(int).tolist() == expected


@pytest.mark.parametrize(
    ("operation", "values", "expected"),
    [
        ("in", ("a",), [1, 0, 0, 1]),
        ("in", ("b", None), [0, 1, 1, 0]),
        ("not in", ("a",), [0, 1, 1, 0]),
        ("not in", ("a", None), [0, 0, 1, 0]),
        ("missing", (), [0, 1, 0, 0]),
    ],
)
def test_levels_are_listed_and_missing_is_one_of_them(
    operation: str, values: tuple[str | None, ...], expected: list[int]
) -> None:
    found = mask(COLUMNS, [Condition("job", operation, values)], "and", 4)  # type: ignore[arg-type]
    assert found.astype(int).tolist() == expected


def test_conditions_are_joined_by_and_or_or() -> None:
    both = [Condition("age", ">", (25,)), Condition("job", "in", ("a",))]
    assert mask(COLUMNS, both, "and", 4).tolist() == [False, False, False, True]
    assert mask(COLUMNS, both, "or", 4).tolist() == [True, True, False, True]
    assert mask(COLUMNS, [], "and", 4).all()


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (("agee", "<", (3,)), "age"),
        (("job", "<", (3,)), "levels"),
    ],
)
def test_what_cannot_be_compared_is_refused(condition: tuple, words: str) -> None:
    with pytest.raises(SynapseError, match=words):
        mask(COLUMNS, [Condition(*condition)], "and", 4)


@pytest.mark.parametrize("values", [(), ("a",), (1, 2), (np.nan,)])
def test_a_comparison_takes_one_number(values: tuple) -> None:
    with pytest.raises(SynapseError, match="one number"):
        Condition("age", "<", values)


def test_a_hundred_thousand_levels_are_compared_by_their_numbers() -> None:
    names = np.array([f"level {i}" for i in range(100_000)], dtype=object)
    column = Levels.of(names)
    found = mask({"id": column}, [Condition("id", "in", ("level 7",))], "and", 100_000)
    assert np.flatnonzero(found).tolist() == [7]
