"""How numbers, levels and long names are written in every view, so that all of them agree."""

from __future__ import annotations

import datetime
import html
import math
import re
import unicodedata
from typing import SupportsFloat

MINUS = "\N{MINUS SIGN}"
MISSING = "missing"
_NARROW = frozenset("iIjlrtf.,:;'|!()[]{} ")
_WIDE = frozenset("mwMW@%&")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def escape(words: object) -> str:
    """Return ``words`` as text that is safe in HTML and XML elements and quoted attributes.

    What no page may hold (control characters, halves of letters) becomes a replacement character.
    """
    return html.escape(_CONTROL.sub("\ufffd", str(words)), quote=True).replace("`", "&#96;")


def plain(words: object) -> str:
    """Return ``words`` as text for matplotlib: no mathematics, no letters it cannot take."""
    return _CONTROL.sub("\ufffd", str(words)).replace("$", r"\$")


def number(value: SupportsFloat | None) -> str:
    """Return a number for people: three significant digits, thousands separated, a true minus.

    Examples
    --------
    >>> number(1234567), number(0.012345), number(None)
    ('1,234,567', '0.0123', 'missing')
    """
    if value is None or math.isnan(float(value)):
        return MISSING
    x = float(value)
    if math.isinf(x):
        return "\N{INFINITY}" if x > 0 else MINUS + "\N{INFINITY}"
    if x == 0:
        return "0"
    size = abs(x)
    if size >= 1e12 or size < 1e-4:
        head, power = f"{x:.2e}".split("e")
        words = f"{float(head):g}e{int(power)}"
    elif size >= 999.5 or (x == int(x)):
        words = f"{x:,.0f}"
    else:
        words = f"{x:.3g}"
    return words.replace("-", MINUS)


def signed(value: float) -> str:
    """Return a number with its sign always written, as the effects of features are.

    Examples
    --------
    >>> signed(0.25)
    '+0.25'
    """
    words = number(value)
    return "+" + words if value > 0 else words


def share(part: float, whole: float) -> str:
    """Return ``part`` of ``whole`` in per cent: '12.5 %', and '< 0.1 %' where it would read 0."""
    if not whole:
        return "0 %"
    percent = 100 * part / whole
    if 0 < percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.3g} %" if percent < 99.95 or part == whole else "> 99.9 %"


def cell(value: object) -> str:
    """Return one value of a table or a row for display: numbers as :func:`number`, rest as text."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) or hasattr(value, "__float__"):
        return number(value)
    if isinstance(value, (datetime.date, datetime.datetime)):
        return (
            value.isoformat(sep=" ") if isinstance(value, datetime.datetime) else value.isoformat()
        )
    return str(value)


def data(value: object) -> str:
    """Return one value of a frame: whole numbers in full, others to six digits at least.

    Examples
    --------
    >>> data(2024), data(0.1 + 0.2), data("2024")
    ('2024', '0.3', '2024')
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return cell(value)
    words = repr(value)
    if isinstance(value, float) and len(words) > 10:
        words = f"{value:.6g}"
    return words.replace("-", MINUS)


def width(words: str, size: float) -> float:
    """Return about how wide ``words`` are in pixels in a proportional font of ``size`` pixels."""
    total = 0.0
    for letter in words:
        if unicodedata.east_asian_width(letter) in "WF":
            total += 1.0
        elif letter in _NARROW:
            total += 0.34
        elif letter in _WIDE or letter.isupper():
            total += 0.78 if letter in _WIDE else 0.68
        else:
            total += 0.56
    return total * size


def shorten(words: str, room: float, size: float) -> str:
    """Return ``words``, cut in the middle with an ellipsis where they are wider than ``room``.

    The middle goes, since names that differ do so at their ends.
    """
    most = 2 + int(4 * room / size)  # more letters than that fit at no width
    if len(words) > 3 * most:
        words = words[: 2 * most] + " " + words[-most:]
    words = " ".join(words.split()) or "\N{OPEN BOX}"
    if width(words, size) <= room:
        return words
    keep = len(words)
    while keep > 2 and width(words[:keep], size) > room - 0.8 * size:
        keep -= 1
    head = (keep * 2 + 2) // 3
    tail = keep - head
    return (
        words[:head].rstrip() + "\N{HORIZONTAL ELLIPSIS}" + (words[-tail:].lstrip() if tail else "")
    )


def plural(count: int, noun: str) -> str:
    """Return '1 row' or '1,234 rows'."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
