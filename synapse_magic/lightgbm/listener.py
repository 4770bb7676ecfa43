"""What the driver hears of its workers while they train, over connections that they open.

The leading worker's metrics become events, and the same connection carries the one thing that goes
the other way: the wish to end training. Each worker shows signs of life on a connection of its own:
Spark notices a process that died, but not one that is blocked.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TextIO

from synapse_magic.lightgbm.plan import Channel
from synapse_magic.lightgbm.reporter import END
from synapse_magic.spark.events import Iteration, publish

GREETING_SECONDS = 10.0
CLOSING_SECONDS = 1.0
MAX_LINE = 1 << 20


@contextlib.contextmanager
def listening(
    uid: str, total: int, host: str, timeout: float, on_silence: Callable[[str], None]
) -> Iterator[Channel]:
    """Publish what the leading worker reports, for the length of a ``with`` block.

    Parameters
    ----------
    uid : str
        The estimator that trains.
    total : int
        Planned iterations.
    host : str
        The address of this machine as the workers reach it; a loopback address keeps all others
        out.
    timeout : float
        Seconds without a sign of life after which a worker counts as blocked.
    on_silence : callable
        Called with the cause in words when one does, from another thread.

    Yields
    ------
    Channel
        Where the worker reports to.
    """
    bound = host if host.startswith("127.") else ""
    with socket.create_server((bound, 0)) as server:
        channel = Channel(host, server.getsockname()[1], secrets.token_hex(16))
        hearing = _Hearing(uid, total, channel.token, timeout, on_silence)
        # In the context of the caller: what a worker tells belongs to the run that trains.
        thread = threading.Thread(
            target=contextvars.copy_context().run, args=(hearing.serve, server), daemon=True
        )
        thread.start()
        try:
            yield channel
        finally:
            hearing.ended.set()
            _wake(server)
            thread.join(CLOSING_SECONDS)
            hearing.close()


@dataclass
class _Hearing:
    """Hears any number of workers, each in a thread of its own."""

    uid: str
    total: int
    token: str
    timeout: float
    on_silence: Callable[[str], None]
    ended: threading.Event = field(default_factory=threading.Event)
    _heard: list[tuple[threading.Thread, socket.socket]] = field(default_factory=list)

    def serve(self, server: socket.socket) -> None:
        """Take connections until the training has ended: a failed attempt may come again."""
        while True:
            connection, _ = server.accept()
            if self.ended.is_set():
                connection.close()
                return
            thread = threading.Thread(
                target=contextvars.copy_context().run, args=(self._hear, connection), daemon=True
            )
            self._heard.append((thread, connection))
            thread.start()

    def close(self) -> None:
        """Hear what has been said already, and end the connections of those that are lost."""
        until = time.monotonic() + CLOSING_SECONDS
        for thread, _ in self._heard:
            thread.join(max(0.0, until - time.monotonic()))
        for _, connection in self._heard:
            with contextlib.suppress(OSError):  # most are closed by now
                connection.shutdown(socket.SHUT_RDWR)

    def _hear(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(ConnectionError, ValueError):
            connection.settimeout(GREETING_SECONDS)
            with connection.makefile("r", encoding="utf-8") as lines:
                greeting = json.loads(lines.readline(MAX_LINE) or "{}")
                if not hmac.compare_digest(str(greeting.get("token", "")), self.token):
                    return
                connection.settimeout(self.timeout if "pulse" in greeting else None)
                if "pulse" in greeting:
                    self._feel(lines, greeting["pulse"])
                else:
                    self._publish(lines, functools.partial(_ask_to_end, connection))

    def _feel(self, lines: TextIO, worker: str) -> None:
        try:
            while lines.readline(MAX_LINE):
                pass
        except TimeoutError:
            if not self.ended.is_set():
                self.on_silence(f"{worker} gave no sign of life for {self.timeout:g} s")

    def _publish(self, lines: TextIO, end: Callable[[], None]) -> None:
        while line := lines.readline(MAX_LINE):
            told = json.loads(line)
            publish(Iteration(self.uid, int(told["iteration"]), self.total, told["metrics"], end))


def _wake(server: socket.socket) -> None:
    """Connect to a server of this process, so that it looks up: the end is not waited for."""
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", server.getsockname()[1]), CLOSING_SECONDS).close()


def _ask_to_end(connection: socket.socket) -> None:
    # A training that has ended meanwhile has closed its side.
    with contextlib.suppress(OSError):
        connection.sendall(END)
