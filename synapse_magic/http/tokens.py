"""Tokens of a language model that a request takes: guessed before it goes, told by its answer."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Usage:
    """Tokens that were sent to a model, and that it answered with."""

    input: float = 0.0
    output: float = 0.0

    @property
    def total(self) -> float:
        """All of them."""
        return self.input + self.output


def usage(response: Response) -> Usage | None:
    """Return the tokens that an answer says were used; None where it does not say.

    Examples
    --------
    >>> usage(Response(200, "", (), b'{"usage": {"prompt_tokens": 8, "total_tokens": 30}}'))
    Usage(input=8.0, output=22.0)
    >>> usage(Response(200, "", (), b'{"usage": {"input_tokens": 8, "output_tokens": 2}}'))
    Usage(input=8.0, output=2.0)
    """
    if b'"usage"' not in response.body:
        return None
    try:
        told = json.loads(response.body)["usage"]
        sent = told.get("input_tokens", told.get("prompt_tokens"))
        back = told.get("output_tokens", told.get("completion_tokens"))
        total = told.get("total_tokens")
        total = float(sent + back if total is None else total)
        sent = float(total if sent is None else sent)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None  # what is called usage is of another form
    return Usage(sent, total - sent) if 0 <= sent <= total < math.inf else None


def used(response: Response) -> float | None:
    """Return all tokens that an answer says were used; None where it does not say.

    Examples
    --------
    >>> used(Response(200, "", (), b'{"usage": {"prompt_tokens": 8, "total_tokens": 30}}'))
    30.0
    """
    found = usage(response)
    return None if found is None else found.total
