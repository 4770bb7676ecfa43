"""The driver's side of the metric stream: lines from the leading worker become events.

The same connection carries the one thing that goes the other way: the wish to end training.
"""

from __future__ import annotations

import contextlib
import functools
import hmac
import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TextIO

from synapse_magic.lightgbm.plan import Channel
from synapse_magic.lightgbm.reporter import END
from synapse_magic.spark.events import Iteration, publish

POLL_SECONDS = 0.5
MAX_LINE = 1 << 20


@contextlib.contextmanager
def listening(uid: str, total: int, host: str) -> Iterator[Channel]:
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

    Yields
    ------
    Channel
        Where the worker reports to.
    """
    bound = host if host.startswith("127.") else ""
    with socket.create_server((bound, 0)) as server:
        server.settimeout(POLL_SECONDS)
        channel = Channel(host, server.getsockname()[1], secrets.token_hex(16))
        ended = threading.Event()
        thread = threading.Thread(
            target=_serve, args=(server, channel.token, uid, total, ended), daemon=True
        )
        thread.start()
        try:
            yield channel
        finally:
            ended.set()
            thread.join(2 * POLL_SECONDS)


def _serve(server: socket.socket, token: str, uid: str, total: int, ended: threading.Event) -> None:
    """Take one connection after the other: a failed training attempt may come again."""
    while not ended.is_set():
        try:
            connection, _ = server.accept()
        except OSError:  # nobody came in time, or the listener was closed
            continue
        with connection, contextlib.suppress(OSError, ValueError):
            connection.settimeout(None if _is_loopback(connection) else 600)
            with connection.makefile("r", encoding="utf-8") as lines:
                if _is_ours(lines, token):
                    _publish_lines(lines, uid, total, functools.partial(_ask_to_end, connection))


def _is_ours(lines: TextIO, token: str) -> bool:
    greeting = json.loads(lines.readline(MAX_LINE) or "{}")
    return hmac.compare_digest(str(greeting.get("token", "")), token)


def _publish_lines(lines: TextIO, uid: str, total: int, end: Callable[[], None]) -> None:
    while line := lines.readline(MAX_LINE):
        told = json.loads(line)
        publish(Iteration(uid, int(told["iteration"]), total, told["metrics"], end))


def _ask_to_end(connection: socket.socket) -> None:
    # A training that has ended meanwhile has closed its side.
    with contextlib.suppress(OSError):
        connection.sendall(END)


def _is_loopback(connection: socket.socket) -> bool:
    return str(connection.getpeername()[0]).startswith("127.")
