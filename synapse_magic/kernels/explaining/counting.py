"""Telling from the workers how many rows are explained, while the others still are."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.explaining.asking import Question, Questioner
from synapse_magic.kernels.explaining.local import Local


class RowCounter:
    """Counts rows and tells the driver, by datagrams: no work waits for them.

    Each holds all that this copy has counted, so that one which is lost is made good by the next.

    Parameters
    ----------
    host, port : str, int
        Where the driver listens.
    token : str
        What it knows its workers by.
    """

    def __init__(self, host: str, port: int, token: str) -> None:
        self._address, self._token = (host, port), token
        self._own = secrets.token_hex(8)
        self._rows = 0
        self._socket: socket.socket | None = None
        self._reached = True

    def __reduce__(self) -> tuple[Any, ...]:
        return RowCounter, (*self._address, self._token)

    def add(self, rows: int = 1) -> None:
        """Count some rows."""
        self._rows += rows
        if not self._reached:
            return
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            told = {"token": self._token, "from": self._own, "rows": self._rows}
            self._socket.sendto(json.dumps(told).encode(), self._address)
        except OSError:  # a driver that cannot be reached gets the rows all the same
            self._reached = False


@dataclass(frozen=True)
class CountedQuestioner:
    """A questioner that counts the rows it has explained."""

    asker: Questioner
    counter: RowCounter

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns whose values are explained."""
        return self.asker.inputs

    def ask(self, batch: pa.RecordBatch, row: int) -> CountedQuestion:
        """Return the question about one row of a batch."""
        return CountedQuestion(self.asker.ask(batch, row), self.counter)


@dataclass(frozen=True)
class CountedQuestion:
    """A question whose last answer counts."""

    question: Question
    counter: RowCounter

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows to be scored."""
        return self.question.batches()

    def answer(self, outcomes: np.ndarray) -> Local | CountedQuestion:
        """Return the explanation, which counts, or a question that says more."""
        found = self.question.answer(outcomes)
        if not isinstance(found, Local):
            return CountedQuestion(found, self.counter)
        self.counter.add()
        return found
