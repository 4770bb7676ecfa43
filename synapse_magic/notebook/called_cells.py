"""The cells of ``call`` beside their journals, so that a new kernel can go on with one."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from synapse_magic import SynapseError
from synapse_magic.language import line
from synapse_magic.language.program import Program
from synapse_magic.language.verbs.call import FOLDER
from synapse_magic.notebook.cell import Cell

_SUFFIX = ".cell"


def run(cell: Cell) -> Any:
    """Run a cell of ``call``; with ``--resume`` alone, the one that ran last."""
    from synapse_magic.notebook.program_verbs import run_program

    resumes = cell.command.options.get("resume") == "True" and not (cell.body or "").strip()
    return run_program(_kept(cell) if resumes else cell)


@contextlib.contextmanager
def kept_once_called(cell: Cell, program: Program) -> Iterator[None]:
    """Keep the text of a cell when its calls begin: what is refused before them is no call."""
    from synapse_magic import CallsCounted, listen

    kept = False

    def begun(_: object) -> None:
        nonlocal kept
        if not kept:
            kept = True
            keep_cell(cell, program)

    with listen(begun, CallsCounted):
        yield


def keep_cell(cell: Cell, program: Program) -> None:
    """Keep the text of a cell, which holds no secret: its program would not have been made."""
    place = Path(FOLDER) / f"{_name(cell)}{_SUFFIX}"
    try:
        place.parent.mkdir(exist_ok=True)
        place.write_text(program.cell, encoding="utf-8")
    except OSError as error:  # it may be called all the same, with a journal elsewhere or none
        warnings.warn(
            f"%synapse call --resume will not find this cell, for {place.absolute()} cannot be "
            f"written: {error.strerror or error}. Try: %cd to a folder that you may write to",
            stacklevel=2,
        )


def _kept(cell: Cell) -> Cell:
    """Return the cell that ran last, of the frame on the line where there is one."""
    others = [name for name in cell.command.options if name != "resume"]
    if others:
        raise SynapseError(
            f"--resume goes on with a cell as it was, and takes no {others[0]}. Try: change the "
            "cell and run it; what was answered is found again"
        )
    pattern = f"{_name(cell)}{_SUFFIX}" if cell.command.args else f"*{_SUFFIX}"
    found = sorted(Path(FOLDER).glob(pattern), key=lambda place: place.stat().st_mtime)
    if not found:
        raise SynapseError(
            f"There is no call to go on with in {Path(FOLDER).absolute()}. "
            "Try: %%synapse call people, with the steps below"
        )
    text = found[-1].read_text(encoding="utf-8").removeprefix("%%synapse ")
    first, _, body = text.partition("\n")
    command = line.parse(first)
    given = {name: value for name, value in vars(cell.command.flags).items() if value}
    flags = replace(command.flags, **given)
    return replace(cell, command=replace(command, flags=flags), body=body)


def _name(cell: Cell) -> str:
    first = cell.command.args[0] if cell.command.args else "frame"
    return re.sub(r"\W+", "_", str(getattr(first, "name", first)))
