from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from synapse_magic.http import host_file
from synapse_magic.http.shared_pace import SharedPace

NOW = 1000.0


@pytest.fixture
def name() -> str:
    return uuid.uuid4().hex


def test_those_who_were_refused_go_one_after_the_other(name: str) -> None:
    one, two = SharedPace(name, 1.0), SharedPace(name, 1.0)
    for pace in (one, two):
        pace.refused(sent=NOW - 0.1, now=NOW)  # the second was sent before the first was heard
    # One a second, and a twelfth more by then.
    assert [one.reserve(NOW), two.reserve(NOW)] == pytest.approx([1.0, 1.0 + 11 / 12], rel=0.01)


def test_one_who_was_refused_nothing_is_not_held_back(name: str) -> None:
    SharedPace(name).refused(sent=NOW, now=NOW)
    other = SharedPace(name)
    assert other.free
    assert other.reserve(NOW) == 0.0
    assert not other.void(NOW, NOW + 1.0)


def test_a_refusal_of_one_makes_the_place_of_another_void(name: str) -> None:
    one, two = SharedPace(name, 1.0), SharedPace(name, 1.0)
    for pace in (one, two):
        pace.refused(sent=NOW - 0.1, now=NOW)
    two.reserve(NOW + 0.1)
    assert not two.void(NOW + 0.1, NOW + 1.0)
    one.refused(sent=NOW + 0.2, now=NOW + 0.3)
    assert two.void(NOW + 0.1, NOW + 1.0)


def test_what_is_let_in_counts_for_all(name: str) -> None:
    one, two = SharedPace(name, 1.0), SharedPace(name, 1.0)
    for pace in (one, two):
        pace.refused(sent=NOW - 0.1, now=NOW)
    for _ in range(5):
        two.answered(NOW + 0.5)
    two.reserve(NOW + 0.6)  # which tells of them
    one.refused(sent=NOW + 1.0, now=NOW + 1.0)
    # From 1, of which 12 lead anywhere, the rate was 12/11 by then. With three let in before it,
    # the refusal is a single one.
    last, gap = 1 - 0.6 / 12, 1 / (12 / 11 / 1.1 * 0.92)
    assert one.reserve(NOW + 1.0) == pytest.approx(last + gap - 1.0, rel=0.01)


def test_after_a_long_rest_nobody_is_held_back(name: str) -> None:
    pace = SharedPace(name)
    pace.refused(sent=NOW, now=NOW)
    assert not pace.free
    assert pace.reserve(NOW + 60.0) == 0.0
    assert pace.free


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has a folder a user")
@pytest.mark.parametrize("spoil", [lambda folder: folder.chmod(0o770), Path.rmdir])
def test_without_a_file_one_goes_on_alone_and_says_so_once(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / f"synapse-magic-{os.getuid()}"
    folder.mkdir(mode=0o700)
    host_file._folder.cache_clear()
    host_file._folder()
    spoil(folder)
    if folder.exists():
        host_file._folder.cache_clear()
    pace = SharedPace(name, 1.0)
    try:
        with pytest.warns(RuntimeWarning, match=f"the limit of {name} each for itself"):
            pace.refused(sent=NOW, now=NOW)
        assert pace.reserve(NOW) == pytest.approx(1.0)
        assert pace.reserve(NOW + 60.0) == 0.0
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            pace.refused(sent=NOW + 61.0, now=NOW + 61.0)
        assert said == []
        assert pace.reserve(NOW + 61.0) == pytest.approx(1.0)
    finally:
        host_file._folder.cache_clear()


def test_a_pace_of_ones_own_is_changed_but_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError("No space left on device")

    pace = SharedPace(name, 1.0)
    monkeypatch.setattr(os, "write", full)
    with pytest.warns(RuntimeWarning, match="No space left"):
        pace.refused(sent=NOW, now=NOW)
    assert pace.reserve(NOW) == pytest.approx(1.0)
