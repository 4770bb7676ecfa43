"""The comm over which a front end asks the kernel, and is told when something changes.

JupyterLab sends comms to a subshell of the kernel where there are any (ipykernel 7), so that
questions are answered, and runs cancelled, while a cell runs. What changes is pushed: to be asked
for it again and again would make the kernel look busy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synapse_magic.notebook.lab.answers import Answers
from synapse_magic.notebook.lab.pushing import Pushing

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from synapse_magic.notebook.magic import SynapseMagics

TARGET = "synapse_magic"


class Channel:
    """Serves every front end that opens the comm, until it is closed.

    Parameters
    ----------
    shell : InteractiveShell
        Of a kernel; another shell has no front end, see :meth:`of`.
    """

    def __init__(self, shell: Any, magics: SynapseMagics) -> None:
        self._manager = shell.kernel.comm_manager
        self._events = shell.events
        self._answers = Answers(shell, magics)
        self._pushing = Pushing(self._answers.state)
        self._manager.register_target(TARGET, self._opened)
        self._events.register("pre_run_cell", self._pushing.begin)
        self._events.register("post_run_cell", self._pushing.end)

    @classmethod
    def of(cls, shell: InteractiveShell, magics: SynapseMagics) -> Channel | None:
        """Return the channel of a kernel, None for a shell that has no front end."""
        return cls(shell, magics) if hasattr(shell, "kernel") else None

    def close(self) -> None:
        """Answer nobody any more; front ends hear of it, and may open the next channel's comm."""
        self._manager.unregister_target(TARGET, self._opened)
        self._events.unregister("pre_run_cell", self._pushing.begin)
        self._events.unregister("post_run_cell", self._pushing.end)
        for comm in self._pushing.close():
            comm.close()

    def _opened(self, comm: Any, _: dict[str, Any]) -> None:
        comm.on_msg(lambda message: self._asked(comm, message["content"]["data"]))
        comm.on_close(lambda _: self._pushing.forget(comm))
        self._pushing.add(comm)

    def _asked(self, comm: Any, question: dict[str, Any]) -> None:
        comm.send(self._answers.to(question))
        if question.get("ask") in ("cancel", "uncache"):
            self._pushing.look()
