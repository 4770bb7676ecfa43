"""What the views of texts and of images share: outputs, a scale, facts and failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from synapse_magic.views.failures import Failures, failure_table
from synapse_magic.views.parts import Whole, strongest
from synapse_magic.views.view import View


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PartsView(View):
    """Explained rows that have parts of their own.

    Attributes
    ----------
    outputs : tuple of str
        What is explained.
    scale : str
        What the values add up to, in words.
    method : str
    facts : tuple of (str, bool or None)
        Short words on method, rows, seed and trust, shown as badges: words, whether good.
    failures : tuple of (int, str)
        Rows that could not be explained, and why.
    first : int
        Position of the output that is shown first.
    """

    outputs: tuple[str, ...]
    scale: str
    method: str
    facts: tuple[tuple[str, bool | None], ...] = ()
    failures: Failures = ()
    first: int = 0

    def numbers(self) -> str:
        """Return the foldable tables: of the numbers, and of what could not be explained."""
        return super().numbers() + failure_table(self.failures)

    def note(self) -> str:
        """Return how the picture is read."""
        raise NotImplementedError(f"{type(self).__name__} has no note")

    def shared_payload(self, wholes: Sequence[Whole]) -> dict[str, Any]:
        """Return what the data of both interactive views hold beside the parts themselves."""
        return {
            "total": len(wholes),
            "outputs": self.outputs,
            "top": strongest(wholes, len(self.outputs)),
            "scale": self.scale,
            "method": self.method,
            "facts": [list(fact) for fact in self.facts],
            "first": self.first,
            "note": self.note(),
        }
