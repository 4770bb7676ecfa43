"""The dashboard in a real browser, with the real board behind a host that stands for the kernel."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import everyboard
import pytest
from accessibility import findings

from synapse_magic import pack_message, view_style
from synapse_magic.notebook.live import script
from synapse_magic.results.dashboard.board import Board
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.what_if import WhatIf

HOST = """
const listeners = new Map();
const add = (name, call) => listeners.set(name, new Set([...(listeners.get(name) ?? []), call]));
const tell = (name, ...given) => [...(listeners.get(name) ?? [])].forEach((call) => call(...given));
const model = {
  get: (name) => ({ label: "Dashboard", still: "s1" })[name],
  on: add,
  off: (name, call) => listeners.get(name)?.delete(call),
  send: async (message) => {
    const reply = await window.answer(message);
    if (!reply) return;
    const bytes = Uint8Array.from(atob(reply.block ?? ""), (letter) => letter.charCodeAt(0));
    tell("msg:custom", reply, [new DataView(bytes.buffer)]);
  },
};
window.lose = () => tell("comm_live_update");
const address = URL.createObjectURL(new Blob([window.code], { type: "text/javascript" }));
const widget = await import(address);
window.stop = widget.default.render({ model, el: document.getElementById("place") });
"""
SHELL = '<div data-syn-still="s1">still</div><div id="place"></div>'
TABS = ("Overview", "Errors", "Features", "Rows", "What if", "Thresholds", "Quality", "Compare")

Open = Callable[..., Any]


@pytest.fixture
def open_board(browser: Any) -> Iterator[Open]:
    """Give a function that mounts a board, and fails the test at any script error."""
    problems: list[str] = []
    pages: list[Any] = []

    def show(board: Board, *, kernel: bool = True, width: int = 1200, theme: str = "light") -> Any:
        def answer(asked: dict[str, Any]) -> dict[str, Any] | None:
            if not kernel:
                return None
            try:
                body, block = pack_message(board.answer(asked["ask"], asked["given"]))
            except Exception as error:  # travels to the page, as the widget does it
                return {"id": asked["id"], "error": str(error)}
            return {"id": asked["id"], "body": body, "block": base64.b64encode(block).decode()}

        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
        pages.append(page)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: line.type != "error" or problems.append(line.text))
        page.expose_function("answer", answer)
        page.set_content(f"<style>body{{margin:0}}{view_style()}</style>{SHELL}")
        page.evaluate("code => { window.code = code }", script("dashboard"))
        page.add_script_tag(content=HOST, type="module")
        if kernel:
            page.locator(".sd-histogram").wait_for()
        return page

    yield show
    for page in pages:
        page.close()
    assert problems == []


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
    assert page.locator(".sd-take pre").inner_text() == board.cohort.where


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
    page.get_by_role("button", name="undo").click()
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
    assert not page.locator("[data-syn-still]").is_visible()
    page.evaluate("() => window.stop()")
    assert page.locator("[data-syn-still]").is_visible()
    assert page.locator(".syn-app").count() == 0
