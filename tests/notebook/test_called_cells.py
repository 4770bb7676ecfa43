from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from synapse_magic.language import line
from synapse_magic.notebook.called_cells import _kept, keep_cell
from synapse_magic.notebook.cell import Cell


def cell(text: str) -> Cell:
    nothing: Any = None
    return Cell(nothing, line.parse(text), None, None, nothing, nothing)


def keep(first: str) -> None:
    program: Any = SimpleNamespace(cell=f"%%synapse {first}\nreply = Chat()\n")
    keep_cell(cell(first), program)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_cell_is_gone_on_with_by_its_own_flags_and_those_of_the_new_line() -> None:
    keep("call texts -o answers -s far -n 3 -q")
    found = _kept(cell("call --resume -n 5 -o others"))
    flags = found.command.flags
    assert (flags.session, flags.quiet, flags.rows, flags.output) == ("far", True, 5, "others")
    assert found.body == "reply = Chat()\n"
    assert _kept(cell("call --resume")).command.flags.output == "answers"
    assert _kept(cell("call --resume -s near")).command.flags.session == "near"


def test_a_folder_that_cannot_be_written_to_is_told_and_calls_go_on(folder: Path) -> None:
    (folder / ".synapse_calls").write_text("no folder")
    with pytest.warns(UserWarning, match=r"resume will not find this cell, for .*texts.cell"):
        keep("call texts")
