"""A notebook in a real front end: written, opened, and run cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest


def save(folder: Path, name: str, cells: tuple[str, ...]) -> None:
    """Write a notebook of code cells."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(made, folder / name)


def opened(browser: Any, address: str) -> Any:
    """Open a notebook and wait for its kernel."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    ready(page)
    return page


def ready(page: Any) -> None:
    """Wait until the kernel of a page is idle."""
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000)


def run(page: Any, index: int) -> None:
    """Run a cell; JupyterLab drops the request while it connects to the kernel."""
    cell = cell_of(page, index)
    for _ in range(30):
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(500)
        if cell.locator(".jp-InputPrompt").inner_text().strip() != "[ ]:":
            return
    pytest.fail("JupyterLab did not run the cell")


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
