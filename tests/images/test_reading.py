from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pictures import BGR, BROKEN, RGB, rotated, saved
from pyspark.sql import SparkSession

from synapse_magic import SynapseError, read_images


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "a.png").write_bytes(saved(RGB, "PNG"))
    (folder / "broken one.jpg").write_bytes(BROKEN["half a JPEG"])
    (folder / "inner").mkdir()
    (folder / "inner" / "b.jpg").write_bytes(rotated("JPEG", 6))
    return folder


def names(frame) -> list[str]:  # type: ignore[no-untyped-def]
    return sorted(row.path.rpartition("/")[2] for row in frame.select("path").collect())


def test_files_become_images(spark: SparkSession, folder: Path) -> None:
    images = read_images(folder)
    assert images.columns == ["path", "image", "error"]
    rows = {row.path.rpartition("/")[2]: row for row in images.collect()}
    whole = rows["a.png"]
    assert (whole.image.height, whole.image.width, whole.image.nChannels) == (16, 32, 3)
    assert bytes(whole.image.data) == BGR.tobytes()
    assert whole.image.origin == whole.path
    assert whole.error is None
    (broken,) = (row for name, row in rows.items() if name != "a.png")
    assert broken.image is None
    assert broken.error == "the JPEG image is broken or cut off"


def test_folders_inside_are_read_when_asked_for(spark: SparkSession, folder: Path) -> None:
    images = read_images(str(folder), recursive=True, glob="*.jpg", spark=spark)
    turned = images.where("path like '%b.jpg'").first()
    assert images.count() == 2
    assert (turned.image.height, turned.image.width) == (32, 16)


def test_broken_files_are_left_out_when_asked_for(spark: SparkSession, folder: Path) -> None:
    assert names(read_images(folder, dropInvalid=True)) == ["a.png"]


def test_several_places_and_patterns_are_read(spark: SparkSession, folder: Path) -> None:
    assert names(read_images([folder / "a.png", folder / "inner"])) == ["a.png", "b.jpg"]
    assert names(read_images(f"{folder}/*.png")) == ["a.png"]


def test_an_empty_folder_has_no_images(spark: SparkSession, tmp_path: Path) -> None:
    assert read_images(tmp_path).collect() == []


def test_a_place_that_is_not_there_is_told(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(SynapseError, match=r"no images to read: .*nowhere"):
        read_images(tmp_path / "nowhere")


@pytest.mark.parametrize("path", [None, 5, [], [None], "", ["photos", 5]])
def test_what_is_no_path_is_told(spark: SparkSession, path: Any) -> None:
    with pytest.raises(
        SynapseError, match=r"needs paths of files or folders, got (None|5|none|'')"
    ):
        read_images(path)


def test_a_pattern_that_matches_nothing_is_told(spark: SparkSession, folder: Path) -> None:
    with pytest.raises(SynapseError, match=r"nothing in .*photos.* has a name like '\*.gif'"):
        read_images(folder, glob="*.gif")
    with pytest.raises(SynapseError, match=r"no images to read: .*gif"):
        read_images(f"{folder}/*.gif")
