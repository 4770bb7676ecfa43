"""What the names and the values of headers can hold."""

from __future__ import annotations

import re

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def is_name(text: str) -> bool:
    """Return whether a header can have this name.

    Examples
    --------
    >>> is_name("X-Api-Key"), is_name("X Api Key")
    (True, False)
    """
    return _NAME.fullmatch(text) is not None


def wrong_value(text: str) -> str:
    """Return what a value holds that no header takes, in words; empty where there is nothing.

    Examples
    --------
    >>> wrong_value("Zürich"), wrong_value("Zurich")
    ('a letter beyond ASCII, which no header takes', '')
    """
    if not text.isprintable():
        return "a line break or another sign that no header takes"
    return "" if text.isascii() else "a letter beyond ASCII, which no header takes"


def wrong_header(name: str, value: str | None) -> str:
    """Return what is wrong with a header of a request, in words; empty where nothing is.

    Examples
    --------
    >>> wrong_header("X Key", "1")
    'has a name that no header has'
    """
    if not name or value is None:
        return "has no name or no value"
    if not is_name(name):
        return "has a name that no header has"
    held = wrong_value(value.replace("\t", " "))  # which headers take
    return f"holds {held}" if held else ""
