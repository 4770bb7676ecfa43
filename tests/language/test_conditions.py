from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from synapse_magic.language.text import CellError

Source = Callable[..., str]

CASES = [
    ("age >= 18", 'F.col("age") >= 18'),
    ("18 <= age < 65", '(18 <= F.col("age")) & (F.col("age") < 65)'),
    ("age > 1 and hours > 0", '(F.col("age") > 1) & (F.col("hours") > 0)'),
    ("not (age > 1 or rich)", '~((F.col("age") > 1) | F.col("rich"))'),
    ("job in ['a', 'b']", 'F.col("job").isin(["a", "b"])'),
    ("job not in ('a', 'b')", '~F.col("job").isin(["a", "b"])'),
    ("job in {jobs}", 'F.col("job").isin(list(jobs))'),
    ("job is None", 'F.col("job").isNull()'),
    ("job is not None", 'F.col("job").isNotNull()'),
    ("age + 2 * hours > {limit}", 'F.col("age") + 2 * F.col("hours") > limit'),
    ("(age + 2) * hours > 3", '(F.col("age") + 2) * F.col("hours") > 3'),
    ("age - (hours - 1) > 3", 'F.col("age") - (F.col("hours") - 1) > 3'),
    ("-age < -3", '-F.col("age") < -3'),
    ("age % 2 == 0", 'F.col("age") % 2 == 0'),
    ("hours ** 2 > 4", 'F.col("hours") ** 2 > 4'),
    ("col('hours per week') > 3", 'F.col("`hours per week`") > 3'),
    ("col('a.b') > 1", 'F.col("`a.b`") > 1'),
    ("col('class') == 'a'", 'F.col("class") == "a"'),
    ("größe > 2", 'F.col("größe") > 2'),
    ("JOB == {word}", 'F.col("job") == F.lit(word)'),
    ("rich == True", 'F.col("rich") == True'),
    ("rich", 'F.col("rich")'),
    ('job == "it\'s"', 'F.col("job") == "it\'s"'),
    ("day < '2024-01-10'", 'F.col("day") < "2024-01-10"'),
    ("day < {since}", 'F.col("day") < since'),
]
VARIABLES = {
    "jobs": {"clerk"},
    "limit": 40,
    "word": "clerk",
    "since": datetime.date(2024, 1, 10),
}


@pytest.mark.parametrize(("written", "expected"), CASES, ids=[written for written, _ in CASES])
def test_a_condition_becomes_an_expression_of_columns_that_spark_runs(
    written: str, expected: str, source: Source, people: DataFrame
) -> None:
    body = source("profile people", f"where = {written}", **VARIABLES)
    assert f"people = people.where({expected})" in body
    names = {"F": F, "people": people, **VARIABLES}
    assert 0 <= eval(f"people.where({expected})", names).count() <= 200


@pytest.mark.parametrize(
    ("written", "message", "cause"),
    [
        ("age", "Column 'age' is int, not a condition. Try: age > 0", "age"),
        ("ages > 3", "There is no column 'ages' in people. Did you mean 'age'?", "ages"),
        ("ages > 3", "write {ages} for the Python variable, 'ages' for text", "ages"),
        ("1 < 2", "The comparison names no column", "1 < 2"),
        ("{limit} > 2", "The comparison names no column", "{limit} > 2"),
        ("'age' > 2", "The comparison names no column", "'age' > 2"),
        ("age == None", "Nothing compares with None. Try: x is None", "age == None"),
        ("age != None", "Try: x is not None", "age != None"),
        ("age is 3", "Only None follows 'is'. Try: ==", "3"),
        ("age in 3", "A list follows 'in'", "3"),
        ("job in 'abc'", "A list follows 'in'", "'abc'"),
        ("job in ['a', None]", "Nothing equals None", "['a', None]"),
        ("'a' in job", "A column stands here", "'a'"),
        ("(age > 1) & (hours > 2)", "Try: a > 1 and b > 2", "(age > 1) & (hours > 2)"),
        ("age // 2 > 1", "Arithmetic in a condition is one of + - * / % **", "age // 2"),
        ("upper(job) == 'A'", "Only col('...') may be called in a condition", "upper(job)"),
        ("col(job) == 'A'", "col takes one text", "col(job)"),
        ("col('jbo') == 'A'", "There is no column 'jbo'", "'jbo'"),
        ("age > {limt}", "There is no Python variable 'limt'. Did you mean 'limit'?", "{limt}"),
        ("age > [1]", "A list is no value to compare with", "[1]"),
        ("3", "This is no condition. Expected a comparison", "3"),
    ],
)
def test_what_is_no_condition_is_pointed_at(
    written: str, message: str, cause: str, source: Source
) -> None:
    with pytest.raises(CellError) as error:
        source("profile people", f"where = {written}", **VARIABLES)
    _, line, caret = str(error.value).split("\n")
    assert message in error.value.sentence
    shown = line[caret.index("^") : caret.rindex("^") + 1]
    assert shown == cause.strip("()") or shown == cause
