from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.http import host_file
from synapse_magic.http.host_file import HostNumber

pytestmark = pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has a folder a user")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the folder of the numbers, which is not there yet."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    host_file._folder.cache_clear()
    yield tmp_path / f"synapse-magic-{os.getuid()}"
    host_file._folder.cache_clear()


def bump(value: float) -> float:
    return value + 1


def test_a_number_is_kept_in_a_folder_of_ones_own(folder: Path) -> None:
    assert [HostNumber("a").change(bump) for _ in range(2)] == [1.0, 2.0]
    host_file._folder.cache_clear()
    assert HostNumber("a").change(bump) == 3.0
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_may_change_is_refused(folder: Path, mode: int) -> None:
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(SynapseError, match="that you own and that nobody else may write to"):
        HostNumber("a")


def test_a_link_to_a_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SynapseError, match="must be a folder that you own"):
        HostNumber("a")


def test_a_folder_of_another_user_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(mode=0o700)
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(SynapseError, match="must be a folder that you own"):
        host_file._check_own(folder)


def test_a_number_that_is_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    number = HostNumber("a")
    number.change(bump)
    (link,) = folder.iterdir()
    link.unlink()
    link.symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic"):
        number.change(bump)
    assert not (tmp_path / "precious").exists()


def test_what_is_old_and_cannot_be_removed_is_let_be(folder: Path) -> None:
    stuck = folder / "old.number"
    stuck.mkdir(parents=True)
    folder.chmod(0o700)
    os.utime(stuck, (time.time() - 1e6,) * 2)
    assert HostNumber("a").change(bump) == 1.0
