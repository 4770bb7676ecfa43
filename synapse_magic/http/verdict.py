"""What a try came to: success, try again, never, too fast, too many at once, or quota gone."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Literal

from synapse_magic.http.failure import CallError
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Request, Response
from synapse_magic.http.waiting import retry_after
from synapse_magic.http.whole import broken_json

Kind = Literal["good", "again", "final", "fast", "crowded", "quota"]

QUOTA = (
    "insufficient_quota",
    "billing_hard_limit_reached",
    "capacitylimitexceeded",
    "exceeded your current quota",
    "out of call volume quota",
)
"""Words by which services say that waiting does not help: the account has no more to spend."""

CROWDED = ("concurren", "simultaneous")
"""Words by which services say that too many requests run at once, not too many a second."""

TOO_LARGE = "request_too_large"
"""Code of a request that takes more than a whole minute's tokens: no waiting makes it fit."""

_TOO_LARGE = "request too large"
_BUSY = (503, 529)
_READ = 4096
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one try says about the request, and about the ones beside it.

    Attributes
    ----------
    kind : str
        ``good``; ``again`` and ``final``, failures that may and will not pass; ``fast`` and
        ``crowded``, throttled for the rate and for the number in flight; ``quota``, used up.
    code, message : str
        Why it is no success; empty where it is one.
    response : Response or None
    wait : float or None
        Seconds that the server asked for.
    alive : bool
        Whether the endpoint answered as one that works.
    stale : bool
        Whether an old connection was at fault.
    """

    kind: Kind
    code: str = ""
    message: str = ""
    response: Response | None = None
    wait: float | None = None
    alive: bool = True
    stale: bool = False

    @property
    def throttled(self) -> bool:
        """Whether the server wants fewer requests, and nothing is wrong with this one."""
        return self.kind in ("fast", "crowded")

    @property
    def crowded(self) -> bool:
        """Whether fewer requests at once may help."""
        busy = self.response is not None and self.response.status in _BUSY
        return self.kind == "crowded" or busy


def of_response(policy: Policy, request: Request, response: Response) -> Verdict:
    """Return what an answer comes to."""
    if policy.succeeds(response.status):
        if policy.json and broken_json(response.body):
            return _broken(request, response)
        return Verdict("good", response=response)
    said = _start(response)
    if response.status in (402, 403, 429) and any(word in said.lower() for word in QUOTA):
        return _failed("quota", "quota_gone", request, response)
    if response.status == 429 and _TOO_LARGE in said.lower():
        return _failed("final", TOO_LARGE, request, response)
    if not policy.tries_again(response.status):
        return _failed("final", f"http_{response.status}", request, response)
    kind: Kind = "again"
    if response.status == 429:
        kind = "crowded" if any(word in said.lower() for word in CROWDED) else "fast"
    elif response.status in _BUSY and _asked(response) is not None:
        kind = "crowded"
    code = "throttled" if kind != "again" else f"http_{response.status}"
    return _failed(kind, code, request, response)


def of_failure(request: Request, failure: CallError) -> Verdict:
    """Return what a try without an answer comes to."""
    message = f"{request.method} {request.place}: {failure.meaning}"
    return Verdict(
        "again" if failure.passing else "final",
        failure.code,
        message,
        alive=failure.stale or not failure.passing,
        stale=failure.stale,
    )


def _failed(kind: Kind, code: str, request: Request, response: Response) -> Verdict:
    return Verdict(
        kind,
        code,
        _sentence(request, response),
        response,
        wait=_asked(response) if kind in ("again", "fast", "crowded") else None,
        alive=kind == "crowded" or response.status not in (502, 503, 504),
    )


def _broken(request: Request, response: Response) -> Verdict:
    told = f"{_first(request, response)}: its JSON is broken after {len(response.body):,} bytes"
    return Verdict("again", "broken_body", told, response)


def _asked(response: Response) -> float | None:
    return retry_after(response, time.time())


def _sentence(request: Request, response: Response) -> str:
    first, said = _first(request, response), _told(response)
    return f"{first}: {said}" if said else first


def _first(request: Request, response: Response) -> str:
    return f"{request.method} {request.place}: {response.status} {response.reason}".rstrip()


def _told(response: Response) -> str:
    """Return the service's own words: the message in its JSON, or how its text begins."""
    text = _start(response).strip()
    try:
        found = _message_in(json.loads(response.body))
    except (ValueError, RecursionError):  # no JSON, or nested too deeply
        found = None
    shown = " ".join((found or text).split())
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "..."


def _message_in(value: Any) -> str | None:
    """Return ``error.message``, ``error`` or ``message``, as most services have it."""
    if not isinstance(value, dict):
        return None
    inner = value.get("error", value)
    if isinstance(inner, dict):
        inner = inner.get("message")
    return inner if isinstance(inner, str) else None


def _start(response: Response) -> str:
    return response.body[:_READ].decode("utf-8-sig", errors="replace")
