"""The line that moves while a verb runs, and the footer that it becomes."""

from __future__ import annotations

import threading
import time
from typing import Any

from synapse_magic.notebook import markup
from synapse_magic.notebook.output import Line

QUIET_SECONDS = 1.0
"""A verb that ends sooner shows no progress at all."""

SHORTEST_UPDATE = 0.5


class Progress:
    """Shows what Spark and the trainer report, at most twice a second, from any thread.

    Parameters
    ----------
    line : Line
        Where it is shown.
    intent : str
        What will happen, shown at once and kept in front of the progress.
    """

    def __init__(self, line: Line, intent: str) -> None:
        self._line, self._intent = line, intent
        self._began = self._last = time.monotonic()
        self._lock = threading.Lock()
        self._iteration: Any = None
        self._rows: Any = None
        self._curve: dict[str, list[float]] = {}
        self.last: Any = None
        self._ended = False
        line.show(intent, markup.dim(intent))

    @property
    def elapsed(self) -> float:
        """Seconds since the verb began."""
        return time.monotonic() - self._began

    def spark(self, progress: Any) -> None:
        """Take a report on Spark's jobs."""
        self.last = progress
        self._draw()

    def iteration(self, event: Any) -> None:
        """Take a report on a training iteration."""
        if self._iteration is None or event.uid != self._iteration.uid or event.iteration == 1:
            self._curve = {}
        self._iteration = event
        for name, value in event.metrics.items():
            self._curve.setdefault(name, []).append(value)
        self._draw()

    def rows(self, event: Any) -> None:
        """Take a report on rows explained."""
        self._rows = event
        self._draw()

    def end(self, text: str | None = None, html: str | None = None) -> None:
        """Replace the progress by what stays: the given content, else what was done."""
        with self._lock:
            self._ended = True
            stays = self._intent if text is None else text
            self._line.finish(stays, markup.dim(stays) if html is None else html)

    def _draw(self) -> None:
        now = time.monotonic()
        with self._lock:
            if self._ended or now - self._began < QUIET_SECONDS:
                return
            if now - self._last < SHORTEST_UPDATE:
                return
            self._last = now
            done, total, words = self._state()
            html = markup.dim(self._intent) + markup.bar(done, total, words) + self._picture()
            self._line.show(f"{self._intent}\n{words}", html)

    def _state(self) -> tuple[int, int, str]:
        words = [f"{self.elapsed:.0f} s"]
        done = total = 0
        if self.last is not None:
            done, total = self.last.done, self.last.total
            words.append(_stage_words(self.last))
        if self._rows is not None:
            done, total = self._rows.done, self._rows.total
            words[1:] = [f"{done:,} of {total:,} rows explained"]
        if self._iteration is not None:
            done, total = self._iteration.iteration, self._iteration.total
            words.append(_iteration_words(self._iteration))
        return done, total, "  \N{MIDDLE DOT}  ".join(word for word in words if word)

    def totals(self) -> list[str]:
        """Return what the footer tells beside time and jobs."""
        return []

    def _picture(self) -> str:
        """Return the curve of the metrics so far, empty before there are two points."""
        from synapse_magic import TrainingCurve

        if max(map(len, self._curve.values()), default=0) < 2:
            return ""
        return TrainingCurve.of(self._curve, self._iteration.total).html(interactive=False)


def _iteration_words(event: Any) -> str:
    metrics = "  ".join(f"{name} {value:.5g}" for name, value in event.metrics.items())
    return f"iteration {event.iteration} of {event.total}  {metrics}".rstrip()


def _stage_words(progress: Any) -> str:
    tasks = f"{progress.done:,} of {progress.total:,} tasks"
    names = [stage.name for stage in progress.stages if stage.name]
    return f"{names[-1]}: {tasks}" if names else tasks


def footer(progress: Progress, ui: str | None) -> tuple[str, str]:
    """Return the last line of a verb, as text and as HTML: time, jobs, rows read, where to look.

    Parameters
    ----------
    progress : Progress
        Of the verb that has ended.
    ui : str or None
        The address of the Spark UI.
    """
    jobs = _job_words(progress.last)
    parts = [f"{progress.elapsed:.1f} s", *progress.totals(), *jobs, "code: %synapse code"]
    text = " \N{MIDDLE DOT} ".join(parts)
    html = markup.dim(text)
    if ui:
        html = html.replace("</div>", f" \N{MIDDLE DOT} {markup.link('Spark UI', ui)}</div>")
    return text, html


def _job_words(progress: Any) -> list[str]:
    if progress is None or not progress.jobs:
        return []
    words = [f"{progress.jobs} Spark job{'s' if progress.jobs > 1 else ''}"]
    return [*words, f"{progress.rows_read:,} rows read"] if progress.rows_read else words
