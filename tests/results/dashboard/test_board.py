from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import everyboard
import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import Condition
from synapse_magic.kernels.dashboard.what_if import Asker
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.results.dashboard.board import Board
from synapse_magic.results.dashboard.evenness import balance_of
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.found import Found
from synapse_magic.results.dashboard.what_if import WhatIf
from synapse_magic.results.explanation import Explanation
from synapse_magic.views.pack import message
from synapse_magic.views.words import number

MOST = 2_000_000
FIRST_PAINT = 1_000_000
HTML = "<script>window.broken=1</script>"
QUESTIONS: dict[str, dict[str, Any]] = {
    "open": {},
    "overview": {},
    "errors": {},
    "features": {"against": "all rows"},
    "rows": {"sort": "(score)", "descending": True, "start": 0, "count": 200},
    "row": {"places": [0]},
    "interactions": {},
    "heatmap": {},
    "thresholds": {"group": None},
    "balance": {"group": "feature 0"},
    "quality": {},
}


def wide(rows: int, features: int, classes: tuple[str, ...] = ("yes",)) -> Explanation:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(rows, features, len(classes)))
    names = tuple(f"feature {i}" for i in range(features))
    data = {name: values[:, i, 0] for i, name in enumerate(names)}
    labels = rng.choice([*classes, "no"], rows).astype(object)
    base = np.zeros((rows, len(classes)))
    link = "logit" if len(classes) == 1 else "softmax"
    return Explanation(
        values, base, values.sum(1), data, names, classes, link, "tree_path", rows, labels=labels
    )


def size(board: Board, ask: str, **given: Any) -> int:
    body, block = message(board.answer(ask, {"cohort": "all rows", **given}))
    return len(json.dumps(body, allow_nan=False, ensure_ascii=False).encode()) + len(block)


@pytest.fixture(scope="module")
def board() -> Board:
    return everyboard.board()


def test_a_brush_becomes_a_cohort_of_the_rows_that_meet_it(board: Board) -> None:
    node = board.answer("errors", {"cohort": "all rows"})["nodes"][1]
    listed = board.answer("add", {"conditions": node["conditions"], "name": node["words"]})
    assert listed["chosen"] == node["words"]
    assert listed["cohorts"][-1]["rows"] == node["rows"]
    assert board.cohort.name == node["words"]
    again = board.answer("add", {"conditions": [], "within": node["words"], "name": "inside"})
    assert again["cohorts"][-1]["rows"] == node["rows"]
    board.answer("remove", {"cohort": "inside"})
    assert board.answer("remove", {"cohort": node["words"]})["chosen"] == "all rows"


def test_what_is_brushed_in_a_cohort_is_never_outside_of_it(board: Board) -> None:
    old = {"column": "age", "operation": ">", "values": [60]}
    long = {"column": "hours per week", "operation": ">", "values": [50]}
    few = {"column": "age", "operation": "<", "values": [65]}
    for base, brushed in (("or", "and"), ("and", "or"), ("or", "or")):
        board.answer("add", {"conditions": [old, long], "joined": base, "name": "base"})
        given = {"conditions": [few, old], "joined": brushed, "within": "base", "name": "inner"}
        board.answer("add", given)
        outer, inner = board.mask("base"), board.mask("inner")
        assert inner.any()
        assert not (inner & ~outer).any(), (base, brushed)
        assert "base" not in board.cohorts["inner"].where
        for name in ("inner", "base"):
            board.answer("remove", {"cohort": name})


def test_cohorts_are_undone_and_made_again(board: Board) -> None:
    old = [{"column": "age", "operation": ">", "values": [60]}]
    board.answer("add", {"conditions": old, "name": "old"})
    board.answer("add", {"conditions": old, "name": "older"})
    assert board.answer("undo", {})["chosen"] == "old"
    assert board.answer("remove", {"cohort": "old"})["redoable"] is False
    assert list(board.cohorts) == ["all rows"]
    back = board.answer("undo", {})
    assert (back["chosen"], back["redoable"]) == ("old", True)
    assert board.answer("redo", {})["chosen"] == "all rows"
    while board.answer("undo", {})["undoable"]:
        pass
    assert list(board.cohorts) == ["all rows"]
    assert board.answer("undo", {})["chosen"] == "all rows"


def test_the_first_row_of_the_chosen_cohort_is_told(board: Board) -> None:
    old = [{"column": "age", "operation": ">", "values": [60]}]
    listed = board.answer("add", {"conditions": old, "name": "old"})
    assert listed["first"] == np.flatnonzero(board.mask("old"))[0] > 0
    assert board.answer("choose", {"cohort": "all rows"})["first"] == 0
    assert board.answer("open", {})["first"] == 0
    board.answer("remove", {"cohort": "old"})


def test_a_tree_that_parts_nothing_says_why(board: Board) -> None:
    assert board.answer("errors", {"cohort": "all rows"})["whole"] == ""
    why = wide(60, 2)
    right = np.where(why.prediction[:, 0] > 0, "yes", "no").astype(object)
    wrong = right.copy()
    wrong[::7] = "yes"
    few = np.where(np.arange(60) < 30, wrong, None)
    told = {"no errors": right, "no one feature": wrong, "each side needs 20, and 30": few}
    for words, labels in told.items():
        found = Board(Examined.of(replace(why, labels=labels)))
        assert words in found.answer("errors", {"cohort": "all rows"})["whole"]


def test_of_a_few_features_the_share_of_each_number_is_told() -> None:
    for features, counts in ((6, [1, 2, 3, 4, 5, 6]), (9, [1, 2, 3, 5, 8, 9]), (1, [1])):
        found = Board(Examined.of(wide(4, features))).answer("quality", {"cohort": "all rows"})
        assert [count for count, _ in found["compacity"]] == counts


def test_a_typed_condition_is_tried_and_made(board: Board) -> None:
    text = "age > 60 AND (degree = 'Masters' OR `capital gain` IS NULL)"
    tried = board.answer("try", {"typed": text})
    assert tried["words"] == "age > 60 and (degree is Masters or capital gain is missing)"
    assert list(board.cohorts) == ["all rows"]
    made = board.answer("add", {"typed": text})["cohorts"][-1]
    data = board.examined.why.data
    either = (data["degree"] == "Masters") | np.isnan(data["capital gain"])
    assert made["rows"] == tried["rows"] == ((data["age"] > 60) & either).sum()
    inner = board.answer("add", {"typed": "age < 65 OR age > 70", "within": made["name"]})
    assert inner["cohorts"][-1]["rows"] < made["rows"]
    for _ in range(2):
        board.answer("undo", {})
    with pytest.raises(SynapseError, match="Did you mean 'age'"):
        board.answer("try", {"typed": "agee > 60"})


def test_a_cohort_of_scores_has_its_rows_and_asks_for_a_model(board: Board) -> None:
    ends = [("(score)", ">=", 0.5), ("(score)", "<", 0.9)]
    given = [{"column": c, "operation": o, "values": [v]} for c, o, v in ends]
    made = board.answer("add", {"conditions": given})["cohorts"][-1]
    score = board.examined.score
    assert made["rows"] == ((score >= 0.5) & (score < 0.9)).sum() > 0
    assert made["where"].startswith("(`(score)` >= 0.5D")
    assert made["code"] == f"# {made['refused']}"
    with pytest.raises(SynapseError, match="the model that scores"):
        board.cohort.df()
    board.answer("undo", {})


def test_the_strongest_pair_is_the_one_whose_product_contributes() -> None:
    rng = np.random.default_rng(5)
    why = wide(600, 4)
    a, b = (rng.choice([-1.0, 1.0], 600) for _ in range(2))
    values = 0 * why.values
    values[:, 0, 0] = values[:, 1, 0] = a * b / 2
    data = {**why.data, "feature 0": a, "feature 1": b}
    found = Board(Examined.of(replace(why, values=values, data=data))).answer(
        "interactions", {"cohort": "all rows"}
    )
    assert {pair[:2] for pair in found["pairs"][:2]} == {
        ("feature 0", "feature 1"),
        ("feature 1", "feature 0"),
    }
    assert found["pairs"][0][2] == pytest.approx(0.5, rel=0.05)


def test_rows_of_the_heat_map_go_by_their_numbers_among_all_rows(board: Board) -> None:
    board.add("old", [Condition("age", ">", (60,))])
    places = board.answer("heatmap", {"cohort": "old"})["view"]["places"]
    assert (board.examined.why.data["age"][places] > 60).all()
    board.answer("remove", {"cohort": "old"})


def test_groups_of_thresholds_may_be_the_cohorts(board: Board) -> None:
    board.add("old", [Condition("age", ">", (60,))])
    given = {"cohort": "all rows", "group": None, "cohorts": True}
    groups = board.answer("thresholds", given)["groups"]
    assert [one["words"] for one in groups] == ["all rows", "old"]
    assert groups[1]["counts"].sum() == board.mask("old").sum()
    board.answer("remove", {"cohort": "old"})


def test_the_balance_of_a_column_counts_its_labels(board: Board) -> None:
    examined = board.examined
    assert examined.truth is not None
    found = balance_of(examined, board.mask("all rows"), "degree").columns[0]
    for level, rows, positives in zip(found.levels, found.rows, found.positives):
        own = examined.why.data["degree"] == level
        assert (rows, positives) == (own.sum(), (examined.truth[own] > 0).sum())
    html = board.answer("balance", {"cohort": "all rows", "group": "degree"})["html"]
    assert "Demographic parity" in html
    assert "<script" not in html


def test_reasons_are_written_in_full_for_machines_and_for_people(board: Board) -> None:
    told = json.loads(board.answer("export", {"place": 9, "kind": "json"})["text"])["outputs"][0]
    parts = [one["contribution"] for one in told["reasons"]]
    assert told["average"] + sum(parts) == pytest.approx(told["prediction"])
    assert told["score"] == pytest.approx(board.examined.score[9])
    assert [one["value"] for one in told["reasons"] if one["feature"] == "region"] == [None]
    lines = list(
        csv.reader(board.answer("export", {"place": 9, "kind": "csv"})["text"].split("\n"))
    )
    assert lines[0] == ["feature", "value", ">50K"]
    assert [float(line[2]) for line in lines[1:6]] == pytest.approx(parts)
    assert "region = missing" in board.answer("export", {"place": 9, "kind": "text"})["text"]
    for place, kind in ((9, "xml"), (99_999, "csv")):
        with pytest.raises(SynapseError, match=r"Expected|are written"):
            board.answer("export", {"place": place, "kind": kind})


def test_a_key_is_looked_for_and_scored_without_a_second_question_to_spark(board: Board) -> None:
    values = board.answer("form", {"place": 0})["values"]

    class Keys:
        keys = ("id",)

        def find(self, column: str, value: str) -> Found:
            cells = (("7", HTML), ("8", None))
            return Found((column, "name"), cells, (values, {**values, "age": 99}), False)

    sought = Board(board.examined, None, board.what_if, finder=Keys())
    found = sought.answer("find", {"column": "id", "value": "7", "number": 0.5})
    assert found["rows"] == [["7", HTML], ["8", "missing"]]
    assert found["scores"] == [number(board.examined.score[0]), "the model knows nobody of 99"]
    form = sought.answer("form", {"found": {"number": 0.5, "row": 0}})
    assert form["values"] == values
    assert form["scores"] == pytest.approx([board.examined.score[0]])
    with pytest.raises(SynapseError, match="find it again"):
        sought.answer("form", {"found": {"number": 0.25, "row": 0}})
    with pytest.raises(SynapseError, match="no frame"):
        board.answer("find", {"column": "id", "value": "7"})


def test_all_rows_stay_and_a_cohort_of_an_unknown_column_is_not_kept(board: Board) -> None:
    assert board.answer("remove", {"cohort": "all rows"})["cohorts"][0]["name"] == "all rows"
    with pytest.raises(SynapseError, match="agee"):
        board.add("wrong", [Condition("agee", "<", (3,))])
    assert list(board.cohorts) == ["all rows"]


def test_measures_are_those_of_the_rows(board: Board) -> None:
    examined = board.examined
    assert examined.truth is not None
    right = (examined.scores[:, 0] >= 0.5) == (examined.truth > 0)
    found = board.answer("overview", {"cohort": "all rows"})
    assert found["cohorts"][0]["metrics"]["accuracy"] == right.mean()
    assert found["histogram"]["counts"][0].sum() == right.sum()
    assert examined.errors.sum() == (~right).sum()


def test_rows_are_sorted_and_missing_values_come_last(board: Board) -> None:
    given = {"cohort": "all rows", "descending": False, "start": 0, "count": 3}
    lowest = board.answer("rows", {**given, "sort": "(score)"})["rows"][0]["place"]
    assert lowest == board.examined.score.argmin()
    assert board.answer("rows", {**given, "sort": "(row)", "descending": True})["rows"][0][
        "place"
    ] == (len(board.examined) - 1)
    page = board.answer("rows", {**given, "sort": "region", "start": len(board.examined) - 1})
    column = page["names"].index("region")
    assert page["rows"][-1]["cells"][column] == "missing"


def test_a_feature_may_be_called_score() -> None:
    why = wide(60, 3)
    names = ("score", "error", "row")
    why = replace(why, names=names, data=dict(zip(names, why.data.values())))
    board = Board(Examined.of(why))
    for name in names:
        page = board.answer("rows", {"cohort": "all rows", "sort": name, "descending": True,
                                     "start": 0, "count": 1})  # fmt: skip
        assert page["rows"][0]["place"] == why.data[name].argmax()


def test_rows_without_a_label_are_neither_right_nor_wrong() -> None:
    why = wide(60, 2)
    assert why.labels is not None
    labels = why.labels.copy()
    labels[:20] = None
    found = Board(Examined.of(replace(why, labels=labels))).answer(
        "overview", {"cohort": "all rows"}
    )
    right, wrong, unknown = found["histogram"]["counts"].sum(axis=1)
    assert (right + wrong, unknown) == (40, 20)


def test_residuals_are_measured_against_the_prediction_where_nothing_contributes() -> None:
    why = wide(4, 2)
    flat = replace(why, values=0 * why.values, prediction=np.array([[0.0], [2.0], [2.0], [2.0]]))
    flat = replace(flat, base=np.array([[0.0], [1.0], [2.0], [2.0]]))
    facts = dict(Board(Examined.of(flat)).answer("quality", {"cohort": "all rows"})["facts"])
    assert facts["largest residual, of prediction or all contributions"] == "0.5"


def test_a_number_is_raised_above_what_it_is_now(board: Board) -> None:
    values = board.answer("form", {"place": 3})["values"]
    now = board.answer("score", {"values": values})["scores"][0]
    found = board.answer("changes", {"values": values, "locked": [], "bound": None})
    assert found["scores"][0] > now


def test_what_if_gives_the_score_of_the_model_and_changes_that_flip_it(board: Board) -> None:
    form = board.answer("form", {"place": 3})
    assert form["scores"][0] == pytest.approx(board.examined.score[3])
    above = form["scores"][0] < 0.5
    given = {"values": form["values"], "locked": ["age"], "bound": 0.5, "above": above}
    found = board.answer("changes", given)
    assert (found["scores"][0] >= 0.5) is above
    assert found["values"]["age"] == form["values"]["age"]
    nearest = board.answer("nearest", {"values": form["values"]})
    assert (nearest["scores"][0] >= 0.5) is above
    curve = board.answer("curves", {"values": form["values"], "names": ["age"]})["age"]
    assert (np.diff(curve["score"]) > 0).all()


def test_a_value_never_seen_is_scored_and_told(board: Board) -> None:
    values = board.answer("form", {"place": 0})["values"]
    outside = board.answer("score", {"values": {**values, "age": 98, "degree": "none"}})["outside"]
    assert len(outside) == 2


def test_a_row_that_the_model_raises_for_is_told_and_others_are_scored(board: Board) -> None:
    values = board.answer("form", {"place": 0})["values"]
    with pytest.raises(ValueError, match="nobody of 99"):
        board.answer("score", {"values": {**values, "age": 99}})
    assert board.answer("score", {"values": values})["scores"]


class Touchy:
    """A scorer of one number, its column, that raises for numbers above 2."""

    inputs, outputs = ("feature 0",), ("prediction",)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        values = np.array(batch.column("feature 0").to_pylist(), float)
        if (values > 2).any():
            raise ValueError("no number above 2")
        return pa.RecordBatch.from_arrays([pa.array(values)], ["prediction"])


def test_a_model_that_raises_for_some_values_is_asked_about_the_others() -> None:
    why = wide(300, 1)
    asker = Asker(Touchy(), Target("prediction"), pa.schema([("feature 0", pa.float64())]))
    asked = WhatIf(Examined.of(why, "regression"), asker)
    curve = asked.curves({"feature 0": 0.0}, ["feature 0"])["feature 0"]
    assert [one is None for one in curve["score"]] == [at > 2 for at in curve["at"]]
    assert None in curve["score"]
    found = asked.changes({"feature 0": 0.0}, [], 1.5, True)
    assert 1.5 <= found["scores"][0] <= 2
    assert found["refused"] == ["no number above 2"]
    assert asked.changes({"feature 0": 0.0}, [], 3.0, True)["changes"] is None


def test_a_search_over_two_thousand_columns_tries_the_strongest_and_says_so() -> None:
    why = wide(200, 2000)
    schema = pa.schema([(name, pa.float64()) for name in why.names])
    asked = WhatIf(Examined.of(why), Asker(Constant(), Target("prediction"), schema))
    assert len(json.dumps(asked.form(asked.row(0)))) <= MOST
    found = asked.changes(asked.row(0), [], 2.0, True)
    assert (found["changes"], found["columns"], found["sought"]) == (None, 2000, 60)


@pytest.mark.parametrize("missing", [np.nan, None])
def test_a_column_without_a_value_is_asked_about_too(missing: Any) -> None:
    why = wide(60, 2)
    empty = np.full(60, missing, dtype=float if missing is not None else object)
    why = replace(why, data={**why.data, "feature 0": empty})
    kind = pa.string() if missing is None else pa.float64()
    schema = pa.schema([("feature 0", kind), ("feature 1", pa.float64())])
    examined = Examined.of(why)
    asker = Asker(Constant(), Target("prediction"), schema)
    board = Board(examined, None, WhatIf(examined, asker))
    form = board.answer("form", {"place": 0})
    assert form["values"]["feature 0"] is None
    assert board.answer("curves", {"values": form["values"], "names": list(why.names)})
    given = {"values": form["values"], "locked": [], "bound": 2.0}
    assert board.answer("changes", given)["changes"] is None
    nearest = board.answer("nearest", {"values": form["values"]})
    assert nearest["values"].keys() == form["values"].keys()
    for ask, given in QUESTIONS.items():
        assert size(board, ask, **given) > 0


def test_an_unknown_question_is_refused(board: Board) -> None:
    with pytest.raises(SynapseError, match="'row'"):
        board.answer("rowz", {})


@pytest.mark.parametrize("ask", QUESTIONS)
def test_two_thousand_columns_fit_in_a_message(ask: str) -> None:
    wider = Board(Examined.of(wide(300, 2000)))
    most = FIRST_PAINT if ask in ("open", "overview") else MOST
    assert size(wider, ask, **QUESTIONS[ask]) <= most


def test_a_category_of_a_hundred_thousand_levels_fits_in_a_message() -> None:
    why = wide(100_000, 2)
    why.data["feature 0"] = np.array([f"level {i}" for i in range(100_000)], dtype=object)
    board = Board(Examined.of(why))
    for ask, given in QUESTIONS.items():
        assert size(board, ask, **given) <= MOST
    assert size(board, "column", column="feature 0") <= 20_000
    assert size(board, "map", across="feature 0", down="feature 1") <= 20_000


def test_long_texts_fit_in_a_message() -> None:
    why = wide(400, 2)
    texts = [f"{i} " + "\N{GRINNING FACE}" * 20_000 for i in range(20)]
    data = {**why.data, "feature 0": np.array(texts * 20, dtype=object)}
    board = Board(Examined.of(replace(why, data=data, labels=np.array(texts * 20, dtype=object))))
    for ask, given in QUESTIONS.items():
        if ask not in ("errors", "thresholds", "balance"):  # there is no such class
            assert size(board, ask, **given) <= MOST
    assert size(board, "column", column="feature 0") <= 200_000
    board = Board(Examined.of(replace(why, data=data)))
    assert size(board, "errors") <= MOST
    assert size(board, "thresholds", group="feature 0") <= MOST
    assert size(board, "balance", group="feature 0") <= MOST
    assert size(board, "export", place=0, kind="json") <= MOST
    assert board.answer("errors", {"cohort": "all rows"})["features"] == ["feature 1"]


def test_a_form_of_many_columns_of_long_levels_fits_in_a_message() -> None:
    why = wide(200, 300)
    levels = np.array([f"{i} " + "a" * 100 for i in range(200)], dtype=object)
    why = replace(why, data=dict.fromkeys(why.names, levels))
    schema = pa.schema([(name, pa.string()) for name in why.names])
    asked = WhatIf(Examined.of(why), Asker(Constant(), Target("prediction"), schema))
    form = asked.form(asked.row(0))
    assert len(json.dumps(form)) <= MOST
    assert form["fields"][0]["more"] > 0


class Constant:
    """A scorer that says 1 of every row."""

    inputs, outputs = ("feature 0",), ("prediction",)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([pa.array(np.ones(batch.num_rows))], ["prediction"])


@pytest.mark.parametrize("ask", QUESTIONS)
@pytest.mark.parametrize("case", ["one class", "nothing known", "no labels", "three classes"])
def test_bad_data_is_answered_or_refused_in_words(ask: str, case: str) -> None:
    why = wide(60, 3, ("a", "b", "c") if case == "three classes" else ("yes",))
    if case == "one class":
        why = replace(why, labels=np.full(60, "yes", dtype=object))
    if case == "nothing known":
        why = replace(why, data={name: np.full(60, np.nan) for name in why.names})
    if case == "no labels":
        why = replace(why, labels=None)
    board = Board(Examined.of(why))
    two = ("thresholds", "balance")
    unjudged = case == "no labels" or (case == "three classes" and ask in two)
    if unjudged and ask in ("errors", *two):
        with pytest.raises(SynapseError, match="labels"):
            size(board, ask, **QUESTIONS[ask])
    else:
        assert size(board, ask, **QUESTIONS[ask]) > 0


def test_an_empty_cohort_is_answered_by_every_tab(board: Board) -> None:
    board.add("none", [Condition("age", ">", (1000,))])
    with pytest.raises(SynapseError, match="another cohort"):
        board.answer("balance", {"cohort": "none", "group": "age"})
    for ask, given in QUESTIONS.items():
        if ask != "balance":
            assert size(board, ask, **{**given, "cohort": "none", "against": "all rows"}) > 0
    board.answer("remove", {"cohort": "none"})


def test_numbers_are_predicted_too() -> None:
    why = wide(80, 2)
    labels = np.array([float(one) for one in why.prediction[:, 0] + 1], dtype=object)
    why = replace(why, outputs=("prediction",), link="identity", labels=labels)
    board = Board(Examined.of(why))
    found = board.answer("overview", {"cohort": "all rows"})["cohorts"][0]["metrics"]
    assert found["rmse"] == pytest.approx(1.0)
    assert board.answer("errors", {"cohort": "all rows"})["nodes"][0]["rate"] == pytest.approx(1.0)


@pytest.mark.parametrize("output", ["forecast", "yes"])
def test_numbers_beyond_zero_and_one_are_no_probabilities(output: str) -> None:
    labels = np.array(["yes", "no"] * 40, dtype=object)
    why = replace(wide(80, 2, (output,)), link="identity", labels=labels)
    assert Examined.of(why).task == "regression"
    margins = output == "yes"  # then labels are classes, which numbers are not compared with
    assert (Examined.of(why).truth is None) is margins


def test_probabilities_are_known_by_their_range_and_a_task_may_be_given() -> None:
    why = wide(80, 2, ("yes",))
    chances = replace(why, link="identity", prediction=np.linspace(0, 1, 80)[:, None])
    assert Examined.of(chances).task == "binary"
    assert Examined.of(chances, "regression").task == "regression"


def test_the_raw_score_of_one_class_of_several_is_refused() -> None:
    with pytest.raises(SynapseError, match="all classes"):
        Examined.of(replace(wide(9, 2, ("a",)), link="softmax"))


def test_a_model_that_says_something_else_than_was_explained_is_not_asked() -> None:
    why, line = everyboard.people(rows=50)
    asker = everyboard.asker(line)
    assert WhatIf.checked(Examined.of(why), asker)
    with pytest.raises(SynapseError, match="of the first row"):
        WhatIf.checked(Examined.of(replace(why, prediction=why.prediction + 1)), asker)


def test_failures_of_many_rows_are_told() -> None:
    why = replace(wide(200_001, 1), failures={3: "no such level"})
    facts = Board(Examined.of(why)).answer("quality", {"cohort": "all rows"})["facts"]
    assert ("rows that could not be explained", "1") in facts


def test_more_rows_than_filters_can_look_at_are_sampled_and_told() -> None:
    board = Board(Examined.of(wide(250_000, 1)))
    opened = board.answer("open", {})
    assert (opened["rows"], opened["explained"]) == (200_000, 250_000)


def test_the_second_model_must_be_about_the_same_rows(board: Board) -> None:
    assert board.answer("compare", {"cohort": "all rows"})["disagree"] == 0
    with pytest.raises(SynapseError, match="same rows"):
        Board(board.examined, other=Examined.of(wide(3, 1)))


def test_the_second_model_must_have_seen_the_same_values(board: Board) -> None:
    why = board.examined.why
    other = {**why.data, "age": why.data["age"][::-1]}
    with pytest.raises(SynapseError, match="'age'"):
        Board(board.examined, other=Examined.of(replace(why, data=other)))


def test_contributions_on_two_scales_are_compared_by_their_shares(board: Board) -> None:
    why = board.examined.why
    chances = replace(why, link="identity", values=why.values / 9, prediction=0 * why.prediction)
    found = Board(board.examined, other=Examined.of(chances)).answer(
        "compare", {"cohort": "all rows"}
    )
    assert found["shares"]
    assert found["own"].sum() == pytest.approx(1)
    assert found["own"] == pytest.approx(found["other"])
    assert not board.answer("compare", {"cohort": "all rows"})["shares"]


def test_the_still_page_and_the_saved_one_hold_hostile_names_as_words(tmp_path: Path) -> None:
    hostile = everyboard.board(everyboard.HOSTILE, compared=False)
    hostile.save_html(tmp_path / "board.html")
    saved = (tmp_path / "board.html").read_text(encoding="utf-8")
    for page in (hostile.still(), saved):
        assert "<script>window.broken" not in page
        assert "<img src=x" not in page
    assert len(saved.encode()) < MOST
    assert "<script" not in hostile.still()
