"""The journey with the hands on the keyboard alone: each step begins where the last one ended."""

from __future__ import annotations

from typing import Any

from frontend import begun
from journey import LONG, training, until, until_gone
from keyboard import Keyboard

TABS = ("Errors", "Features", "Interactions", "Rows", "What if", "Thresholds", "Quality")


def run(page: Any, keys: Keyboard, index: int) -> None:
    """Run the active cell, and stay there."""
    keys.press("Control+Enter")
    begun(page, index)


def build(page: Any, keys: Keyboard) -> None:
    """Choose the target, have its cell written, and leave a feature out."""
    run(page, keys, 0)
    page.locator(".syn-title", has_text="569 rows").wait_for(timeout=LONG)
    keys.to("Column to predict")
    page.keyboard.type("diagnosis")
    page.locator(".syn-b-levels").wait_for(timeout=LONG)
    keys.to("Write a first cell for it")
    keys.press("Enter")
    page.wait_for_function(
        "() => /LightGBM/.test(document.querySelector('.syn-b-code textarea').value)", timeout=LONG
    )
    assert keys.at == "Write a first cell for it"  # also while Spark was looking
    keys.to("Insert as a cell")
    keys.press("Enter")
    until(page, 1, "label = diagnosis", "mean radius")
    assert keys.at == "Go to the cell"
    keys.back("4 Features")
    keys.press("Enter")
    keys.to("Role of mean radius")
    page.keyboard.type("left out")
    until_gone(page, 1, "mean radius")
    assert keys.at == "Role of mean radius"


def search(page: Any, keys: Keyboard) -> None:
    """Search over a range, stop it, and train a shorter search to its end."""
    keys.to("5 Algorithms")
    keys.press("Enter")
    keys.to("Search the best")
    keys.press("Space")
    until(page, 1, "%%synapse tune")
    write_trials(page, keys, 200)
    keys.to("6 Parameters")
    keys.press("Space")
    keys.to("Find a param")
    keys.write("numLeaves")
    keys.to("Range")
    keys.press("Enter")
    until(page, 1, "Range(")
    assert keys.at == "Range"
    press_run(page, keys)
    training(page).locator("td b").first.wait_for(timeout=LONG)
    assert "Stop" in keys.at
    keys.press("Enter")
    training(page).get_by_text("Stopped after").wait_for(timeout=LONG)
    keys.back("trials")
    write_trials(page, keys, 2)
    press_run(page, keys)
    training(page).get_by_text("Run 2: Done in").wait_for(timeout=LONG)


def write_trials(page: Any, keys: Keyboard, count: int) -> None:
    """Write how many trials a search makes."""
    if keys.at != "trials":
        keys.to("trials")
    keys.write(str(count))
    keys.press("Enter")
    until(page, 1, f"trials = {count}")
    assert keys.at == "trials"


def press_run(page: Any, keys: Keyboard) -> None:
    """Go to the button that runs the cell, and press it."""
    keys.to("Go to the cell")
    keys.back("\N{BLACK RIGHT-POINTING TRIANGLE} Run this cell")
    keys.press("Enter")


def compare(page: Any, keys: Keyboard) -> None:
    """Tick two trials of the leaderboard, which are compared."""
    keys.back("7 Train")
    for _ in range(2):
        keys.to("Compare trial")
        keys.press("Space")
        assert keys.at.startswith("Compare trial")
    training(page).get_by_text("is better by").wait_for()


def look_at_each_tab(page: Any, keys: Keyboard) -> None:
    """Leave the builder for the cell of the dashboard, and look at each of its tabs."""
    keys.press("Escape", "ArrowDown", "ArrowDown")
    run(page, keys, 2)
    page.locator(".sd-histogram").wait_for(timeout=LONG)
    keys.to("Overview")
    for name in TABS:
        keys.press("ArrowRight")
        page.get_by_role("tabpanel", name=name).locator(":scope > *").first.wait_for()
        assert keys.at == name


def take_a_cohort(page: Any, keys: Keyboard) -> None:
    """Make a cohort of a typed condition, and one of the ends of scores."""
    chips = page.locator(".sd-chip")
    keys.back("type SQL")
    keys.press("Enter")
    keys.to("condition")
    keys.write("`worst radius` > 15")
    keys.press("Enter")
    chips.nth(1).wait_for()
    page.wait_for_function("() => document.activeElement.ariaChecked === 'true'")
    keys.to("Quality")
    keys.press("ArrowRight")
    assert keys.at == "Overview"
    keys.to("scores from")
    keys.write("0.5")
    keys.to("make them a cohort")
    keys.press("Enter")
    chips.nth(2).wait_for()
    page.wait_for_function("() => document.activeElement.ariaChecked === 'true'")
    keys.press("ArrowLeft", "ArrowLeft")
    page.wait_for_function("() => document.querySelector('.sd-chip').matches('.sd-chosen')")


def ask_what_if(page: Any, keys: Keyboard) -> None:
    """Edit a row, take it back, edit it again, and take it along as a test case."""
    keys.to("Overview")
    for _ in range(5):
        keys.press("ArrowRight")
    assert keys.at == "What if"
    change = page.locator(".sd-big > span:not([class])").first
    keys.to("worst radius")
    keys.write("17.5")
    change.wait_for()
    keys.back("undo")
    while page.locator(".sd-whatif").get_by_role("button", name="undo").is_enabled():
        keys.press("Enter")
        page.wait_for_timeout(50)
    change.wait_for(state="detached")
    assert keys.at == "reset"  # what was pressed can no longer be
    keys.to("worst radius")
    keys.write("17.5")
    change.wait_for()
    keys.back("save as test case")
    keys.press("Enter")
    keys.to("save as a file")
    with page.expect_download() as saved:
        keys.press("Enter")
    assert saved.value.suggested_filename.startswith("test-of-row-")


def press_what_a_notebook_hears(page: Any, keys: Keyboard) -> None:
    """Press on a button what would add, cut, delete, turn and run cells outside of it."""
    before = page.locator(".jp-Cell").count()
    keys.press("a", "b", "x", "m", "d", "d", "0", "0", "c", "v", "Control+Enter", "Shift+Enter")
    page.wait_for_timeout(500)
    assert page.locator(".jp-Cell").count() == before
    assert page.locator(".jp-CodeCell").count() == before
    keys.press("Escape")
    assert keys.at.startswith("Code Cell Content")
