"""From a frame to a model and back, by clicks in JupyterLab and in Notebook 7."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import journey
import journey_by_keys
import nbformat
import pytest
from accessibility import findings_by_theme
from frontend import cell_of, opened, ready, run, save, telling_dialogs
from journey import BUILD, DASHBOARD, text_of, until
from keyboard import Keyboard

SETUP = (
    "%load_ext synapse_magic\n%synapse start local[2]",
    "import synapse_magic, json\nfrom sklearn.datasets import load_breast_cancer\n"
    "spark = synapse_magic.current_session().spark\n"
    "table = load_breast_cancer(as_frame=True).frame.iloc[:, [0, 1, 4, 7, 20, 21, 27, 30]]\n"
    "table['diagnosis'] = table.pop('target').map({0: 'malignant', 1: 'benign'})\n"
    "tumours = spark.createDataFrame(table).coalesce(1).cache()\n"
    "print(tumours.count(), 'rows')",
)
OURS = (".jp-OutputArea-output:has(.syn-bw)", ".jp-OutputArea-output:has(.sd-bar)")
FRONTS = {"JupyterLab": "doc/tree", "Notebook 7": "notebooks"}

Notebook = Callable[..., Any]


@pytest.fixture(scope="module")
def notebook(browser: Any, lab: Any) -> Iterator[Notebook]:
    """Give a function that opens a notebook on a kernel with Spark and a frame of real data."""
    save(lab.folder, "setup.ipynb", SETUP)
    first = opened(browser, lab.url("setup.ipynb"))
    run(first, 0)
    run(first, 1)
    cell_of(first, 1).get_by_text("569 rows").wait_for(timeout=180_000)
    pages = [first]

    def show(name: str, cells: tuple[str, ...], front: str = "doc/tree") -> Any:
        save(lab.folder, name, cells)
        first.evaluate(
            """async (name) => {
                const all = await (await fetch('/api/sessions')).json();
                const own = all.find(one => one.path === 'setup.ipynb');
                const xsrf = /_xsrf=([^;]*)/.exec(document.cookie)[1];
                const given = {path: name, name, type: 'notebook', kernel: own.kernel};
                const headers = {'X-XSRFToken': xsrf};
                const body = JSON.stringify(given);
                await fetch('/api/sessions', {method: 'POST', headers, body});
            }""",
            name,
        )
        page = opened(browser, lab.url(name, front))
        pages.append(page)
        return page

    yield show
    for page in pages:
        page.close()


@pytest.mark.parametrize("front", FRONTS)
def test_a_model_is_built_by_clicks_beside_its_cell_and_taken_back(
    notebook: Notebook, lab: Any, front: str
) -> None:
    name = f"journey in {front}.ipynb"
    page = notebook(name, (BUILD, DASHBOARD, ""), FRONTS[front])
    with telling_dialogs(page):
        journey.begin(page)
        journey.go_both_ways(page)
        journey.stop_a_search(page)
        written = journey.train_to_the_end(page)
        journey.open_the_dashboard(page)

        # The page is loaded again, and all of it is there.
        page.keyboard.press("Control+s")
        page.wait_for_timeout(1500)
        page.reload()
        ready(page)
        page.get_by_role("button", name="Go to the cell").wait_for(timeout=60_000)
        assert text_of(page, 1) == written
        journey.step(page, "Train").get_by_text("Run 2: Done in").wait_for()
        saved = nbformat.read(lab.folder / name, as_version=4)
        assert [cell.source for cell in saved.cells[:3]] == [BUILD, written, DASHBOARD]
        assert [bool(cell.metadata.get("synapse_magic")) for cell in saved.cells[:3]] == [0, 1, 0]

        journey.take_a_cohort(page)
        journey.ask_what_if(page)
        if front == "JupyterLab":
            assert findings_by_theme(page, *OURS) == []
        journey.lose_the_cell(page, written)


def test_all_of_it_is_done_by_the_keyboard_alone(notebook: Notebook, lab: Any) -> None:
    page = notebook("keys.ipynb", (BUILD, DASHBOARD, ""))
    keys = Keyboard(page)
    with telling_dialogs(page):
        journey_by_keys.build(page, keys)
        journey_by_keys.search(page, keys)
        journey_by_keys.compare(page, keys)
        journey_by_keys.look_at_each_tab(page, keys)
        journey_by_keys.take_a_cohort(page, keys)
        journey_by_keys.ask_what_if(page, keys)
        journey_by_keys.press_what_a_notebook_hears(page, keys)


def test_two_builders_have_a_cell_each(notebook: Notebook) -> None:
    page = notebook("two.ipynb", (BUILD, BUILD, "x = 1"))
    run(page, 0)
    run(page, 1)
    forms = page.locator(".syn-bw")
    for at, column in enumerate(("mean radius", "mean texture")):
        form = forms.nth(at)
        form.get_by_role("button", name="Insert as a cell").click(timeout=60_000)
        form.get_by_label("Column to predict").select_option(column)
    assert "mean radius" in until(page, 1, "label =")
    assert "mean texture" in until(page, 3, "label =")
    assert text_of(page, 4) == "x = 1"
