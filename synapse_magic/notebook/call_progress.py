"""The calls of services while they are made: what is expected, and what has become of them."""

from __future__ import annotations

from typing import Any

from synapse_magic.notebook import markup
from synapse_magic.notebook.output import Line, show_html
from synapse_magic.notebook.progress import Progress

_DOT = "  \N{MIDDLE DOT}  "


class CallProgress(Progress):
    """Shows live counts of calls; after an interrupt, those that it came to."""

    def __init__(self, line: Line, intent: str) -> None:
        self._counted: Any = None
        super().__init__(line, intent)

    def counted(self, event: Any) -> None:
        """Take what has become of the calls so far."""
        self._counted = event
        self._draw()

    def projected(self, event: Any) -> None:
        """Show what all calls are expected to take, which stays."""
        words = str(event.projection)
        show_html(words, markup.dim(words))

    def end(self, text: str | None = None, html: str | None = None) -> None:
        """Replace the progress by what stays: what was done, with its calls."""
        if text is None and self._counted is not None:
            text = f"{self._intent} \N{MIDDLE DOT} {', '.join(self._words())}"
        super().end(text, html)

    def totals(self) -> list[str]:
        """Return the calls for the footer."""
        return [] if self._counted is None else [", ".join(self._counted.words())]

    def _state(self) -> tuple[int, int, str]:
        if self._counted is None:
            return super()._state()
        told = self._counted
        rows = f"{told.counts.rows:,} of {told.total:,} rows"
        waiting = map(str, told.waiting)
        words = _DOT.join([f"{self.elapsed:.0f} s", rows, ", ".join(told.words()), *waiting])
        return told.counts.rows, told.total, words

    def _words(self) -> list[str]:
        told = self._counted
        return [f"{told.counts.rows:,} of {told.total:,} rows", *told.words()]
