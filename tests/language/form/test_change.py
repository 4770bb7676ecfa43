from __future__ import annotations

import ast
import difflib
import itertools
import random
import re
import time
from typing import Any

import pytest
from cells import CELLS, CLICKS, NASTY, TRAIN, TUNE, world
from pyspark.sql import types as T

from synapse_magic.errors import SynapseError
from synapse_magic.language.context import Context
from synapse_magic.language.form.catalog import cards, offered
from synapse_magic.language.form.change import changed
from synapse_magic.language.form.fixes import fix_of, is_moot, two_roles
from synapse_magic.language.form.reading import problem_in, read_form


def click(text: str, op: str, /, **change: Any) -> str:
    return changed(text, {"op": op, **change}, world())


def moved(before: str, after: str) -> list[str]:
    """Return the lines that differ, as ``-old`` and ``+new``."""
    found = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line[0] + line[2:] for line in found if line[0] in "+-"]


def comments(text: str) -> list[str]:
    return [line.partition("#")[2].strip() for line in text.splitlines() if "#" in line]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", CLICKS)
def test_a_click_is_read_back_and_loses_nothing(cell: str, name: str) -> None:
    change, before = CLICKS[name], CELLS[cell]
    form = read_form(before, world())
    if cell == "variable" and name == "one feature less":
        with pytest.raises(SynapseError, match="variable of the notebook"):
            changed(before, change, world())
        return
    after = changed(before, change, world())
    again = read_form(after, world())
    assert _shows(again, change)
    if name not in ("rows",):
        assert changed(after, change, world()) == after, "a second click changes nothing"
    assert [c for c in comments(before) if c not in comments(after)] == []
    steps_change = "algorithm" in name or "boosting" in name or "feature" in name
    if not steps_change and change.get("column") not in form.columns:
        assert again.steps == _renumbered(form.steps, again.steps)
    if "target" not in name:
        assert again.target == form.target


def _renumbered(steps: Any, like: Any) -> Any:
    """Return steps with the lines and places of others: those move, and nothing else may."""
    from dataclasses import replace

    assert len(steps) == len(like)
    lines = [
        replace(s, index=o.index, line=o.line, params=tuple(
            replace(p, line=q.line) for p, q in zip(s.params, o.params)))
        for s, o in zip(steps, like)
    ]  # fmt: skip
    return tuple(lines)


def _shows(form: Any, change: dict[str, Any]) -> bool:
    op = change["op"]
    if op == "role":
        return bool(form.role(change["column"]) == change["role"])
    if op == "target":
        return bool(form.target == change["column"])
    if op == "split":
        wanted = {"train": change["train"]} if "train" in change else {}
        kind = "share" if wanted else ("condition" if "text" in change else "none")
        return form.split.kind == kind and form.split.train == wanted.get("train")
    if op == "features":
        held = set(form.columns)
        names = set(change["columns"])
        return names <= held if change["on"] else not names & held
    if op == "algorithm":
        return (change["name"] in [s.stage for s in form.algorithms]) == change["on"]
    if op == "verb":
        return bool(form.verb == change["verb"])
    if op == "output":
        return bool(form.output == change["name"])
    name = change.get("name", "where")
    return any(s.name == name and change["text"] in s.text for s in form.settings)


def test_a_click_changes_its_own_line_alone() -> None:
    assert moved(TRAIN, click(TRAIN, "target", column="edu")) == [
        "-label    = income", "+label    = edu",
    ]  # fmt: skip
    assert moved(TRAIN, click(TRAIN, "split", train=0.75)) == [
        "-split    = [0.8, 0.2]   # enough is left to learn from",
        "+split    = [0.75, 0.25]   # enough is left to learn from",
    ]
    assert moved(TRAIN, click(TRAIN, "option", name="seed", text="7")) == ["+seed     = 7"]


def test_a_feature_goes_where_the_others_are() -> None:
    assert moved(TRAIN, click(TRAIN, "features", columns=["edu"], on=True)) == [
        "-                     hours)", "+                     hours, edu)",
    ]  # fmt: skip
    less = click(TRAIN, "features", columns=["job"], on=False)
    assert "Featurize(age,  # both" not in less
    assert "# both are always there" in less
    assert click(TUNE, "features", columns=["edu"], on=True).count(
        "'hours per week', edu, imputeMissing=False"
    )


def test_a_param_takes_a_value_a_list_a_range_and_its_default_again() -> None:
    step = read_form(TRAIN, world()).algorithms[0].index
    tuned = click(
        TRAIN, "param", step=step, name="learningRate", mode="range", low=0.01, high=1, log=True
    )
    assert tuned.startswith("%%synapse tune people -o model\n")
    assert "learningRate=Range(0.01, 1.0, log=True))  # small" in tuned
    listed = click(TRAIN, "param", step=step, name="maxBin", mode="list", values=[63, 255])
    assert "learningRate=0.1, maxBin=Choice(63, 255))  # small" in listed
    fixed = click(TRAIN, "param", step=step, name="numLeaves", value=63.0)
    assert "(numLeaves=63, learningRate=0.1)" in fixed
    assert click(TRAIN, "param", step=step, name="numLeaves", mode="default").count(
        "LightGBMClassifier(learningRate=0.1)"
    )
    text = click(TRAIN, "param", step=step, name="boostingType", text="'dart'")
    assert "boostingType='dart'" in text


def test_params_over_several_lines_stay_so() -> None:
    step = read_form(TUNE, world()).algorithms[0].index
    more = click(TUNE, "param", step=step, name="maxDepth", value=5)
    assert moved(TUNE, more) == ["+    maxDepth=5,"]
    less = click(TUNE, "param", step=step, name="learningRate", mode="default")
    assert "    # the one that matters\n    boostingType" in less
    assert moved(TUNE, click(TUNE, "param", step=step, name="boostingType", mode="default")) == [
        "-    boostingType=Choice('gbdt', 'dart'),"
    ]


def test_training_one_model_takes_the_middle_and_keeps_the_options_of_the_search() -> None:
    one = click(TUNE, "algorithm", name="LogisticRegression", on=False)
    made = click(one, "verb", verb="train")
    assert "# trials = 20\n# metric = 'AUC'\n" in made
    assert "numLeaves=71," in made
    assert "boostingType='gbdt'," in made
    assert problem_in(made, world()) is None
    with pytest.raises(SynapseError, match="2 algorithms"):
        click(TUNE, "verb", verb="train")


def test_a_cell_is_built_from_nothing_by_clicks() -> None:
    text = "%%synapse train people -o model"
    text = click(text, "target", column="income")
    text = click(text, "split", train=0.8)
    text = click(text, "algorithm", name="LightGBMClassifier", on=True)
    text = click(text, "features", columns=["age", "job", "hours per week"], on=True)
    assert text == (
        "%%synapse train people -o model\nlabel = income\nsplit = [0.8, 0.2]\n"
        "features = Featurize(age, job, 'hours per week')\nLightGBMClassifier()"
    )
    assert problem_in(text, world()) is None


def test_conditions_on_rows_are_joined() -> None:
    cell = (
        "%%synapse train people\nlabel = income\nwhere = age > 18 or hours > 3\n"
        "LightGBMClassifier(age)"
    )
    made = click(cell, "also", text="income is not None")
    assert "where = (age > 18 or hours > 3) and income is not None" in made
    assert problem_in(made, world()) is None


@pytest.mark.parametrize(
    "text", ["1)\nseed = 3", "1  # note", "1; seed = 3", "(", "", "x = 1", "import os", "'a\nb'"]
)
def test_what_is_typed_cannot_leave_its_place(text: str) -> None:
    step = read_form(TRAIN, world()).algorithms[0].index
    with pytest.raises(SynapseError):
        click(TRAIN, "param", step=step, name="numLeaves", text=text)


@pytest.mark.parametrize("name", NASTY)
def test_columns_with_any_name_are_features_and_read_back(name: str) -> None:
    made = click(TRAIN, "features", columns=[name], on=True)
    assert read_form(made, world()).columns[-1] == name
    assert problem_in(made, world()) is None
    assert click(made, "features", columns=[name], on=False) == TRAIN
    ast.parse(made.partition("\n")[2])


def test_a_cell_that_cannot_be_read_is_left_alone() -> None:
    with pytest.raises(SynapseError, match="not Python"):
        click("%%synapse train people\nlabel = ((", "target", column="edu")


@pytest.mark.parametrize(
    "change",
    [
        {"op": "nothing"},
        {"op": "option", "name": "trial", "text": "3"},
        {"op": "split", "train": 1.5},
        {"op": "algorithm", "name": "Featurize", "on": True},
        {"op": "param", "step": 99, "name": "numLeaves", "value": 3},
        {"op": "output", "name": "not a name"},
        {"op": "verb", "verb": "score"},
    ],
)
def test_a_change_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(SynapseError):
        changed(TRAIN, change, world())


def test_two_thousand_columns_are_ticked_and_read_within_a_click() -> None:
    names = [f"column_{i}" for i in range(2000)]
    schema = T.StructType([T.StructField(name, T.DoubleType()) for name in ["y", *names]])
    context = Context(schema=lambda _: schema)
    began = time.process_time()
    text = changed(
        "%%synapse train wide\nlabel = y\nLightGBMRegressor()",
        {"op": "features", "columns": names, "on": True},
        context,
    )
    assert max(map(len, text.splitlines())) <= 100
    assert read_form(text, context).columns == tuple(names)
    fewer = changed(text, {"op": "features", "columns": names[::2], "on": False}, context)
    assert read_form(fewer, context).columns == tuple(names[1::2])
    assert problem_in(fewer, context) is None
    assert time.process_time() - began < 20, "a guard against squares, not a measure"


def test_every_offered_algorithm_has_cards_with_controls_that_fit_the_defaults() -> None:
    kinds = {"int": int, "float": (int, float), "bool": bool, "text": str}
    for info in offered(None):
        found = cards(info.name)
        assert found[0].level == "critical"
        for card in found:
            if card.default is not None and card.control in kinds:
                assert isinstance(card.default, kinds[card.control]), (info.name, card)
            if card.space and "low" in card.space and card.low is not None:
                assert card.space["low"] >= card.low


HEAD = "%%synapse train people\nlabel = income\n"


def layouts(seed: int) -> str:
    """Return a cell whose columns are laid out in some way, comments between them."""
    rng = random.Random(seed)
    names = rng.sample(["age", "hours", "job", "edu", "'class'", "'a.b'"], rng.randint(1, 5))
    margin = rng.choice(["", "    "])
    notes = itertools.count()
    inside = rng.choice(["", f"\n{margin}    "])
    for place, name in enumerate(names):
        last = place == len(names) - 1
        comma = "" if last and rng.random() < 0.6 else rng.choice([",", ",", " ,"])
        gaps = [" ", f"\n{margin}    ", f"  # note {next(notes)}\n{margin}    "]
        inside += name + comma + ("" if last else rng.choice(gaps))
    inside += rng.choice(["", f"\n{margin}", f"  # note {next(notes)}\n{margin}"])
    lines = ["label = income", f"features = Featurize({inside})", "LightGBMClassifier()"]
    if rng.random() < 0.3:
        lines = [lines[0] + "; " + lines[1], lines[2]]
    return "%%synapse train people\n" + "\n".join(margin + line for line in lines) + "\n"


@pytest.mark.parametrize("seed", range(150))
def test_columns_are_left_out_of_every_layout_and_come_back(seed: int) -> None:
    before, rng = layouts(seed), random.Random(seed)
    held = read_form(before, world()).columns
    left = rng.sample(held, rng.randint(1, len(held)))
    fewer = click(before, "features", columns=left, on=False)
    assert read_form(fewer, world()).columns == tuple(c for c in held if c not in left)
    assert comments(fewer) == comments(before)
    again = click(fewer, "features", columns=left, on=True)
    assert set(read_form(again, world()).columns) == set(held)
    assert comments(again) == comments(before)
    assert problem_in(again, world()) is None


def test_all_columns_are_left_out_of_one_line() -> None:
    for inside in ("age, job, hours", "age, job, hours,"):
        cell = HEAD + f"features = Featurize({inside})\nLightGBMClassifier()"
        made = click(cell, "features", columns=["age", "job", "hours"], on=False)
        assert made == HEAD + "features = Featurize()\nLightGBMClassifier()"


def test_to_train_takes_options_of_the_search_out_of_a_row_of_several() -> None:
    cell = (
        "%%synapse tune people\n"
        "label = income; trials = 5; metric = 'AUC'; LightGBMClassifier(age)\n"
    )
    assert click(cell, "verb", verb="train") == (
        "%%synapse train people\nlabel = income; LightGBMClassifier(age)\n"
    )
    last = "%%synapse tune people\nlabel = income; trials = 5; metric = 'AUC'  # best\n"
    made = click(last + "LightGBMClassifier(age)", "verb", verb="train")
    assert problem_in(made, world()) is None
    assert comments(made) == ["best"]


def test_to_train_takes_flags_of_the_search_off_the_line_and_keeps_them_as_comments() -> None:
    body = "    label = income\n    LightGBMClassifier(age)\n"
    cell = f"%%synapse tune people --trials 5 -o best\n{body}"
    made = click(cell, "verb", verb="train")
    assert made.startswith("%%synapse train people -o best\n    # trials = 5\n    label = income\n")
    assert problem_in(made, world()) is None


def test_an_empty_list_has_no_middle_and_is_told_where_the_cell_is_checked() -> None:
    cell = "%%synapse tune people\nlabel = income\nLightGBMClassifier(age, numLeaves=Choice())\n"
    made = click(cell, "verb", verb="train")
    assert "Choice()" in made
    assert problem_in(made, world()) is not None


def test_an_option_of_several_rows_becomes_a_comment_in_an_indented_cell() -> None:
    cell = (
        "%%synapse tune people\n    label = income\n    trials = (\n        5\n    )\n"
        "    LightGBMClassifier(age)\n"
    )
    made = click(cell, "verb", verb="train")
    assert "    # trials = (\n    # 5\n    # )\n" in made
    assert problem_in(made, world()) is None


@pytest.mark.parametrize(
    "right", ["(income  # who earns\n)", "(  # who earns\n    income)", "income  # who earns"]
)
def test_comments_in_a_right_side_outlive_a_click(right: str) -> None:
    cell = f"%%synapse train people\nlabel = {right}\nLightGBMClassifier(age)\n"
    made = click(cell, "target", column="edu")
    assert comments(made) == ["who earns"]
    assert read_form(made, world()).target == "edu"
    assert problem_in(made, world()) is None


@pytest.mark.parametrize(
    ("right", "joined"),
    [
        (
            "(age > 18  # adults\n         or hours > 3)",
            "(age > 18  # adults\n         or hours > 3)",
        ),
        ("(age >  # adults\n    18)", "(age >  # adults\n    18)"),
        ("age > 18 or hours > 3", "(age > 18 or hours > 3)"),
        ("age > 18", "age > 18"),
        ("(age > 18) or (hours > 3)", "((age > 18) or (hours > 3))"),
    ],
)
def test_a_condition_is_joined_to_what_is_written(right: str, joined: str) -> None:
    cell = HEAD + f"where = {right}\nLightGBMClassifier(age)\n"
    made = click(cell, "also", text="income is not None")
    assert f"where = {joined} and income is not None\n" in made
    assert problem_in(made, world()) is None


def test_a_condition_in_a_variable_cannot_be_joined_to() -> None:
    cell = HEAD + "where = {cond}\nLightGBMClassifier(age)\n"
    with pytest.raises(SynapseError, match="where stands in a variable"):
        click(cell, "also", text="income is not None")
    form = read_form(cell, world())
    assert fix_of("missing label", "income", form) is None


def test_a_condition_is_there_already_only_as_a_whole() -> None:
    def fix(where: str) -> Any:
        form = read_form(HEAD + f"where = {where}\nLightGBMClassifier(age)\n", world())
        return fix_of("missing label", "income", form)

    assert fix("age > 3 and (income  is not None)") is None
    assert fix("income is not None or age > 3") is not None
    assert fix("other_income is not None") is not None


def test_a_feature_that_becomes_the_target_is_no_feature_any_more() -> None:
    cell = HEAD + "features = Featurize(age, edu, job)\nLightGBMClassifier()\n"
    made = click(cell, "target", column="edu")
    assert read_form(made, world()).columns == ("age", "job")
    assert problem_in(made, world()) is None
    direct = HEAD + "LightGBMClassifier(age, edu)\nLogisticRegression(edu, hours)\n"
    assert "LightGBMClassifier(age)\nLogisticRegression(hours)" in click(
        direct, "target", column="edu"
    )


def test_algorithms_that_name_the_same_columns_change_together() -> None:
    cell = HEAD.replace("train", "tune") + (
        "LightGBMClassifier(age, job)\nRandomForestClassifier(age, job, numTrees=5)\n"
    )
    more = click(cell, "features", columns=["edu"], on=True)
    assert "LightGBMClassifier(age, job, edu)\nRandomForestClassifier(age, job, edu, num" in more
    assert click(more, "features", columns=["edu"], on=False) == cell


def test_columns_in_a_variable_are_said_to_be_there() -> None:
    cell = HEAD + "features = Featurize(inputCols={names})\nLightGBMClassifier()\n"
    for on, name in ((True, "edu"), (False, "age")):
        with pytest.raises(SynapseError, match="variable of the notebook"):
            click(cell, "features", columns=[name], on=on)


def test_an_algorithm_that_makes_a_column_is_the_only_one() -> None:
    cell = HEAD + "guess = LightGBMClassifier(age)\n"
    with pytest.raises(SynapseError, match="without the name"):
        click(cell, "algorithm", name="LogisticRegression", on=True)
    assert click(cell, "algorithm", name="LightGBMClassifier", on=False) == HEAD


def test_a_list_is_taken_as_it_is_typed() -> None:
    step = read_form(TUNE, world()).algorithms[0].index
    made = click(TUNE, "param", step=step, name="boostingType", mode="list", text="'goss', 'a,b'")
    assert "    boostingType=Choice('goss', 'a,b'),\n" in made
    for text in ("", "1) + (2", "1  # one", "seed=3"):
        with pytest.raises(SynapseError, match=r"Try: |without a comment"):
            click(TUNE, "param", step=step, name="maxBin", mode="list", text=text)


def test_a_column_that_weighs_rows_is_no_feature_and_goes_to_all_who_take_weights() -> None:
    cell = (
        "%%synapse tune people\nlabel = income\nfeatures = Featurize(age, pay)\n"
        "LightGBMClassifier(numLeaves=7)  # mine\nLogisticRegression()\n"
    )
    made = click(cell, "weight", column="pay")
    assert made == (
        "%%synapse tune people\nlabel = income\nfeatures = Featurize(age)\n"
        "LightGBMClassifier(numLeaves=7, weightCol=pay)  # mine\n"
        "LogisticRegression(weightCol=pay)\n"
    )
    form = read_form(made, Context())
    assert (form.weight, form.columns) == ("pay", ("age",))
    none = click(made, "weight", column="")
    assert "weightCol" not in none
    spaced = click(none, "weight", column="hours per week")
    assert read_form(spaced, Context()).weight == "hours per week"
    with pytest.raises(SynapseError, match="is predicted"):
        click(made, "weight", column="income")
    with pytest.raises(SynapseError, match="takes weights"):
        click("%%synapse train people\nlabel = income\n", "weight", column="pay")


ROLED = (
    "%%synapse train people\nlabel = income\nsplit = [0.9, 0.1]\n"
    "features = Featurize(age, job, hours)\nLightGBMClassifier()\n"
)


def plain(text: str) -> str:
    """Return a cell without the spaces that put its options in a column."""
    return re.sub(" +=", " =", text)


def test_a_column_has_one_role_and_a_new_one_takes_the_other_away() -> None:
    made = ROLED
    for role, line in (
        ("key", "key = job"), ("time", "time = job"), ("group", "group = job"),
        ("weight", "weightCol=job"), ("target", "label = job"), ("feature", "age, hours, job"),
    ):  # fmt: skip
        made = click(made, "role", column="job", role=role)
        assert line in plain(made)
        assert read_form(made, world()).role("job") == role
        assert made.count("job") == 1, role
    gone = click(made, "role", column="job", role="")
    assert read_form(gone, world()).role("job") == ""
    with pytest.raises(SynapseError, match=r"no role 'keyy'\. Did you mean 'key'"):
        click(made, "role", column="job", role="keyy")


def test_several_keys_are_a_list_and_one_in_a_variable_stays() -> None:
    two = click(click(ROLED, "role", column="job", role="key"), "role", column="class", role="key")
    assert "key = [job, 'class']\n" in plain(two)
    assert "key = 'class'\n" in plain(click(two, "role", column="job", role=""))
    none = click(click(two, "role", column="job", role=""), "role", column="class", role="")
    assert read_form(none, world()).roles["key"] == ()
    held = ROLED.replace("split", "key = {names}\nsplit")
    assert read_form(held, world()).roles["key"] == ("age", "hours")
    with pytest.raises(SynapseError, match="variable of the notebook"):
        click(held, "role", column="edu", role="key")


def test_time_and_groups_take_turns_and_time_holds_rows_out() -> None:
    none = ROLED.replace("split = [0.9, 0.1]\n", "")
    timed = click(none, "role", column="hours", role="time")
    assert {"split = [0.8, 0.2]", "time = hours"} < set(plain(timed).split("\n"))
    grouped = click(timed, "role", column="edu", role="group")
    assert "time" not in grouped
    assert problem_in(grouped, world()) is None
    again = click(grouped, "role", column="hours", role="time")
    assert "group" not in again
    assert problem_in(again, world()) is None


SPLITS = ("", "split = [0.9, 0.1]\n", "split = edu == 'x'\n", "split = {shares}\n")
SPLITTING: tuple[dict[str, Any], ...] = (
    {"op": "split"},
    {"op": "split", "train": 0.7},
    {"op": "split", "text": "age < 40"},
    *({"op": "role", "column": "hours", "role": role} for role in ("time", "group", "key", "")),
    {"op": "verb", "verb": "tune"},
    {"op": "verb", "verb": "train"},
)


@pytest.mark.parametrize("split", SPLITS)
def test_clicks_about_the_split_leave_a_cell_that_can_run(split: str) -> None:
    known = world(shares=[3, 1])
    cell = ROLED.replace("split = [0.9, 0.1]\n", split)
    for changes in itertools.product(SPLITTING, repeat=2):
        made = cell
        for change in changes:
            made = changed(made, change, known)
            assert _shows(read_form(made, known), change), made
        assert problem_in(made, known) is None, made


def test_a_group_of_a_search_stays_without_a_split_and_goes_with_the_search() -> None:
    none = ROLED.replace("split = [0.9, 0.1]\n", "").replace("train", "tune")
    grouped = click(none, "role", column="job", role="group")
    assert read_form(grouped, world()).split.kind == "none"  # its parts are whole groups
    trained = click(grouped, "verb", verb="train")
    assert problem_in(trained, world()) is None
    assert "group = job" in comments(plain(trained))


def test_a_target_has_no_other_role_any_more() -> None:
    for role in ("key", "time", "group", "weight"):
        made = click(click(ROLED, "role", column="hours", role=role), "target", column="hours")
        assert made.count("hours") == 1


def test_proposals_of_the_profile_are_roles_until_they_are_taken() -> None:
    form = read_form(ROLED, world())
    key, when = fix_of("key", "job", form), fix_of("time", "hours", form)
    assert key == {"op": "role", "column": "job", "role": "key"}
    assert when == {"op": "role", "column": "hours", "role": "time"}
    made = read_form(changed(changed(ROLED, key, world()), when, world()), world())
    assert (made.columns, made.roles["key"], made.roles["time"]) == (("age",), ("job",), ("hours",))
    assert [fix_of(*one, made) for one in (("key", "job"), ("time", "hours"))] == [None, None]
    for role in ("time", "group", "target", "weight"):
        taken = read_form(click(ROLED, "role", column="job", role=role), world())
        assert taken.role("job") == role
        assert fix_of("key", "job", taken) is fix_of("time", "job", taken) is None
        assert (is_moot("key", "job", taken), is_moot("levels", "job", taken)) == (True, False)
    assert not is_moot("key", "job", form)
    keyed = read_form(changed(ROLED, key, world()), world())
    assert not is_moot("key", "job", keyed)  # mended, which is shown
    by_hand = read_form(ROLED.replace("[0.9, 0.1]", "hours < 3"), world())
    assert fix_of("time", "hours", by_hand) is None


@pytest.mark.parametrize("role", ["time", "group"])
def test_a_column_that_splits_and_is_a_feature_is_told_with_its_fix(role: str) -> None:
    form = read_form(ROLED.replace("split", f"{role} = hours\nsplit"), world())
    (told,) = two_roles(form)
    assert told["sentence"].startswith("hours ")
    fix = fix_of(told["kind"], told["column"], form)
    assert fix == {"op": "features", "columns": ["hours"], "on": False}
    assert not list(two_roles(read_form(ROLED, world())))
