"""How a task watches over its training process, and over the tasks that train with it.

Runs in workers. All tasks are connected to the one that leads. Everybody sends signs of life, and
whoever is gone or silent ends the training everywhere, with that as its cause.
"""

from __future__ import annotations

import contextlib
import hmac
import selectors
import socket
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from synapse_magic.lightgbm.leading import Leading, Outcome
from synapse_magic.lightgbm.lines import Line, Message
from synapse_magic.lightgbm.reins import BEAT, beat_seconds
from synapse_magic.lightgbm.rendezvous import Seat
from synapse_magic.lightgbm.starting import how_it_ended

OWN = -1
"""The name of the own training process among those heard; tasks go by their partition."""
GONE = "is gone"


@dataclass
class _Party:
    """Somebody to be heard: the own process or another task, which connects a little later."""

    line: Line | None = None
    heard: float = field(default_factory=time.monotonic)


class Overseer:
    """Watches over one training, from the start of its process to the outcome.

    Parameters
    ----------
    seat : Seat
        With a crew to train for.
    token : str
        What the workers of this training know each other by.
    timeout : float
        Seconds that anybody may be silent.
    start : callable
        Starts the training process of this task.

    Attributes
    ----------
    result : dict or None
        The model, on the worker that trained as the leader.
    """

    def __init__(
        self, seat: Seat, token: str, timeout: float, start: Callable[[], subprocess.Popen[bytes]]
    ) -> None:
        self.result: Message | None = None
        self._seat, self._token, self._timeout, self._start = seat, token, timeout, start
        self._pause = beat_seconds(timeout)
        partitions = [crew.first.partition for crew in seat.crews]
        leads = seat.own.partition == partitions[0]
        self._leading = Leading(partitions, timeout) if leads else None
        others = partitions[1:] if leads else partitions[:1]
        self._parties = {name: _Party() for name in (OWN, *others)}
        self._selector = selectors.DefaultSelector()
        self._outcome: Outcome | None = None
        self._beaten = time.monotonic()

    @property
    def leads(self) -> bool:
        """Whether this task is the one that all others are connected to."""
        return self._leading is not None

    def run(self) -> Outcome:
        """Return how the training ended."""
        self._process = self._start()
        try:
            self._connect()
            while self._outcome is None:
                self._hear_all()
                self._beat()
                self._look()
        finally:
            self._release()
        return self._outcome

    def _connect(self) -> None:
        self._seat.listener.settimeout(self._pause)
        self._selector.register(self._seat.listener, selectors.EVENT_READ)
        if self._leading is None:
            leader = self._seat.crews[0].first
            connection = socket.create_connection((leader.host, leader.port), self._timeout)
            line = Line(connection)
            line.send({"token": self._token, "from": self._seat.own.partition})
            self._take_up(leader.partition, line)

    def _hear_all(self) -> None:
        for key, _ in self._selector.select(self._pause):
            if key.data is None:
                self._accept()
            elif key.data in self._parties and self._outcome is None:
                self._hear(key.data)

    def _accept(self) -> None:
        """Take up a process or task that knows the token."""
        with contextlib.suppress(OSError, ValueError):
            connection, _ = self._seat.listener.accept()
            connection.settimeout(self._pause)
            line = Line(connection)
            greeting = line.receive()
            name = OWN if greeting.get("from") == "process" else greeting.get("from")
            known = hmac.compare_digest(str(greeting.get("token", "")), self._token)
            if not known or name not in self._parties or self._parties[name].line is not None:
                line.close()
                return
            connection.settimeout(self._timeout)
            self._take_up(name, line)
            self._follow(name, line.waiting())

    def _take_up(self, name: int, line: Line) -> None:
        self._parties[name] = _Party(line)
        self._selector.register(line, selectors.EVENT_READ, name)

    def _hear(self, name: int) -> None:
        party = self._parties[name]
        if party.line is None:
            return
        try:
            messages = party.line.received()
        except (OSError, ValueError):
            self._lose(name, GONE)
            return
        party.heard = time.monotonic()
        self._follow(name, messages)

    def _follow(self, name: int, messages: Iterable[Message]) -> None:
        """Do what follows from messages of the own process, of a task that is led, or the leader.

        The model stays here: only that there is one is passed on.
        """
        for message in messages:
            if "beat" in message:
                continue
            if name == OWN:
                if "done" in message:
                    self.result = message["done"]
                self._tell_leader({"done": True} if "done" in message else message)
            elif self._leading is not None:
                self._tell_all(self._leading.hear(name, message, time.monotonic()))
            else:
                self._obey(message)

    def _tell_leader(self, message: Message) -> None:
        if self._leading is not None:
            own = self._seat.own.partition
            self._tell_all(self._leading.hear(own, message, time.monotonic()))
        else:
            self._send(self._seat.crews[0].first.partition, message)

    def _tell_all(self, message: Message | None) -> None:
        if message is not None:
            for name in tuple(self._parties):
                if name != OWN:
                    self._send(name, message)
            self._obey(message)

    def _obey(self, message: Message) -> None:
        """Do what the leader told all."""
        if "end" in message:
            self._outcome = Outcome(**message["end"])
        elif "again" in message:
            self._drop_process()
            self._parties[OWN] = _Party()
            self._process = self._start()
        elif "go" in message:
            order = message["go"]["order"]
            if self._seat.own.partition in order:
                leads = self._seat.own.partition == order[0]
                self._send(OWN, {"go": {**message["go"], "leads": leads}})
            else:
                self._drop_process()

    def _send(self, name: int, message: Message) -> None:
        party = self._parties.get(name)
        if party is not None and party.line is not None:
            # Whoever is gone is noticed where it is heard.
            with contextlib.suppress(OSError):
                party.line.send(message)

    def _beat(self) -> None:
        if time.monotonic() - self._beaten >= self._pause:
            self._beaten = time.monotonic()
            for name in tuple(self._parties):
                if name != OWN:
                    self._send(name, BEAT)

    def _look(self) -> None:
        """Look who has been silent for too long, and what the leader makes of the time."""
        now = time.monotonic()
        for name, party in tuple(self._parties.items()):
            if now - party.heard > self._timeout:
                self._lose(name, f"gave no sign of life for {self._timeout:g} s")
        own = self._parties.get(OWN)
        if own is not None and own.line is None and self._process.poll() is not None:
            self._lose(OWN, GONE)
        if self._leading is not None and self._outcome is None:
            self._tell_all(self._leading.look(now))

    def _lose(self, name: int, what: str) -> None:
        if self._outcome is not None:
            return
        if name == OWN:
            cause = f"the training process on {self._seat.own.host} {self._why(what)}"
            self._drop_process()
            self._tell_leader({"failed": cause, "kind": "died"})
            return
        first = {crew.first.partition: crew.first for crew in self._seat.crews}[name]
        lost = Outcome(
            "lost", f"the worker of partition {name} on {first.host} was lost: it {what}"
        )
        if self._leading is not None:
            self._tell_all(self._leading.end(lost))
        else:
            self._outcome = lost

    def _why(self, what: str) -> str:
        return how_it_ended(self._process) if what == GONE else what

    def _drop_process(self) -> None:
        """End the training process and forget it."""
        party = self._parties.pop(OWN, None)
        if party is not None and party.line is not None:
            self._selector.unregister(party.line)
            party.line.close()
        self._process.kill()
        self._process.wait()

    def _release(self) -> None:
        self._drop_process()
        for party in self._parties.values():
            if party.line is not None:
                party.line.close()
        self._selector.close()
