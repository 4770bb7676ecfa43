"""Dashboards of texts and images in a real browser, with the real boards behind a stand-in host."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import everydots
import everyreviews
import numpy as np
import pytest
from accessibility import findings

from synapse_magic import pack_message, view_style
from synapse_magic.notebook.live import script
from synapse_magic.results.dashboard.parts.board import PartsBoard

HOST = """
const listeners = new Map();
const model = {
  get: (name) => ({ label: "Dashboard", still: "s1" })[name],
  on: (name, call) => listeners.set(name, [...(listeners.get(name) ?? []), call]),
  off: () => {},
  send: async (message) => {
    const reply = await window.answer(message);
    const bytes = Uint8Array.from(atob(reply.block ?? ""), (letter) => letter.charCodeAt(0));
    const blocks = [new DataView(bytes.buffer)];
    (listeners.get("msg:custom") ?? []).forEach((call) => call(reply, blocks));
  },
};
const address = URL.createObjectURL(new Blob([window.code], { type: "text/javascript" }));
(await import(address)).default.render({ model, el: document.getElementById("place") });
"""
SHELL = '<div data-syn-still="s1">still</div><div id="place"></div>'
TEXT_TABS = ("Overview", "Words", "Errors", "Texts", "What if")
IMAGE_TABS = ("Overview", "Images", "Errors", "What if")

Open = Callable[..., Any]


@pytest.fixture
def open_board(browser: Any) -> Iterator[Open]:
    """Give a function that mounts a board, and fails the test at any script error."""
    problems: list[str] = []
    pages: list[Any] = []

    def show(board: PartsBoard, *, width: int = 1200, theme: str = "light") -> Any:
        def answer(asked: dict[str, Any]) -> dict[str, Any]:
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
        page.evaluate("code => { window.code = code }", script(board.script))
        page.add_script_tag(content=HOST, type="module")
        page.locator(".sd-histogram").wait_for()
        return page

    yield show
    for page in pages:
        page.close()
    assert problems == []


def tab(page: Any, name: str) -> Any:
    page.get_by_role("tab", name=name).click()
    panel = page.locator(f'[role=tabpanel][aria-label="{name}"]')
    panel.wait_for()
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")
    page.wait_for_timeout(150)
    return panel


def nameless(page: Any) -> list[str]:
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('.syn-app :is(button,input,select,textarea,'
                + 'canvas:not([aria-hidden]),[role=region])')]
            .filter(one => !(one.getAttribute('aria-label') || one.textContent.trim()
                || one.querySelector('img[alt]') || one.closest('label')?.textContent.trim()))
            .map(one => one.outerHTML.slice(0, 90))"""
    )
    return found


@pytest.mark.parametrize(("width", "theme"), [(1200, "light"), (480, "dark")])
def test_every_tab_of_texts_fits_and_hostile_words_stay_words(
    open_board: Open, width: int, theme: str
) -> None:
    page = open_board(everyreviews.hostile(), width=width, theme=theme)
    for name in TEXT_TABS:
        panel = tab(page, name)
        assert panel.locator("[role=alert]").count() == 0
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, name
        assert nameless(page) == [], name
    assert page.evaluate("() => window.broken") is None
    assert page.locator(".syn-app img, .syn-app script").count() == 0


@pytest.mark.parametrize(("width", "theme"), [(1200, "light"), (480, "dark")])
def test_every_tab_of_images_fits_within_the_page(open_board: Open, width: int, theme: str) -> None:
    page = open_board(everydots.board(), width=width, theme=theme)
    for name in IMAGE_TABS:
        panel = tab(page, name)
        assert panel.locator("[role=alert]").count() == 0
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, name
        assert nameless(page) == [], name


@pytest.mark.parametrize(("width", "theme"), [(1200, "light"), (420, "dark")])
def test_two_models_and_the_map_fit_and_are_told_to_all(
    open_board: Open, width: int, theme: str
) -> None:
    page = open_board(everyreviews.compared(), width=width, theme=theme)
    for name in ("Map", "Compare"):
        panel = tab(page, name)
        assert panel.locator("[role=alert]").count() == 0
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, name
        assert nameless(page) == [], name
        assert findings(page, ".syn-app") == [], name


def test_words_that_two_models_differ_in_are_framed_side_by_side(open_board: Open) -> None:
    board = everyreviews.compared()
    page = open_board(board)
    panel = tab(page, "Compare")
    pair = panel.locator(".sb-texts li").first
    first, second = (pair.get_by_role("group", name=name) for name in ("first", "second"))
    for side, look in ((first, "syn-n4"), (second, "syn-p4")):
        framed = side.locator(".sb-apart")
        assert set(map(str.lower, framed.all_inner_texts())) == {"bad"}
        assert look in framed.first.get_attribute("class")
    panel.get_by_label("sorted by").select_option("as drawn")
    panel.get_by_text("Text 0", exact=True).wait_for()
    apart = board.answer("compare", {"cohort": "all rows"})["disagree"]
    panel.get_by_role("button", name="only those predicted otherwise").click()
    page.locator(".sd-chip").nth(1).wait_for()
    panel.get_by_text(f"of {apart} texts").wait_for()
    assert board.chosen == "predicted otherwise"


def test_a_drag_over_the_map_makes_a_cohort_and_a_press_opens_a_text(open_board: Open) -> None:
    board = everyreviews.compared()
    page = open_board(board)
    panel = tab(page, "Map")
    place = panel.locator("canvas").first
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2, steps=4)
    page.mouse.up()
    page.locator(".sd-chip").nth(1).wait_for()
    points = board.examined.plane.plane.points[:, 0]
    between = (points[:-1].max() + points[:-1].min()) / 2
    inside = board.mask("part of the map")
    known = np.abs(points - between) > 0.01 * np.ptp(points[:-1])  # a pixel, and on the map
    assert inside[known].tolist() == (points > between)[known].tolist()
    assert 0 < inside.sum() < 159
    place.press("ArrowRight")
    place.press("ArrowRight")
    told = panel.get_by_role("status").filter(has_text="Text ").last.inner_text()
    text = told.split(":")[0]
    assert inside[int(text.split()[1])]
    place.press("Enter")
    panel.get_by_role("region", name=text).locator("svg").first.wait_for()
    panel.get_by_role("button", name="close").click()
    box = place.bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + 1)  # where no point is, as on the way to the button
    page.wait_for_timeout(100)
    panel.get_by_role("button", name="make what is around it a cohort").click()
    page.locator(".sd-chip").nth(2).wait_for()
    assert board.mask(board.chosen)[int(text.split()[1])]


def test_points_of_the_map_are_coloured_by_what_is_picked(open_board: Open) -> None:
    page = open_board(everyreviews.compared())
    panel = tab(page, "Map")
    assert panel.locator(".syn-key span").all_inner_texts() == ["● right", "✕ wrong"]
    before = panel.locator("canvas").first.evaluate("canvas => canvas.toDataURL()")
    panel.get_by_label("coloured by").select_option("prediction")
    panel.locator(".syn-key", has_text="▲ liked").wait_for()
    page.wait_for_function(
        "before => document.querySelector('.sb-map canvas').toDataURL() !== before", arg=before
    )
    panel.get_by_label("coloured by").select_option("score")
    assert panel.locator(".syn-key span").count() == 5


def test_a_cell_of_the_confusion_and_a_word_become_cohorts(open_board: Open) -> None:
    board = everyreviews.board()
    page = open_board(board)
    cell = page.get_by_role("button", name="not liked predicted as liked")
    rows = int(cell.inner_text())
    cell.click()
    page.locator(".sd-chip").nth(1).wait_for()
    assert (board.chosen, board.answer("open", {})["cohorts"][1]["rows"]) == (
        "not liked as liked",
        rows,
    )
    tab(page, "Words")
    page.get_by_label("find").fill("but")
    page.get_by_role("button", name="but", exact=True).click()
    page.locator(".sd-chip").nth(2).wait_for()
    assert board.chosen == "but"
    assert "RLIKE" in board.cohort.where


def test_a_text_is_looked_for_and_opened_with_its_words_marked(open_board: Open) -> None:
    board = everyreviews.board()
    count = sum("lovely" in text.lower() for text in board.examined.parts.texts)
    page = open_board(board)
    panel = tab(page, "Texts")
    panel.get_by_label("find").fill("lovely")
    panel.get_by_text(f"of {count} texts").wait_for()
    assert panel.locator(".sb-texts .syn-p3, .sb-texts .syn-p4").count() > 0
    panel.get_by_role("button", name="Text").first.press("Enter")
    panel.locator(".sb-whole svg").first.wait_for()
    panel.get_by_role("button", name="what if this text were different?").click()
    page.get_by_label("the text, to edit").wait_for()


def test_an_edited_text_is_scored_and_its_words_explained(open_board: Open) -> None:
    page = open_board(everyreviews.board())
    panel = tab(page, "What if")
    field = page.get_by_label("the text, to edit")
    field.fill("A lovely, good film")
    panel.locator(".sd-score b", has_text="0.85").wait_for()
    panel.get_by_role("button", name="take out good").click()
    panel.locator(".sd-score b", has_text="0.65").wait_for()
    assert field.input_value() == "A lovely, film"
    field.fill("boom")
    panel.get_by_text("does not take boom").wait_for()
    panel.get_by_role("button", name="undo").click()
    panel.locator(".sd-score b", has_text="0.65").wait_for()
    panel.get_by_text("does not take boom").wait_for(state="detached")


HOLD = """question => {
  const answer = window.answer;
  window.answer = async (asked) => {
    if (asked.ask === question) await new Promise((done) => (window.release = done));
    return answer(asked);
  };
}"""


def test_what_is_typed_while_a_word_is_taken_out_stays(open_board: Open) -> None:
    page = open_board(everyreviews.board())
    panel = tab(page, "What if")
    field = page.get_by_label("the text, to edit")
    field.fill("A lovely, good film")
    panel.get_by_role("button", name="take out good").wait_for()
    page.evaluate(HOLD, "without")
    panel.get_by_role("button", name="take out good").click()
    field.fill("bad")
    page.evaluate("window.release()")
    panel.locator(".sd-score b", has_text="0.3").wait_for()
    assert field.input_value() == "bad"


def test_a_word_of_an_older_text_takes_nothing_out_of_the_new_one(open_board: Open) -> None:
    page = open_board(everyreviews.board())
    panel = tab(page, "What if")
    field = page.get_by_label("the text, to edit")
    field.fill("A lovely, good film")
    panel.get_by_role("button", name="take out good").wait_for()
    page.evaluate(HOLD, "told")
    field.fill("The very lovely, good film")
    page.wait_for_function("() => window.release")
    panel.get_by_role("button", name="take out good").click()
    page.evaluate("window.release()")
    panel.get_by_role("button", name="take out very").wait_for()
    assert field.input_value() == "The very lovely, good film"


def test_typing_while_another_text_is_on_its_way_does_not_keep_it_away(open_board: Open) -> None:
    board = everyreviews.board()
    page = open_board(board)
    panel = tab(page, "What if")
    field = page.get_by_label("the text, to edit")
    field.fill("A lovely, good film")
    page.evaluate(HOLD, "form")
    place = panel.get_by_label("text", exact=True)
    place.fill("5")
    place.press("Enter")
    field.fill("bad")
    page.evaluate("window.release()")
    page.wait_for_function(
        "text => document.querySelector('.sb-edit textarea').value === text",
        arg=board.examined.parts.texts[5],
    )


def test_pieces_of_an_image_are_switched_off_by_pointer_and_by_keyboard(open_board: Open) -> None:
    board = everydots.board()
    page = open_board(board)
    panel = tab(page, "Images")
    assert panel.locator(".sb-grid img").count() == 60
    panel.get_by_role("button", name="next").click()
    page.wait_for_function("() => document.querySelectorAll('.sb-grid img').length === 30")
    panel.locator(".sb-grid button").first.click()
    panel.locator(".sb-whole canvas").first.wait_for()
    panel.get_by_role("button", name="switch pieces of it off").click()
    panel = page.locator('[role=tabpanel][aria-label="What if"]')
    before = board.answer("form", {"place": 60})["scores"][0]
    panel.locator(".sd-score b", has_text=f"{before:.3g}").wait_for()
    panel.locator("canvas").click(position={"x": 20, "y": 20})
    panel.locator(".sd-score b", has_text="0").filter(has_not_text=".").wait_for()
    assert panel.get_by_role("button", name="superpixel 0").get_attribute("aria-pressed") == "false"
    panel.get_by_role("button", name="superpixel 0").press("Enter")
    panel.locator(".sd-score b", has_text=f"{before:.3g}").wait_for()


def test_wrong_images_are_a_cohort_by_one_press(open_board: Open) -> None:
    board = everydots.board()
    page = open_board(board)
    tab(page, "Images")
    page.get_by_role("button", name="only wrong ones").click()
    page.wait_for_function("() => !document.querySelector('.sb-grid li:not(.sb-wrong)')")
    assert board.chosen == "wrong"


def test_a_model_that_cannot_be_asked_says_why(open_board: Open) -> None:
    from synapse_magic.results.dashboard.parts.text_board import TextBoard

    board = everyreviews.board()
    page = open_board(TextBoard(board.examined, None, "What if needs the model"))
    panel = tab(page, "What if")
    panel.get_by_text("What if needs the model").wait_for()
    tab(page, "Texts")
    page.get_by_role("button", name="Text").first.click()
    page.locator(".sb-whole svg").first.wait_for()
    assert page.get_by_role("button", name="what if this text").count() == 0
