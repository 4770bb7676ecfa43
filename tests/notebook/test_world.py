from __future__ import annotations

from pathlib import Path

import pytest

from synapse_magic.notebook.world import path_kind


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.csv", "data"),
        ("*.csv", "data"),
        ("?.csv", "data"),
        ("{a,b}.csv", "data"),
        ("*.parquet", "missing"),
        ("b.csv", "missing"),
        ("model", "model"),
        ("", "data"),
    ],
)
def test_what_is_at_a_path_or_pattern(path: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    (tmp_path / "model" / "metadata").mkdir(parents=True)
    assert path_kind(f"{tmp_path}/{path}") == kind
    assert path_kind(f"file://{tmp_path}/{path}") == kind


def test_other_file_systems_are_left_to_spark() -> None:
    assert path_kind("s3a://bucket/*.csv") is None
