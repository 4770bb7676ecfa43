from __future__ import annotations

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.language.columns import Columns, quoted, shortened


def columns(*names: str, case_sensitive: bool = False) -> Columns:
    return Columns([(name, "int") for name in names], case_sensitive, frame="people")


def test_a_name_finds_its_column_whatever_its_case() -> None:
    assert columns("Age", "hours").resolve("age") == "Age"


def test_case_counts_when_it_does_in_spark() -> None:
    with pytest.raises(SynapseError, match="There is no column 'age' in people"):
        columns("Age", case_sensitive=True).resolve("age")


def test_the_exact_name_wins_when_case_counts() -> None:
    assert columns("Age", "age", case_sensitive=True).resolve("age") == "age"


def test_names_are_compared_in_the_form_in_which_python_reads_them() -> None:
    assert columns("\ufb01eld").resolve("field") == "\ufb01eld"
    assert columns("e\u0301te\u0301").resolve("été") == "e\u0301te\u0301"
    assert columns("field").resolve("\ufb01eld") == "field"


def test_the_exact_name_wins_over_another_unicode_form() -> None:
    assert columns("\ufb01eld", "field").resolve("field") == "field"
    assert columns("\ufb01eld", "field").resolve("\ufb01eld") == "\ufb01eld"


@pytest.mark.parametrize("name", ["age", "Age", "AGE"])
def test_names_that_differ_only_in_case_are_ambiguous(name: str) -> None:
    with pytest.raises(SynapseError, match="columns 'age' and 'Age' of people, which differ only"):
        columns("age", "Age").resolve(name)


@pytest.mark.parametrize("case_sensitive", [True, False])
def test_equal_names_are_ambiguous(case_sensitive: bool) -> None:
    with pytest.raises(SynapseError, match="people has 2 columns named 'age'"):
        columns("age", "age", case_sensitive=case_sensitive).resolve("age")


def test_ambiguous_columns_do_not_disturb_others() -> None:
    assert columns("age", "Age", "hours").resolve("hours") == "hours"


def test_an_unknown_name_suggests_the_nearest_or_lists_the_columns() -> None:
    with pytest.raises(SynapseError, match="Did you mean 'hours'"):
        columns("age", "hours").resolve("houres")
    with pytest.raises(SynapseError, match="Columns: age, hours"):
        columns("age", "hours").resolve("zzzz")


def test_any_name_will_do_where_columns_are_not_known() -> None:
    assert Columns(known=False).resolve("anything") == "anything"


def test_a_fresh_name_avoids_all_columns_whatever_their_case() -> None:
    assert columns("Income_Index", "x").fresh("income_index") == "income_index_2"


def test_many_columns_are_listed_in_one_short_line() -> None:
    text = shortened(f"c{i}" for i in range(2_000))
    assert text.endswith("c11, ... (2000 in all)")


@pytest.mark.parametrize(
    ("name", "written"),
    [("age", "age"), ("größe", "größe"), ("a.b", "`a.b`"), ("a`b", "`a``b`"), ("a b", "`a b`")],
)
def test_odd_names_are_quoted_for_spark(name: str, written: str) -> None:
    assert quoted(name) == written
