from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from synapse_magic import CallsCounted
from synapse_magic.http.call_counts import CallCounts
from synapse_magic.language import line
from synapse_magic.notebook.called_cells import _kept, keep_cell, kept_once_called
from synapse_magic.notebook.cell import Cell
from synapse_magic.spark.events import publish


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


def test_a_cell_that_is_refused_before_its_first_call_does_not_take_the_place_of_another() -> None:
    keep("call texts -o answers")
    refused: Any = SimpleNamespace(cell="%%synapse call texts -o wrong\nreply = Cht()\n")
    with kept_once_called(cell("call texts -o wrong"), refused):
        pass
    assert _kept(cell("call --resume")).command.flags.output == "answers"
    with kept_once_called(cell("call texts -o wrong"), refused):
        publish(CallsCounted(CallCounts(), total=10))
    assert _kept(cell("call --resume")).command.flags.output == "wrong"


def test_a_folder_that_cannot_be_written_to_is_told_and_calls_go_on(folder: Path) -> None:
    (folder / ".synapse_calls").write_text("no folder")
    with pytest.warns(UserWarning, match=r"resume will not find this cell, for .*texts.cell"):
        keep("call texts")
