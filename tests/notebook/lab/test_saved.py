"""Saved models that the panel lists, from folders as Spark writes them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from synapse_magic import SynapseError
from synapse_magic.notebook.lab.saved import listed
from synapse_magic.notebook.memory import SavedAt


def save(folder: Path, told: dict[str, Any] | str) -> None:
    """Write a folder as Spark writes the metadata of a model."""
    (folder / "metadata").mkdir(parents=True)
    text = told if isinstance(told, str) else json.dumps(told)
    (folder / "metadata" / "part-00000").write_text(text)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_models_are_found_below_the_folder_newest_first_with_their_kind(here: Path) -> None:
    save(here / "models" / "old", {"class": "org.apache.spark.ml.PipelineModel", "timestamp": 1e12})
    trees = here / "models" / "old" / "stages"
    save(trees / "10_b", {"class": "synapse_magic.LightGBMClassifierModel"})
    save(trees / "9_a", {"class": "org.apache.spark.ml.feature.StringIndexerModel"})
    trials = [{"metric": 0.75}, {"metric": None}, {"metric": 0.9123456}]
    board = {"metric": "AUC", "larger": True, "trials": trials}
    best = {
        "class": "x.Tuned",
        "timestamp": 2e12,
        "state": {"leaderboard": board},
    }
    save(here / "best <b>", best)
    assert listed("", {})["models"] == [
        {"path": "best <b>", "kind": "Tuned", "saved": 2e9, "metric": "AUC 0.9123"},
        {"path": "models/old", "kind": "LightGBMClassifierModel", "saved": 1e9, "metric": ""},
    ]  # fmt: skip
    assert listed("models", {})["folder"] == str(here / "models")


def test_what_only_looks_like_a_model_is_passed_over(here: Path) -> None:
    save(here / "broken", "{")
    save(here / "list", "[1]")
    save(here / ".partial", {"class": "A"})
    save(here / "a" / "b" / "too deep", {"class": "A"})
    (here / "link").symlink_to(here)
    (here / "metadata.txt").write_text("none")
    assert listed("", {})["models"] == []


@pytest.mark.parametrize("refused", ["shut", "shut/metadata", "shut/metadata/part-00000"])
def test_one_that_may_not_be_read_does_not_hide_the_others(
    here: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    save(here / "shut", {"class": "A"})
    save(here / "there", {"class": "B", "timestamp": 1000})
    real = {name: getattr(os, name) for name in ("stat", "scandir")}

    def refusing(name: str) -> Any:
        def call(path: Any, *given: Any, **named: Any) -> Any:
            if str(path).endswith(f"/{refused}") or str(path) == refused:
                raise PermissionError(13, "Permission denied")
            return real[name](path, *given, **named)

        return call

    for name in real:
        monkeypatch.setattr(os, name, refusing(name))
    saved = {str(here / "shut"): SavedAt(1.0, here / "shut")}
    assert [one["path"] for one in listed("", saved)["models"]] == ["there"]


def test_what_was_saved_elsewhere_is_told_and_what_is_gone_is_not(
    here: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other") / "model"
    save(other, {"class": "A", "timestamp": 3000})
    saved = {
        f"file://{other}": SavedAt(1.0, other),
        "gone": SavedAt(2.0, here / "gone"),
        "s3a://bucket/model": SavedAt(9.0, None),
        "on/a/cluster": SavedAt(8.0, None),  # without a scheme it is on the cluster's own
    }
    assert [(m["path"], m["saved"]) for m in listed("", saved)["models"]] == [
        ("s3a://bucket/model", 9.0), ("on/a/cluster", 8.0), (str(other), 3.0),
    ]  # fmt: skip
    with pytest.raises(SynapseError, match="no folder 'nowhere'"):
        listed("nowhere", {})
