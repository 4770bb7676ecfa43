"""What is asked, what is answered, and what became of it: plain values that travel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

Headers = tuple[tuple[str, str], ...]
_READING = ("GET", "HEAD")
_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True)
class Request:
    """One call to be made.

    Its text leaves out what may be secret: headers, body and the query of the address.

    Attributes
    ----------
    method, url : str
    headers : tuple of (name, value)
    body : bytes or None

    Examples
    --------
    >>> Request("GET", "http://localhost/a?key=secret").place
    'http://localhost/a'
    """

    method: str
    url: str
    headers: Headers = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)

    @property
    def place(self) -> str:
        """The address without its query, user and password, fit for messages."""
        parts = _parts(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what limits and failures are counted by.

        A port that the scheme implies is left out.
        """
        parts = _parts(self.url)
        host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
        return host.removesuffix(_PORTS.get(parts.scheme, ""))

    @property
    def reads(self) -> bool:
        """Whether it only reads, as the question for an operation does that another began."""
        return self.method in _READING

    def __repr__(self) -> str:
        return f"Request({self.method} {self.place})"


@dataclass(frozen=True, slots=True)
class Response:
    """One answer: status, reason, headers and the whole body, decompressed."""

    status: int
    reason: str
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    version: tuple[int, int] = (1, 1)

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever the case of its name; None without one."""
        return header(self.headers, name)

    def text(self) -> str:
        """Return the body as text, with a mark for each byte that is none."""
        return self.body.decode("utf-8-sig", errors="replace")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: an answer, or why there is none that counts.

    Attributes
    ----------
    response : Response or None
        The last answer, of whatever status; None where none came.
    attempts : int
        How often it was sent.
    elapsed : float
        Seconds from the start of the first try, with all waiting, to the end.
    code : str
        One word that says what went wrong, such as ``http_404`` or ``timeout``; empty for success.
    message : str
        The same as a sentence; empty for success.
    """

    response: Response | None
    attempts: int
    elapsed: float
    code: str = ""
    message: str = ""

    @property
    def good(self) -> bool:
        """Whether the answer counts as a success."""
        return not self.code


def header(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """Return the value of the first header of this name, whatever its case; None without one."""
    folded = name.lower()
    return next((value for key, value in headers if key.lower() == folded), None)


def _parts(url: str) -> SplitResult:
    """Return the parts of an address, all empty where it is none: senders then refuse it."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")
