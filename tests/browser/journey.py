"""The steps from a frame to a model and back, the same in each front end."""

from __future__ import annotations

import ast
import re
from typing import Any

from frontend import cell_of, run

BUILD = "%synapse build tumours"
DASHBOARD = "%synapse dashboard model -n 300 -o board"
TAKEN = "[board.cohort.df().count(), tumours.where(board.cohort.where).count()]"
SCORED = "model.transform(spark.createDataFrame([{row}])).first()['probability'].toArray().tolist()"
LONG = 180_000  # for what trains or draws on a machine that is busy elsewhere


def step(page: Any, name: str) -> Any:
    """Return the body of a step of the builder, opened."""
    whole = page.locator(".syn-b-step", has=page.get_by_text(name, exact=True))
    if whole.locator(".syn-b-head").get_attribute("aria-expanded") != "true":
        whole.locator(".syn-b-head").click()
    return whole.locator(".syn-b-body")


def text_of(page: Any, index: int) -> str:
    """Return the text in the editor of a cell."""
    lines = cell_of(page, index).locator(".cm-line").all_inner_texts()
    return "\n".join(line.strip("\n") for line in lines)


def until(page: Any, index: int, *words: str) -> str:
    """Wait until a cell holds some words, and return its text."""
    for one in words:
        cell_of(page, index).locator(".cm-line", has_text=one).first.wait_for(timeout=LONG)
    return text_of(page, index)


def until_gone(page: Any, index: int, words: str) -> None:
    """Wait until a cell holds some words no longer."""
    line = cell_of(page, index).locator(".cm-line", has_text=words)
    line.first.wait_for(state="detached", timeout=LONG)


def value_of(page: Any, index: int, text: str) -> Any:
    """Run a text in the last cell and return its value."""
    cell_of(page, index).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")
    output = cell_of(page, index).locator(".jp-OutputArea-executeResult pre")
    output.wait_for(timeout=LONG)
    return ast.literal_eval(output.inner_text())


def begin(page: Any) -> None:
    """Build the text of a model in a cell of its own, by clicks in the form."""
    run(page, 0)
    page.get_by_role("button", name="Insert as a cell").click(timeout=LONG)
    step(page, "Target").get_by_label("Column to predict").select_option("diagnosis")
    page.get_by_role("button", name="Write a first cell for it").click(timeout=LONG)
    until(page, 1, "label = diagnosis", "split", "LightGBMClassifier")
    page.locator(".syn-title", has_text="569 rows").wait_for()


def go_both_ways(page: Any) -> None:
    """See the form follow an edit of the text, the text a click, and both an undo."""
    cell_of(page, 1).locator(".cm-line", has_text="split").click()
    page.keyboard.press("End")
    page.keyboard.press("Shift+Home")
    page.keyboard.insert_text("split = [0.7, 0.3]  # mine")
    split = step(page, "Split")
    split.get_by_text("70 %", exact=True).wait_for()
    split.get_by_label("To train on").press("ArrowRight")
    assert "split = [0.75, 0.25]  # mine" in until(page, 1, "0.75")
    page.wait_for_timeout(600)  # what follows within half a second is one step to undo
    cell_of(page, 1).locator(".cm-content").click()
    page.keyboard.press("Control+z")
    assert "split = [0.7, 0.3]  # mine" in until(page, 1, "[0.7, 0.3]")
    split.get_by_text("70 %", exact=True).wait_for()


def stop_a_search(page: Any) -> None:
    """Turn the cell into a search over a range, see its first trials, and stop it."""
    params = step(page, "Parameters")
    row = params.locator(".syn-b-param", has=page.get_by_text("numLeaves", exact=True))
    row.get_by_role("button", name="Range").click()
    until(page, 1, "%%synapse tune", "Range(")
    step(page, "Algorithms").get_by_label("trials", exact=True).fill("200")
    page.get_by_label("trials", exact=True).press("Enter")
    until(page, 1, "trials = 200")
    page.get_by_role("button", name="Run this cell").first.click()
    train = training(page)
    train.locator("td b").first.wait_for(timeout=LONG)
    page.locator(".syn-b-stop").click()
    train.get_by_text("Stopped after").wait_for(timeout=LONG)


def train_to_the_end(page: Any) -> str:
    """Train a shorter search, and return the text that did."""
    page.get_by_label("trials", exact=True).fill("1")
    page.get_by_label("trials", exact=True).press("Enter")
    until(page, 1, "trials = 1")
    page.get_by_role("button", name="Run this cell").first.click()
    training(page).get_by_text("Run 2: Done in").wait_for(timeout=LONG)
    return text_of(page, 1)


def training(page: Any) -> Any:
    """Return the step that tells how a run goes."""
    return page.locator(".syn-b-step", has=page.get_by_text("Train", exact=True))


def open_the_dashboard(page: Any) -> None:
    """Run the cell of the dashboard and wait for its first view."""
    run(page, 2)
    page.locator(".sd-histogram").wait_for(timeout=LONG)


def take_a_cohort(page: Any) -> None:
    """Make a part of the heat map a cohort, and take its rows back as a frame in a cell."""
    board = cell_of(page, 2)
    board.get_by_role("tab", name="Errors").click(timeout=LONG)
    board.locator(".sd-heat button:enabled").first.click()
    board.locator(".sd-chip").nth(1).wait_for()
    size = int(re.search(r"([\d,]+) rows", board.locator(".sd-chosen").inner_text())[1])
    taken, matching = value_of(page, 3, TAKEN)
    assert 0 < size == taken <= matching < 569  # of the rows that were held out


def ask_what_if(page: Any) -> None:
    """Edit a row and see that it is scored as Spark scores it."""
    board = cell_of(page, 2)
    board.get_by_role("tab", name="What if").click()
    entries = board.locator(".sd-entry")
    entries.first.wait_for()
    before = board.locator(".sd-score .syn-metric, .sd-score b").first.inner_text()
    entries.filter(has_text="worst radius").locator("input").fill("17.5")
    page.wait_for_function(
        "before => document.querySelector('.sd-score b').innerText !== before", arg=before
    )
    page.wait_for_timeout(500)
    same_as_spark(page, board, 3)


def same_as_spark(page: Any, board: Any, index: int) -> None:
    """Score the row that is shown by a ``transform``, in a cell, and compare."""
    entries = board.locator(".sd-entry")
    names = entries.locator("label > span").evaluate_all("all => all.map((one) => one.title)")
    values = entries.locator("input").evaluate_all("all => all.map((one) => Number(one.value))")
    shown = float(board.locator(".sd-score b").first.inner_text())
    scored = value_of(page, index, SCORED.format(row=dict(zip(names, values))))
    assert min(abs(one - shown) for one in scored) < 1e-3


def lose_the_cell(page: Any, written: str) -> None:
    """Delete the cell, and have it offered again."""
    cell_of(page, 1).locator(".jp-InputPrompt").click()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("d")
    page.get_by_role("button", name="Insert as a cell").click()
    until(page, 1, "%%synapse tune", "# mine")
    assert text_of(page, 1) == written
