"""Roles of columns: keys are carried, rows are split by time or by whole groups."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import types as T

from synapse_magic.language.completion import complete
from synapse_magic.language.context import Context
from synapse_magic.language.line import parse
from synapse_magic.language.plan import plan
from synapse_magic.language.text import CellError

FIELDS = {"age": T.IntegerType(), "hours": T.DoubleType(), "day": T.DateType(),
          "user": T.StringType(), "id": T.LongType(), "pay": T.DoubleType()}  # fmt: skip
SCHEMA = T.StructType([T.StructField(name, kind) for name, kind in FIELDS.items()])
BODY = "label = pay\nfeatures = VectorAssembler(age, hours)\nLinearRegression()"


def context(**variables: Any) -> Context:
    return Context(variables, schema=lambda name: SCHEMA if name == "people" else None)


def source(options: str, body: str = BODY, verb: str = "train", **variables: Any) -> str:
    return plan(parse(f"{verb} people"), f"{options}\n{body}", context(**variables)).source


def refused(options: str, body: str = BODY) -> CellError:
    with pytest.raises(CellError) as error:
        source(options, body)
    return error.value


def test_time_makes_the_last_rows_those_that_are_tested_on() -> None:
    made = source("split = [0.8, 0.2]\ntime = day")
    assert "train, test = split_by_time(" in made
    assert ', "day", [0.8, 0.2])' in made
    assert "randomSplit" not in made
    held = source("split = {shares}\ntime = day", shares=[3, 1])
    assert ', "day", shares)' in held


def test_groups_stay_whole_in_the_split_and_in_the_parts_of_a_search() -> None:
    made = source("split = [0.8, 0.2]\ngroup = user")
    assert 'drawn = F.pmod(F.xxhash64("user", F.lit(42)), F.lit(10000))' in made
    assert "groupCol" not in made
    searched = BODY.replace("()", "(regParam=Range(0.0, 1.0))")
    tuned = source("split = [0.8, 0.2]\ngroup = user", searched, "tune")
    assert 'groupCol="user"' in tuned
    assert "F.xxhash64" in tuned


def test_a_ranker_ranks_the_groups_unless_it_names_them_itself() -> None:
    ranker = "label = pay\nLightGBMRanker(age{own})"
    made = source("group = user", ranker.format(own=""))
    assert 'groupCol="user"' in made
    assert "xxhash64" not in made  # nothing is held out
    same = source("split = [3, 1]\ngroup = user", ranker.format(own=", groupCol=user"))
    assert same.count('groupCol="user"') == 1
    other = refused("split = [3, 1]\ngroup = user", ranker.format(own=", groupCol=id"))
    assert "group is 'user', but groupCol is 'id'" in other.sentence
    both = refused("split = [3, 1]\ntime = day", ranker.format(own=", groupCol=user"))
    assert "not by both" in both.sentence


@pytest.mark.parametrize("written", ["key = id", "key = 'id'", "key = [id, user]", "key = {keys}"])
def test_a_key_is_carried_along_and_never_a_feature(written: str) -> None:
    assert source(written, keys=["id"])
    with pytest.raises(CellError, match="id is a key and stands among the features") as error:
        source(written, BODY.replace("hours", "hours, id"), keys=["id"])
    assert error.value.line == 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("time = day", "none are. Try: split"),
        ("time = day\nsplit = age > 3", "without time"),
        ("group = user\nsplit = age > 3", "without group"),
        ("group = user", "and none are held out. Try: split = [0.8, 0.2]"),
        ("split = [3, 1]\ntime = day\ngroup = user", "not by both"),
        ("split = [3, 1]\ntime = pay", "pay is the label, and cannot be the time"),
        ("key = pay", "pay is the label, and cannot be the key"),
        ("key = []", "names no column"),
        ("key = iid", "no column 'iid'"),
        ("split = [3, 1]\ntime = dya", "no column 'dya'"),
    ],
)
def test_a_role_that_cannot_be_is_refused_where_it_stands(options: str, words: str) -> None:
    error = refused(options)
    assert words in error.sentence
    assert error.line <= options.count("\n") + 2


@pytest.mark.parametrize("option", ["key", "time", "group"])
def test_roles_complete_with_the_columns_of_the_frame(option: str) -> None:
    text = f"%%synapse train people\n{option} = d"
    assert "day" in [each.text for each in complete(text, len(text), context())]
    begun = "%%synapse tune people\n" + option[:2]
    assert any(each.text.startswith(option) for each in complete(begun, len(begun), context()))
