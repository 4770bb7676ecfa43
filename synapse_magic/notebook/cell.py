"""One cell that is being run: its command and the notebook around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from synapse_magic.language.context import Context
from synapse_magic.language.line import Command
from synapse_magic.notebook import world
from synapse_magic.notebook.memory import Memory
from synapse_magic.notebook.output import ShownOnce, show_html


@dataclass(frozen=True)
class Cell:
    """A parsed cell with the shell it runs in.

    Attributes
    ----------
    command : Command
    body : str or None
        The lines below the first, None for a line magic.
    local_ns : mapping or None
        Variables of the function that calls the magic.
    """

    shell: InteractiveShell
    command: Command
    body: str | None
    local_ns: Mapping[str, Any] | None
    memory: Memory
    shown: ShownOnce

    def context(self, spark: Any) -> Context:
        """Return what the cell may know of the notebook and of Spark."""
        return world.context(self.shell, self.memory, self.local_ns, spark)

    def keep(self, result: Any) -> None:
        """Assign the result to the variable of ``-o``, if there is one."""
        if self.command.flags.output is not None:
            self.shell.push({self.command.flags.output: result})

    def show(self, text: str, html: str) -> None:
        """Show HTML with its plain-text twin, unless the cell is quiet."""
        if not self.command.flags.quiet:
            show_html(text, html)

    def show_result(self, result: Any) -> None:
        """Show a result that draws itself, unless the cell is quiet."""
        if self.command.flags.quiet:
            self.shown.skip(result)
        else:
            self.shown.show(result)
