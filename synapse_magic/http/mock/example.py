"""The example of a described service, played by the mock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from synapse_magic.http.mock.ledger import Seen
from synapse_magic.http.mock.replies import Reply

_ADDRESSES = ("operation-location", "location", "azure-asyncoperation")


def script(example: Mapping[str, Any], base: str) -> Callable[[Seen], Reply]:
    """Return what answers requests as an example says: its reply first, and then its polls.

    Addresses of operations lead back to the mock, whichever host they name, and the text
    ``${mock}`` in replies is the mock's own address. The last poll is given ever after.

    Parameters
    ----------
    example : dict
        With ``request``, ``reply`` and, for an operation, ``polls``.
    base : str
        Address of the mock.
    """
    first = _reply(example["reply"], base)
    polls = [_reply(each, base) for each in example.get("polls", ())]

    def answer(seen: Seen) -> Reply:
        if not polls or (seen.method == example["request"]["method"] and seen.method != "GET"):
            return first
        return polls.pop(0) if len(polls) > 1 else polls[0]

    return answer


def _reply(told: Mapping[str, Any], base: str) -> Reply:
    headers = {
        name: _here(value, base) if name.lower() in _ADDRESSES else value
        for name, value in told.get("headers", {}).items()
    }
    return Reply(told["status"], _rebased(told.get("body", b""), base), headers)


def _here(address: str, base: str) -> str:
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return base + path if parts.netloc else address


def _rebased(value: Any, base: str) -> Any:
    if isinstance(value, dict):
        return {name: _rebased(each, base) for name, each in value.items()}
    if isinstance(value, list):
        return [_rebased(each, base) for each in value]
    return value.replace("${mock}", base) if isinstance(value, str) else value
