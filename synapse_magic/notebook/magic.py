"""The ``%synapse`` magic: parse, build, run, show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, magics_class, needs_local_scope, no_var_expand

from synapse_magic.language import completion, line
from synapse_magic.notebook import session_verbs, world
from synapse_magic.notebook.cell import Cell
from synapse_magic.notebook.errors import cell_error, interrupted
from synapse_magic.notebook.memory import Memory
from synapse_magic.notebook.output import ShownOnce
from synapse_magic.notebook.program_verbs import run_program


@magics_class
class SynapseMagics(Magics):
    """The magics of one shell and what they remember."""

    name = "synapse"
    matcher: Any = None

    def __init__(self, shell: InteractiveShell, memory: Memory) -> None:
        super().__init__(shell)
        self._shell = shell
        self.memory = memory
        self.shown = ShownOnce()

    @no_var_expand
    @needs_local_scope
    def synapse(
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> Any:
        """Describe a Spark pipeline in a cell; it runs, and what comes back is drawn here.

        ::

            %synapse  VERB [ARG ...] [FLAGS]            # also  x = %synapse VERB ...
            %%synapse VERB [ARG ...] [-o NAME] [FLAGS]
            BODY

        Verbs: start stop status, load sql show profile balance, build train tune score call
        evaluate explain dashboard, code save help. ``%synapse help VERB`` explains one.

        Flags: ``-o NAME`` keeps the result in a variable, ``-q`` shows nothing but errors,
        ``-n ROWS`` says how many rows, ``-s SESSION`` which session, ``--dry-run`` shows the
        program without running it, ``--code show|next|FILE`` shows or keeps it.
        """
        count = self._shell.execution_count
        try:
            return self._run(line, cell, local_ns)
        except KeyboardInterrupt as error:
            raise interrupted(error, count) from error
        except Exception as error:
            raise cell_error(error, count) from error

    def complete(self, text: str, cursor: int) -> list[completion.Completion]:
        """Return what may stand at the cursor of a line or cell, without its magic's name."""
        known = world.context(self._shell, self.memory, None, session_verbs.quiet_session())
        return completion.complete(text, cursor, known)

    def _run(self, text: str, body: str | None, local_ns: Mapping[str, Any] | None) -> Any:
        command = line.parse(text)
        cell = Cell(self._shell, command, body, local_ns, self.memory, self.shown)
        own = session_verbs.VERBS.get(command.verb)
        return own(cell) if own is not None else run_program(cell)
