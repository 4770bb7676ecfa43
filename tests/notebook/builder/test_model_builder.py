from __future__ import annotations

import time
from typing import Any

import pytest

from synapse_magic import ModelBuilder, SynapseError
from synapse_magic.notebook.builder.app import BuilderApp

CELL = """%%synapse train people -o built
label    = income
split    = [0.8, 0.2]
features = Featurize(age, hours, education)
LightGBMClassifier(numIterations=5, numLeaves={leaves})
"""


def test_it_runs_without_a_browser_and_prints_its_steps(
    nb: Any, people: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    builder = ModelBuilder(people, cell=CELL)
    assert builder.frame == "people"
    model = builder.run(split=0.75)
    told = capsys.readouterr().out
    assert " 3  Split      75% to train on" in told
    assert "split    = [0.75, 0.25]" in told
    assert "Evaluation (binary)" in told
    assert nb["built"] is model is builder.model
    assert nb.run("%synapse evaluate built").rows == builder.runs[0].evaluation.rows
    _, code = nb.output("%synapse code built")
    assert "LightGBMClassifier(" in code.outputs[0].data["text/plain"]


def test_a_search_is_stopped_from_another_thread_and_the_next_run_works(
    nb: Any, people: Any
) -> None:
    builder = ModelBuilder(people, cell=CELL)
    step = builder.cell.form.algorithms[0].index
    builder.change("param", step=step, name="numLeaves", mode="range", low=3, high=31)
    builder.change("option", name="trials", text="500").change("option", name="folds", text="1")
    run = builder.start(lambda _: None)
    _wait(lambda: run.board is not None and run.board.finished > 0)
    with pytest.raises(SynapseError, match="goes on already"):
        builder.start(lambda _: None)
    assert builder.stop()
    _wait(lambda: run.state != "running")
    assert run.state == "stopped"
    assert 0 < run.board.finished < 500
    builder.change("option", name="trials", text="1")
    again = builder.start(lambda _: None)
    _wait(lambda: again.state != "running")
    assert (again.state, again.error) == ("done", "")
    assert again.evaluation.rows > 0


def _wait(ready: Any, seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.1)


def test_the_form_opens_again_as_it_was(nb: Any, people: Any) -> None:
    builder = ModelBuilder(people, cell=CELL)
    BuilderApp(builder).answer("click", {"change": {"op": "split", "train": 0.6}})
    opened = BuilderApp(builder).answer("open", {})
    assert opened["form"]["split"]["train"] == 0.6
    assert "[0.6, 0.4]" in opened["text"]
    assert "0.6" in BuilderApp(builder).still()


def test_a_program_that_fails_tells_why(nb: Any, people: Any) -> None:
    builder = ModelBuilder(people.where("age < 0"), cell=CELL, name="people")
    run = builder.start(lambda _: None)
    _wait(lambda: run.state != "running" and bool(run.error))
    assert run.state == "failed"
    assert "no rows" in run.error


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(SynapseError, match="Spark DataFrame"):
        ModelBuilder([1, 2])


def test_the_verb_shows_the_steps_and_keeps_the_builder(nb: Any) -> None:
    html = nb.html("%synapse build people -o builder")
    assert "Model builder of people" in html
    assert "%%synapse train people -o model" in html
    assert nb["builder"].frame == "people"
