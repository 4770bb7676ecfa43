"""Which names the table of services has, found without reading it: the root asks at import.

Each row begins with ``- name: TheName`` at the start of a line. So a row is public the moment it is
written, and importing the package reads a few files as text and loads nothing.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, Mapping
from pathlib import Path

PLACE = "services.declared"
"""The module that hands the stages of rows out."""

FOLDER = Path(__file__).parent / "rows"
_ROW = re.compile(rb"^- name: *([A-Za-z]\w*)", re.MULTILINE)


def _scan() -> dict[str, Path]:
    return {
        found.decode(): place
        for place in sorted(FOLDER.glob("*.yaml"))
        for found in _ROW.findall(place.read_bytes())
    }


files: dict[str, Path] = _scan()
"""The file of each row that is known."""

_places: dict[str, str] = dict.fromkeys(files, PLACE)
_others: Mapping[str, str] = {}


def with_rows(others: dict[str, str]) -> Mapping[str, str]:
    """Return a table of public names with those of rows, and of all rows loaded later."""
    global _others
    _others = others
    return ChainMap(others, _places)


def add(names: Iterable[str], place: Path) -> None:
    """Make the rows of a user's file public.

    Raises
    ------
    SynapseError
        When a name is that of something else.
    """
    from synapse_magic.errors import SynapseError  # here, as the root imports this module

    chosen = list(names)
    for name in chosen:
        if name in _others or files.get(name, place) != place:
            own = name in _others or files[name].parent == FOLDER
            whose = "that comes with the package" if own else f"of {files[name]}"
            raise SynapseError(
                f"{place}: {name} is the name of another stage, {whose}. "
                "Try: another name for the row"
            )
    files.update(dict.fromkeys(chosen, place))
    _places.update(dict.fromkeys(chosen, PLACE))
