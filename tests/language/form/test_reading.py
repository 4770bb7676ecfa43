from __future__ import annotations

import pytest
from cells import CELLS, NASTY, TRAIN, TUNE, world

from synapse_magic.errors import SynapseError
from synapse_magic.language.form.reading import problem_in, read_form


def test_a_cell_that_trains_is_read_whole() -> None:
    form = read_form(TRAIN, world())
    assert (form.verb, form.frame, form.output, form.target) == (
        "train", "people", "model", "income",
    )  # fmt: skip
    assert (form.split.kind, form.split.train) == ("share", 0.8)
    assert form.columns == ("age", "job", "hours")
    (learner,) = form.algorithms
    assert (learner.stage, learner.line) == ("LightGBMClassifier", 8)
    leaves, rate = learner.params
    assert (leaves.mode, leaves.value, leaves.text) == ("variable", "leaves", "{leaves}")
    assert (rate.mode, rate.value, rate.line) == ("value", 0.1, 8)


def test_a_cell_that_searches_tells_lists_and_ranges() -> None:
    form = read_form(TUNE, world())
    boosted, linear = form.algorithms
    leaves, rate, kind = boosted.params
    assert (leaves.mode, leaves.low, leaves.high, leaves.log) == ("range", 15, 127, False)
    assert (rate.low, rate.high, rate.log) == (0.01, 0.3, True)
    assert (kind.mode, kind.value) == ("list", ["gbdt", "dart"])
    assert [p.name for p in linear.params] == ["regParam"]
    assert {s.name: s.value for s in form.settings} == {"trials": 20, "metric": "AUC"}
    assert form.features is not None
    assert form.features.columns == ("age", "job", "hours per week")
    assert [p.name for p in form.features.params] == ["imputeMissing"]


def test_columns_in_a_variable_are_read_and_cannot_be_clicked_away() -> None:
    form = read_form(CELLS["variable"], world())
    assert form.columns == ("age", "hours", "job")
    assert form.features is not None
    assert form.features.fixed == ("age", "hours")


def test_steps_that_the_form_does_not_know_are_told_and_kept() -> None:
    form = read_form(CELLS["other steps"], world())
    assert [(s.stage, s.role) for s in form.steps] == [
        ("StringIndexer", "step"), ("VectorAssembler", "features"),
        ("LogisticRegression", "algorithm"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_of_these_is_read(name: str) -> None:
    assert read_form(CELLS[name], world()).frame == "people"


HEAD = "%%synapse train people\nlabel = income\n"


@pytest.mark.parametrize(
    ("cell", "line", "words"),
    [
        ("%%synapse train people\nlabel = (", 2, "not PYTHON"),
        (HEAD + "label = edu\nLightGBMClassifier(age)", 3, "twice"),
        ("%%synapse train people\nlabel = incom\nLightGBMClassifier(age)", 2, "incom"),
        ("\n\n%%synapse train people\nlabel = incom\nLightGBMClassifier(age)", 4, "incom"),
        (HEAD + "LightGBMClasifier(age)", 3, "LightGBMClassifier"),
        (HEAD + "LightGBMClassifier(age, numLeaves=1)", 3, "least 2"),
        ("%%synapse show people", 0, "form"),
        ("label = income", 0, "magic"),
        ("%%bigquery train people\nlabel = income", 0, "magic"),
        ("%%synapse train nobody\nLightGBMClassifier(age)", 0, "nobody"),
        (HEAD + "import os", 3, "no place"),
        ("", 0, "magic"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(cell: str, line: int, words: str) -> None:
    found = problem_in(cell, world())
    assert found is not None
    assert found.line == line
    assert words.lower() in found.sentence.lower()


def test_a_right_cell_has_no_problem() -> None:
    assert problem_in(TRAIN, world()) is None
    assert problem_in(TUNE, world()) is None


def test_a_cell_that_is_no_python_cannot_be_read() -> None:
    with pytest.raises(SynapseError, match="not Python"):
        read_form("%%synapse train people\nlabel = ((", world())


@pytest.mark.parametrize("name", NASTY)
def test_a_column_with_any_name_is_a_target(name: str) -> None:
    assert read_form(f"%%synapse train people\nlabel = {name!r}", world()).target == name


def test_the_last_step_that_learns_is_the_algorithm_with_a_name_as_well() -> None:
    cell = HEAD + "made = LinearRegression(age)\nguess = LightGBMClassifier(age, made)\n"
    form = read_form(cell, world())
    assert [(s.stage, s.role) for s in form.steps] == [
        ("LinearRegression", "step"), ("LightGBMClassifier", "algorithm"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "kind", "train"),
    [("[3,1]", "share", 0.75), ("0.8,0.2", "share", 0.8), ("{part}", "variable", None)],
)
def test_a_split_on_the_first_line_is_read(words: str, kind: str, train: float | None) -> None:
    split = read_form(f"%%synapse train people --split {words}\nlabel = income", world()).split
    assert (split.kind, split.train) == (kind, train)


def test_a_label_in_a_variable_is_the_column_it_names() -> None:
    cell = "%%synapse train people\nlabel = {lab}"
    assert read_form(cell, world(lab="Income")).target == "income"
    assert read_form(cell, world()).target == ""
