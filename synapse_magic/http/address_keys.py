"""Keys that stand in an address: in its query, or before its host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

SECRET_NAME = re.compile(
    r"authorization|cookie|password|passwd|credential|client[-_]?secret|signature$"
    r"|(api|access|subscription|functions|account|auth|private|master)[-_]?(key|token)$"
    r"|^(pwd|sig|auth)$",
    re.IGNORECASE,
)
"""Names of headers and of parts of a query that hold secrets, whoever asks for what."""

MAYBE_SECRET_NAME = re.compile(r"^(x-)?(key|code|token|secret)$", re.IGNORECASE)
"""Names that hold secrets in most addresses, and in others what is asked for."""

_PAIR = re.compile(r"(?<=[?&])([^=&#]+)=([^&#]+)")
_PASSWORD = re.compile(r"(?:(?<=://)|^[\s/]*)[^/?#:]*:([^/?#]+)@")


class Key(NamedTuple):
    """A key within an address: what it is called, and from where to where it stands."""

    name: str
    start: int
    end: int


def keys_in(text: str) -> list[Key]:
    """Return the keys in an address in their order; none where the text is no address.

    Examples
    --------
    >>> [key.name for key in keys_in("https://me:pass@host/mood?code=a1&text=fine&sig=b2")]
    ['password', 'code', 'sig']
    >>> keys_in("the code=a1")
    []
    """
    if not re.match(r"https?://", text, re.IGNORECASE):
        return []
    return sorted(_found(text), key=lambda key: key.start)


def without_keys(text: str) -> str:
    """Return an address with a mask for each key in it, and any other text as it is.

    Examples
    --------
    >>> without_keys("https://host/mood?code=a1&text=fine")
    'https://host/mood?code=***&text=fine'
    """
    return masked_address(text) if keys_in(text) else text


def masked_address(text: str) -> str:
    """Return what is meant for an address with a mask for each key, also where it is none.

    Examples
    --------
    >>> masked_address(" me:p@ss@host/mood?code=a1")
    ' me:***@host/mood?code=***'
    """
    for key in sorted(_found(text), key=lambda key: key.start, reverse=True):
        text = f"{text[: key.start]}***{text[key.end :]}"
    return text


def _found(text: str) -> Iterator[Key]:
    password = _PASSWORD.search(text)
    if password is not None:
        yield Key("password", *password.span(1))
    for pair in _PAIR.finditer(text):
        name = pair[1].strip()
        if SECRET_NAME.search(name) or MAYBE_SECRET_NAME.search(name):
            yield Key(name, *pair.span(2))
