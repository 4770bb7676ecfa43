"""Telling front ends what has changed, from a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

BUSY_SECONDS = 0.5
"""Between two looks while a cell runs."""
IDLE_SECONDS = 10.0
"""Between two looks while none does: a session may end, memory be given back."""


class Pushing:
    """Looks at the state and sends it to all open comms when it is another than before.

    Parameters
    ----------
    state : callable
        Gives the state as plain values; called from the thread that looks.
    """

    def __init__(self, state: Callable[[], dict[str, Any]]) -> None:
        self._state = state
        self._comms: dict[Any, Context] = {}
        self._wake, self._over = threading.Event(), threading.Event()
        self._busy = False
        self._last: dict[str, Any] = {}
        self._thread: threading.Thread | None = None

    def add(self, comm: Any) -> None:
        """Send to one more comm, first of all what is there now; called while it opens."""
        # The kernel answers where the last message on the comm was sent from. What is pushed
        # while a cell runs must not count as sent by that cell: questions would wait for its end.
        self._comms[comm] = copy_context()
        self._last = {}
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="synapse-lab", daemon=True)
            self._thread.start()
        self.look()

    def forget(self, comm: Any) -> None:
        """Send to one less, its front end being gone."""
        self._comms.pop(comm, None)

    def begin(self, *_: Any) -> None:
        """Look often from now on: a cell runs."""
        self._busy = True
        self.look()

    def end(self, *_: Any) -> None:
        """Look once more, and then rarely: the cell has ended."""
        self._busy = False
        self.look()

    def look(self) -> None:
        """Look now."""
        self._wake.set()

    def close(self) -> list[Any]:
        """End the thread, and return the comms that are still open."""
        self._over.set()
        self._wake.set()
        comms = list(self._comms)
        self._comms.clear()
        return comms

    def _run(self) -> None:
        while not self._over.is_set():
            self._wake.wait(BUSY_SECONDS if self._busy else IDLE_SECONDS)
            self._wake.clear()
            if self._comms and not self._over.is_set():
                self._push()

    def _push(self) -> None:
        try:
            state = self._state()
        except Exception:
            # A session that ends while it is looked at cannot be asked any more, in whatever way
            # py4j or the Connect client says so. The next look finds it gone.
            return
        if state != self._last:
            self._last = state
            for comm, opened in list(self._comms.items()):
                opened.run(comm.send, {"state": state})
