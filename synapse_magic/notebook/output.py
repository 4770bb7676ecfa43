"""What a cell shows: a line that changes while it runs, results, and a footer that stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display, update_display


class Line:
    """One place in the output of a cell whose content is replaced, the last one stays.

    In a terminal, which cannot replace what is printed, only the last content is shown.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._replaces = hasattr(shell, "kernel")
        self._id: str | None = None

    def show(self, text: str, html: str) -> None:
        """Show the content, in the place of the one before."""
        if self._replaces:
            self._put({"text/plain": text, "text/html": html})

    def finish(self, text: str, html: str) -> None:
        """Show the content that stays."""
        self._put({"text/plain": text, "text/html": html})

    def _put(self, bundle: Mapping[str, str]) -> None:
        if self._id is None:
            handle = display(dict(bundle), raw=True, display_id=True)
            self._id = handle.display_id if handle is not None else None
        else:
            update_display(dict(bundle), raw=True, display_id=self._id)


def show_html(text: str, html: str) -> None:
    """Show a piece of HTML with its plain-text twin."""
    display({"text/plain": text, "text/html": html}, raw=True)


class ShownOnce:
    """Results that a verb has shown, so that IPython does not show them a second time.

    A magic returns its result for ``x = %synapse ...`` and for ``_``; without this, a verb that
    ends a cell would be drawn twice.
    """

    def __init__(self) -> None:
        self._shown: list[Any] = []

    def show(self, result: Any) -> None:
        """Display the result now, and not again when the cell returns it."""
        display(result)
        self.skip(result)

    def skip(self, result: Any) -> None:
        """Keep IPython from displaying the result when the cell returns it."""
        if result is not None:
            object.__setattr__(result, "_ipython_display_", self.clear)
            self._shown.append(result)

    def clear(self, *_: Any) -> None:
        """Let the results be displayed again; called when the cell has ended."""
        for result in self._shown:
            object.__delattr__(result, "_ipython_display_")
        self._shown.clear()
