from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import CapturedIO, capture_output
from pyspark.sql import DataFrame, SparkSession

import synapse_magic
from synapse_magic.notebook import progress


class Notebook:
    """A shell with our magics in it; a failing cell raises what the user would see."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell

    def run(self, cell: str) -> Any:
        """Run a cell and return its value."""
        return self.output(cell)[0]

    def output(self, cell: str) -> tuple[Any, CapturedIO]:
        """Run a cell and return its value and what it showed."""
        with capture_output() as captured:
            result = self.shell.run_cell(cell, store_history=True)
        if result.error_in_exec is not None:
            raise result.error_in_exec
        if result.error_before_exec is not None:
            raise result.error_before_exec
        return result.result, captured

    def html(self, cell: str) -> str:
        """Run a cell and return the HTML of all it showed."""
        _, captured = self.output(cell)
        return "\n".join(output.data.get("text/html", "") for output in captured.outputs)

    def __getitem__(self, name: str) -> Any:
        return self.shell.user_ns[name]


class Shown:
    """A line of a cell that remembers what it shows."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def show(self, text: str, html: str) -> None:
        self.said.append((text, html))

    finish = show


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Give a line to which a progress writes at once."""
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "SHORTEST_UPDATE", 0.0)
    return Shown()


@pytest.fixture(scope="session")
def notebook(spark: SparkSession) -> Iterator[Notebook]:
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "synapse_magic")
    yield Notebook(shell)
    shell.run_line_magic("unload_ext", "synapse_magic")
    InteractiveShell.clear_instance()


@pytest.fixture(scope="session")
def people(spark: SparkSession) -> DataFrame:
    return synapse_magic.datasets.people(spark, rows=3000, seed=1).cache()


@pytest.fixture
def nb(notebook: Notebook, people: DataFrame) -> Notebook:
    """Give the notebook with just the variables that most cells use."""
    for name in ("model", "scored", "m", "x"):
        notebook.shell.user_ns.pop(name, None)
    notebook.shell.push({"people": people, "leaves": 7})
    return notebook
