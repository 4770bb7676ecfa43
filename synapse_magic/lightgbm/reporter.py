"""The leader's side of the metric stream: JSON lines to the driver, never waited for."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from synapse_magic.lightgbm.plan import Channel

SEND_SECONDS = 2.0
"""How long the driver may take to answer; after that training goes on without telling it."""


class Reporter:
    """Sends the metrics of each iteration until that fails once."""

    def __init__(self, channel: Channel | None) -> None:
        self._connection: socket.socket | None = None
        if channel is not None:
            # Nobody listening, or a firewall between: the metrics then come with the model.
            with contextlib.suppress(OSError):
                address = (channel.host, channel.port)
                self._connection = socket.create_connection(address, SEND_SECONDS)
            self._send({"token": channel.token})

    def report(self, iteration: int, metrics: Mapping[str, float]) -> None:
        """Send the metrics after an iteration, counted from 1."""
        self._send({"iteration": iteration, "metrics": dict(metrics)})

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
