"""What the notebook remembers of the objects that its verbs made."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from synapse_magic.language.context import Made, Origin
from synapse_magic.language.program import Program

LONGEST = 200
"""Objects remembered at once; the oldest are forgotten first."""


class SavedAt(NamedTuple):
    """When a model was saved, in seconds since 1970, and where on this machine; None elsewhere."""

    when: float
    local: Path | None


@dataclass(frozen=True)
class Remembered:
    """One object with how it was made and, for a trained model, what it was made from."""

    value: Any
    made: Made
    origin: Origin | None = None


class Memory:
    """Remembers frames and models by identity, and the program that ran last."""

    def __init__(self) -> None:
        self._objects: OrderedDict[int, Remembered] = OrderedDict()
        self.last: Made | None = None
        self.session: Made | None = None
        self.saved: dict[str, SavedAt] = {}
        """Paths to which models were saved."""

    def started(self, program: Program, variables: Mapping[str, Any]) -> None:
        """Keep how the session was started, for the scripts that are exported."""
        self.session = Made(program, _used(program, variables))

    def remember(
        self,
        value: Any,
        program: Program,
        variables: Mapping[str, Any],
        part: str | None = None,
        origin: Origin | None = None,
    ) -> None:
        """Keep how ``value`` was made: by which program, from which variables."""
        used = _used(program, variables)
        self.last = Made(program, used, part)
        if any(value is given for given in used.values()):
            return  # handed through, as the rows of a training without a split: not made here
        self._objects[id(value)] = Remembered(value, self.last, origin)
        while len(self._objects) > LONGEST:
            self._objects.popitem(last=False)

    def made_by(self, value: Any) -> Made | None:
        """Return how an object was made, or None."""
        found = self._objects.get(id(value))
        return found.made if found is not None and found.value is value else None

    def origin(self, model: Any) -> Origin | None:
        """Return what a model was trained from, or None."""
        found = self._objects.get(id(model))
        return found.origin if found is not None and found.value is model else None


def _used(program: Program, variables: Mapping[str, Any]) -> dict[str, Any]:
    names = [parameter.variable for parameter in program.parameters]
    return {name: variables[name] for name in names if name is not None}
