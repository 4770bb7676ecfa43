"""What a training process holds on to: the connection to the task that started it.

Runs in the training process. LightGBM's native code cannot be interrupted from Python, so a thread
of this file ends the whole process as soon as its task is gone or has closed the connection.
"""

from __future__ import annotations

import os
import queue
import select
import socket
import threading

from synapse_magic.lightgbm.lines import Line, Message

BEAT = {"beat": True}
"""Says that a process still runs."""
BEAT_SECONDS = 2.0
"""Most time between two signs of life."""


class Reins:
    """The connection of a training process to its task.

    Parameters
    ----------
    host, port : str, int
        Where the task listens.
    token : str
        What the workers of this training know each other by.
    timeout : float
        Seconds without a sign of life after which this process counts as blocked.
    """

    def __init__(self, host: str, port: int, token: str, timeout: float) -> None:
        connection = socket.create_connection((host, port), timeout)
        connection.settimeout(None)
        self._line = Line(connection)
        self._line.send({"token": token, "from": "process"})
        self._told: queue.Queue[Message] = queue.Queue()
        self._pause = beat_seconds(timeout)
        threading.Thread(target=self._listen, daemon=True).start()

    def tell(self, message: Message) -> None:
        """Send a message to the task."""
        self._line.send(message)

    def hear(self) -> Message:
        """Return the next message of the task, waiting for it."""
        return self._told.get()

    def _listen(self) -> None:
        try:
            while True:
                readable, _, _ = select.select([self._line], [], [], self._pause)
                if readable:
                    for message in self._line.received():
                        self._told.put(message)
                self._line.send(BEAT)
        except (OSError, ValueError):
            os._exit(1)


def beat_seconds(timeout: float) -> float:
    """Return the seconds between two signs of life, so that several fit into the timeout."""
    return min(BEAT_SECONDS, timeout / 4)
