from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import Column, Condition, Joint, Levels, mask
from synapse_magic.kernels.dashboard.typed import typed
from synapse_magic.kernels.dashboard.wording import worded

NAN = np.nan
COLUMNS: dict[str, Column] = {
    "age": np.array([20.0, 50.0, 70.0, NAN]),
    "Pay": np.array([-1.5, 0.0, 2e3, 4.0]),
    "job": Levels(np.array([0, 1, 2, -1]), ("clerk", "it's", "true")),
    "a `b` c": np.array([1.0, 2.0, 3.0, 4.0]),
}
NUMBERS = ("age", "Pay", "a `b` c")


def read(text: str) -> Condition | Joint:
    return typed(text, COLUMNS, NUMBERS)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("age >= 50", [1, 2]),
        ("50 <= age", [1, 2]),
        ("age > 20 AND age < 70", [1]),
        ("age<60 and pay>-1.0", [1]),
        ("age = 20 OR job = 'clerk' OR Pay > 1e3", [0, 2]),
        ("age > 60 OR age < 30 AND Pay = 0", [2]),
        ("(age > 60 OR age < 30) AND Pay < 0", [0]),
        ("NOT age > 20", [0]),  # of a missing age nothing is known
        ("NOT (age > 20 OR Pay = 4)", [0]),
        ("NOT (age > 20 AND Pay < 1)", [0, 2, 3]),  # of the last row the second is false
        ("NOT NOT age = 20", [0]),
        ("age BETWEEN 20 AND 50", [0, 1]),
        ("age NOT BETWEEN 20 AND 50", [2]),
        ("age BETWEEN 0 AND 30 AND Pay < 0", [0]),
        ("age IS NULL", [3]),
        ("NOT age IS NOT NULL", [3]),
        ("job IS NOT NULL and age != 50", [0, 2]),
        ("job IN ('clerk', 'it''s')", [0, 1]),
        (r"job IN ('it\'s')", [1]),
        (r"job = 'it\u0027s'", [1]),
        ("job NOT IN ('clerk')", [1, 2]),
        ("job <> 'clerk'", [1, 2]),
        ("job = true", [2]),
        ('job == "it\'s"', [1]),
        ("age NOT IN (20, 50)", [2]),
        ("`a ``b`` c` >= 3", [2, 3]),
    ],
)
def test_a_condition_keeps_the_rows_that_sql_keeps(text: str, rows: list[int]) -> None:
    found = mask(COLUMNS, [read(text)], "and", 4)
    assert np.flatnonzero(found).tolist() == rows


def test_a_condition_is_said_again_in_words() -> None:
    assert worded([read("age > 30 AND age <= 40 AND (job = 'clerk' OR Pay < 0)")]) == (
        "(30 < age \N{LESS-THAN OR EQUAL TO} 40 and (job is clerk or Pay < 0))"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "needs a condition"),
        ("agee > 3", "Did you mean 'age'"),
        ("age > 'x'", "holds numbers"),
        ("job > 'a'", r"job IN \('a'\)"),
        ("job = clerk", "Try: 'clerk'"),
        ("age > Pay", "not with one another"),
        ("age = NULL", "IS NULL"),
        ("age > 3 AND", "At the end: Expected a column"),
        ("age > 3 job", r"'job' \(letter 9\): Expected AND"),
        ("age + 1 > 3", r"Letter 5: '\+'"),
        ("age > 3 && Pay > 1", "Try: AND"),
        ("job LIKE 'c%'", "Patterns"),
        ("job", "job = true"),
        ("age IN 3", "in brackets"),
        ("(age > 3", "closing bracket"),
        ("job = 'cl", "has no end"),
        ("age > 3; DROP TABLE x", "Letter 8"),
        ("NOT " * 80 + "age > 3", "within one another"),
        ("age > 3 OR " * 2000, "too long"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place_and_a_hint(text: str, words: str) -> None:
    with pytest.raises(SynapseError, match=words):
        read(text)
