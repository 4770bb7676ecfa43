from __future__ import annotations

import ast
import difflib
import time
from typing import Any

import pytest
from cells import CELLS, CLICKS, NASTY, TRAIN, TUNE, world
from pyspark.sql import types as T

from synapse_magic.errors import SynapseError
from synapse_magic.language.context import Context
from synapse_magic.language.form.catalog import cards, offered
from synapse_magic.language.form.change import changed
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
    if "algorithm" not in name and "boosting" not in name and "feature" not in name:
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
    if op == "target":
        return bool(form.target == change["column"])
    if op == "split":
        wanted = {"train": 0.7} if "train" in change else {}
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
