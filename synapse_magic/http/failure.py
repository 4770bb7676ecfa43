"""A try that brought no answer, and what that says about trying again."""

from __future__ import annotations

AGAIN = {
    "connection_refused": "nothing accepts connections there",
    "connection_failed": "no connection came about",
    "connection_reset": "the connection was cut before the answer was complete",
    "timeout": "no complete answer came in time",
    "broken_body": "the body of the answer is broken or cut off",
}
"""Codes of what may pass, and what they mean."""

FINAL = {
    "bad_certificate": "the certificate of the server is not valid",
    "bad_request": "the request cannot be sent as it is",
    "proxy_refused": "the proxy refused the connection",
    "too_large": "the body of the answer is too large",
}
"""Codes of what will not pass by itself."""


_NO_TLS = ("wrong version number", "record layer failure", "ssl handshake is taking longer")
"""What comes of TLS with a server that speaks none, in the words of OpenSSL and asyncio."""


def of_tls(said: str) -> str:
    """Return what is said of a connection that did not come about, with what to try.

    Examples
    --------
    >>> of_tls("[SSL: WRONG_VERSION_NUMBER] wrong version number")
    '[SSL: WRONG_VERSION_NUMBER] wrong version number. Try: http://, where the server has no TLS'
    """
    speaks_none = any(words in said.lower() for words in _NO_TLS)
    return f"{said}. Try: http://, where the server has no TLS" if speaks_none else said


class CallError(Exception):
    """A try without an answer; raised by senders, never seen by users.

    Parameters
    ----------
    code : str
        A key of :data:`AGAIN` or :data:`FINAL`.
    detail : str
        What the library said.
    stale : bool
        Whether the connection was an old one that the server may just have closed: the request
        was then very likely never read.
    """

    def __init__(self, code: str, detail: str = "", *, stale: bool = False) -> None:
        self.code, self.detail, self.stale = code, detail, stale
        super().__init__(code, detail)

    @property
    def passing(self) -> bool:
        """Whether another try may succeed."""
        return self.code in AGAIN

    @property
    def meaning(self) -> str:
        """What happened, in words."""
        said = AGAIN.get(self.code) or FINAL[self.code]
        return f"{said} ({self.detail})" if self.detail else said
