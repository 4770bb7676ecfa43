from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import functions as F

from synapse_magic.notebook.errors import CellError

HEAD = "%%synapse train people -o model\n"
BODY = "label = income\nfeatures = Featurize(age, hours)\nLightGBMClassifier(numIterations=3)\n"

CELLS = {
    "unknown verb": ("%synapse trian people", r"no verb 'trian'. Did you mean 'train'\?"),
    "unknown stage": (
        HEAD + "label = income\nfeatures = Featurise(age)\nLightGBMClassifier()",
        r"Featurise.*Did you mean 'Featurize'\?",
    ),
    "unknown option": (HEAD + "lable = income\n" + BODY, r"lable.*Did you mean 'label'\?"),
    "unknown stage option": (
        HEAD + BODY.replace("numIterations", "numIteration"),
        r"numIteration.*Did you mean 'numIterations'\?",
    ),
    "unknown column": (HEAD + BODY.replace("hours", "huors"), r"huors.*Did you mean 'hours'\?"),
    "unknown flag": ("%synapse show people --row 3", r"flag '--row'"),
    "wrong type": (
        HEAD + BODY.replace("=3", "='many'"),
        r"numIterations.*must be an integer.*got 'many'",
    ),
    "out of range": (
        HEAD + BODY.replace("numIterations=3", "numLeaves=1"),
        r"numLeaves.*at least 2.*got 1",
    ),
    "text where numbers are needed": (
        HEAD + "label = income\nLightGBMClassifier(inputCols=[age, about])",
        r"'about' holds text.*Expected numbers.*Featurize",
    ),
    "not Python": (HEAD + "label = income\nfeatures = Featurize(age,, hours)", r"line 3|\^"),
    "undefined variable": (
        HEAD + BODY.replace("=3", "={itres}"),
        r"itres",
    ),
    "path that does not exist": ("x = %synapse load nowhere/at/all.csv", r"nowhere/at/all.csv"),
    "too many workers": (
        HEAD + BODY.replace("numIterations=3", "numTasks=64"),
        r"numTasks is 64, but only 2 tasks run at once",
    ),
}


@pytest.mark.parametrize(("cell", "message"), CELLS.values(), ids=CELLS)
def test_is_one_clear_error_and_nothing_is_lost(nb: Any, cell: str, message: str) -> None:
    nb.shell.push({"model": "what was there"})
    with pytest.raises(CellError, match=message) as raised:
        nb.run(cell)
    assert nb["model"] == "what was there"
    assert "Traceback" not in str(raised.value)
    assert len(str(raised.value).splitlines()) <= 4


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("one class", "'same'", r"'income' is 'same' in every row"),
        ("nulls", "case when age > 30 then income end", r"'income' is null or NaN in \d+ rows"),
    ],
)
def test_a_label_that_cannot_be_learned_is_refused(
    nb: Any, name: str, change: str, message: str
) -> None:
    nb.shell.push({"people": nb["people"].withColumn("income", F.expr(change))})
    with pytest.raises(CellError, match=message):
        nb.run(HEAD + BODY)
    assert "model" not in nb.shell.user_ns


def test_no_rows_are_refused(nb: Any) -> None:
    nb.shell.push({"people": nb["people"].limit(0)})
    with pytest.raises(CellError, match=r"no rows|holds no row"):
        nb.run(HEAD + BODY)


def test_columns_that_differ_only_in_case_are_refused(nb: Any) -> None:
    nb.shell.push({"people": nb["people"].withColumnRenamed("hours", "AGE")})
    with pytest.raises(CellError, match=r"'age'.*'AGE'|differ only in case"):
        nb.run(HEAD + "label = income\nfeatures = Featurize(age)\nLightGBMClassifier()")


def test_columns_of_one_name_are_refused(nb: Any) -> None:
    people = nb["people"]
    nb.shell.push({"people": people.select("*", F.col("age").alias("age"))})
    with pytest.raises(CellError, match=r"age"):
        nb.run(HEAD + BODY)


def test_a_string_label_given_from_python_names_the_indexer(nb: Any) -> None:
    from synapse_magic import LightGBMClassifier, SynapseError

    estimator = LightGBMClassifier(inputCols=["age", "hours"], labelCol="income")
    with pytest.raises(SynapseError, match=r"income.*text.*StringIndexer"):
        estimator.fit(nb["people"])


def test_a_path_that_holds_something_else_is_refused(nb: Any, tmp_path: Path) -> None:
    (tmp_path / "folder" / "metadata").mkdir(parents=True)
    (tmp_path / "folder" / "metadata" / "part-0").write_text("no model\n")
    with pytest.raises(CellError, match=r"no saved model"):
        nb.run(f"x = %synapse load {tmp_path / 'folder'}")


def test_a_saved_model_cut_in_half_is_refused(nb: Any, tmp_path: Path) -> None:
    nb.run(HEAD + BODY)
    nb.run(f"%synapse save model {tmp_path / 'saved'}")
    stages = sorted((tmp_path / "saved" / "stages").iterdir())
    shutil.rmtree(stages[-1] / "attachments")
    with pytest.raises(CellError, match=r"not complete"):
        nb.run(f"x = %synapse load {tmp_path / 'saved'}")
    assert "x" not in nb.shell.user_ns


def test_the_full_story_is_in_the_cells_that_follow(nb: Any) -> None:
    with pytest.raises(CellError) as raised:
        nb.run("%synapse evaluate nothing")
    nb.run("1 + 1")
    story = "\n".join(raised.value._render_traceback_())
    assert "Traceback (most recent call last)" in story
    assert "There is no model 'nothing'" in story
