"""Tokens of a language model that a request takes: guessed before it goes, told by its answer."""

from __future__ import annotations

import json
import math

from synapse_magic.http.request import Request, Response

_BYTES = 4.0
"""Bytes of a body for one token, as English text has them."""


def expected(request: Request) -> float:
    """Return the tokens that a request will take, by the length of its body.

    Examples
    --------
    >>> expected(Request("POST", "http://localhost/", (), b"four bytes a token"))
    4.5
    """
    return max(1.0, len(request.body or b"") / _BYTES)


def used(response: Response) -> float | None:
    """Return the tokens that an answer says were used; None where it does not say.

    Examples
    --------
    >>> used(Response(200, "", (), b'{"usage": {"prompt_tokens": 8, "total_tokens": 30}}'))
    30.0
    >>> used(Response(200, "", (), b'{"usage": {"input_tokens": 8, "output_tokens": 2}}'))
    10.0
    """
    if b'"usage"' not in response.body:
        return None
    try:
        usage = json.loads(response.body)["usage"]
        total = usage.get("total_tokens")
        count = float(usage["input_tokens"] + usage["output_tokens"] if total is None else total)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None  # what is called usage is of another form
    return count if 0 <= count < math.inf else None
