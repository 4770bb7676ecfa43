from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

from synapse_magic.notebook.errors import CellError

CELL = "%%synapse balance people -o found\nlabel = income\nsensitive = [education, remote]\n"


@pytest.fixture(autouse=True)
def forgotten(nb: Any) -> None:
    nb.shell.user_ns.pop("found", None)


def test_a_balanced_frame_is_measured_and_shown(nb: Any) -> None:
    html = nb.html(CELL + "positive = '>50K'\nfail_if = [abs(dp) > 0.9, js_dist > 0.9]")
    assert "Data balance" in html
    assert "%synapse code" in html
    assert nb["found"].rows == 3000
    assert nb["found"].positive == "income is '>50K'"
    assert "Data balance" in nb.html("from IPython.display import display\ndisplay(found)")


def test_a_condition_that_holds_fails_the_cell_and_the_view_is_shown(nb: Any) -> None:
    nb.shell.push({"limit": 0.2})
    cell = CELL + "fail_if = abs(dp) > {limit}"
    shown: list[str] = []

    def keep(data: dict[str, str], *_: Any, **__: Any) -> None:
        shown.append(data.get("text/html", ""))

    publish, nb.shell.display_pub.publish = nb.shell.display_pub.publish, keep
    try:
        result = nb.shell.run_cell(cell)
    finally:
        nb.shell.display_pub.publish = publish
    error = result.error_in_exec
    assert isinstance(error, CellError)
    assert str(error).startswith("The data is not balanced: abs(dp) > 0.2 holds for education, ")
    assert "'Doctorate'" in str(error)
    assert len(str(error).splitlines()) == 1
    assert any("Data balance" in html for html in shown)
    assert nb["found"].rows == 3000
    assert "Data balance" in nb.html("from IPython.display import display\ndisplay(found)")
    code = nb.html("%synapse code found")
    assert "fail_if(f&quot;abs(dp) &gt; {limit}&quot;)" in code


def test_the_line_form_and_a_dry_run(nb: Any) -> None:
    found = nb.run("%synapse balance people --label income --sensitive remote")
    assert [own.name for own in found.columns] == ["remote"]
    html = nb.html(CELL.replace("-o found", "--dry-run") + "fail_if = abs(dp) > 0.2")
    assert "fail_if(&quot;abs(dp) &gt; 0.2&quot;)" in html
    assert "Data balance" not in html


def test_quiet_shows_the_error_alone(nb: Any) -> None:
    with pytest.raises(CellError, match="not balanced"):
        nb.run(CELL.replace("-o", "-q -o") + "fail_if = abs(dp) > 0.2")


def test_help_knows_the_verb(nb: Any) -> None:
    html = nb.html("%synapse help balance")
    for option in ("sensitive", "positive", "reference", "fail_if"):
        assert option in html


def test_columns_that_no_one_can_spell_are_balanced(nb: Any) -> None:
    odd = '</script>`it\'s "odd"'
    nb.shell.push({"odd": nb["people"].withColumnRenamed("education", odd), "name": odd})
    found = nb.run("%%synapse balance odd\nlabel = income\nsensitive = {name}")
    assert found.columns[0].name == odd
    assert "<script>window" not in found.html()


def test_papermill_stops_at_an_unbalanced_frame(tmp_path: Path) -> None:
    import nbformat
    import papermill

    cells = [
        "%load_ext synapse_magic\n%synapse start local[2]",
        "import synapse_magic\nspark = synapse_magic.current_session().spark\n"
        "people = synapse_magic.datasets.people(spark, rows=400, seed=1)",
        CELL + "fail_if = abs(dp) > 0.2",
        "raise SystemExit('went on')",
    ]
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(made, tmp_path / "in.ipynb")
    with pytest.raises(papermill.PapermillExecutionError, match=r"not balanced: .*education"):
        papermill.execute_notebook(
            tmp_path / "in.ipynb", tmp_path / "out.ipynb", kernel_name="python3", progress_bar=False
        )
    out = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    html = inspect.cleandoc(str([cell.get("outputs") for cell in out.cells]))
    assert "Data balance" in html
    assert "went on" not in [str(cell.get("outputs")) for cell in out.cells]
