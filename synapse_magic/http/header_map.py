"""Headers by their names, of which case does not matter."""

from __future__ import annotations

from collections.abc import Iterable

from requests.structures import CaseInsensitiveDict


def joined(headers: Iterable[tuple[str, str]]) -> CaseInsensitiveDict[str]:
    """Return headers with each name once; more values of a name are a list of them.

    Examples
    --------
    >>> joined([("Accept", "a"), ("ACCEPT", "b")])["accept"]
    'a, b'
    """
    found: CaseInsensitiveDict[str] = CaseInsensitiveDict()
    for name, value in headers:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
