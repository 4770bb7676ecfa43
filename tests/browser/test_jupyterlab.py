"""The quickstart in a real JupyterLab: run, looked at in both themes, reopened without trust."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from frontend import ready

CELLS = (
    "%load_ext synapse_magic\n%synapse start local[2]",
    "import synapse_magic\nspark = synapse_magic.current_session().spark\n"
    "people = synapse_magic.datasets.people(spark, rows=2000, seed=7)",
    "%%synapse train people -o model\nsplit = [0.8, 0.2]\nlabel = income\n"
    "features = Featurize(age, hours, workclass, education)\n"
    "LightGBMClassifier(numIterations=20, isProvideTrainingMetric=True)",
    "%synapse evaluate model",
    "%synapse explain model -n 60",
    "%synapse dashboard model -n 60",
    "%synapse stop",
)


@pytest.fixture(scope="module")
def page(browser: Any, lab: Any) -> Iterator[Any]:
    """Open a notebook of the main job in JupyterLab and run all of it."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(made, lab.folder / "main.ipynb")
    opened = browser.new_page(viewport={"width": 1280, "height": 1000})
    opened.goto(lab.url("main.ipynb"))
    ready(opened)
    command(opened, "notebook:run-all-cells")
    opened.locator(".jp-OutputArea-output", has_text="Stopped Spark").wait_for(timeout=240_000)
    yield opened
    opened.close()


def command(page: Any, name: str, arguments: dict[str, str] | None = None) -> None:
    """Start a command of JupyterLab, as its menus and palette do, without waiting for its end."""
    page.evaluate(
        "([name, args]) => { window.jupyterapp.commands.execute(name, args) }",
        [name, arguments or {}],
    )


def test_every_verb_shows_its_result(page: Any) -> None:
    text = page.locator(".jp-Notebook").inner_text()
    for expected in ("Fitted model", "ROC", "Confusion", "code: %synapse code"):
        assert expected in text
    assert page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0


def test_views_are_interactive_where_scripts_run(page: Any) -> None:
    evaluation = page.locator(".syn-view", has_text="ROC").last
    slider = evaluation.locator("input[type=range]").first
    before = evaluation.inner_text()
    slider.focus()
    for _ in range(10):
        slider.press("ArrowLeft")
    assert evaluation.inner_text() != before


def test_the_keys_that_save_the_notebook_save_it_from_within_a_view(page: Any) -> None:
    model = "window.jupyterapp.shell.currentWidget.context.model"
    for place in (".syn-view input[type=range]", ".syn-app [role=tab][aria-selected=true]"):
        page.evaluate(f"() => {{ {model}.dirty = true }}")
        # It is saved, and then kept as a checkpoint: JupyterLab saves nothing else before.
        with page.expect_response(_is_checkpoint, timeout=90_000):
            page.locator(place).last.press("Control+s")
        page.wait_for_function(f"() => !{model}.dirty")


def _is_checkpoint(response: Any) -> bool:
    return "/checkpoints" in response.url and response.request.method == "POST"


def test_the_dashboard_answers_and_puts_its_snapshot_away(page: Any) -> None:
    app = page.locator(".syn-app")
    app.locator(".sd-histogram").wait_for()
    assert not page.locator("[data-syn-still]").first.is_visible()
    app.get_by_role("tab", name="What if").click()
    app.get_by_text("ms in the model, without Spark").wait_for()


def test_the_theme_is_followed_live(page: Any) -> None:
    view = page.locator(".syn-view").last
    light = view.evaluate("el => getComputedStyle(el).color")
    command(page, "apputils:change-theme", {"theme": "JupyterLab Dark"})
    page.wait_for_timeout(1500)
    dark = view.evaluate("el => getComputedStyle(el).color")
    command(page, "apputils:change-theme", {"theme": "JupyterLab Light"})
    assert light != dark


def test_nothing_is_fetched_from_elsewhere(page: Any, lab: Any) -> None:
    fetched = page.evaluate("performance.getEntriesByType('resource').map(e => e.name)")
    assert all(f"127.0.0.1:{lab.port}" in address for address in fetched if "://" in address)


def test_a_reopened_notebook_without_trust_still_shows_pictures(
    page: Any, browser: Any, lab: Any
) -> None:
    command(page, "docmanager:save")
    page.wait_for_timeout(4000)
    saved = nbformat.read(lab.folder / "main.ipynb", as_version=4)
    for cell in saved.cells:
        cell.metadata.pop("trusted", None)
    saved.cells[0].source += "  # changed outside, so nothing in it is trusted"
    nbformat.write(saved, lab.folder / "reopened.ipynb")
    again = browser.new_page(viewport={"width": 700, "height": 900})
    again.goto(lab.url("reopened.ipynb"))
    again.locator(".syn-static").first.wait_for(timeout=60_000)
    assert again.locator(".syn-view svg:visible, .syn-view img:visible").count() >= 3
    again.close()
