"""Generated code as the user asked for it: shown, put into the next cell, or in a file."""

from __future__ import annotations

from pathlib import Path

from synapse_magic.notebook import markup
from synapse_magic.notebook.cell import Cell


def keep_code(cell: Cell, source: str, where: str) -> None:
    """Show the source, put it into the next cell, or write it to a file.

    Parameters
    ----------
    where : str
        ``show``, ``next``, or the path of a file.
    """
    if where == "show":
        cell.show(source, markup.code(source, "PySpark"))
        return
    if where == "next":
        cell.shell.set_next_input(source)
        # Some front ends ignore the request for a new cell, so the code is shown as well.
        cell.show(source, markup.code(source, "PySpark, also in the next cell"))
        return
    path = Path(where).expanduser()
    path.write_text(source, encoding="utf-8")
    text = f"Wrote {path}"
    cell.show(text, markup.dim(text))
