"""The leaderboard that grows while a search runs."""

from __future__ import annotations

from typing import Any

from synapse_magic.notebook import markup
from synapse_magic.notebook.output import Line
from synapse_magic.notebook.progress import Progress


class SearchProgress(Progress):
    """Shows the trials of a search as they come, and those finished when it was interrupted."""

    def __init__(self, line: Line, intent: str) -> None:
        self._board: Any = None
        super().__init__(line, intent)

    def board(self, board: Any) -> None:
        """Take the trials so far."""
        self._board = board
        self._draw()

    def iteration(self, event: Any) -> None:
        """Leave single iterations to the leaderboard, which has them in its rows."""

    def end(self, text: str | None = None, html: str | None = None) -> None:
        """Replace the progress by what stays; after an interrupt that is the leaderboard."""
        if self._board is not None and self._board.cancelled:
            text = f"{self._intent}\n{self._board!r}"
            html = markup.dim(self._intent) + self._board.html(interactive=False)
        super().end(text, html)

    def _state(self) -> tuple[int, int, str]:
        if self._board is None:
            return super()._state()
        done = self._board.finished
        words = f"{self.elapsed:.0f} s  \N{MIDDLE DOT}  {self._board.view().sentence()}"
        return done, self._board.planned, words

    def _picture(self) -> str:
        return "" if self._board is None else str(self._board.html(interactive=False))
