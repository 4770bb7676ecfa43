"""The dashboard behind its live view: what needs Spark is asked in a thread that can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from synapse_magic import SynapseError
from synapse_magic.notebook.errors import one_line

Tell = Callable[[str, Mapping[str, Any]], None]


class Board(Protocol):
    """What answers at once, and what asks Spark when it is asked to ``find``."""

    @property
    def label(self) -> str:
        """The dashboard in one sentence."""
        ...

    def still(self) -> str:
        """Return the dashboard as HTML without a kernel."""
        ...

    def answer(self, ask: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the answer to a question."""
        ...


class DashboardApp:
    """Answers the browser; a search among all rows is told when Spark is through.

    Parameters
    ----------
    board : Board
    spark : SparkSession or None
        The session of the frame; None where there is no frame to look in.
    tell : callable
        Tells all views something, from any thread.
    """

    def __init__(self, board: Board, spark: Any, tell: Tell) -> None:
        self.board, self._spark, self._tell = board, spark, tell
        self._working: threading.Thread | None = None

    @property
    def label(self) -> str:
        """What the view is."""
        return self.board.label

    def still(self) -> str:
        """Return the dashboard as HTML without a kernel."""
        return self.board.still()

    def answer(self, ask: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the answer to a question; what Spark finds is told later."""
        if ask == "find" and self._spark is not None:
            return self._find(given)
        return {"stopped": self._stop()} if ask == "stop" else self.board.answer(ask, given)

    def _find(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        from synapse_magic import in_thread

        if self._working is not None and self._working.is_alive():
            raise SynapseError("Spark is looking for a row already. Try: cancel it")

        def work() -> None:
            self._tell("found", {"number": given["number"], **self._looked(given)})

        thread = threading.Thread(
            target=in_thread(self._spark, work), name="synapse-dashboard-finds", daemon=True
        )
        self._working = thread
        thread.start()
        return {}

    def _looked(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the rows that Spark finds, or what it said instead."""
        from synapse_magic import interruptible

        try:
            return interruptible(
                self._spark,
                lambda: self.board.answer("find", given),
                on_progress=lambda now: self._tell("finding", _told(given, now)),
                description="dashboard: find a row",
            )
        except KeyboardInterrupt as stopped:
            return {"error": str(stopped) or "Stopped"}
        except Exception as failure:  # travels to the browser, which shows it
            return {"error": one_line(failure)}

    def _stop(self) -> bool:
        from synapse_magic import cancel

        working = self._working
        return working is not None and working.is_alive() and cancel(thread=working.ident) > 0


def _told(given: Mapping[str, Any], progress: Any) -> dict[str, Any]:
    return {"number": given["number"], "done": progress.done, "total": progress.total}
