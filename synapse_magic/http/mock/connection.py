"""One connection of the mock service: requests are read from it, and answered well or badly."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

from synapse_magic.http.header_map import joined
from synapse_magic.http.mock.ledger import Seen
from synapse_magic.http.mock.replies import Reply

Answer = Callable[[Seen], Awaitable[Reply]]
_DRIP = 0.05
_LOOK = 0.2


class CutError(Exception):
    """The connection ends here."""


async def read(reader: asyncio.StreamReader, connection: int, at: Callable[[], float]) -> Seen:
    """Return the next request of a connection.

    Raises
    ------
    CutError
        When the other side has closed it.
    """
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        came = at()
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = joined(_pair(line) for line in lines if line)
        body = await _body(reader, headers)
    except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
        raise CutError from error
    parts = urlsplit(target)
    return Seen(came, method, parts.path, parts.query, headers, body, connection)


async def stay(reader: asyncio.StreamReader, seconds: float) -> None:
    """Let so many seconds pass while the other side stays.

    Raises
    ------
    CutError
        When it goes away before.
    """
    while seconds > 0:
        step = min(seconds, _LOOK)
        await asyncio.sleep(step)
        seconds -= step
        if seconds > 0 and (reader.at_eof() or reader.exception() is not None):
            raise CutError


async def write(writer: asyncio.StreamWriter, reply: Reply, *, reused: bool) -> None:
    """Send a reply, or fail as it says.

    Raises
    ------
    CutError
        When the connection has to end.
    """
    fault = reply.fault
    if fault == "reset" or (fault == "reset_if_reused" and reused):
        _reset(writer)
    if fault == "truncated":
        writer.write(_head(reply, {"Transfer-Encoding": "chunked"}) + b"5\r\nhello\r\n64\r\nand")
        await writer.drain()
        raise CutError
    content = reply.content or b"not much"
    if fault == "reset_mid_body":
        writer.write(_head(reply, {"Content-Length": str(2 * len(content))}) + content)
        await writer.drain()
        await asyncio.sleep(_DRIP)
        _reset(writer)
    if fault == "drip":
        await _drip(writer, reply, content)
    extra = {"Content-Encoding": "gzip"} if fault == "broken_gzip" else {}
    own = content if fault == "broken_gzip" else reply.content
    writer.write(_head(reply, extra | _length(reply, own)) + own)


async def _drip(writer: asyncio.StreamWriter, reply: Reply, content: bytes) -> None:
    writer.write(_head(reply, {"Content-Length": str(10_000 + len(content))}))
    for _ in range(10_000):
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(_DRIP)


def _length(reply: Reply, content: bytes) -> dict[str, str]:
    return {} if reply.status in (204, 304) else {"Content-Length": str(len(content))}


def _head(reply: Reply, extra: dict[str, str]) -> bytes:
    reason = reply.reason or _reason(reply.status)
    own = {"Content-Type": reply.content_type} if reply.content else {}
    lines = [f"HTTP/1.1 {reply.status} {reason}"]
    lines += [f"{name}: {value}" for name, value in {**own, **extra, **reply.headers}.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unnamed"


def _reset(writer: asyncio.StreamWriter) -> None:
    """CutError the connection so that the other side is told of it by a reset."""
    own = writer.get_extra_info("socket")
    own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    raise CutError


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length") or 0))
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append((await reader.readexactly(size + 2))[:-2])
    await reader.readuntil(b"\r\n")
    return b"".join(parts)
