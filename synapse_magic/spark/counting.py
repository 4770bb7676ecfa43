"""What the driver hears of rows that its workers are done with."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from synapse_magic.kernels.explaining.counting import RowCounter
from synapse_magic.spark.events import RowsExplained, publish
from synapse_magic.spark.hearing import Hearing, hearing

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class _RowListener(Hearing):
    """Adds up the rows that workers tell, and publishes each :class:`RowsExplained`."""

    def __init__(self, host: str, server: socket.socket, total: int) -> None:
        self._total = total
        self._counted: dict[str, int] = {}
        super().__init__(host, server)

    def _take(self, told: dict[str, Any]) -> None:
        source = told["from"]
        self._counted[source] = max(told["rows"], self._counted.get(source, 0))
        # A task that Spark repeats counts its rows once more.
        done = min(sum(self._counted.values()), self._total)
        publish(RowsExplained(done, self._total))


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
    with hearing(spark, partial(_RowListener, total=total)) as heard:
        yield RowCounter(heard.host, heard.port, heard.token)
