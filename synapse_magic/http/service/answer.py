"""What a row gets from a service."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from synapse_magic.http.request import Outcome

UNMADE = "bad_request"
"""Code of a row of which no request could be made; nothing was sent for it."""


@dataclass(frozen=True)
class Answer:
    """What a row gets: a value, or the outcome that tells why it has none."""

    value: Any
    outcome: Outcome | None = None

    def after(self, before: Outcome | None) -> Answer:
        """Return the answer with the tries that its row had in another request counted."""
        if before is None or self.outcome is None:
            return self
        own = self.outcome
        tries, spent = before.attempts + own.attempts, before.elapsed + own.elapsed
        return Answer(self.value, replace(own, attempts=tries, elapsed=spent))
