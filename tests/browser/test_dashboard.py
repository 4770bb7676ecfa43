"""The dashboard in a real browser, with the real board behind a host that stands for the kernel."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import everyboard
import numpy as np
import pytest
from accessibility import findings

from synapse_magic import pack_message, view_style
from synapse_magic.notebook.live import script
from synapse_magic.results.dashboard.board import Board
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.found import Found
from synapse_magic.results.dashboard.what_if import WhatIf
from synapse_magic.views.words import number

HOST = """
const listeners = new Map();
const add = (name, call) => listeners.set(name, new Set([...(listeners.get(name) ?? []), call]));
const tell = (name, ...given) => [...(listeners.get(name) ?? [])].forEach((call) => call(...given));
const model = {
  get: (name) => ({ label: "Dashboard", still: "s1" })[name],
  on: add,
  off: (name, call) => listeners.get(name)?.delete(call),
  send: async (message) => (await window.answer(message)).forEach(window.deliver),
};
window.deliver = (reply) => {
  const bytes = Uint8Array.from(atob(reply.block ?? ""), (letter) => letter.charCodeAt(0));
  tell("msg:custom", reply, [new DataView(bytes.buffer)]);
};
window.lose = () => tell("comm_live_update");
const address = URL.createObjectURL(new Blob([window.code], { type: "text/javascript" }));
const widget = await import(address);
window.stop = widget.default.render({ model, el: document.getElementById("place") });
"""
SHELL = (
    '<div data-syn-still="s1">still</div><div id="place"></div>'
    '<div data-syn-still="s2">still</div><div id="beside"></div>'
)
TABS = (
    "Overview", "Errors", "Features", "Interactions", "Rows", "What if", "Thresholds", "Quality",
    "Compare",
)  # fmt: skip

Open = Callable[..., Any]


@pytest.fixture
def open_board(browser: Any, spark_asked: list[dict[str, Any]]) -> Iterator[Open]:
    """Give a function that mounts a board, and fails the test at any script error."""
    problems: list[str] = []
    pages: list[Any] = []

    def answering(board: Board) -> Callable[[dict[str, Any]], list[dict[str, Any]]]:
        def answer(asked: dict[str, Any]) -> list[dict[str, Any]]:
            if asked["ask"] in ("find", "stop"):  # what Spark finds is told, and may never come
                spark_asked.append(asked)
                return [{"id": asked["id"], **packed({})}]
            try:
                return [{"id": asked["id"], **packed(board.answer(asked["ask"], asked["given"]))}]
            except Exception as error:  # travels to the page, as the widget does it
                return [{"id": asked["id"], "error": str(error)}]

        return answer

    def show(
        board: Board,
        *,
        kernel: bool = True,
        width: int = 1200,
        theme: str = "light",
        beside: Board | None = None,
    ) -> Any:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
        pages.append(page)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: line.type != "error" or problems.append(line.text))
        page.expose_function("answer", answering(board) if kernel else lambda _: [])
        page.set_content(f"<style>body{{margin:0}}{view_style()}</style>{SHELL}")
        page.evaluate("code => { window.code = code }", script("dashboard"))
        page.add_script_tag(content=HOST, type="module")
        if beside is not None:
            page.expose_function("answerBeside", answering(beside))
            host = HOST.replace('"s1"', '"s2"').replace('"place"', '"beside"')
            for name in ("answer", "deliver", "lose", "stop"):
                host = host.replace(f"window.{name}", f"window.{name}Beside")
            page.add_script_tag(content=host, type="module")
        if kernel:
            page.locator("#place .sd-histogram").wait_for()
        return page

    yield show
    for page in pages:
        page.close()
    assert problems == []


def packed(answer: Any) -> dict[str, Any]:
    body, block = pack_message(answer)
    return {"body": body, "block": base64.b64encode(block).decode()}


@pytest.fixture
def spark_asked() -> list[dict[str, Any]]:
    """Give the questions that Spark would have answered."""
    return []


def tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    page.locator(f'[role=tabpanel][aria-label="{name}"]').wait_for()
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    page.wait_for_timeout(120)


@pytest.mark.parametrize(("width", "theme"), [(1200, "light"), (480, "dark")])
def test_every_tab_is_drawn_within_the_page_and_hostile_names_stay_words(
    open_board: Open, width: int, theme: str
) -> None:
    page = open_board(everyboard.board(everyboard.HOSTILE), width=width, theme=theme)
    for name in TABS:
        tab(page, name)
        assert page.locator(".sd-panel [role=alert]").count() == 0
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, name
    assert page.evaluate("() => window.broken") is None
    assert page.locator(".syn-app img, .syn-app script").count() == 0


def test_every_control_has_a_name_that_is_read_aloud(open_board: Open) -> None:
    page = open_board(everyboard.board())
    for name in TABS:
        tab(page, name)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll(
                '.syn-app :is(button,input,select,canvas:not([aria-hidden]),[role=region])')]
                .filter(one => !(one.getAttribute('aria-label') || one.textContent.trim()
                    || one.closest('label')?.textContent.trim()))
                .map(one => one.outerHTML.slice(0, 90))"""
        )
        assert nameless == [], name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_tab(open_board: Open, theme: str) -> None:
    page = open_board(everyboard.board(), theme=theme)
    page.get_by_role("button", name="+ cohort").click()
    for name in TABS:
        tab(page, name)
        assert findings(page, ".syn-app") == [], name


def test_a_node_of_the_error_tree_becomes_a_cohort_in_python(open_board: Open) -> None:
    board = everyboard.board()
    page = open_board(board)
    tab(page, "Errors")
    page.locator(".sd-tree button:enabled").first.click()
    page.locator(".sd-chip").nth(1).wait_for()
    assert board.cohort.where.startswith("`age` > 6")
    page.locator(".sd-take summary").click()
    taken = page.locator(".sd-take pre").all_inner_texts()
    assert taken == [board.cohort.where, board.cohort.code]


def test_a_cohort_is_made_and_left_by_the_keyboard_alone(open_board: Open) -> None:
    board = everyboard.board()
    page = open_board(board)
    page.get_by_role("button", name="+ cohort").press("Enter")
    page.get_by_label("column").fill("age")
    page.get_by_label("comparison").select_option(">=")
    page.get_by_label("value").fill("70")
    page.get_by_label("value").press("Enter")
    page.locator(".sd-chip").nth(1).wait_for()
    assert board.cohort.words == "age \N{GREATER-THAN OR EQUAL TO} 70"
    page.locator("[role=radio][aria-checked=true]").press("ArrowLeft")
    page.wait_for_function("() => document.querySelector('.sd-chip').matches('.sd-chosen')")
    assert board.chosen == "all rows"
    page.get_by_role("tab", name="Overview").press("ArrowRight")
    assert page.get_by_role("tab", name="Errors").get_attribute("aria-selected") == "true"


def test_a_condition_is_typed_told_refused_and_made(open_board: Open) -> None:
    board = everyboard.board()
    page = open_board(board)
    page.get_by_role("button", name="type SQL").click()
    field = page.get_by_label("condition")
    field.fill("agee > 60")
    page.get_by_text("Did you mean 'age'").wait_for()
    field.fill("age > 60 OR region IS NULL")
    page.get_by_text("age > 60 or region is missing").wait_for()
    field.press("Enter")
    page.locator(".sd-chip").nth(1).wait_for()
    assert board.cohort.words == "age > 60 or region is missing"
    page.get_by_role("button", name="undo").first.click()
    page.locator(".sd-chip").nth(1).wait_for(state="detached")
    page.get_by_role("button", name="redo").click()
    page.locator(".sd-chip").nth(1).wait_for()
    assert board.chosen == "cohort 1"


def test_scores_under_a_drag_become_a_cohort(open_board: Open) -> None:
    board = everyboard.board()
    page = open_board(board)
    box = page.locator(".sd-brush").bounding_box()
    page.mouse.move(box["x"] + 0.51 * box["width"], box["y"] + 90)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.74 * box["width"], box["y"] + 90, steps=4)
    page.mouse.up()
    assert page.get_by_label("scores from").input_value() == "0.5"
    page.get_by_role("button", name="make them a cohort").click()
    page.locator(".sd-chip").nth(1).wait_for()
    score = board.examined.score
    assert board.cohort.where.startswith("(`(score)` >= 0.5D")
    assert board.mask(board.chosen).sum() == ((score >= 0.5) & (score < 0.75)).sum()


def test_a_drag_over_all_predictions_is_a_cohort_of_all_rows(open_board: Open) -> None:
    why, _ = everyboard.people(60)
    board = Board(Examined.of(replace(why, link="identity", outputs=("prediction",))))
    assert board.examined.task == "regression"
    page = open_board(board)
    box = page.locator(".sd-brush").bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + 90)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 90, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="make them a cohort").click()
    page.locator(".sd-chip").nth(1).wait_for()
    assert board.mask(board.chosen).all()


def test_features_are_asked_for_again_where_the_other_cohort_has_become_another(
    open_board: Open,
) -> None:
    board = everyboard.board()
    page = open_board(board)

    def make(typed: str) -> None:
        page.get_by_role("button", name="type SQL").click()
        page.get_by_label("condition").fill(typed)
        page.get_by_role("button", name="make cohort").click()
        page.locator(".sd-chip").nth(1).wait_for()
        page.get_by_role("radio", name="all rows").click()

    def means() -> list[str]:
        tab(page, "Features")
        page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
        found: list[str] = page.locator(".sd-pairs .syn-number:nth-child(4)").all_inner_texts()
        return found

    make("age > 60")
    page.get_by_label("against").select_option("cohort 1")
    old = means()
    tab(page, "Overview")
    page.get_by_role("button", name="undo").click()
    page.locator(".sd-chip").nth(1).wait_for(state="detached")
    make("age <= 60")
    young = means()
    assert len(old) == len(young) > 0
    assert old != young


def test_a_pair_of_features_is_followed(open_board: Open) -> None:
    why, _ = everyboard.people()
    why.values[:, 0] *= np.sign(why.values[:, 1])  # what age does depends on hours
    page = open_board(Board(Examined.of(why)))
    tab(page, "Interactions")
    pair = page.locator(".sd-pairs button").first
    words = pair.get_attribute("aria-label")
    pair.click()
    page.locator(".syn-title", has_text=words).wait_for()
    page.get_by_role("button", name="rows that are explained alike").click()
    page.get_by_text("fullest from").wait_for()


def test_each_group_may_have_a_threshold_of_its_own(open_board: Open) -> None:
    page = open_board(everyboard.board())
    tab(page, "Thresholds")
    page.get_by_label("groups of").select_option("degree")
    rates = page.locator("[aria-label='Groups of degree'] tbody tr:last-child td")
    page.get_by_label("Threshold of Masters").wait_for()
    before = float(rates.nth(2).inner_text())
    page.get_by_role("button", name="as many selected in each").click()
    page.wait_for_function(
        'was => parseFloat(document.querySelectorAll(\'[aria-label="Groups of degree"] '
        "tbody tr:last-child td')[2].textContent) > was",
        arg=before,
    )
    page.get_by_label("Threshold of Masters").fill("1")
    page.get_by_role("button", name="one threshold for all").click()
    page.get_by_role("button", name="how evenly the label lies").click()
    page.get_by_text("Demographic parity:").first.wait_for()
    page.get_by_role("combobox", name="groups of").select_option(label="cohorts of the bar")
    page.get_by_label("Threshold of all rows").wait_for()


def test_as_many_are_found_in_each_group_by_thresholds_that_earn_most(open_board: Open) -> None:
    board = everyboard.board()
    asked = {"cohort": "all rows", "group": "degree"}
    groups = board.answer("thresholds", asked)["groups"]
    page = open_board(board)
    tab(page, "Thresholds")
    page.get_by_label("groups of").select_option("degree")
    page.get_by_role("button", name="as many found in each").click()
    for group in groups:
        field = page.get_by_label(f"Threshold of {group['words']}")
        bins = group["counts"].shape[1]
        negative, positive = (
            np.append(counts[::-1].cumsum()[::-1], 0) for counts in group["counts"].astype(int)
        )
        chosen = round(float(field.input_value()) * bins)
        alike = positive == positive[chosen]
        assert negative[chosen] == negative[alike].min(), group["words"]


def test_a_group_without_any_to_find_keeps_its_threshold(open_board: Open) -> None:
    why, _ = everyboard.people()
    labels = np.where(why.data["degree"] == "Masters", "<=50K", why.labels)
    page = open_board(Board(Examined.of(replace(why, labels=labels.astype(object)))))
    tab(page, "Thresholds")
    page.get_by_label("groups of").select_option("degree")
    page.get_by_label("Threshold of Masters").fill("0.7")
    page.get_by_role("button", name="as many found in each").click()
    page.get_by_text("All groups together").wait_for()
    assert page.get_by_label("Threshold of Masters").input_value() == "0.7"


def test_reasons_and_a_test_case_are_taken_along(open_board: Open) -> None:
    page = open_board(everyboard.board())
    tab(page, "Rows")
    page.get_by_role("button", name="Row 3", exact=True).click()
    page.get_by_role("button", name="JSON").click()
    assert '"feature": "age"' in page.get_by_label("reasons", exact=True).inner_text()
    with page.expect_download() as saved:
        page.get_by_role("button", name="save as a file").click()
    assert saved.value.suggested_filename == "reasons-of-row-3.json"
    tab(page, "What if")
    page.get_by_role("button", name="save as test case").click()
    assert "model.transform" in page.get_by_label("test case", exact=True).inner_text()


class Keys:
    """What would look for rows."""

    keys = ("id", everyboard.HOSTILE[0])


def test_a_search_by_spark_is_told_while_it_goes_on_and_is_cancelled(
    open_board: Open, spark_asked: list[dict[str, Any]]
) -> None:
    hostile = everyboard.HOSTILE[0]
    board = everyboard.board()
    board.finder = Keys()
    page = open_board(board)
    tab(page, "Rows")
    page.get_by_label("is", exact=True).fill("7")
    page.get_by_role("button", name="find", exact=True).click()
    page.get_by_text("Spark filters all rows by id").wait_for()
    asked = spark_asked[-1]["given"]
    assert (asked["column"], asked["value"]) == ("id", "7")

    def tell(name: str, told: dict[str, Any]) -> None:
        page.evaluate("told => window.deliver(told)", {"tell": name, **packed(told)})

    tell("finding", {"number": asked["number"], "done": 3, "total": 16})
    page.get_by_text("3 of 16 tasks").wait_for()
    page.get_by_role("button", name="cancel").click()
    page.wait_for_timeout(50)
    assert spark_asked[-1]["ask"] == "stop"
    rows = {"names": ["id", hostile], "rows": [["7", hostile]], "scores": ["0.25"], "more": False}
    tell("found", {**rows, "number": 0.125, "rows": []})  # to another view
    tell("found", {**rows, "number": asked["number"]})
    page.get_by_text("1 row has it").wait_for()
    assert page.locator(".sd-found td").all_inner_texts() == ["what if?", "0.25", "7", hostile]
    assert page.evaluate("() => window.broken") is None


def test_a_row_that_was_found_is_opened_in_what_if_by_one_key(
    open_board: Open, spark_asked: list[dict[str, Any]]
) -> None:
    board = everyboard.board()
    board.finder = Keys()
    page = open_board(board)
    tab(page, "Rows")
    page.get_by_label("is", exact=True).fill("7")
    page.get_by_label("is", exact=True).press("Enter")
    page.get_by_text("Spark filters all rows by id").wait_for()
    asked = spark_asked[-1]["given"]["number"]
    values = {**board.answer("form", {"place": 3})["values"], "age": 71.0}
    board.found = asked, Found(("id",), (("7",),), (values,), more=False)
    rows = {"names": ["id"], "rows": [["7"]], "scores": ["0.25"], "more": False}
    told = {"tell": "found", **packed({**rows, "number": asked})}
    page.evaluate("told => window.deliver(told)", told)
    page.get_by_role("button", name="What if the row where id is 7").press("Enter")
    tab(page, "What if")
    page.get_by_text("the row where id is 7").wait_for()
    assert page.locator(".sd-entry", has_text="age").first.locator("input").input_value() == "71"
    scored = board.answer("score", {"values": values})["scores"][0]
    assert page.locator(".sd-big b").first.inner_text() == number(scored)
    page.get_by_label("or row").fill("5")
    page.get_by_label("or row").press("Enter")
    page.get_by_text("the row where id is 7").wait_for(state="detached")


def test_a_found_row_that_cannot_be_opened_does_not_stand_over_the_row_before(
    open_board: Open, spark_asked: list[dict[str, Any]]
) -> None:
    board = everyboard.board()
    board.finder = Keys()
    page = open_board(board)
    tab(page, "What if")
    page.locator(".sd-entry").first.wait_for()
    tab(page, "Rows")
    page.get_by_label("is", exact=True).fill("7")
    page.get_by_label("is", exact=True).press("Enter")
    page.get_by_text("Spark filters all rows by id").wait_for()
    asked = spark_asked[-1]["given"]["number"]
    rows = {"names": ["id"], "rows": [["7"]], "scores": ["0.25"], "more": False}
    told = {"tell": "found", **packed({**rows, "number": asked})}
    page.evaluate("told => window.deliver(told)", told)  # another view has looked meanwhile
    page.get_by_role("button", name="What if the row where id is 7").press("Enter")
    tab(page, "What if")
    page.get_by_text("the row where id is 7").wait_for()
    page.locator(".sd-entry").first.wait_for(state="detached")
    assert page.locator(".sd-big").count() == 0
    page.get_by_label("or row").fill("5")
    page.get_by_label("or row").press("Enter")
    page.locator(".sd-entry").first.wait_for()
    page.get_by_text("the row where id is 7").wait_for(state="detached")


def test_escape_closes_what_a_field_offers_and_leaves_only_then(open_board: Open) -> None:
    page = open_board(everyboard.board())
    page.evaluate("() => { document.body.className = 'jp-Cell'; document.body.tabIndex = -1 }")
    page.get_by_role("button", name="+ cohort").press("Enter")
    field = page.get_by_label("column")
    for key, there in (("Escape", True), ("a", True), ("Escape", True), ("Escape", False)):
        field.press(key)
        assert field.evaluate("one => one === document.activeElement") is there


def test_two_dashboards_on_a_page_do_not_know_of_each_other(open_board: Open) -> None:
    first, second = everyboard.board(), everyboard.board()
    page = open_board(first, beside=second)
    here, there = page.locator("#place"), page.locator("#beside")
    there.locator(".sd-histogram").wait_for()
    for place in (here, there):
        place.get_by_role("button", name="+ cohort").click()
        place.get_by_role("tab", name="What if").click()
        place.locator(".sd-form").wait_for()
    there.get_by_label("column").fill("age")
    there.locator(".sd-maker").get_by_label("value").fill("70")
    there.get_by_role("button", name="make cohort").click()
    there.locator(".sd-chip").nth(1).wait_for()
    assert (len(first.cohorts), len(second.cohorts)) == (1, 2)
    assert here.locator(".sd-chip").count() == 1
    ids = page.locator(".syn-app [id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids)) > 0
    page.evaluate("() => window.loseBeside()")
    there.get_by_text("Run its cell again").wait_for()
    here.get_by_role("tab", name="Quality").click()
    here.get_by_text("Compacity").wait_for()
    page.evaluate("() => window.stopBeside()")
    stills = [page.locator(f"[data-syn-still={name}]").is_visible() for name in ("s1", "s2")]
    assert stills == [False, True]


def test_an_edited_row_is_scored_as_the_model_scores_it(open_board: Open) -> None:
    board = everyboard.board()
    page = open_board(board)
    tab(page, "What if")
    values = board.answer("form", {"place": 0})["values"]
    page.get_by_label("age").first.fill("55")
    expected = board.answer("score", {"values": {**values, "age": 55}})["scores"][0]
    page.locator(".sd-score b", has_text=f"{expected:.3g}").wait_for()
    page.get_by_label("age").first.fill("99")
    page.get_by_text("the model knows nobody of 99").wait_for()
    page.get_by_label("age").first.fill("55")
    page.get_by_text("the model knows nobody of 99").wait_for(state="detached")
    page.get_by_role("button", name="small change").click()
    page.get_by_text("Changed:").wait_for()


@pytest.mark.parametrize(("typed", "value"), [("-5", -5), ("1.05", 1.05), ("-0.25", -0.25)])
def test_numbers_are_taken_as_they_are_typed(open_board: Open, typed: str, value: float) -> None:
    board = everyboard.board()
    page = open_board(board)
    tab(page, "Thresholds")
    worth = page.get_by_label("false alarm")
    worth.clear()
    worth.press_sequentially(typed, delay=30)
    assert worth.input_value() == typed
    tab(page, "What if")
    values = board.answer("form", {"place": 0})["values"]
    field = page.get_by_label("capital gain").first
    field.clear()
    field.press_sequentially(typed, delay=80)
    expected = board.answer("score", {"values": {**values, "capital gain": value}})["scores"][0]
    page.locator(".sd-score b", has_text=f"{expected:.3g}").wait_for()
    assert field.input_value() == typed


def test_a_histogram_is_a_table_for_those_who_do_not_see_it(open_board: Open) -> None:
    board = everyboard.board()
    page = open_board(board)
    right, wrong, _ = board.answer("overview", {"cohort": "all rows"})["histogram"]["counts"].sum(1)
    cells = page.locator(".sd-figure table td").all_inner_texts()
    assert sum(map(int, cells[::2])) == right
    assert sum(map(int, cells[1::2])) == wrong


def test_a_level_beyond_those_offered_can_be_typed(open_board: Open) -> None:
    why, line = everyboard.people(rows=400)
    why.data["region"][:] = [f"region {i}" for i in range(400)]
    examined = Examined.of(why)
    page = open_board(Board(examined, None, WhatIf(examined, everyboard.asker(line))))
    tab(page, "What if")
    page.get_by_text("and 200 more, type one").wait_for()
    field = page.get_by_label("region").first
    field.fill("region 399")
    field.press("Enter")
    page.locator(".sd-changed").wait_for()
    assert field.input_value() == "region 399"
    page.get_by_role("tabpanel").get_by_role("button", name="undo").click()
    page.locator(".sd-changed").wait_for(state="detached")
    assert field.input_value() == "region 0"


def test_a_tab_is_found_again_as_it_was_left(open_board: Open) -> None:
    page = open_board(everyboard.board())
    tab(page, "Rows")
    page.get_by_role("button", name="score").click()
    tab(page, "What if")
    page.get_by_label("age").first.fill("55")
    tab(page, "Rows")
    assert page.locator("th[aria-sort]").inner_text().startswith("score")
    tab(page, "What if")
    assert page.get_by_label("age").first.input_value() == "55"


def test_an_answer_about_another_row_is_dropped(open_board: Open) -> None:
    board = everyboard.board()
    page = open_board(board)
    tab(page, "What if")
    page.get_by_label("age").first.fill("55")
    page.get_by_label("row").first.fill("7")
    page.get_by_label("row").first.press("Enter")
    values = board.answer("form", {"place": 7})["values"]
    page.locator(".sd-entry.sd-changed").wait_for(state="detached")
    page.wait_for_timeout(300)
    assert float(page.get_by_label("age").first.input_value()) == values["age"]
    assert page.locator(".sd-changed").count() == 0


def test_the_focus_goes_to_the_chosen_cohort_when_one_is_made_or_removed(open_board: Open) -> None:
    page = open_board(everyboard.board())
    tab(page, "Errors")
    page.locator(".sd-tree button:enabled").first.press("Enter")
    page.locator(".sd-chip").nth(1).wait_for()
    chosen_has_it = "() => document.activeElement.getAttribute('aria-checked') === 'true'"
    page.wait_for_function(chosen_has_it)
    page.get_by_role("button", name="Remove").press("Enter")
    page.locator(".sd-chip").nth(1).wait_for(state="detached")
    page.wait_for_function(chosen_has_it)


def test_what_can_be_pressed_no_longer_hands_the_focus_on(open_board: Open) -> None:
    page = open_board(everyboard.board())
    page.get_by_role("button", name="+ cohort").press("Enter")
    page.get_by_label("comparison").select_option("missing")
    page.get_by_role("button", name="another condition").press("Enter")
    page.get_by_role("button", name="Remove this condition").press("Enter")
    page.wait_for_function("() => document.activeElement.matches('.sd-maker input')")
    tab(page, "What if")
    fields = page.locator(".sd-entry input[type=number]")
    fields.first.fill("40")
    page.locator(".sd-whatif").get_by_role("button", name="undo").press("Enter")
    page.wait_for_function("() => document.activeElement.innerText === 'reset'")
    page.locator(".sd-score").click(position={"x": 1, "y": 1})
    page.evaluate("() => document.activeElement.blur()")
    fields.first.evaluate("field => field.remove()")  # of what has no focus
    assert page.evaluate("() => document.activeElement === document.body")


def test_rows_are_fetched_as_they_are_scrolled_to(open_board: Open) -> None:
    page = open_board(everyboard.board())
    tab(page, "Rows")
    page.locator(".sd-rows").evaluate("box => box.scrollTo(0, box.scrollHeight)")
    page.get_by_role("button", name="Row 1499").click()
    page.locator(".syn-row-panel svg").first.wait_for()
    last = page.locator("tr[aria-rowindex]").last
    assert last.get_attribute("aria-rowindex") == "1501"  # after the heads, which are the first
    assert page.locator("[aria-rowcount]").get_attribute("aria-rowcount") == "1501"


def test_a_kernel_that_is_busy_or_gone_is_told(open_board: Open) -> None:
    page = open_board(everyboard.board(), kernel=False)
    page.get_by_text("Waiting for the kernel").wait_for(timeout=6000)
    page.evaluate("() => window.lose()")
    page.get_by_text("Run its cell again").wait_for()
    page.wait_for_timeout(100)
    assert page.get_by_text("The kernel is gone").count() == 1


def test_the_snapshot_is_put_away_and_comes_back(open_board: Open) -> None:
    page = open_board(everyboard.board())
    assert not page.locator("[data-syn-still=s1]").is_visible()
    page.evaluate("() => window.stop()")
    assert page.locator("[data-syn-still=s1]").is_visible()
    assert page.locator(".syn-app").count() == 0
