"""``%synapse build``: the builder of a frame, from a line or beside a cell's text."""

from __future__ import annotations

from typing import Any

from synapse_magic import SynapseError
from synapse_magic.language.context import Context, is_frame
from synapse_magic.language.form.reading import problem_in
from synapse_magic.language.form.source import BUILT
from synapse_magic.notebook.cell import Cell


def build(cell: Cell) -> Any:
    """Show the builder of a frame; the body of a cell is a train or tune cell to begin with."""
    from synapse_magic import ModelBuilder, current_session

    given = cell.command.args[0]
    name = str(getattr(given, "name", given))
    spark = current_session(cell.command.flags.session).spark
    context = cell.context(spark)
    frame = context.variables.get(name)
    if not is_frame(frame):
        if not spark.catalog.tableExists(name):
            raise SynapseError(f"There is no frame or table {name!r}. Try: %synapse status")
        frame = spark.table(name)
    begun = _cell_of(cell.body or "", name, context)
    builder = ModelBuilder(frame, name=name, cell=begun)
    cell.keep(builder)
    cell.show_result(builder)
    return builder


def _cell_of(body: str, name: str, context: Context) -> str:
    """Return the cell that a body is: whole, or the lines below one that trains or tunes."""
    if not body.strip() or body.lstrip().startswith("%%"):
        return body.strip("\n")
    word = f'"{name}"' if len(name.split()) > 1 else name
    cells = [f"%%synapse {verb} {word} -o model\n{body}" for verb in BUILT]
    return next((each for each in cells if problem_in(each, context) is None), cells[0])
