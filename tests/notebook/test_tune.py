from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

TUNE = """%%synapse tune people -o model
split    = [0.8, 0.2]
label    = income
metric   = 'AUC'
trials   = 3
folds    = 1
features = Featurize(age, workclass, education, hours)
LightGBMClassifier(numLeaves=Range(3, {leaves}), learningRate=Range(0.05, 0.3), numIterations=10)
"""


@pytest.fixture(scope="module")
def tuned(notebook: Any, people: Any) -> Any:
    """Give the notebook after a search, and what the cell showed."""
    notebook.shell.push({"people": people, "leaves": 15})
    return notebook, notebook.html(TUNE)


def test_the_cell_shows_the_trials_and_the_model(tuned: Any) -> None:
    nb, html = tuned
    assert html.count("Leaderboard") >= 1
    assert "AUC by param" in html
    assert "LightGBMClassificationModel" in html
    board = nb["model"].leaderboard
    assert [trial.state for trial in board.trials] == ["done"] * 3
    assert set(board.trials[0].params) == {"numLeaves", "learningRate"}


def test_the_result_evaluates_explains_and_scores_as_a_trained_model(tuned: Any) -> None:
    nb, _ = tuned
    found = nb.run("%synapse evaluate model")
    assert found.classes == ("<=50K", ">50K")
    assert 450 < found.rows < 750
    why = nb.run("why = %synapse explain model -n 20\nwhy")
    assert why.names == ("age", "workclass", "education", "hours")
    assert nb.run("s = %synapse score people model\ns").count() == 3000


def test_it_is_saved_with_its_trials_and_its_code(tuned: Any, tmp_path: Path) -> None:
    nb, _ = tuned
    nb.run(f"%synapse save model {tmp_path / 'saved'}")
    nb.run(f"m = %synapse load {tmp_path / 'saved'}")
    assert nb["m"].leaderboard.trials == nb["model"].leaderboard.trials
    nb.run(f"%synapse code model --code {tmp_path / 'tune.py'}")
    text = (tmp_path / "tune.py").read_text()
    assert "TuneHyperparameters(" in text
    assert "light_gbm_classifier.numLeaves: Range(3, leaves)" in text


def test_the_leaderboard_grows_while_the_search_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    from synapse_magic import Leaderboard
    from synapse_magic.notebook import progress
    from synapse_magic.notebook.search_progress import SearchProgress
    from synapse_magic.results.leaderboard import Trial

    class Shown:
        def __init__(self) -> None:
            self.texts: list[str] = []
            self.html: list[str] = []

        def show(self, text: str, html: str) -> None:
            self.texts.append(text)
            self.html.append(html)

        finish = show

    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "SHORTEST_UPDATE", 0.0)
    line: Any = Shown()
    live = SearchProgress(line, "tune people")
    done = Trial(1, "LightGBMClassifier", {"numLeaves": 7}, "done", 0.8)
    time.sleep(0.01)
    live.board(Leaderboard("AUC", True, "random", 3, (done, Trial(2, "LightGBMClassifier", {}))))
    assert "1 of 3 trials, best AUC 0.8000 with numLeaves=7" in line.texts[-1]
    assert "Leaderboard" in line.html[-1]
    assert 'aria-valuenow="1"' in line.html[-1]
    live.end()
    assert line.texts[-1] == "tune people"
    cancelled = Trial(2, "LightGBMClassifier", {}, "cancelled")
    interrupted = SearchProgress(line, "tune people")
    interrupted.board(Leaderboard("AUC", True, "random", 3, (done, cancelled)))
    interrupted.end()
    assert "1 of 3 trials, cancelled, best AUC 0.8000" in line.texts[-1]
    assert "Leaderboard" in line.html[-1]
