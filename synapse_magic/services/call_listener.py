"""What the driver hears from its workers of the calls that they make."""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
import socket
import threading
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from synapse_magic.http.call_counts import CallCounts
from synapse_magic.spark.driver import own_host
from synapse_magic.spark.events import CallsCounted, publish

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LONGEST = 2048
_SYNC_SECONDS = 2.0
_END_SECONDS = 0.5


class CallListener:
    """Adds up what workers tell, and publishes each :class:`CallsCounted`.

    Attributes
    ----------
    host, port, token : str, int, str
        Where workers tell it, and by what they are known.
    total : int
        Rows that are to be done.
    priced : bool
        Whether it is known what calls cost.
    """

    def __init__(self, host: str, server: socket.socket) -> None:
        self.host, self.port = host, int(server.getsockname()[1])
        self.token = secrets.token_hex(16)
        self.total = 0
        self.priced = False
        self._server = server
        self._told: dict[tuple[str, int], CallCounts] = {}
        self._marks: dict[str, threading.Event] = {}
        self._thread = threading.Thread(
            target=self._hear, name="synapse-magic-call-listener", daemon=True
        )
        self._thread.start()

    @property
    def heard(self) -> bool:
        """Whether any worker could tell anything."""
        return bool(self._told)

    def counts(self, stage: int | None = None) -> CallCounts:
        """Return what all workers told, of one stage or of all, with what is on its way here."""
        self._catch_up()
        return self._sum(stage)

    def close(self) -> None:
        """Stop listening, after what is on its way."""
        while self._thread.is_alive():  # a datagram may be lost where many come at once
            self._send({"mark": "end"})
            self._thread.join(_END_SECONDS)

    def _sum(self, stage: int | None = None) -> CallCounts:
        told = list(self._told.items())
        own = [counts for (_, of), counts in told if stage is None or of == stage]
        return sum(own, start=CallCounts())

    def _catch_up(self) -> None:
        """Wait until what was sent before now is read: datagrams to one socket keep their order."""
        name = secrets.token_hex(8)
        mark = self._marks[name] = threading.Event()
        self._send({"mark": name})
        mark.wait(_SYNC_SECONDS)
        del self._marks[name]

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
            try:
                self._take(told)
            except Exception as failure:  # whoever shows calls must not end the counting of them
                _tell(failure)

    def _take(self, told: dict[str, Any]) -> None:
        """Take in what was told: a mark of this process, or numbers of a worker."""
        if "mark" not in told:
            self._add((told["from"], told["stage"]), CallCounts.of(told["counts"]))
            return
        mark = self._marks.get(told["mark"])
        if mark is not None:
            mark.set()

    def _add(self, source: tuple[str, int], counts: CallCounts) -> None:
        known = self._told.get(source)
        if known is None or counts.sent + counts.rows >= known.sent + known.rows:
            self._told[source] = counts  # an older one may come late
        whole = self._sum()
        publish(CallsCounted(whole, self.total, whole.cost if self.priced else None))


@contextlib.contextmanager
def call_listener(spark: SparkSession) -> Iterator[CallListener]:
    """Listen to workers for the length of a ``with`` block."""
    host = own_host(spark)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host if host.startswith("127.") else "", 0))
        listener = CallListener(host, server)
        try:
            yield listener
        finally:
            listener.close()


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
        warnings.warn(f"Counts of calls could not be shown: {failure!r}", stacklevel=1)
