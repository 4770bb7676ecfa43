"""The extension in a real JupyterLab and Notebook: chip, panel, squiggle, buttons, completion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from accessibility import findings_by_theme
from frontend import cell_of, opened, run, save

CELLS = (
    "%load_ext synapse_magic\n%synapse start local[2]",
    "import pathlib, synapse_magic\nfrom pyspark.sql import functions as F\n"
    "spark = synapse_magic.current_session().spark\n"
    "people = spark.range(20).select(F.col('id').alias('age'), F.lit('x').alias('job')).cache()\n"
    "@F.udf('int')\ndef wait(row):\n    import time\n    time.sleep(60)\n"
    "slow = spark.range(0, 4, numPartitions=4).select(wait('id').alias('waited'))",
    "%%synapse sql -o answer\nselect count(waited) from {slow}",
    "%%synapse sql -o again\nselect count(waited) + 1 from {slow}",
    "%%synapse train people -o model\nlabel = job\nfeatures = Featurize(agee)\n"
    "LightGBMClassifier(numLeaves=7)",
    "print('%%synapse train people')  # agee",
)
BAD, OTHER = 4, 5
OURS = (  # the buttons in the toolbar of a cell are those of JupyterLab
    ".jp-Synapse-panel",
    ".jp-Synapse-chip",
    ".jp-Cell.jp-mod-active .jp-OutputArea-output",
)


@pytest.fixture(scope="module")
def page(browser: Any, lab: Any) -> Iterator[Any]:
    """Open a notebook with a session and a frame, and the panel beside it."""
    save(lab.folder, "cockpit.ipynb", CELLS)
    page = opened(browser, lab.whole("cockpit.ipynb"))
    run(page, 0)
    run(page, 1)
    chip = page.locator(".jp-Synapse-chip button", has_text="local[2]")
    chip.click(timeout=180_000)
    yield page
    page.close()


def test_the_chip_says_where_spark_runs_and_opens_the_panel(page: Any) -> None:
    panel = page.locator(".jp-Synapse-panel:visible")
    panel.locator("code", has_text="people").first.wait_for(timeout=30_000)
    text = panel.inner_text()
    assert "local[2]" in text
    assert "2 slots" in text
    assert "Nothing runs on Spark." in text


def test_a_run_is_cancelled_from_the_panel_while_its_cell_runs(page: Any) -> None:
    run(page, 2)
    row = page.locator(".jp-Synapse-run", has_text="%synapse sql")
    row.locator(".jp-Synapse-stage", has_text="/4").wait_for(timeout=30_000)
    cell_of(page, 2).locator(".cm-content").click()
    cell_of(page, 2).get_by_role("progressbar").wait_for(timeout=30_000)
    assert findings_by_theme(page, *OURS) == []
    # What is cached is given back meanwhile, too.
    uncache = page.get_by_role("button", name="Uncache people")
    uncache.click()
    uncache.wait_for(state="detached", timeout=60_000)
    row.locator("button", has_text="Cancel").click()
    cell_of(page, 2).get_by_text("Cancelled: ").wait_for(timeout=30_000)
    page.locator(".jp-Synapse-none", has_text="Nothing runs on Spark.").wait_for(timeout=30_000)


def test_a_run_is_cancelled_from_the_toolbar_of_its_cell(page: Any) -> None:
    run(page, 3)
    page.locator(".jp-Synapse-run .jp-Synapse-stage").wait_for(timeout=30_000)
    cell_of(page, 3).locator(".cm-content").click()
    cell_of(page, 3).locator("[title='Cancel what this cell runs on Spark']").click()
    cell_of(page, 3).get_by_text("Cancelled: ").wait_for(timeout=30_000)


def test_an_unknown_column_is_marked_until_it_is_mended(page: Any) -> None:
    mark = cell_of(page, BAD).locator(".cm-lintRange-error")
    mark.wait_for(timeout=30_000)
    assert mark.inner_text() == "agee"
    mark.hover()
    page.locator(".jp-Synapse-message", has_text="Did you mean 'age'?").wait_for()
    mark.dblclick()
    page.keyboard.type("age")
    mark.wait_for(state="detached", timeout=30_000)


def test_columns_and_options_complete_with_what_they_mean(page: Any) -> None:
    cell_of(page, BAD).locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\ns")
    page.keyboard.press("Tab")
    item = page.locator(".jp-Completer-item", has_text="seed = ")
    item.first.wait_for(timeout=30_000)
    assert item.count() == 1
    page.keyboard.press("Escape")
    for _ in range(2):
        page.keyboard.press("Backspace")


def test_the_program_of_a_cell_is_shown_without_running_it(page: Any) -> None:
    cell_of(page, BAD).locator(".cm-content").click()
    cell_of(page, BAD).locator("[title='Show the PySpark program of this cell']").click()
    program = page.locator(".jp-Synapse-program")
    program.wait_for(timeout=30_000)
    assert "Featurize(" in program.inner_text()
    page.locator(".jp-Dialog button", has_text="Close").click()


def test_other_cells_are_left_alone(page: Any) -> None:
    other = cell_of(page, OTHER)
    other.locator(".cm-content").click()
    page.wait_for_timeout(1000)
    assert other.locator(".cm-lintRange").count() == 0
    for title in ("Show the PySpark program", "Cancel what this cell runs"):
        assert other.locator(f"[title^='{title}']:visible").count() == 0


def test_a_restarted_kernel_takes_its_sessions_along(page: Any) -> None:
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:restart-kernel') }")
    page.locator(".jp-Dialog button", has_text="Restart").click()
    page.locator(".jp-Synapse-empty", has_text="no Spark session yet").wait_for(timeout=60_000)
    assert page.locator(".jp-Synapse-chip:visible").count() == 0


def test_notebook_has_chip_and_panel_too(browser: Any, lab: Any) -> None:
    save(lab.folder, "seven.ipynb", ("%load_ext synapse_magic", "%synapse evaluat model"))
    page = opened(browser, f"http://127.0.0.1:{lab.port}/notebooks/seven.ipynb")
    run(page, 0)
    page.locator(".jp-Synapse-chip button", has_text="No Spark session").click(timeout=30_000)
    page.locator(".jp-Synapse-panel:visible", has_text="%synapse start").wait_for(timeout=30_000)
    cell_of(page, 1).locator(".cm-lintRange-error").wait_for(timeout=30_000)
    page.close()


def test_saved_models_are_those_that_the_kernel_of_now_finds(browser: Any, lab: Any) -> None:
    metadata = lab.folder / "kept" / "class" / "metadata"
    metadata.mkdir(parents=True)
    (metadata / "part-00000").write_text('{"class": "x.PipelineModel", "timestamp": 1000}')
    save(lab.folder, "saved.ipynb", ("%load_ext synapse_magic",))
    page = opened(browser, lab.whole("saved.ipynb"))
    run(page, 0)
    page.locator(".jp-Synapse-chip button", has_text="No Spark session").click(timeout=30_000)
    section = page.locator(".jp-Synapse-panel:visible").get_by_role("region", name="Saved models")
    row = section.locator(".jp-Synapse-row", has_text="kept/class")
    row.get_by_title("%synapse load kept/class -o m_class").first.wait_for(timeout=30_000)
    for folder, error in (("nowhere", True), ("kept", False)):
        section.get_by_label("Folder of saved models").fill(folder)
        section.get_by_role("button", name="Look").click()
        row.wait_for(state="detached" if error else "visible", timeout=30_000)
        section.get_by_text("There is no folder").wait_for(state="visible" if error else "hidden")
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:restart-kernel') }")
    page.locator(".jp-Dialog button", has_text="Restart").click()
    row.wait_for(state="detached", timeout=60_000)
    run(page, 0)
    row.wait_for(timeout=60_000)
    page.close()
