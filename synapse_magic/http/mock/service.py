"""The mock service: an HTTP server on this machine that does as it is told."""

from __future__ import annotations

import asyncio
import logging
import math
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synapse_magic.errors import SynapseError
from synapse_magic.http.mock import example as examples
from synapse_magic.http.mock import limits, replies
from synapse_magic.http.mock.connection import CutError, read, stay, write
from synapse_magic.http.mock.ledger import Seen

if TYPE_CHECKING:
    from typing_extensions import Self

Script = Callable[[Seen], replies.Reply]
_NOT_THERE = replies.Reply(404, {"error": {"message": "nothing is scripted for this path"}})


class MockService:
    """An HTTP service on this machine, scripted, to try calls against without a network.

    What it answers is said for each path: always the same, a list in turn, or by a function of
    the request; ``"*"`` stands for all other paths. It keeps a ledger of what it saw. Use it in a
    ``with`` statement, or ``stop`` it.

    Parameters
    ----------
    latency : float
        Seconds before each answer, beside a reply's own.

    Examples
    --------
    >>> import requests
    >>> with MockService() as service:
    ...     service.reply("/hello", {"said": "hello"})
    ...     service.script("/busy", [service.Reply(429, headers={"Retry-After": "1"}), "done"])
    ...     requests.get(service.url("/hello")).json()
    ...     [requests.get(service.url("/busy")).status_code for _ in range(2)]
    ...     [(seen.path, seen.status) for seen in service.ledger]
    {'said': 'hello'}
    [429, 200]
    [('/hello', 200), ('/busy', 429), ('/busy', 200)]
    """

    Reply = replies.Reply
    TokenBucket = limits.TokenBucket
    Window = limits.Window
    AtOnce = limits.AtOnce

    def __init__(self, latency: float = 0.0) -> None:
        self.latency = latency
        self.ledger: list[Seen] = []
        self.in_flight = 0
        self._scripts: dict[str, Script] = {}
        self._limits: dict[str, list[limits.Limit]] = {}
        self._broken: set[str] = set()
        self._connections = 0
        self._open: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="mock-service", daemon=True)
        self._thread.start()

    def reply(self, path: str, reply: Any = "", **how: Any) -> None:
        """Answer a path always with ``reply``: a :class:`Reply`, or a body and ``Reply``'s params.

        Examples
        --------
        >>> with MockService() as service:
        ...     service.reply("/slow", {"done": True}, latency=0.5)
        """
        fixed = replace(_reply(reply), **how)
        self._scripts[path] = lambda _: fixed

    def script(self, path: str, turns: Sequence[Any]) -> None:
        """Answer a path with these in turn, and with the last of them ever after."""
        if not turns:
            raise SynapseError("A script needs at least one reply, got none")
        left = [_reply(each) for each in turns]
        self._scripts[path] = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def answer(self, path: str, script: Callable[[Seen], Any]) -> None:
        """Answer a path by a function of the request, which returns a reply or a body.

        Where it raises, the answer is 500 with the exception's text, and the first time a path the
        whole of it is logged.
        """
        self._scripts[path] = lambda seen: _reply(script(seen))

    def example(self, example: Mapping[str, Any]) -> None:
        """Answer all paths as the example of a described service says, ``Stage.row["example"]``.

        An operation is answered by the example's polls in turn.
        """
        self._scripts["*"] = examples.script(example, self.url(""))

    def limit(self, path: str, limit: limits.Limit) -> None:
        """Refuse requests to a path that are too many; several limits hold together."""
        self._limits.setdefault(path, []).append(limit)

    def url(self, path: str = "/") -> str:
        """Return the whole address of a path."""
        return f"http://127.0.0.1:{self._port}{path}"

    def seen(self, path: str) -> list[Seen]:
        """Return what the ledger has of a path."""
        return [each for each in self.ledger if each.path == path]

    def stop(self) -> None:
        """End all connections and stop listening; the ledger stays."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = self.url("") if self._thread.is_alive() else "stopped"
        paths = ", ".join(self._scripts) or "nothing scripted"
        return f"<MockService {state}, {len(self.ledger)} requests seen: {paths}>"

    def _serve(self) -> None:
        try:
            self._loop.run_until_complete(self._listen())
        finally:
            self._loop.close()

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._connected, sock=self._socket)
        await self._ended.wait()
        server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # a server calls this in a task
        self._open.add(task)
        number, self._connections = self._connections, self._connections + 1
        # The other side may be gone, and the service may be stopped, at any moment.
        with suppress(CutError, ConnectionError, asyncio.CancelledError):
            await self._converse(reader, writer, number)
        self._open.discard(task)
        writer.close()

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        reused = False
        while True:
            seen = await read(reader, number, time.monotonic)
            self.in_flight += 1
            try:
                reply = self._decide(seen, reused=reused)
                await stay(
                    reader, math.inf if reply.fault == "silent" else self.latency + reply.latency
                )
                await write(writer, reply, reused=reused)
            finally:
                self.in_flight -= 1
            reused = True

    def _decide(self, seen: Seen, *, reused: bool) -> replies.Reply:
        """Return the reply to a request, and note both in the ledger."""
        rules = self._limits.get(seen.path) or self._limits.get("*", [])
        refusals = (limit.refusal(self.in_flight) for limit in rules)
        reply = next((refusal for refusal in refusals if refusal is not None), None)
        if reply is None:
            reply = self._scripted(seen)
        cut = reply.fault in ("reset", "silent") or (reply.fault == "reset_if_reused" and reused)
        status = 0 if cut else reply.status
        self.ledger.append(replace(seen, in_flight=self.in_flight, status=status))
        return reply

    def _scripted(self, seen: Seen) -> replies.Reply:
        """Return what the script of a path says, 500 where it fails."""
        script = self._scripts.get(seen.path) or self._scripts.get("*")
        try:
            reply = script(seen) if script else _NOT_THERE
            reply.ready()
        except Exception as error:
            return self._failed(seen, error)
        return reply

    def _failed(self, seen: Seen, error: Exception) -> replies.Reply:
        """Return 500 for a script that failed, which is told whole once a path."""
        told = f"What answers {seen.path} failed: {type(error).__name__}: {error}"
        if seen.path not in self._broken:
            self._broken.add(seen.path)
            logging.getLogger(__name__).error("%s", told, exc_info=error)
        return replies.Reply(500, {"error": {"message": told}})


def refusing_url() -> str:
    """Return an address of this machine at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}/"


def _reply(value: Any) -> replies.Reply:
    return value if isinstance(value, replies.Reply) else replies.Reply(body=value)
