from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import Column, Condition, Levels
from synapse_magic.results.dashboard.cohort import Cohort

COLUMNS: dict[str, Column] = {
    "age": np.array([20.0, 50.0, 70.0, 70.0]),
    "job": Levels(np.array([0, 0, 1, 1]), ("a", "b")),
}
OLD, A = Condition("age", ">", (60.0,)), Condition("job", "in", ("a",))
NUMBERS = frozenset({"age"})


class Frame:
    """A frame that tells which predicate it was asked for."""

    columns = ("age", "job", "${spark.app.name}")

    def where(self, condition: str) -> str:
        return condition


def test_a_cohort_within_another_is_of_rows_in_both() -> None:
    either = Cohort("either", (OLD, A), "or", NUMBERS)
    young = Condition("age", "<", (60.0,))
    inside = Cohort("inside", (young,), "and", NUMBERS, within=either)
    assert inside.mask(COLUMNS, 4).tolist() == [True, True, False, False]
    assert inside.where == f"({either.where}) AND (`age` < 60.0D)"
    assert inside.words == "(age > 60 or job is a) and age < 60"
    assert Cohort("same", (), within=either).words == either.words


def test_a_cohort_of_any_condition_within_another_is_not_larger_than_that() -> None:
    old = Cohort("old", (OLD,), "and", NUMBERS)
    b = Condition("job", "in", ("b",))
    inside = Cohort("inside", (A, b), "or", NUMBERS, within=old)
    assert inside.mask(COLUMNS, 4).tolist() == [False, False, True, True]
    assert inside.words == "age > 60 and (job is a or job is b)"


def test_the_columns_of_the_outer_cohort_must_be_in_the_frame_too() -> None:
    outer = Cohort("outer", (Condition("slot 3", "missing"),), frame=Frame())
    with pytest.raises(SynapseError, match="'slot 3'"):
        Cohort("inner", (OLD,), "and", NUMBERS, Frame(), within=outer).df()


def test_levels_are_asked_for_by_the_numbers_that_the_frame_holds() -> None:
    codes = {"job": ("a", "b", "a")}
    asked = Condition("job", "in", ("a", "7", None))
    found = Cohort("c", (asked,), numbers=NUMBERS, frame=Frame(), codes=codes)
    assert found.df() == "(`job` IN (0.0D, 2.0D, 7.0D) OR (`job` IS NULL OR isnan(`job`)))"
    unknown = Cohort("c", (Condition("job", "in", ("z",)),), frame=Frame(), codes=codes)
    assert unknown.where == "FALSE"


class Scored(Frame):
    """A frame with scores, two of whose names are no plain ones."""

    columns = ("a.b", "a`b", "(score)")
    code = "scored = df"


HIGH = Condition("(score)", ">", (0.5,))


def test_code_that_cannot_run_is_not_given_but_the_reason() -> None:
    none = Cohort("c", (Condition("(outcome)", "in", ("wrong",)),), frame=Frame())
    assert none.code == f"# {none.refused}"
    assert "'(outcome)' is a feature, and no column" in none.refused
    alone = Cohort("c", (HIGH,), frame=Frame())
    assert "without the model" in alone.refused
    assert "scored." not in alone.code
    assert Cohort("c", (OLD,), numbers=NUMBERS).refused == ""


def test_the_code_of_a_cohort_of_scores_selects_columns_whatever_they_are_called() -> None:
    class Where:
        columns = ("a.b", "a`b")
        selected: list[str]

        def where(self, _: str) -> Where:
            return self

        def select(self, names: list[str]) -> Where:
            self.selected = names
            return self

    made = {"df": Where()}
    exec(Cohort("c", (HIGH,), frame=Frame(), scored=Scored()).code, made)
    assert made["cohort"].selected == ["`a.b`", "`a``b`"]


def test_a_name_that_spark_would_replace_gives_no_frame() -> None:
    with pytest.raises(SynapseError, match="withColumnRenamed"):
        Cohort("c", (Condition("${spark.app.name}", "missing"),), frame=Frame()).df()
