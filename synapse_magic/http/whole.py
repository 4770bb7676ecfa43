"""Whether a reply that is to be JSON came whole."""

from __future__ import annotations

import json

_READ = 2**16
_AROUND = b" \t\r\n\xef\xbb\xbf"


def broken_json(body: bytes) -> bool:
    """Return whether a body begins as JSON, and is none: half of it, very likely.

    Of a large one only its end is looked at, since it will be read whole anyway.

    Examples
    --------
    >>> broken_json(b'{"half": '), broken_json(b'{"whole": 1}'), broken_json(b"<html>")
    (True, False, False)
    """
    text = body.strip(_AROUND)
    if not text.startswith((b"{", b"[")):
        return False
    if len(text) > _READ:
        return not text.endswith((b"}", b"]"))
    try:
        json.loads(text)
    except ValueError:
        return True
    except RecursionError:  # whole, as far as is known
        return False
    return False
