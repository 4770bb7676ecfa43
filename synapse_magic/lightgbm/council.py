"""How the workers of one training find each other and decide together. Runs in workers.

LightGBM's own network exchanges histograms but not decisions, and a worker that stops one iteration
before the others leaves them waiting for ever. So whether to stop is decided in one place, the
leader, and told to all before anybody goes on.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator, Sequence

from synapse_magic.lightgbm.lines import Line, Message


class Council:
    """The workers of one training, the leader first; alone it decides by itself.

    Parameters
    ----------
    peers : sequence of socket
        On the leader, its connections to the others.
    leader : socket or None
        On all others, the connection to the leader.
    linked : callable
        Called when LightGBM's own network stands.
    """

    def __init__(
        self,
        peers: Sequence[socket.socket] = (),
        leader: socket.socket | None = None,
        linked: Callable[[], None] = lambda: None,
    ) -> None:
        self.linked = linked
        self._peers = [Line(peer) for peer in peers]
        self._leader = Line(leader) if leader is not None else None

    @property
    def leads(self) -> bool:
        """Whether this worker is the leader."""
        return self._leader is None

    def decide(self, own: Message, rule: Callable[[list[Message]], Message]) -> Message:
        """Return what ``rule`` makes of the messages of all workers, the same for each of them.

        ``rule`` runs on the leader alone, with its own message first.
        """
        if self._leader is not None:
            self._leader.send(own)
            return self._leader.receive()
        decision = rule([own, *(peer.receive() for peer in self._peers)])
        for peer in self._peers:
            peer.send(decision)
        return decision

    def close(self) -> None:
        """Close all connections."""
        for line in (*self._peers, *([self._leader] if self._leader else [])):
            line.close()


@contextlib.contextmanager
def convene(
    listener: socket.socket,
    leader: tuple[str, int] | None,
    size: int,
    token: str,
    timeout: float,
    linked: Callable[[], None] = lambda: None,
) -> Iterator[Council]:
    """Connect the workers of one training for the length of a ``with`` block.

    Parameters
    ----------
    listener : socket
        Where the leader accepts the others.
    leader : (str, int) or None
        Address of the leader's listener; None for the leader itself.
    size : int
        Number of workers, the leader included.
    token : str
        What the workers know each other by.
    timeout : float
        Seconds to wait for any of them.
    linked : callable
        Called when LightGBM's own network stands.
    """
    if leader is None:
        council = Council(_accept(listener, size - 1, token, timeout), linked=linked)
    else:
        connection = socket.create_connection(leader, timeout)
        connection.sendall(token.encode() + b"\n")
        council = Council(leader=connection, linked=linked)
    try:
        yield council
    finally:
        council.close()


def _accept(listener: socket.socket, count: int, token: str, timeout: float) -> list[socket.socket]:
    listener.settimeout(timeout)
    accepted: list[socket.socket] = []
    while len(accepted) < count:
        connection, _ = listener.accept()
        connection.settimeout(timeout)
        if _exactly(connection, len(token) + 1) == token.encode() + b"\n":
            accepted.append(connection)
        else:
            connection.close()
    return accepted


def _exactly(connection: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        part = connection.recv(length - len(received))
        if not part:
            break
        received += part
    return received
