"""YAML read strictly: a key twice is an error, and a date is the text that stands there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from synapse_magic.errors import SynapseError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DATE = "tag:yaml.org,2002:timestamp"


class _Loader(_Base):
    """A safe loader without dates, and without keys that silently win over others."""

    yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] != _DATE]
        for first, pairs in _Base.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((key for place, key in enumerate(keys) if key in keys[:place]), None)
        if twice is not None:
            raise SynapseError(f"line {node.start_mark.line + 1}: the key {twice!r} is there twice")
        return super().construct_mapping(node, deep)


def read_yaml(place: Path) -> Any:
    """Return what a YAML file holds.

    Raises
    ------
    SynapseError
        When there is no such file, or it is no YAML, with the line.
    """
    try:
        text = place.read_text(encoding="utf-8")
    except OSError as error:
        raise SynapseError(f"{place} cannot be read: {error.strerror}") from error
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise SynapseError(f"{place} is no YAML: {' '.join(str(error).split())}") from error
    except SynapseError as error:
        raise SynapseError(f"{place}, {error}") from error
