"""Live views in a real JupyterLab, without Spark: a busy kernel, a new page, a restart, none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import nbformat
import pytest

MADE = """
import numpy as np
from synapse_magic import Dashboard, Explanation
rng = np.random.default_rng(1)
values = rng.normal(size=(400, 3, 1))
names = ("age", "</script><b>hours</b>", "`${pay}`")
data = {name: values[:, i, 0] for i, name in enumerate(names)}
labels = np.where(rng.random(400) < 0.5, "yes", "no").astype(object)
why = Explanation(values, np.zeros((400, 1)), values.sum(1), data, names, ("yes",), "logit",
                  "tree_path", 400, labels=labels)
board, other = Dashboard(why), Dashboard(why)
"""
CELLS = (
    MADE,
    "board",
    "other",
    "print('taken along:', board.cohort.where, list(other.cohorts))",
    "import time; time.sleep(12)",
)


@pytest.fixture(scope="module")
def page(browser: Any, lab: Any) -> Iterator[Any]:
    """Open a notebook with two dashboards, both on the screen."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(made, lab.folder / "live.ipynb")
    opened = browser.new_page(viewport={"width": 1280, "height": 1000})
    opened.goto(lab.url("live.ipynb"))
    opened.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000)
    for index in range(3):
        run(opened, index)
    opened.locator(".syn-app .sd-histogram").nth(1).wait_for(timeout=60_000)
    yield opened
    opened.close()


def command(page: Any, name: str) -> None:
    page.evaluate("name => { window.jupyterapp.commands.execute(name) }", name)


def run(page: Any, index: int) -> None:
    """Run a cell; JupyterLab drops the request while it connects to the kernel."""
    cell = page.locator(".jp-CodeCell").nth(index)
    for _ in range(30):
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(500)
        if cell.locator(".jp-InputPrompt").inner_text().strip() != "[ ]:":
            return
    pytest.fail("JupyterLab did not run the cell")


def test_two_dashboards_live_through_all_that_happens_to_a_kernel(page: Any, lab: Any) -> None:
    """One story, since each state follows from the one before it."""
    first, second = page.locator(".syn-app").first, page.locator(".syn-app").nth(1)
    first.get_by_role("button", name="type SQL").click()
    first.get_by_label("condition").fill("age > 0.5")
    first.get_by_label("condition").press("Enter")
    first.locator(".sd-chip").nth(1).wait_for()
    assert second.locator(".sd-chip").count() == 1
    run(page, 3)
    page.get_by_text("taken along: `age` > 0.5D").wait_for()

    command(page, "docmanager:save")
    page.wait_for_timeout(2000)
    page.reload()
    first.locator(".sd-chip").nth(1).wait_for(timeout=60_000)
    assert not page.locator("[data-syn-still]").first.is_visible()

    run(page, 4)
    first.get_by_role("tab", name="Quality").click()
    first.get_by_text("Waiting for the kernel").wait_for(timeout=10_000)
    first.get_by_text("Compacity").wait_for(timeout=30_000)
    assert first.get_by_text("Waiting for the kernel").count() == 0

    command(page, "notebook:restart-kernel")
    page.locator(".jp-Dialog button", has_text="Restart").click()
    for view in (first, second):
        view.get_by_text("The kernel was restarted or stopped").wait_for(timeout=30_000)
    first.get_by_role("tab", name="Overview").click()
    assert first.locator(".sd-histogram").count() >= 1  # what was there is still there


def test_a_notebook_without_a_kernel_shows_the_snapshots(page: Any, browser: Any, lab: Any) -> None:
    saved = nbformat.read(lab.folder / "live.ipynb", as_version=4)
    saved.metadata.pop("kernelspec")
    nbformat.write(saved, lab.folder / "alone.ipynb")
    again = browser.new_page(viewport={"width": 900, "height": 900})
    again.goto(lab.url("alone.ipynb"))
    again.locator(".jp-Dialog button", has_text="No Kernel").click(timeout=60_000)
    for text in ("Overview", "Rows", "Quality"):
        again.locator(".jp-OutputArea", has_text=text).first.wait_for()
    assert again.evaluate("() => document.querySelectorAll('.jp-OutputArea b').length") >= 0
    assert again.locator(".syn-static:visible").count() >= 1
    again.close()
