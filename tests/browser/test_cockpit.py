"""From a frame to a model and back, by clicks in JupyterLab and by keys alone in Notebook 7."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

import nbformat
import pytest
from frontend import cell_of, opened, ready, run, save

SETUP = (
    "%load_ext synapse_magic\n%synapse start local[2]",
    "import synapse_magic, json\nfrom sklearn.datasets import load_breast_cancer\n"
    "spark = synapse_magic.current_session().spark\n"
    "table = load_breast_cancer(as_frame=True).frame.iloc[:, [0, 1, 4, 7, 20, 21, 27, 30]]\n"
    "table['diagnosis'] = table.pop('target').map({0: 'malignant', 1: 'benign'})\n"
    "tumours = spark.createDataFrame(table).coalesce(1).cache()\n"
    "print(tumours.count(), 'rows')",
)
BUILD = "%synapse build tumours"
DASHBOARD = "%synapse dashboard model -n 300 -o board"
TAKEN = "[board.cohort.df().count(), tumours.where(board.cohort.where).count()]"
SCORED = "model.transform(spark.createDataFrame([{row}])).first()['probability'].toArray().tolist()"

FOCUSED = """() => {
    const one = document.activeElement;
    return (one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.innerText).trim();
}"""

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

    def show(name: str, cells: tuple[str, ...], *, place: str = "doc/tree") -> Any:
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
        page = opened(browser, f"http://127.0.0.1:{lab.port}/{place}/{name}")
        pages.append(page)
        return page

    yield show
    for page in pages:
        page.close()


def step(page: Any, name: str) -> Any:
    """Return the body of a step of the builder, opened."""
    whole = page.locator(".syn-b-step", has=page.get_by_text(name, exact=True))
    if whole.locator(".syn-b-head").get_attribute("aria-expanded") != "true":
        whole.locator(".syn-b-head").click()
    return whole.locator(".syn-b-body")


def text_of(page: Any, index: int) -> str:
    """Return the text in the editor of a cell."""
    lines = cell_of(page, index).locator(".cm-line").all_inner_texts()
    return "\n".join(line.strip("\n") for line in lines)


def until(page: Any, index: int, *words: str) -> str:
    """Wait until a cell holds some words, and return its text."""
    for one in words:
        cell_of(page, index).locator(".cm-line", has_text=one).first.wait_for(timeout=60_000)
    return text_of(page, index)


def value_of(page: Any, index: int, text: str) -> Any:
    """Run a text in the last cell and return its value."""
    cell_of(page, index).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")
    output = cell_of(page, index).locator(".jp-OutputArea-executeResult pre")
    output.wait_for(timeout=60_000)
    return ast.literal_eval(output.inner_text())


def test_a_model_is_built_by_clicks_beside_its_cell_and_taken_back(
    notebook: Notebook, lab: Any
) -> None:
    page = notebook("journey.ipynb", (BUILD, DASHBOARD, ""))
    run(page, 0)
    page.get_by_role("button", name="Insert as a cell").click(timeout=60_000)

    # A click changes the text of the cell, and an edit of the text the form.
    step(page, "Target").get_by_label("Column to predict").select_option("diagnosis")
    page.get_by_role("button", name="Write a first cell for it").click(timeout=60_000)
    until(page, 1, "label = diagnosis", "split", "LightGBMClassifier")
    page.locator(".syn-title", has_text="569 rows").wait_for()
    cell_of(page, 1).locator(".cm-line", has_text="split").click()
    page.keyboard.press("End")
    page.keyboard.press("Shift+Home")
    page.keyboard.insert_text("split = [0.7, 0.3]  # mine")
    split = step(page, "Split")
    split.get_by_text("70 %", exact=True).wait_for()
    split.get_by_label("To train on").press("ArrowRight")
    assert "split = [0.75, 0.25]  # mine" in until(page, 1, "0.75")
    page.wait_for_timeout(600)  # what follows within half a second is one step to undo
    cell_of(page, 1).locator(".cm-content").click()
    page.keyboard.press("Control+z")
    assert "split = [0.7, 0.3]  # mine" in until(page, 1, "[0.7, 0.3]")
    split.get_by_text("70 %", exact=True).wait_for()

    # A search shows its trials, and is stopped.
    params = step(page, "Parameters")
    row = params.locator(".syn-b-param", has=page.get_by_text("numLeaves", exact=True))
    row.get_by_role("button", name="Range").click()
    until(page, 1, "%%synapse tune", "Range(")
    step(page, "Algorithms").get_by_label("trials", exact=True).fill("200")
    page.get_by_label("trials", exact=True).press("Enter")
    until(page, 1, "trials = 200")
    page.get_by_role("button", name="Run this cell").first.click()
    train = page.locator(".syn-b-step", has=page.get_by_text("Train", exact=True))
    train.locator("td b").first.wait_for(timeout=120_000)
    page.locator(".syn-b-stop").click()
    train.get_by_text("Stopped after").wait_for(timeout=60_000)

    # A shorter one is trained to its end; the page is loaded again, and all of it is there.
    page.get_by_label("trials", exact=True).fill("1")
    page.get_by_label("trials", exact=True).press("Enter")
    until(page, 1, "trials = 1")
    page.get_by_role("button", name="Run this cell").first.click()
    train.get_by_text("Run 2: Done in").wait_for(timeout=120_000)
    written = text_of(page, 1)
    page.keyboard.press("Control+s")
    run(page, 2)
    page.locator(".sd-histogram").wait_for(timeout=120_000)
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1500)
    page.reload()
    ready(page)
    page.get_by_role("button", name="Go to the cell").wait_for(timeout=60_000)
    assert text_of(page, 1) == written
    step(page, "Train").get_by_text("Run 2: Done in").wait_for()
    saved = nbformat.read(lab.folder / "journey.ipynb", as_version=4)
    assert [cell.source for cell in saved.cells[:3]] == [BUILD, written, DASHBOARD]
    assert [bool(cell.metadata.get("synapse_magic")) for cell in saved.cells[:3]] == [0, 1, 0]

    # A cohort that is brushed comes back as a frame.
    board = cell_of(page, 2)
    board.get_by_role("tab", name="Errors").click(timeout=60_000)
    board.locator(".sd-heat button:enabled").first.click()
    board.locator(".sd-chip").nth(1).wait_for()
    size = int(re.search(r"([\d,]+) rows", board.locator(".sd-chosen").inner_text())[1])
    taken, matching = value_of(page, 3, TAKEN)
    assert 0 < size == taken <= matching < 569  # of the rows that were held out

    # A row that is edited is scored as Spark scores it.
    board.get_by_role("tab", name="What if").click()
    entries = board.locator(".sd-entry")
    entries.first.wait_for()
    before = board.locator(".sd-score .syn-metric, .sd-score b").first.inner_text()
    entries.filter(has_text="worst radius").locator("input").fill("17.5")
    page.wait_for_function(
        "before => document.querySelector('.sd-score b').innerText !== before", arg=before
    )
    page.wait_for_timeout(500)
    names = entries.locator("label > span").evaluate_all("all => all.map((one) => one.title)")
    values = entries.locator("input").evaluate_all("all => all.map((one) => Number(one.value))")
    shown = float(board.locator(".sd-score b").first.inner_text())
    scored = value_of(page, 3, SCORED.format(row=dict(zip(names, values))))
    assert min(abs(one - shown) for one in scored) < 1e-3

    # A cell that is deleted is offered again.
    cell_of(page, 1).locator(".jp-InputPrompt").click()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("d")
    page.get_by_role("button", name="Insert as a cell").click()
    until(page, 1, "%%synapse tune", "# mine")
    assert text_of(page, 1) == written


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


def tab_to(page: Any, name: str, *, back: bool = False) -> None:
    """Press Tab until what has the focus goes by a name."""
    for _ in range(150):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(FOCUSED).startswith(name):
            return
    pytest.fail(f"The keyboard does not reach {name!r}")


def test_the_keyboard_alone_goes_from_a_frame_to_a_prediction_in_notebook_7(
    notebook: Notebook,
) -> None:
    page = notebook("keys.ipynb", (BUILD,), place="notebooks")
    keys = page.keyboard
    for _ in range(30):  # Notebook drops the request while it connects to the kernel
        keys.press("Control+Enter")
        page.wait_for_timeout(500)
        if page.locator(".syn-bw").count():
            break
    page.locator(".syn-title", has_text="569 rows").wait_for(timeout=60_000)
    tab_to(page, "Column to predict")
    keys.type("diagnosis")
    tab_to(page, "Write a first cell for it")
    keys.press("Enter")
    page.locator(".syn-b-code textarea").wait_for()
    page.get_by_text("runs as it stands").wait_for(timeout=60_000)
    tab_to(page, "Insert as a cell")
    keys.press("Enter")
    until(page, 1, "label = diagnosis")
    tab_to(page, "\u25b6 Run this cell", back=True)
    keys.press("Enter")
    page.get_by_text("Run 1: Done in").wait_for(timeout=120_000)
    tab_to(page, "9", back=True)  # the head of a step begins with its number
    keys.press("Enter")
    tab_to(page, "Explain run 1")
    keys.press("Enter")
    page.locator(".sd-histogram").wait_for(timeout=120_000)
    tab_to(page, "Overview")
    for _ in range(4):
        keys.press("ArrowRight")
    tab_to(page, "mean radius")
    before = page.locator(".sd-score b").first.inner_text()
    keys.press("Control+a")
    keys.type("25")
    page.wait_for_function(
        "before => document.querySelector('.sd-score b').innerText !== before", arg=before
    )
