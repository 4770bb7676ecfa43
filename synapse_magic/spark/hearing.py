"""Datagrams by which workers tell the driver how far they are: no work waits for them."""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
import socket
import threading
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from synapse_magic.spark.driver import own_host

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LONGEST = 2048
_SYNC_SECONDS = 2.0
_END_SECONDS = 0.5


class Hearing(ABC):
    """Hears what workers tell, in a thread, until it is closed.

    Attributes
    ----------
    host, port, token : str, int, str
        Where workers tell it, and by what they are known.
    """

    def __init__(self, host: str, server: socket.socket) -> None:
        self.host, self.port = host, int(server.getsockname()[1])
        self.token = secrets.token_hex(16)
        self._server = server
        self._marks: dict[str, threading.Event] = {}
        self._thread = threading.Thread(
            target=self._hear, name=f"synapse-magic-{type(self).__name__}", daemon=True
        )
        self._thread.start()

    @abstractmethod
    def _take(self, told: dict[str, Any]) -> None:
        """Take in what a worker has told."""

    def catch_up(self) -> None:
        """Wait until what was sent before now is read: datagrams to one socket keep their order."""
        name = secrets.token_hex(8)
        mark = self._marks[name] = threading.Event()
        self._send({"mark": name})
        mark.wait(_SYNC_SECONDS)
        del self._marks[name]

    def close(self) -> None:
        """Stop listening, after what is on its way."""
        while self._thread.is_alive():  # a datagram may be lost where many come at once
            self._send({"mark": "end"})
            self._thread.join(_END_SECONDS)

    def _send(self, told: dict[str, Any]) -> None:
        content = json.dumps({**told, "token": self.token}).encode()
        host = str(self._server.getsockname()[0])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(content, ("127.0.0.1" if host == "0.0.0.0" else host, self.port))

    def _hear(self) -> None:
        while True:
            told = _read(self._server.recv(_LONGEST))
            if not hmac.compare_digest(_bytes(told.get("token")), _bytes(self.token)):
                continue
            if told.get("mark") == "end":
                return
            if "mark" in told:
                self._mark(told["mark"])
                continue
            try:
                self._take(told)
            except Exception as failure:  # whoever shows numbers must not end the hearing of them
                _tell(failure)

    def _mark(self, name: str) -> None:
        mark = self._marks.get(name)
        if mark is not None:
            mark.set()


Heard = TypeVar("Heard", bound=Hearing)


@contextlib.contextmanager
def hearing(spark: SparkSession, made: Callable[[str, socket.socket], Heard]) -> Iterator[Heard]:
    """Hear workers for the length of a ``with`` block.

    Parameters
    ----------
    spark : SparkSession
    made : callable
        Makes the :class:`Hearing` of an address and a socket.
    """
    host = own_host(spark)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host if host.startswith("127.") else "", 0))
        heard = made(host, server)
        try:
            yield heard
        finally:
            heard.close()


def _read(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):  # of somebody else
        return {}
    return told if isinstance(told, dict) else {}


def _bytes(token: object) -> bytes:
    """Return a token as it can be compared, whatever somebody else has sent in its place."""
    return str(token).encode("utf-8", "surrogatepass")


def _tell(failure: Exception) -> None:
    with contextlib.suppress(Warning):  # where each is an error: there is nobody here to raise to
        warnings.warn(f"What workers count could not be shown: {failure!r}", stacklevel=1)
