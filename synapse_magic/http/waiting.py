"""How long a server asks to be left alone, read from its headers and its words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from synapse_magic.http.request import Response

_MILLISECONDS = ("retry-after-ms", "x-ms-retry-after-ms")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_AMOUNT = (
    r"(\d+(?:\.\d+)?)\s*"
    r"(ms|milliseconds?|s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?|d|days?)(?![a-z])"
)
_DURATION = re.compile(_AMOUNT, re.IGNORECASE)
_IN_WORDS = re.compile(
    rf"(?:try again|retry)\s+(?:in|after)\s+((?:{_AMOUNT}[\s,]*(?:and\s+)?)+)", re.IGNORECASE
)
_TELLING = (429, 503)
"""Statuses whose words are believed; a page about another failure may say anything."""

_TIME = 1e8
"""A reset above this is no span, which would be of three years: it is in seconds since 1970."""

_REMAINING = re.compile(r"(?:x|anthropic)-ratelimit-(?:([a-z-]+)-)?remaining(?:-([a-z-]+))?")


def retry_after(response: Response, now: float) -> float | None:
    """Return the seconds a response asks to wait, None where it does not say.

    Read in this order: milliseconds, seconds, a date (against the server's own clock where it
    tells it), and, of a 429 or 503, words such as "try again in 1m30s". A date in the past is 0.

    Parameters
    ----------
    response : Response
    now : float
        Seconds since 1970, for a date from a server that does not tell its time.

    Examples
    --------
    >>> retry_after(Response(429, "", (("Retry-After", "1.5"),)), now=0.0)
    1.5
    >>> retry_after(Response(429, "", (("retry-after-ms", "250"),)), now=0.0)
    0.25
    """
    for name in _MILLISECONDS:
        value = _number(response.header(name))
        if value is not None:
            return value / 1000
    said = response.header("retry-after")
    if said is not None:
        value = _number(said)
        return value if value is not None else _until(said, response, now)
    spoken = response.status in _TELLING and len(response.body) < 10_000
    return _in_words(response.text()) if spoken else None


def exhausted_for(headers: Iterable[tuple[str, str]], now: float) -> float:
    """Return the seconds until a used-up allowance has room again, 0 where there is room.

    By ``x-ratelimit-remaining-*`` and ``x-ratelimit-reset-*`` (or Anthropic's). An allowance
    grows back evenly until its reset, so with its size known the wait is that for one unit.

    Examples
    --------
    >>> used_up = (("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "6m0s"))
    >>> exhausted_for(used_up, now=0.0)
    360.0
    >>> exhausted_for((*used_up, ("x-ratelimit-limit-requests", "60")), now=0.0)
    6.0
    """
    named = {key.lower(): value for key, value in headers if "ratelimit" in key.lower()}
    return max((_allowance(key, named, now) for key in named), default=0.0)


def _allowance(key: str, named: dict[str, str], now: float) -> float:
    """Return the wait that a header of the kind ``remaining`` tells of, 0 for any other."""
    if not _REMAINING.fullmatch(key) or _number(named[key]) != 0:
        return 0.0
    reset = _span(named.get(key.replace("remaining", "reset"), ""), now)
    size = _number(named.get(key.replace("remaining", "limit")))
    return reset / size if size is not None and size > 1 else reset


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else None
    except ValueError:
        return None
    return value if value is not None and 0 <= value < float("inf") else None


def _until(text: str, response: Response, now: float) -> float | None:
    """Return the seconds to a date: by the server's clock, as ours may differ from it."""
    wanted = _date(text)
    if wanted is None:
        return None
    clock = _date(response.header("date") or "")
    return max(0.0, wanted - (now if clock is None else clock))


def _date(text: str) -> float | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()


def _span(text: str, now: float) -> float:
    """Return the seconds of ``6m0s``, ``20ms``, ``1.5`` or until a time, else 0.

    The time is a date of RFC 3339, or the seconds since 1970.
    """
    plain = _number(text)
    if plain is not None:
        return plain if plain < _TIME else max(0.0, plain - now)
    parts = _DURATION.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return _total(parts)
    try:
        return max(0.0, datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() - now)
    except ValueError:
        return 0.0


def _in_words(text: str) -> float | None:
    found = _IN_WORDS.search(text)
    return _total(_DURATION.findall(found[1])) if found else None


def _total(parts: Iterable[tuple[str, str]]) -> float:
    """Return the seconds of all amounts together, each a number and its unit."""
    return sum(float(number) * _unit(name.lower()) for number, name in parts)


def _unit(name: str) -> float:
    return _UNITS["ms" if name.startswith(("ms", "milli")) else name[0]]
