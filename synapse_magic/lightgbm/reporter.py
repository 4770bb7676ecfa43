"""The leader's side of the metric stream: JSON lines to the driver, never waited for.

The driver may answer with the wish to end training, which is looked for but not waited for either.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from synapse_magic.lightgbm.plan import Channel
from synapse_magic.lightgbm.reins import BEAT, beat_seconds

SEND_SECONDS = 2.0
"""How long the driver may take to answer; after that training goes on without telling it."""

END = b"end\n"
"""What the driver answers to end training."""


class Reporter:
    """Sends the metrics of each iteration until that fails once."""

    def __init__(self, channel: Channel | None, greeting: Mapping[str, Any] | None = None) -> None:
        self._answered = b""
        self._connection: socket.socket | None = None
        if channel is not None:
            # Nobody listening, or a firewall between: the metrics then come with the model.
            with contextlib.suppress(OSError):
                address = (channel.host, channel.port)
                self._connection = socket.create_connection(address, SEND_SECONDS)
            self._send({"token": channel.token, **(greeting or {})})

    def report(self, iteration: int, metrics: Mapping[str, float]) -> bool:
        """Send the metrics after an iteration, counted from 1; say whether training shall end."""
        self._send({"iteration": iteration, "metrics": dict(metrics)})
        return self.asked_to_end()

    def beat(self) -> None:
        """Send a sign of life."""
        self._send(BEAT)

    def asked_to_end(self) -> bool:
        """Say whether the driver has asked to end training, without waiting for its answer."""
        if self._connection is not None and END not in self._answered:
            self._connection.setblocking(False)
            with contextlib.suppress(OSError):  # no answer yet, or never one any more
                self._answered += self._connection.recv(len(END))
            self._connection.settimeout(SEND_SECONDS)
        return END in self._answered

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._connection is None:
            return
        try:
            self._connection.sendall(json.dumps(message).encode() + b"\n")
        except OSError:
            self.close()


@contextlib.contextmanager
def reporting(channel: Channel | None) -> Iterator[Reporter]:
    """Open a reporter for the length of a ``with`` block."""
    reporter = Reporter(channel)
    try:
        yield reporter
    finally:
        reporter.close()


@contextlib.contextmanager
def pulse(channel: Channel | None, timeout: float) -> Iterator[None]:
    """Show the driver signs of life inside a ``with`` block, while native code works.

    A driver that hears none for ``timeout`` seconds takes this process for blocked.
    """
    worker = f"the worker with process id {os.getpid()} on {socket.gethostname()}"
    reporter = Reporter(channel, {"pulse": worker})
    over = threading.Event()

    def beat() -> None:
        while not over.wait(beat_seconds(timeout)):
            reporter.beat()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        reporter.close()
