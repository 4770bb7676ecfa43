"""The engine on requests: a thread for each call, for what aiohttp does not reach."""

from __future__ import annotations

import asyncio
import threading
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from requests.utils import get_auth_from_url

from synapse_magic.http.decoding import ACCEPTED, Parts, decoded
from synapse_magic.http.failure import CallError, of_tls
from synapse_magic.http.header_map import joined
from synapse_magic.http.request import Request, Response

_CONNECTIONS = 256
_PIECE = 2**20


class _Session(requests.Session):
    """A session that has no mind for redirects, not even for reading where they lead to."""

    def get_redirect_target(self, _: requests.Response) -> str | None:
        """Return None: what comes is the answer."""
        return None


class RequestsSender:
    """Sends each request on a thread of its own; see :class:`Sender`.

    A call that is cancelled, or takes too long, is left at once. Its thread ends when the server
    is silent for as long as the timeout.
    """

    def __init__(self) -> None:
        self._session = _Session()
        self._session.headers.clear()
        self._session.headers["Accept-Encoding"] = ACCEPTED
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._session.auth = _with_credentials
        adapter = HTTPAdapter(pool_connections=_CONNECTIONS, pool_maxsize=_CONNECTIONS)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    async def send(self, request: Request, timeout: float, largest: int | None = None) -> Response:
        """Return the answer to a request; see :class:`Sender`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Response] = loop.create_future()
        arguments = (request, timeout, largest, loop, answer)
        threading.Thread(target=self._deliver, args=arguments, daemon=True).start()
        try:
            return await asyncio.wait_for(answer, timeout)
        except asyncio.TimeoutError as error:
            raise CallError("timeout") from error

    async def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def _deliver(
        self,
        request: Request,
        timeout: float,
        largest: int | None,
        loop: asyncio.AbstractEventLoop,
        answer: asyncio.Future[Response],
    ) -> None:
        """Make a call and hand what comes of it to the event loop."""
        result: Response | None = None
        failure: Exception | None = None
        try:
            result = self._send(request, timeout, largest)
        except Exception as error:
            failure = error

        def settle() -> None:
            if answer.done():
                return  # nobody waits any longer
            if failure is not None:
                answer.set_exception(failure)
            elif result is not None:
                answer.set_result(result)

        loop.call_soon_threadsafe(settle)

    def _send(self, request: Request, timeout: float, largest: int | None) -> Response:
        try:
            answer = self._session.request(
                request.method,
                request.url,
                data=request.body,
                headers=joined(request.headers),
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            )
        except Exception as error:
            raise _failure(error) from error
        try:
            with answer:
                return _whole(answer, largest)
        except CallError:
            raise
        except Exception as error:
            raise _failure(error) from error


def _with_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Return a request with the credentials of its address, which its own header comes before.

    Without this, those of a ``.netrc`` file would come before both.
    """
    user, password = get_auth_from_url(request.url or "")
    if not user or "Authorization" in request.headers:
        return request
    signed: requests.PreparedRequest = HTTPBasicAuth(user, password)(request)
    return signed


def _whole(answer: Any, largest: int | None) -> Response:
    headers = tuple(answer.headers.items())
    parts = Parts(largest)
    while part := answer.raw.read(_PIECE, decode_content=False):
        parts.add(part)
    body = decoded(parts.whole(), headers, largest)
    version = divmod(answer.raw.version or 11, 10)
    return Response(answer.status_code, answer.reason or "", headers, body, version)


def _failure(error: Exception) -> Exception:
    """Return what an exception of requests means; one that is not of a call, as it is."""
    known = requests.exceptions
    text = str(error)
    if isinstance(error, known.Timeout | urllib3.exceptions.ReadTimeoutError):
        return CallError("timeout")
    if isinstance(error, known.SSLError | urllib3.exceptions.SSLError):
        wrong = "CERTIFICATE_VERIFY_FAILED" in text or "CertificateError" in text
        return CallError("bad_certificate" if wrong else "connection_failed", of_tls(_cause(error)))
    if isinstance(error, known.ProxyError):
        return CallError("proxy_refused")
    if isinstance(error, urllib3.exceptions.ProtocolError):
        reset = "reset" in text.lower()
        return CallError("connection_reset" if reset else "broken_body")
    if isinstance(error, known.ConnectionError):
        return _unconnected(text)
    if isinstance(error, known.RequestException | ValueError | TypeError):
        return CallError("bad_request", type(error).__name__)
    return error


def _cause(error: Exception) -> str:
    """Return what an exception says without the address, which may hold a secret."""
    inner = error.args[0] if error.args else ""
    return str(getattr(inner, "reason", inner))


def _unconnected(text: str) -> CallError:
    """Return the failure of a connection, of which requests tells the cause in its text alone.

    Whether it was an old connection is not told, so none counts as stale.
    """
    if "refused" in text:
        return CallError("connection_refused")
    if "timed out" in text.lower():
        return CallError("timeout")
    if "Connection aborted" in text:
        return CallError("connection_reset")
    return CallError("connection_failed")
