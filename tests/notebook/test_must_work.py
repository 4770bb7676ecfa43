from __future__ import annotations

from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

TRAIN = "label = income\nfeatures = Featurize(age, hours)\nLightGBMClassifier(numIterations=3)\n"
ODD = ["hours per week", "a.b", 'it\'s "odd"', "größe", "class", "back`tick"]


def odd_frame(nb: Any) -> Any:
    people = nb["people"].select("income", "age", "workclass", "hours").na.drop()
    for index, name in enumerate(ODD):
        people = people.withColumn(name, people["age"] * (index + 1) + people["hours"])
    return people


@pytest.mark.parametrize("name", ODD)
def test_odd_column_names_work_in_our_stages(nb: Any, name: str) -> None:
    nb.shell.push({"odd": odd_frame(nb)})
    nb.run(
        "%%synapse train odd -o model\nlabel = income\n"
        f"features = Featurize({name!r}, age)\nLightGBMClassifier(numIterations=3)"
    )
    assert nb.run("%synapse evaluate model odd -q").rows == nb["odd"].count()


@pytest.mark.parametrize("name", ODD)
def test_odd_column_names_work_in_stages_of_pyspark(nb: Any, name: str) -> None:
    nb.shell.push({"odd": odd_frame(nb)})
    nb.run(
        "%%synapse train odd -o model\nlabel = income\n"
        f"features = VectorAssembler({name!r}, age)\nLogisticRegression(maxIter=2)"
    )
    assert nb["model"] is not None


def test_the_same_cell_runs_twice(nb: Any) -> None:
    first = nb.run("%%synapse train people -o model\nsplit = [0.8, 0.2]\n" + TRAIN)
    second = nb.run("%%synapse train people -o model\nsplit = [0.8, 0.2]\n" + TRAIN)
    assert first is not second
    assert first.stages[-1].getNativeModel() == second.stages[-1].getNativeModel()


def test_the_magic_is_called_by_run_cell_magic(nb: Any) -> None:
    nb.run(f"get_ipython().run_cell_magic('synapse', 'train people -o model', {TRAIN!r})")
    nb.run("x = get_ipython().run_line_magic('synapse', 'evaluate model people')")
    assert nb["x"].rows == 3000


def test_the_magic_sees_the_variables_of_a_function(nb: Any) -> None:
    nb.run(
        "def inside(frame):\n"
        "    iterations = 4\n"
        "    body = 'label = income\\nfeatures = Featurize(age)\\n'\n"
        "    body += 'LightGBMClassifier(numIterations={iterations})'\n"
        "    return get_ipython().run_cell_magic('synapse', 'train frame', body)\n"
        "x = inside(people)"
    )
    assert nb["x"].stages[-1].getBoosterNumTotalIterations() == 4


def test_the_magic_works_under_time(nb: Any) -> None:
    nb.run("%%time\nx = %synapse profile people")
    assert nb["x"].rows == 3000


def test_a_frame_of_2000_columns_trains(nb: Any, spark: Any) -> None:
    from pyspark.sql import functions as F

    names = [f"c{i}" for i in range(2000)]
    noise = [(F.xxhash64("id", F.lit(i)) % 100).cast("float").alias(n) for i, n in enumerate(names)]
    wide = spark.range(300).select(*noise).withColumn("label", (F.col("c7") > 0).cast("int"))
    nb.shell.push({"wide": wide, "names": names})
    nb.run(
        "%%synapse train wide -o model\nlabel = label\n"
        "LightGBMClassifier(inputCols={names}, numIterations=3, minDataInLeaf=5)"
    )
    assert len(nb["model"].stages[-1].featureNames) == 2000


def notebook_file(folder: Path, *cells: str) -> Path:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    path = folder / "notebook.ipynb"
    nbformat.write(made, path)
    return path


CELLS = (
    "%load_ext synapse_magic\n%synapse start local[2]",
    "import synapse_magic\nspark = synapse_magic.current_session().spark\n"
    "people = synapse_magic.datasets.people(spark, rows=400, seed=1)",
    "%%synapse train people -o model\n" + TRAIN,
)


def test_nbclient_runs_a_notebook_and_keeps_result_and_footer(tmp_path: Path) -> None:
    made = nbformat.read(notebook_file(tmp_path, *CELLS), as_version=4)
    nbclient.NotebookClient(made, timeout=300).execute()
    html = "".join(o.get("data", {}).get("text/html", "") for o in made.cells[-1].outputs)
    assert "Fitted model" in html
    assert "%synapse code" in html


def test_papermill_fails_when_a_cell_fails(tmp_path: Path) -> None:
    import papermill

    path = notebook_file(tmp_path, *CELLS[:2], "%synapse show peeple")
    with pytest.raises(papermill.PapermillExecutionError, match="Did you mean 'people'"):
        papermill.execute_notebook(
            path, tmp_path / "out.ipynb", kernel_name="python3", progress_bar=False
        )
