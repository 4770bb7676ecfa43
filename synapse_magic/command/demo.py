"""``synapse-magic demo``: the quickstart notebook, run without a browser."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

from synapse_magic.command.notebooks import INSTALL_LINE, notebooks
from synapse_magic.errors import SynapseError

CELL_TIMEOUT = 900
METRICS_TAG = "metrics"
QUIET_KERNEL = ["--IPKernelApp.log_level=40"]


def run_demo(folder: Path) -> int:
    """Execute the quickstart, print its metrics, and leave the notebook and a page in ``folder``.

    Raises
    ------
    SynapseError
        When Jupyter is not installed, or a cell fails; the notebook up to there is kept.
    """
    try:
        import nbclient
        import nbformat
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    except ImportError as error:
        raise SynapseError(f"{error.name} is not installed. Try: {INSTALL_LINE}") from error
    source = notebooks()[0]
    folder.mkdir(parents=True, exist_ok=True)
    notebook = nbformat.read(source, as_version=4)
    began = time.monotonic()
    columns = (TextColumn("{task.description:48.48}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("Starting the kernel", total=len(notebook.cells))
        client = nbclient.NotebookClient(
            notebook,
            timeout=CELL_TIMEOUT,
            kernel_name="python3",
            extra_arguments=QUIET_KERNEL,
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=lambda cell, cell_index: bar.update(
                task, completed=cell_index, description=_first_line(cell)
            ),
        )
        try:
            # Spark's Python daemon writes a traceback to stderr whenever its JVM ends.
            client.execute(stderr=subprocess.DEVNULL)
        except nbclient.exceptions.CellExecutionError as error:
            nbformat.write(notebook, folder / source.name)
            raise SynapseError(
                f"A cell failed: {error.ename}: {error.evalue}\n"
                f"The notebook up to there: {folder / source.name}. Try: synapse-magic doctor"
            ) from error
        bar.update(task, completed=len(notebook.cells), description="Done")
    _report(notebook, folder / source.name, time.monotonic() - began)
    return 0


def _first_line(cell: Any) -> str:
    lines = str(cell.source).strip().splitlines()
    return lines[0] if lines else ""


def _report(notebook: Any, place: Path, seconds: float) -> None:
    import nbformat

    nbformat.write(notebook, place)
    page = place.with_suffix(".html")
    page.write_text(standalone_html(notebook), encoding="utf-8")
    for text in metric_texts(notebook):
        print(text)
    print(f"Finished in {seconds:.0f} s.")
    print(f"  notebook  {place.absolute()}")
    print(f"  page      {page.absolute()}")
    print("Open the notebooks with: synapse-magic lab")


def metric_texts(notebook: Any) -> list[str]:
    """Return the plain text of the results of all cells tagged ``metrics``."""
    outputs = [
        output
        for cell in notebook.cells
        if METRICS_TAG in cell.metadata.get("tags", [])
        for output in cell.outputs
    ]
    texts = [output.get("data", {}).get("text/plain", "") for output in outputs]
    return [text for text in texts if text.startswith("<Evaluation")]


def standalone_html(notebook: Any) -> str:
    """Return the notebook as one page that loads nothing from the network."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(mathjax_url="", require_js_url="", jquery_url="", mermaid_js_url="")
    exporter.embed_images = True
    html, _ = exporter.from_notebook_node(notebook)
    return str(html)
