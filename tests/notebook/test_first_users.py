"""What people met who used the product for the first time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import functions as F

from synapse_magic.notebook.errors import CellError

TRAIN = "%%synapse train people -o model\nsplit = [0.8, 0.2]\nlabel = income\n"


def test_numbers_that_a_step_indexes_are_evaluated_as_those_numbers(nb: Any) -> None:
    sign = F.when(F.col("age") > 30, 1).otherwise(-1).alias("sign")
    signs = nb["people"].select("age", "hours", sign)
    nb.shell.push({"signs": signs.na.drop()})
    nb.run(
        "%%synapse train signs -o model\nlabel = y\ny = StringIndexer(sign)\n"
        "LightGBMClassifier(age, hours)"
    )
    found = nb.run("%synapse evaluate model signs -q")
    assert found.metrics["accuracy"] > 0.99
    assert found.metrics["AUC"] > 0.99
    assert set(found.classes) == {"-1", "1"}


@pytest.mark.parametrize("name", ["with space", "modèle", "a%20b", "it's", "a#b"])
def test_a_model_is_saved_under_any_name(nb: Any, tmp_path: Path, name: str) -> None:
    nb.run(TRAIN + "features = Featurize(age)\nLightGBMClassifier(numIterations=2)")
    nb.run(f'%synapse save model "{tmp_path / name}"')
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    nb.run(f'm = %synapse load "{tmp_path / name}"')
    assert nb["m"].uid == nb["model"].uid


def test_long_text_is_shown_at_once(nb: Any) -> None:
    wide = nb["people"].limit(20).withColumn("long", F.expr("repeat('long text ', 50000)"))
    nb.shell.push({"wide": wide})
    assert "long" in nb.html("%synapse profile wide")


def test_reloading_the_extension_forgets_no_model(nb: Any) -> None:
    nb.run(TRAIN + "features = Featurize(age)\nLightGBMClassifier(numIterations=2)")
    nb.run("%reload_ext synapse_magic")
    assert nb.run("%synapse evaluate model -q").task == "binary"


def test_the_label_among_the_features_is_refused(nb: Any) -> None:
    with pytest.raises(CellError, match=r"income is the label and stands among the features"):
        nb.run(TRAIN + "features = Featurize(age, income)\nLightGBMClassifier()")


def test_classes_that_do_not_begin_at_zero_name_the_indexer(nb: Any) -> None:
    nb.shell.push(
        {"grades": nb["people"].select("age", (F.col("hours") % 3 + 5).alias("grade")).na.drop()}
    )
    with pytest.raises(CellError, match=r"holds 5 to 7. Expected 0, 1, 2.*StringIndexer"):
        nb.run("%%synapse train grades\nlabel = grade\nLightGBMClassifier(age)")


def test_pandas_frames_are_no_models(nb: Any) -> None:
    nb.shell.push({"table": nb["people"].limit(3).toPandas()})
    with pytest.raises(CellError) as raised:
        nb.run("%synapse evaluate nothing people")
    assert "table" not in str(raised.value)


def test_a_keyword_is_no_output_name(nb: Any) -> None:
    with pytest.raises(CellError, match="-o must name a Python variable, got 'for'"):
        nb.run("%synapse profile people -o for")


def test_rows_are_shown_in_plain_text_too(nb: Any) -> None:
    text = repr(nb.run("%synapse show people -n 3"))
    assert "workclass" in text
    assert "first 3 of more" in text


def test_a_regression_on_one_row_trains(nb: Any) -> None:
    one = nb["people"].select("age", "hours").na.drop().limit(1)
    nb.shell.push({"one": one})
    nb.run("%%synapse train one -o model\nlabel = hours\nLightGBMRegressor(age, numIterations=2)")
    assert nb["model"].transform(one).count() == 1


def test_files_of_another_format_say_which_to_try(nb: Any, tmp_path: Path) -> None:
    (tmp_path / "data.txt2").write_text("a,b\n1,2\n")
    with pytest.raises(CellError, match=r'format = "csv"'):
        nb.run(f"x = %synapse load {tmp_path / 'data.txt2'}")


def test_a_cell_that_is_quiet_returns_what_it_made_and_shows_nothing(nb: Any) -> None:
    _, captured = nb.output("%synapse profile people -q")
    assert captured.outputs == []
    assert "Profile" not in captured.stdout
