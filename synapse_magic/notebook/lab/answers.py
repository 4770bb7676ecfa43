"""The questions of a front end and their answers, as plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from synapse_magic.language import completion
from synapse_magic.language.context import Context
from synapse_magic.notebook import world
from synapse_magic.notebook.errors import one_line
from synapse_magic.notebook.lab import cached, diagnosis, saved, state

if TYPE_CHECKING:
    from synapse_magic.notebook.magic import SynapseMagics


class Answers:
    """Answers for one shell; every method may be called while a cell runs in another thread."""

    def __init__(self, shell: Any, magics: SynapseMagics) -> None:
        self._shell, self._magics = shell, magics
        self._by_name: dict[str, Callable[..., Any]] = {
            "check": self.check,
            "complete": self.complete,
            "code": self.code,
            "cancel": self.cancel,
            "saved": self.saved,
            "uncache": self.uncache,
        }

    def to(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to ``{"id": ..., "ask": name, **arguments}``, or why there is none."""
        arguments = dict(question)
        number, name = arguments.pop("id", None), arguments.pop("ask", "")
        try:
            return {"id": number, "answer": self._by_name[name](**arguments)}
        except Exception as error:
            # It travels to the front end as data and is shown there: nobody waits for it here.
            return {"id": number, "error": one_line(error)}

    def state(self) -> dict[str, Any]:
        """Return sessions, runs, frames and models."""
        return state.now(self._shell.user_ns, self._magics.memory, self._magics.name)

    def check(self, text: str) -> list[dict[str, Any]]:
        """Return what is wrong in the text of a cell, found by the language that would run it."""
        found = diagnosis.check(text, self._context(), self._magics.name)
        return [asdict(mark) for mark in found]

    def complete(self, text: str, cursor: int) -> list[dict[str, Any]]:
        """Return what may stand at the cursor of a cell."""
        return [asdict(each) for each in completion.complete(text, cursor, self._context())]

    def code(self, text: str) -> str:
        """Return the program of a cell without running it, as the script it would export."""
        session = self._magics.memory.session
        return diagnosis.program(text, self._context(), session, self._magics.name)

    def cancel(self, run: str | None = None, cell: bool = False) -> int:
        """Cancel one run, those of the cell that runs, or all, and return how many there were."""
        return state.cancel(run, cell=cell)

    def saved(self, folder: str = "") -> dict[str, Any]:
        """Return the saved models of this notebook, and those in a folder."""
        return saved.listed(folder, self._magics.memory.saved)

    def uncache(self, name: str, kind: str) -> str:
        """Give back what a cached frame or table takes."""
        return cached.uncache(state.session(), self._shell.user_ns, name, kind)

    def _context(self) -> Context:
        # A look attaches to no session and starts none, unlike a cell.
        return world.context(self._shell, self._magics.memory, None, state.known_session())
