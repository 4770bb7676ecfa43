"""Messages between processes: one JSON object a line, over a TCP connection. Runs in workers."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

Message = dict[str, Any]

_PART = 1 << 16


class Line:
    """One connection that carries messages both ways."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._sending = threading.Lock()
        self._parts: list[bytes] = []
        self._messages: list[Message] = []

    def fileno(self) -> int:
        """Return the number of the connection, for ``select``."""
        return self._connection.fileno()

    def send(self, message: Message) -> None:
        """Send a message, from any thread."""
        with self._sending:
            self._connection.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> Message:
        """Return the next message, waiting as long as the connection's own timeout.

        Raises
        ------
        ConnectionError
            When the other side has closed the connection.
        """
        while not self._messages:
            self._read()
        return self._messages.pop(0)

    def received(self) -> list[Message]:
        """Read once, when the connection has something, and return the messages then complete."""
        self._read()
        return self.waiting()

    def waiting(self) -> list[Message]:
        """Return the messages that came along with an earlier one."""
        arrived, self._messages = self._messages, []
        return arrived

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _read(self) -> None:
        part = self._connection.recv(_PART)
        if not part:
            raise ConnectionError("another training worker closed its connection")
        *complete, rest = part.split(b"\n")
        for end in complete:
            self._messages.append(json.loads(b"".join([*self._parts, end])))
            self._parts = []
        if rest:
            self._parts.append(rest)
