"""The driver's side of the metric stream: lines from the leading worker become events."""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
import socket
import threading
from collections.abc import Iterator
from typing import TextIO

from synapse_magic.lightgbm.plan import Channel
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
                _publish_lines(lines, token, uid, total)


def _publish_lines(lines: TextIO, token: str, uid: str, total: int) -> None:
    greeting = json.loads(lines.readline(MAX_LINE) or "{}")
    if not hmac.compare_digest(str(greeting.get("token", "")), token):
        return
    while line := lines.readline(MAX_LINE):
        told = json.loads(line)
        publish(Iteration(uid, int(told["iteration"]), total, told["metrics"]))


def _is_loopback(connection: socket.socket) -> bool:
    return str(connection.getpeername()[0]).startswith("127.")
