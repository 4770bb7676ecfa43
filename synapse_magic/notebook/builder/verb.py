"""``%synapse build``: the builder of a frame, from a line or beside a cell's text."""

from __future__ import annotations

from typing import Any

from synapse_magic import SynapseError
from synapse_magic.language.context import is_frame
from synapse_magic.notebook.cell import Cell


def build(cell: Cell) -> Any:
    """Show the builder of a frame; the body of a cell is a train or tune cell to begin with."""
    from synapse_magic import ModelBuilder, current_session

    given = cell.command.args[0]
    name = str(getattr(given, "name", given))
    spark = current_session(cell.command.flags.session).spark
    frame = cell.context(spark).variables.get(name)
    if not is_frame(frame):
        if not spark.catalog.tableExists(name):
            raise SynapseError(f"There is no frame or table {name!r}. Try: %synapse status")
        frame = spark.table(name)
    builder = ModelBuilder(frame, name=name if name.isidentifier() else "")
    cell.keep(builder)
    cell.show_result(builder)
    return builder
