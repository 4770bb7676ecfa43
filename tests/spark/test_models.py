"""Where a model is written."""

from __future__ import annotations

from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

import pytest
from pyspark.sql import SparkSession

from synapse_magic.spark import models


@pytest.mark.parametrize(
    ("master", "here"),
    [
        ("local[2]", True),
        ("sc://local[2]", True),
        ("sc://localhost:15002", False),
        ("sc://spark.example:15002", False),
        ("spark://local:7077", False),
    ],
)
def test_a_model_is_put_in_place_here_where_workers_see_this_machine_s_files(
    spark: SparkSession, monkeypatch: Any, tmp_path: Path, master: str, here: bool
) -> None:
    """A forwarded port looks like this machine, and the server's own master may be local there."""
    written: list[str] = []

    def write(model: Any, path: str, overwrite: bool, source: str) -> None:
        written.append(path)
        Path(path.removeprefix("file://")).mkdir()

    monkeypatch.setattr(models, "master_of", lambda _: master)
    monkeypatch.setattr(models, "_write", write)
    path = tmp_path / "model"
    models.save_model(object(), str(path))
    assert path.is_dir()
    assert (written == [str(path)]) is not here


@pytest.mark.parametrize(
    ("path", "address"),
    [
        (PureWindowsPath("C:/a b/m"), "file:///C:/a b/m"),
        (PureWindowsPath("C:\\a b\\m"), "file:///C:/a b/m"),
        (PurePosixPath("/a b/m"), "file:///a b/m"),
    ],
)
def test_a_path_is_an_address_that_spark_takes(path: PurePath, address: str) -> None:
    assert models.file_address(path) == address
