"""The text of the builder's cell, and the last state of the form that could be read from it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from synapse_magic import SynapseError
from synapse_magic.language.context import Context
from synapse_magic.language.form.change import changed
from synapse_magic.language.form.reading import problem_in, read_form
from synapse_magic.language.form.state import Form, Problem

_REMEMBERED = 200


class CellText:
    """The text of a cell, changed by clicks and by hand, with what the form shows of it.

    Any thread may change it. Who reads several of its parts holds ``lock`` meanwhile.

    Parameters
    ----------
    text : str
        The cell to begin with, which can be read.
    context : callable
        Gives the user's variables and tables as they are now.
    heard : callable
        Called after each change, in the thread that made it.
    """

    def __init__(
        self, text: str, context: Callable[[], Context], heard: Callable[[], None] = lambda: None
    ) -> None:
        self._context, self._heard = context, heard
        self._before: list[str] = []
        self.lock = threading.RLock()
        self.version = 0
        self.text = text
        self.form: Form = read_form(text, context())
        self.problem: Problem | None = problem_in(text, context())

    @property
    def undoable(self) -> bool:
        """Whether there is a text to go back to."""
        return bool(self._before)

    def click(self, change: Mapping[str, Any]) -> None:
        """Change the text by a click.

        Raises
        ------
        SynapseError
            When the change cannot be written into the text, which then stays as it is.
        """
        with self.lock:
            self._take(changed(self.text, change, self._context()))

    def edit(self, text: str) -> None:
        """Take a text that was typed, whatever it is; the form keeps what it last could read."""
        with self.lock:
            self._take(text)

    def undo(self) -> None:
        """Go back to the text before the last change."""
        with self.lock:
            if self._before:
                self._show(self._before.pop())

    def _take(self, text: str) -> None:
        if text == self.text:
            return
        self._before = [*self._before, self.text][-_REMEMBERED:]
        self._show(text)

    def _show(self, text: str) -> None:
        self.text, self.version = text, self.version + 1
        context = self._context()
        self.problem = problem_in(text, context)
        try:
            self.form = read_form(text, context)
        except SynapseError as error:
            self.problem = self.problem or Problem(str(error))
        self._heard()
