"""What an engine is: the part that puts one request on the wire and brings one answer back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from synapse_magic.errors import SynapseError, closest
from synapse_magic.http.request import Request, Response


class Sender(Protocol):
    """Sends requests, each once: no retries, no redirects, no cookies."""

    async def send(self, request: Request, timeout: float, largest: int | None = None) -> Response:
        """Return the answer, of whatever status, with its whole body.

        Parameters
        ----------
        request : Request
        timeout : float
        largest : int, optional
            Bytes of its body at most; by default those of :data:`~.decoding.LARGEST`.

        Raises
        ------
        CallError
            When there is none within ``timeout`` seconds, or none at all.
        """
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


def _aiohttp() -> Sender:
    from synapse_magic.http.aiohttp_sender import AiohttpSender

    return AiohttpSender()


def _requests() -> Sender:
    from synapse_magic.http.requests_sender import RequestsSender

    return RequestsSender()


ENGINES: dict[str, Callable[[], Sender]] = {"aiohttp": _aiohttp, "requests": _requests}
"""Engines by the library that they are made of, which is loaded when one is first used."""


def sender(engine: str) -> Sender:
    """Return a new sender of this engine."""
    if engine not in ENGINES:
        hint = closest(engine, ENGINES)
        raise SynapseError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}. {hint}")
    return ENGINES[engine]()
