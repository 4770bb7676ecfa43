"""Live views in a real JupyterLab whose kernel or Spark is busy, restarted, killed or absent."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from frontend import cell_of, opened, ready, run, save
from nbformat.sign import NotebookNotary

START = "%load_ext synapse_magic\n%synapse start local[1]"
MADE = r"""
import numpy as np
import synapse_magic
from synapse_magic import Dashboard, Explanation

names = ("pay", "</script><b class=injected>x</b>", "a `tick` 'one' \"two\"", "${pay}", KIND)
rng = np.random.default_rng(1)
numbers = rng.normal(size=(400, 4))
kinds = np.where(numbers[:, 1] > 0, LEVEL, "<script>document.title = 'injected'</script>")
columns = [*numbers.T, kinds.astype(object)]
labels = np.where(numbers[:, 0] > 0, "yes", "no").astype(object)
values = np.stack([*numbers.T, 0.1 * numbers[:, 0]], 1)[:, :, None]
why = Explanation(values, np.zeros((400, 1)), values.sum(1), dict(zip(names, columns)), names,
                  ("yes",), "logit", "tree_path", 400, labels=labels)
"""
KIND, LEVEL = "<img class=injected src=x>", "`${pay}'\"<b class=injected>"
FRAME = """
rows = zip(range(400), *(column.tolist() for column in columns), labels.tolist())
spark = synapse_magic.current_session().spark
df = spark.createDataFrame(list(rows), ["id", *names, "label"]).coalesce(1).cache()
board, other = Dashboard(why, None, df), Dashboard(why, None, df)
"""
TAKEN = """
taken = {"df": df}
exec(board.cohort.code, taken)
print([taken["cohort"].count(), board.cohort.df().count(), len(other.cohorts)])
"""
NAMED = f"KIND, LEVEL = {KIND!r}, {LEVEL!r}\n{MADE}"
CELLS = (START, NAMED + FRAME, "board", "other", "%synapse build df")
TAKE, SLEEP, STOP = 5, 6, 7
LOST = "This view is not live any more"
STOPPED = "Spark was stopped. Try: %synapse start"
STILL = "As it was when its cell ran"
SLOW = 120_000


def board(page: Any, at: int = 0) -> Any:
    """Return a dashboard, which is live once its first tab is drawn."""
    found = page.locator(".syn-app").filter(has=page.get_by_role("tablist")).nth(at)
    found.locator(".sd-histogram").first.wait_for(state="attached", timeout=SLOW)
    return found


def builder(page: Any) -> Any:
    """Return the builder, once it is live."""
    page.locator(".syn-bw textarea").wait_for(timeout=SLOW)
    return page.locator(".syn-app").filter(has=page.locator(".syn-bw"))


def command(page: Any, name: str) -> None:
    page.evaluate("name => { window.jupyterapp.commands.execute(name) }", name)


def panel(page: Any) -> Any:
    """Return the side panel, opened."""
    command(page, "synapse-magic:panel")
    return page.locator(".jp-Synapse-panel:visible")


def printed(page: Any, at: int, pattern: str) -> str:
    """Run a cell and return what it prints."""
    run(page, at)
    output = cell_of(page, at).locator(".jp-OutputArea-output", has_text=re.compile(pattern))
    output.wait_for(timeout=SLOW)
    return re.search(pattern, output.inner_text())[0]


@pytest.fixture(scope="module")
def page(browser: Any, lab: Any) -> Iterator[Any]:
    """Open a notebook with two dashboards and a builder of hostile names, all of them live."""
    cells = (*CELLS, TAKEN, "import time; time.sleep(9)", "synapse_magic.current_session().stop()")
    save(lab.folder, "live.ipynb", cells)
    page = opened(browser, lab.url("live.ipynb"))
    for at in range(len(CELLS)):
        run(page, at)
    board(page, 1), builder(page)
    yield page
    page.close()


def test_hostile_names_stay_words_and_their_cohorts_run(page: Any) -> None:
    first = board(page)
    first.get_by_role("button", name="+ cohort").click()
    for column, comparison, value in ((KIND, "in", LEVEL), ("a `tick` 'one' \"two\"", ">", "0")):
        first.get_by_label("column", exact=True).fill(column)
        first.get_by_label("comparison").select_option(comparison)
        first.get_by_label("value", exact=True).fill(value)
        first.get_by_role("button", name="another condition").click()
    first.get_by_role("button", name="make cohort").click()
    first.locator(".sd-chip").nth(1).wait_for(timeout=SLOW)
    rows = re.search(r"(\d+) rows", first.locator(".sd-chosen").first.inner_text())[1]
    # The other dashboard knows nothing of it.
    assert json.loads(printed(page, TAKE, r"\[\d.*\]")) == [int(rows), int(rows), 1]
    assert board(page, 1).locator(".sd-chip").count() == 1

    form = builder(page)
    form.get_by_label("Column to predict").select_option("label")
    form.get_by_role("button", name="Write a first cell for it").click()
    page.wait_for_function(
        "kind => document.querySelector('.syn-bw textarea').value.includes(kind)", arg=KIND
    )
    form.get_by_text("runs as it stands").wait_for(timeout=SLOW)
    for tab in ("Errors", "Features", "Rows", "What if", "Quality", "Overview"):
        first.get_by_role("tab", name=tab).click()
    page.wait_for_timeout(500)
    assert page.locator(".injected").count() == 0
    assert "injected" not in page.title()


def test_a_name_that_spark_itself_would_replace_is_told(page: Any) -> None:
    second = board(page, 1)
    second.get_by_role("button", name="+ cohort").click()
    second.get_by_label("column", exact=True).fill("${pay}")
    second.get_by_label("comparison").select_option(">")
    second.get_by_label("value", exact=True).fill("0")
    second.get_by_role("button", name="make cohort").click()
    second.locator(".sd-take summary").click(timeout=SLOW)
    second.get_by_text("Spark replaces the ${...}").wait_for()
    second.get_by_role("button", name="undo", exact=True).click()


def test_a_view_answers_while_a_cell_runs(page: Any) -> None:
    run(page, SLEEP)
    first = board(page)
    first.get_by_role("tab", name="Interactions").click()
    first.get_by_role("tabpanel", name="Interactions").locator("table").first.wait_for()
    assert cell_of(page, SLEEP).locator(".jp-InputPrompt").inner_text() == "[*]:"
    ready(page)


def test_a_view_comes_back_with_the_page_and_waits_for_a_busy_kernel(page: Any, lab: Any) -> None:
    before = board(page).locator(".sd-chip").count()
    text = builder(page).locator("textarea").input_value()
    command(page, "docmanager:save")
    page.wait_for_timeout(1500)
    place = lab.settings / "@jupyterlab" / "apputils-extension"
    subshells = place / "kernels-settings.jupyterlab-settings"
    subshells.write_text(json.dumps({"commsOverSubshells": "disabled"}))
    try:
        page.reload()
        ready(page)
        first = board(page)
        assert first.locator(".sd-chip").count() == before
        assert builder(page).locator("textarea").input_value() == text
        assert page.get_by_text(STILL).first.is_hidden()

        run(page, SLEEP)
        first.get_by_role("tab", name="Quality").click()
        first.get_by_text("Waiting for the kernel").wait_for()
        first.get_by_text("Compacity").wait_for(timeout=SLOW)
        assert first.get_by_text("Waiting for the kernel").count() == 0
    finally:
        subshells.unlink()
        page.reload()
        ready(page)


def test_a_stopped_spark_is_told_and_may_be_started_again(page: Any) -> None:
    run(page, STOP)
    panel(page).get_by_text("No session. %synapse start begins one.").wait_for(timeout=SLOW)
    page.locator(".jp-Synapse-chip", has_text="No Spark session").wait_for()
    panel(page).get_by_text("its Spark was stopped").first.wait_for(timeout=SLOW)
    look_for_a_row(page).get_by_text(STOPPED).wait_for(timeout=SLOW)
    form = builder(page)
    form.get_by_label("Column to predict").select_option("pay")
    form.get_by_text(STOPPED).first.wait_for(timeout=SLOW)

    for at in (0, 1, 2, 4):
        run(page, at)
    page.locator(".jp-Synapse-chip", has_text="local[1]").wait_for(timeout=SLOW)
    ready(page)
    look_for_a_row(page).get_by_text("1 row has it").wait_for(timeout=SLOW)
    form = builder(page)
    form.locator(".syn-title", has_text="400 rows").wait_for(timeout=SLOW)
    assert form.get_by_text(STOPPED).count() == 0


def look_for_a_row(page: Any) -> Any:
    """Let Spark look for a row from the first dashboard, and return where it is told."""
    first = board(page)
    first.get_by_role("tab", name="Rows").click()
    search = first.get_by_label("Find a row")
    search.get_by_label("find in all rows, where").fill("id")
    search.get_by_label("is", exact=True).fill("7")
    search.get_by_role("button", name="find", exact=True).click()
    return search


def test_a_lost_kernel_leaves_what_was_shown_and_its_cell_gives_a_live_view(
    browser: Any, lab: Any
) -> None:
    """One story: the kernel is restarted, killed and shut down, in the same notebook."""
    again = "plain = Dashboard(why)\nplain"
    save(lab.folder, "lost.ipynb", (*CELLS, again, "import os; print('pid', os.getpid())"))
    page = opened(browser, lab.url("lost.ipynb"))
    for at in (0, 1, 2, 4):
        run(page, at)
    first, form = board(page), builder(page)
    first.get_by_role("tab", name="Quality").click()
    first.get_by_text("Compacity").wait_for(timeout=SLOW)

    command(page, "notebook:restart-kernel")
    page.locator(".jp-Dialog button", has_text="Restart").click()
    for view in (first, form):
        view.get_by_text(LOST).wait_for(timeout=SLOW)
    panel(page).get_by_text("no Spark session yet").wait_for(timeout=SLOW)
    assert page.locator(".jp-Synapse-chip:visible").count() == 0
    ask = first.get_by_role("button", name="+ cohort")
    assert ask.is_disabled()
    assert LOST in ask.get_attribute("title")
    first.get_by_role("tab", name="Overview").click()  # what was seen is seen again
    assert first.locator(".sd-histogram").first.is_visible()
    assert form.get_by_label("Column to predict").is_disabled()
    for name in ("Insert as a cell", "Copy"):  # the text that was built is not lost
        assert form.get_by_role("button", name=name, exact=True).is_enabled()

    # Without Spark: the cells that the view needs, and its own.
    ready(page)
    place_text(page, 1, NAMED)
    run(page, 1)
    run(page, 5)
    live = board(page, 1)
    assert live.get_by_text(LOST).count() == 0
    assert live.get_by_role("button", name="+ cohort").is_enabled()

    os.kill(int(printed(page, 6, r"pid \d+").split()[1]), signal.SIGKILL)
    live.get_by_text(LOST).wait_for(timeout=SLOW)
    page.locator(".jp-Dialog button", has_text="Ok").click(timeout=SLOW)
    ready(page)
    run(page, 1)
    run(page, 5)
    live = board(page, 1)
    assert live.get_by_text(LOST).count() == 0

    page.evaluate("() => { window.jupyterapp.shell.currentWidget.sessionContext.shutdown() }")
    live.get_by_text(LOST).wait_for(timeout=SLOW)
    assert live.get_by_role("button", name="+ cohort").is_disabled()
    page.close()


def place_text(page: Any, at: int, text: str) -> None:
    """Put a text in the place of a cell's."""
    cell_of(page, at).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


@pytest.mark.parametrize("trusted", [True, False])
def test_a_notebook_without_a_kernel_shows_the_snapshots_and_no_error(
    page: Any, browser: Any, lab: Any, trusted: bool
) -> None:
    command(page, "docmanager:save")
    page.wait_for_timeout(1500)
    saved = nbformat.read(lab.folder / "live.ipynb", as_version=4)
    for name in ("kernelspec", "language_info"):  # nothing says which kernel to start
        saved.metadata.pop(name, None)
    for cell in saved.cells:
        cell.metadata.pop("trusted", None)
    saved.cells[0].source += f"  # {trusted}"  # changed outside, so nothing in it is trusted
    if trusted:
        NotebookNotary().sign(saved)
    nbformat.write(saved, lab.folder / f"alone{trusted}.ipynb")
    again = browser.new_page(viewport={"width": 900, "height": 900})
    problems: list[str] = []
    again.on("pageerror", lambda error: problems.append(str(error)))
    again.goto(lab.url(f"alone{trusted}.ipynb"))
    again.locator(".jp-Dialog button", has_text="No Kernel").click(timeout=SLOW)
    again.get_by_text(STILL).nth(2).wait_for(timeout=SLOW)
    again.wait_for_timeout(1000)
    assert [one.is_visible() for one in again.get_by_text(STILL).all()] == [True] * 3
    errors = again.get_by_text(re.compile("Loading widget|Error displaying"))
    assert errors.filter(visible=True).count() == 0
    assert again.locator(".jp-RenderedHTML").first.is_visible()
    assert ("jp-mod-trusted" in again.locator(".jp-RenderedHTML").first.get_attribute("class")) is (
        trusted
    )
    assert again.locator(".syn-app, .injected").count() == 0
    assert "injected" not in again.title()
    assert problems == []
    again.close()


OTHER = """
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp

class Other(IPythonKernel):
    language_info = {"name": "R", "mimetype": "text/plain", "file_extension": ".r"}

IPKernelApp.launch_instance(kernel_class=Other)
"""


def test_launcher_palette_and_panel_know_which_kernels_are_for_python(
    browser: Any, lab: Any
) -> None:
    lab.kernel("other", OTHER)
    save(lab.folder, "other.ipynb", ("%load_ext synapse_magic",))
    made = nbformat.read(lab.folder / "other.ipynb", as_version=4)
    made.metadata["kernelspec"] = {"name": "other", "display_name": "other"}
    nbformat.write(made, lab.folder / "other.ipynb")
    page = opened(browser, lab.whole("other.ipynb"))
    panel(page).get_by_text("The kernel of this notebook speaks R.").wait_for(timeout=SLOW)
    assert panel(page).get_by_role("button", name="Start Spark here").count() == 0
    enabled = "name => window.jupyterapp.commands.isEnabled(name)"
    assert page.evaluate(enabled, "synapse-magic:start") is False

    command(page, "launcher:create")
    page.locator(".jp-LauncherCard", has_text="Spark with %%synapse").first.click()
    page.locator(".jp-Notebook .cm-content:visible", has_text="%synapse start").wait_for()
    page.wait_for_function(enabled, arg="synapse-magic:start", timeout=SLOW)
    panel(page).get_by_role("button", name="Start Spark here").wait_for(timeout=SLOW)
    palette = opened_palette(page)
    palette.locator("input").fill("Spark")
    for label in (
        "Show Spark Sessions, Jobs and Models",
        "Start Spark in This Notebook",
        "New Notebook with Spark",
    ):
        palette.locator(".lm-CommandPalette-item", has_text=label).wait_for()
    page.close()


def opened_palette(page: Any) -> Any:
    """Return the command palette, which closes when a new notebook takes the focus."""
    palette = page.locator("#modal-command-palette .lm-CommandPalette")
    for _ in range(20):
        command(page, "apputils:activate-command-palette")
        page.wait_for_timeout(1000)
        if palette.is_visible():
            return palette
    pytest.fail("JupyterLab did not open its command palette")
