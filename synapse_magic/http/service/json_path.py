"""Places in JSON, such as ``$.results.documents[0]['x-y']``."""

from __future__ import annotations

import re
from typing import Any, Final

from synapse_magic.errors import SynapseError

Steps = tuple[str | int, ...]
_STEP = re.compile(r"\.([A-Za-z_@][\w@-]*)|\[(-?\d+)\]|\['([^']+)'\]")


class Missing:
    """The type of :data:`missing`: nothing stands at a place."""

    def __repr__(self) -> str:
        return "missing"


missing: Final = Missing()


def steps(path: str) -> Steps:
    """Return the names and numbers on the way to a place.

    Examples
    --------
    >>> steps("$.documents[0]['x-y']")
    ('documents', 0, 'x-y')
    """
    at, found = 1, []
    while path.startswith("$") and at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            break
        name, number, quoted = step.groups()
        found.append(int(number) if number is not None else name or quoted)
        at = step.end()
    if not path.startswith("$") or at < len(path):
        raise SynapseError(
            f"The path {path!r} cannot be read: expected one such as $.a.b[0]['x-y']"
        )
    return tuple(found)


def read(value: Any, way: Steps) -> Any:
    """Return what stands at a place, :data:`missing` where nothing does.

    Examples
    --------
    >>> read({"a": [{"b": 1}]}, steps("$.a[0].b")), read({"a": []}, steps("$.a[0].b"))
    (1, missing)
    """
    for step in way:
        if isinstance(step, int):
            if not isinstance(value, list) or not -len(value) <= step < len(value):
                return missing
            value = value[step]
        else:
            if not isinstance(value, dict) or step not in value:
                return missing
            value = value[step]
    return value


def text_at(value: Any, way: Steps) -> str | None:
    """Return the text or the number at a place as text, None where there is neither."""
    found = read(value, way)
    return str(found) if isinstance(found, (str, int, float)) and found != "" else None
