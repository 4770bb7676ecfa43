from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pyspark
import pytest

from synapse_magic.command.demo import metric_texts, standalone_html
from synapse_magic.command.notebooks import notebooks

# Name of the notebook -> for each evaluation in it: metric -> least and largest value.
EXPECTED: dict[str, list[dict[str, tuple[float, float]]]] = {
    "01_quickstart": [{"AUC": (0.86, 0.93), "accuracy": (0.78, 0.88)}],
    "02_scikit_learn_data": [
        {"AUC": (0.97, 1.0), "accuracy": (0.92, 1.0)},
        {"accuracy": (0.9, 1.0)},
        {"r2": (0.25, 0.65)},
    ],
    "03_a_million_rows": [{"AUC": (0.88, 0.93), "accuracy": (0.8, 0.88)}],
    "04_tuning": [
        {"AUC": (0.84, 0.92), "accuracy": (0.78, 0.88)},
        {"AUC": (0.86, 0.93), "accuracy": (0.79, 0.89)},
    ],
    "05_models_from_elsewhere": [],
    "06_search_by_image": [],
    "07_explaining_tables": [],
    "08_explaining_text": [],
    "09_explaining_images": [],
    "10_sentiment_of_texts": [],
    "11_reading_documents": [],
    "12_translating_documents": [],
    "13_tickets_into_a_table": [],
}
# Name of the notebook -> what it prints, with a number, and the least and largest value of that.
PRINTED: dict[str, dict[str, tuple[float, float]]] = {
    "05_models_from_elsewhere": {
        r"accuracy here: ([\d.]+)": (0.93, 1.0),
        r"rows that differ: (\d+)": (0, 0),
        r"difference of a probability: (\S+)": (0, 1e-5),
    },
    "06_search_by_image": {r"same digit: ([\d.]+)%": (95, 100)},
    "07_explaining_tables": {
        r"largest residual: (\S+)": (0, 1e-9),
        r"rows read back: (\d+)": (300, 300),
    },
    "08_explaining_text": {r"largest residual: (\S+)": (0, 1e-9)},
    "10_sentiment_of_texts": {
        r"rows with an answer: (\d+)": (621, 621),
        r"rows without an answer: (\d+)": (3, 3),
        r"requests answered: (\d+)": (62, 80),
        r"requests refused as too fast: (\d+)": (1, 200),
        r"requests of the second run: (\d+)": (0, 0),
        r"rows that differ: (\d+)": (0, 0),
    },
    "11_reading_documents": {
        r"documents read: (\d+)": (58, 58),
        r"documents refused: (\d+)": (2, 2),
        r"totals that differ from what was drawn: (\d+)": (0, 0),
        r"documents sent: (\d+)": (60, 60),
        r"documents sent again: (\d+)": (2, 2),
    },
    "12_translating_documents": {
        r"documents translated: (\d+)": (94, 94),
        r"documents refused: (\d+)": (2, 2),
        r"translations paid for again: (\d+)": (0, 0),
        r"jobs done: (\d+)": (2, 2),
        r"jobs refused: (\d+)": (1, 1),
    },
    "13_tickets_into_a_table": {
        r"letters read: (\d+)": (198, 198),
        r"letters that were corrected: (\d+)": (52, 52),
        r"tokens of all: (\d+)": (30_000, 45_000),
        r"fields that differ from what the letters say: (\d+)": (0, 0),
        r"requests of the second run: (\d+)": (1, 1),
    },
}


@pytest.fixture(scope="module", params=notebooks(), ids=lambda path: path.stem)
def executed(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any, Any]:
    """Run a notebook in a kernel of its own; give its name, as committed, and as run now."""
    import nbclient

    path: Path = request.param
    committed = nbformat.read(path, as_version=4)
    now = nbformat.read(path, as_version=4)
    folder = tmp_path_factory.mktemp(path.stem)
    resources = {"metadata": {"path": str(folder)}}
    nbclient.NotebookClient(now, timeout=900, kernel_name="python3", resources=resources).execute()
    return path.stem, committed, now


def metrics(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"(\w+)=([\d.]+)", text)}


def test_prints_the_metrics_that_are_expected(executed: tuple[str, Any, Any]) -> None:
    name, _, now = executed
    found = [metrics(text) for text in metric_texts(now)]
    assert len(found) == len(EXPECTED[name])
    for measured, bounds in zip(found, EXPECTED[name]):
        for metric, (low, high) in bounds.items():
            assert low <= measured[metric] <= high, f"{metric} is {measured[metric]}"


def test_prints_the_numbers_that_are_expected(executed: tuple[str, Any, Any]) -> None:
    name, _, now = executed
    text = "".join(o.text for c in now.cells for o in c.get("outputs", []) if "text" in o)
    for pattern, (low, high) in PRINTED.get(name, {}).items():
        (found,) = re.findall(pattern, text)
        assert low <= float(found) <= high, pattern


def test_is_committed_with_the_outputs_that_it_gives(executed: tuple[str, Any, Any]) -> None:
    _, committed, now = executed
    assert len(metric_texts(committed)) == len(metric_texts(now))
    for cell in committed.cells:
        if cell.cell_type == "code":
            assert cell.execution_count is not None
            assert all(output.output_type != "error" for output in cell.outputs)


def test_shows_no_warnings_and_no_noise(executed: tuple[str, Any, Any]) -> None:
    _, _, now = executed
    noise = [
        o.text for cell in now.cells for o in cell.get("outputs", []) if o.get("name") == "stderr"
    ]
    assert noise == []


def test_becomes_a_page_that_loads_nothing(executed: tuple[str, Any, Any]) -> None:
    html = standalone_html(executed[2])
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["']?https?:""", html)


@pytest.mark.skipif(pyspark.__version__ < "4", reason="PySpark 3.5 carries no Connect server")
def test_the_quickstart_gives_the_same_metrics_on_connect(tmp_path: Path) -> None:
    import nbclient

    committed = nbformat.read(notebooks()[0], as_version=4)
    now = nbformat.read(notebooks()[0], as_version=4)
    for cell in now.cells:
        cell.source = cell.source.replace("%synapse start", "%synapse start sc://local[2]")
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(now, timeout=900, kernel_name="python3", resources=resources).execute()
    (here,), (there,) = (map(metrics, metric_texts(each)) for each in (committed, now))
    assert there["AUC"] == pytest.approx(here["AUC"], abs=0.01)
