"""What the driver hears of rows that its workers are done with."""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from synapse_magic.kernels.explaining.counting import RowCounter
from synapse_magic.spark.driver import own_host
from synapse_magic.spark.events import RowsExplained, publish

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LONGEST = 1024


@contextlib.contextmanager
def counting(spark: SparkSession, total: int) -> Iterator[RowCounter]:
    """Publish :class:`RowsExplained` as workers count, for the length of a ``with`` block.

    Parameters
    ----------
    spark : SparkSession
    total : int
        Rows that are to be explained.

    Yields
    ------
    RowCounter
        To be sent to the workers.
    """
    host = own_host(spark)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host if host.startswith("127.") else "", 0))
        port, token = server.getsockname()[1], secrets.token_hex(16)
        thread = threading.Thread(target=_hear, args=(server, token, total), daemon=True)
        thread.start()
        try:
            yield RowCounter(host, port, token)
        finally:
            server.sendto(json.dumps({"token": token}).encode(), ("127.0.0.1", port))
            thread.join()


def _hear(server: socket.socket, token: str, total: int) -> None:
    """Add up what workers tell until a message comes that tells nothing: the end."""
    counted: dict[str, int] = {}
    while True:
        told = _read(server.recv(_LONGEST))
        if not hmac.compare_digest(str(told.get("token", "")), token):
            continue
        if "rows" not in told:
            return
        counted[told["from"]] = max(told["rows"], counted.get(told["from"], 0))
        # A task that Spark repeats counts its rows once more.
        publish(RowsExplained(min(sum(counted.values()), total), total))


def _read(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except ValueError:  # of somebody else
        return {}
    return told if isinstance(told, dict) else {}
