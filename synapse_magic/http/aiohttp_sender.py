"""The engine on aiohttp: all requests of a process on one event loop, without a thread each."""

from __future__ import annotations

import asyncio
import base64
import functools
import math
import urllib.request
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp import http_exceptions
from yarl import URL

from synapse_magic.http.decoding import ACCEPTED, Parts, decoded
from synapse_magic.http.failure import CallError, of_tls
from synapse_magic.http.request import Request, Response

_KEEP_ALIVE = 30.0
_LONGEST_HEADER = 2**16  # as requests has it; aiohttp's own limit is an eighth
_NO_ADDRESS = "its address is no http:// or https:// address"


class AiohttpSender:
    """Sends on the event loop in which it is first used; see :class:`Sender`."""

    def __init__(self) -> None:
        trace = aiohttp.TraceConfig()
        trace.on_connection_reuseconn.append(_note_reuse)
        # How many run at once is decided before a request comes here.
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[trace],
            auto_decompress=False,
            headers={"Accept-Encoding": ACCEPTED},
            skip_auto_headers=("User-Agent", "Content-Type"),
            max_line_size=_LONGEST_HEADER,
            max_field_size=_LONGEST_HEADER,
        )

    async def send(self, request: Request, timeout: float, largest: int | None = None) -> Response:
        """Return the answer to a request; see :class:`Sender`."""
        url = _url(request.url)
        state = SimpleNamespace(reused=False, answered=False)
        try:
            async with self._session.request(
                request.method,
                url,
                data=request.body,
                headers=request.headers,
                timeout=_limit(timeout),
                allow_redirects=False,
                trace_request_ctx=state,
                **_proxy(url.scheme, url.host or ""),
            ) as answer:
                state.answered = True
                return await _whole(answer, largest)
        except CallError:
            raise
        except Exception as error:
            raise _failure(error, stale=state.reused and not state.answered) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


async def _note_reuse(_: aiohttp.ClientSession, context: SimpleNamespace, __: Any) -> None:
    context.trace_request_ctx.reused = True


@functools.lru_cache(maxsize=256)
def _url(text: str) -> URL:
    """Return the parsed address: as it was given, but for what no address may hold."""
    text = text.replace(" ", "%20")
    try:
        url = URL(text, encoded=text.isascii() and text.isprintable())
        known = url.scheme in ("http", "https") and url.host
    except ValueError as error:  # which would show a password
        raise CallError("bad_request", _NO_ADDRESS) from error
    if not known:
        raise CallError("bad_request", _NO_ADDRESS)
    return url


@functools.lru_cache(maxsize=256)
def _proxy(scheme: str, host: str) -> dict[str, Any]:
    """Return the proxy that the environment names for a host, as arguments; none without one.

    Asked once a host: aiohttp's own way asks on a thread for each request, which costs more than
    the request.
    """
    proxy = urllib.request.getproxies().get(scheme)
    if not proxy or urllib.request.proxy_bypass(host):
        return {}
    url = URL(proxy)
    if url.user is None:
        return {"proxy": url}
    named = f"{url.user}:{url.password or ''}".encode()
    signed = {"Proxy-Authorization": f"Basic {base64.b64encode(named).decode()}"}
    return {"proxy": url.with_user(None), "proxy_headers": signed}


@functools.lru_cache(maxsize=16)
def _limit(seconds: float) -> aiohttp.ClientTimeout:
    # Without the threshold a timeout of more than five seconds is rounded up to a whole second.
    return aiohttp.ClientTimeout(total=seconds, ceil_threshold=math.inf)


async def _whole(answer: aiohttp.ClientResponse, largest: int | None) -> Response:
    headers = tuple(answer.headers.items())
    parts = Parts(largest)
    async for part in answer.content.iter_any():
        parts.add(part)
    body = decoded(parts.whole(), headers, largest)
    version = answer.version or (1, 1)
    return Response(answer.status, answer.reason or "", headers, body, (version[0], version[1]))


def _failure(error: Exception, *, stale: bool) -> Exception:
    """Return what an exception of aiohttp means; one that is not of a call, as it is."""
    if isinstance(error, asyncio.TimeoutError):
        return CallError("timeout")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return CallError("bad_certificate", str(error))
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return CallError("proxy_refused", type(error).__name__)
    if isinstance(error, aiohttp.ClientConnectorError):
        refused = isinstance(error.os_error, ConnectionRefusedError)
        said = "" if refused else of_tls(str(error.os_error))
        return CallError("connection_refused" if refused else "connection_failed", said)
    if isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | ConnectionError):
        return CallError("connection_reset", stale=stale)
    broken = (
        aiohttp.ClientPayloadError,
        aiohttp.ClientResponseError,
        http_exceptions.HttpProcessingError,
    )
    if isinstance(error, broken):
        return _broken(error)
    if isinstance(error, aiohttp.InvalidURL):  # whose text is the whole address
        return CallError("bad_request", _NO_ADDRESS)
    if isinstance(error, aiohttp.ClientError | ValueError | TypeError):
        return CallError("bad_request", str(error))
    return error


def _broken(error: Exception) -> CallError:
    """Return the failure of a body: cut off by a reset, or wrong in itself."""
    cause = error.__cause__
    if isinstance(cause, ConnectionError) or "connection reset" in str(error).lower():
        return CallError("connection_reset")
    return CallError("broken_body", type(cause or error).__name__)
