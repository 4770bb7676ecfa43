from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

TRAIN = """%%synapse train people -o model
split    = [0.8, 0.2]
label    = income
features = Featurize(age, workclass, education, hours)
LightGBMClassifier(numLeaves={leaves}, numIterations=20)
"""


@pytest.fixture
def trained(nb: Any) -> Any:
    nb.run(TRAIN)
    return nb


def test_train_gives_a_fitted_pipeline_in_the_output_variable(nb: Any) -> None:
    assert nb.run(TRAIN) is nb["model"]
    names = [type(stage).__name__ for stage in nb["model"].stages]
    assert names == ["StringIndexerModel", "FeaturizeModel", "LightGBMClassificationModel"]
    assert nb["model"].stages[-1].getNumLeaves() == 7


def test_evaluate_defaults_to_the_rows_that_were_held_out(trained: Any) -> None:
    found = trained.run("%synapse evaluate model")
    assert found.task == "binary"
    assert found.classes == ("<=50K", ">50K")
    assert 450 < found.rows < 750
    assert found.metrics["AUC"] > 0.75


def test_evaluate_takes_a_frame(trained: Any) -> None:
    assert trained.run("%synapse evaluate model people").rows == 3000


def test_explain_adds_up_and_names_columns_and_classes(trained: Any) -> None:
    found = trained.run("why = %synapse explain model -n 50\nwhy")
    assert found.values.shape == (50, 4, 1)
    assert found.names == ("age", "workclass", "education", "hours")
    assert found.outputs == (">50K",)
    assert abs(found.values.sum(1) + found.base - found.prediction).max() < 1e-9
    assert found.companion.method == "lime"


def test_score_adds_the_prediction_columns(trained: Any) -> None:
    scored = trained.run("scored = %synapse score people model\nscored")
    assert {"prediction", "probability"} <= set(scored.columns)
    assert scored.count() == 3000


def test_code_is_the_program_that_ran_and_runs_as_a_script(trained: Any, tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    trained.run(f"%synapse code model --code {script}")
    text = script.read_text()
    assert "def run(spark, people, *, leaves):" in text
    assert "StringIndexer(" in text
    assert "LightGBMClassifier(" in text


def test_new_columns_come_first_where_a_scored_frame_is_wide(trained: Any) -> None:
    heads = re.findall(r'<th scope="col">([^<]+)<', trained.html("%synapse score people model"))
    assert heads.index("prediction") < heads.index("age")
    assert len(heads) == len(trained.run("%synapse score people model").columns) > 8
    trained.shell.user_ns["narrow"] = trained["people"].select("age", "hours").dropna().limit(5)
    steps = "%%synapse score narrow\nboth = VectorAssembler(age, hours)"
    assert re.findall(r'<th scope="col">([^<]+)<', trained.html(steps)) == ["age", "hours", "both"]


def test_saved_model_loads_and_scores_the_same(trained: Any, tmp_path: Path) -> None:
    trained.run(f"%synapse save model {tmp_path / 'saved'}")
    trained.run(f"m = %synapse load {tmp_path / 'saved'}")
    ours, theirs = (
        trained[name].transform(trained["people"]).select("probability").collect()
        for name in ("model", "m")
    )
    assert ours == theirs


def test_a_saved_model_keeps_the_code_that_made_it(trained: Any, tmp_path: Path) -> None:
    from synapse_magic import load_source

    trained.run(f"%synapse save model {tmp_path / 'saved'}")
    assert "def run(spark, people" in load_source(str(tmp_path / "saved"))


def test_an_existing_path_is_not_overwritten_unless_asked(trained: Any, tmp_path: Path) -> None:
    trained.run(f"%synapse save model {tmp_path / 'saved'}")
    with pytest.raises(Exception, match="exists already"):
        trained.run(f"%synapse save model {tmp_path / 'saved'}")
    trained.run(f"%%synapse save model {tmp_path / 'saved'}\noverwrite = True")


def test_a_loaded_model_asks_for_a_frame_to_evaluate(trained: Any, tmp_path: Path) -> None:
    trained.run(f"%synapse save model {tmp_path / 'saved'}")
    trained.run(f"m = %synapse load {tmp_path / 'saved'}")
    with pytest.raises(Exception, match=r"which rows were held out.*%synapse evaluate MODEL FRAME"):
        trained.run("%synapse evaluate m")
    assert trained.run("%synapse evaluate m people").rows == 3000


def test_the_footer_says_time_and_where_the_code_is(nb: Any) -> None:
    assert "code: %synapse code" in nb.html("%synapse profile people")


def test_show_says_how_many_rows_it_shows(nb: Any) -> None:
    page = nb.run("%synapse show people -n 7")
    assert len(page.rows) == 7
    assert "first 7" in page._repr_html_()


def test_profile_has_every_column(nb: Any) -> None:
    found = nb.run("%synapse profile people")
    assert [column.name for column in found.columns] == nb["people"].columns


def test_sql_reads_frames_and_values_by_name(nb: Any) -> None:
    nb.shell.push({"limit": 60})
    nb.run("%%synapse sql -o x\nSELECT count(*) AS n FROM {people} WHERE age > {limit}")
    assert nb["x"].first()["n"] == nb["people"].filter("age > 60").count()


def test_load_reads_files_by_their_extension(nb: Any, tmp_path: Path) -> None:
    file = tmp_path / "data.csv"
    file.write_text("a,b\n1,x\n2,y\n")
    nb.run(f"x = %synapse load {file}")
    assert nb["x"].count() == 2
    assert nb["x"].dtypes[0] == ("a", "int")


def test_status_lists_the_session(nb: Any) -> None:
    assert "local[2]" in nb.html("%synapse status")


@pytest.mark.parametrize("topic", ["", "train", "LightGBMClassifier"])
def test_help_explains(nb: Any, topic: str) -> None:
    html = nb.html(f"%synapse help {topic}")
    assert {"": "evaluate", "train": "split", "LightGBMClassifier": "numLeaves"}[topic] in html


def test_a_result_is_shown_once(trained: Any) -> None:
    _, captured = trained.output("%synapse evaluate model")
    shown = [o for o in captured.outputs if "Confusion" in o.data.get("text/html", "")]
    assert len(shown) == 1
    assert "_ipython_display_" not in vars(trained.shell.user_ns["_"])


def test_quiet_shows_nothing(trained: Any) -> None:
    _, captured = trained.output("x = %synapse evaluate model -q")
    assert captured.outputs == []
    assert captured.stdout == ""


def test_dry_run_shows_the_code_and_trains_nothing(nb: Any) -> None:
    html = nb.html(TRAIN.replace("-o model", "-o model --dry-run"))
    assert "Pipeline" in html
    assert "model" not in nb.shell.user_ns
