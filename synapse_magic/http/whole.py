"""Whether a reply that is to be JSON came whole."""

from __future__ import annotations

import json
import re

_READ = 2**16
_WORDS = ("true", "false", "null", "NaN", "Infinity", "-Infinity")
_HALF = re.compile(r"\.|[eE][+-]?|u[0-9a-fA-F]{0,4}")  # of a number, and of an escaped sign
_AROUND = b" \t\r\n\xef\xbb\xbf"


def broken_json(body: bytes) -> bool:
    """Return whether a body is JSON that ends too early.

    What is no JSON in its midst came as it was sent, and no other try makes it better. Of a large
    one only its end is looked at, since it will be read whole anyway.

    Examples
    --------
    >>> broken_json(b'{"half": '), broken_json(b'{"whole": 1}'), broken_json(b"<html>")
    (True, False, False)
    >>> broken_json(b"[ERROR] quota")
    False
    """
    text = body.strip(_AROUND)
    if not text.startswith((b"{", b"[")):
        return False
    if len(text) > _READ:
        return not text.endswith((b"}", b"]"))
    try:
        json.loads(text)
    except UnicodeDecodeError as failure:
        return failure.reason == "unexpected end of data"
    except json.JSONDecodeError as failure:
        return _cut(failure)
    except RecursionError:  # whole, as far as is known
        return False
    return False


def _cut(failure: json.JSONDecodeError) -> bool:
    """Return whether a text could not be read for its end: more could make it whole."""
    if failure.msg.startswith("Unterminated string"):
        return True
    left = failure.doc[failure.pos :]
    return bool(_HALF.fullmatch(left)) or any(word.startswith(left) for word in _WORDS)
