"""A notebook in a real front end: written, opened, and run cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest

CONNECTED = """() => {
  const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
  return context?.isReady && context.session?.kernel?.connectionStatus === "connected";
}"""


def save(folder: Path, name: str, cells: tuple[str, ...]) -> None:
    """Write a notebook of code cells."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(made, folder / name)


def opened(browser: Any, address: str) -> Any:
    """Open a notebook and wait for its kernel."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(90_000)  # on a machine that is busy elsewhere
    page.goto(address)
    ready(page)
    return page


def ready(page: Any) -> None:
    """Wait until a page has its kernel, and that is idle.

    A cell that is run before starts another kernel, in place of the one that the notebook has.
    """
    # A narrow toolbar has it out of sight.
    shown = page.locator(".jp-Notebook-ExecutionIndicator").first
    shown.wait_for(state="attached", timeout=120_000)
    page.wait_for_function(CONNECTED, timeout=120_000)
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first
    idle.wait_for(state="attached", timeout=120_000)


def run(page: Any, index: int) -> None:
    """Run a cell that has not run yet."""
    cell = cell_of(page, index)
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    begun(page, index)


def begun(page: Any, index: int) -> None:
    """Wait until a cell runs, or has."""
    prompt = cell_of(page, index).locator(".jp-InputPrompt")
    prompt.filter(has_not_text="[ ]:").wait_for(timeout=60_000)


def cell_of(page: Any, index: int) -> Any:
    """Return the code cell at a place."""
    return page.locator(".jp-CodeCell").nth(index)


@contextmanager
def telling_dialogs(page: Any) -> Iterator[None]:
    """Say in a failure which dialog of the front end stands in the way."""
    try:
        yield
    except Exception as error:
        dialogs = page.locator(".jp-Dialog").all_inner_texts()
        if dialogs:
            pytest.fail(f"A dialog stands in the way: {dialogs}\n{error}")
        raise
