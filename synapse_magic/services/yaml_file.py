"""YAML read strictly: a key twice is an error, and a date is the text that stands there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from synapse_magic.errors import SynapseError

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DATE = "tag:yaml.org,2002:timestamp"


class _Loader(_Base):
    """A safe loader without dates, and without keys that silently win over others.

    Keys are looked at before anything is merged (``<<``), where winning over others is the aim.
    """

    yaml_implicit_resolvers = {
        first: [pair for pair in pairs if pair[0] != _DATE]
        for first, pairs in _Base.yaml_implicit_resolvers.items()
    }

    def get_single_data(self) -> Any:
        node = self.get_single_node()
        _require_keys_once(node, set())
        return self.construct_document(node) if node is not None else None


def _require_keys_once(node: Any, seen: set[int]) -> None:
    """Raise where a mapping at or below a node has a key twice; each node is looked at once."""
    if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
        return
    seen.add(id(node))
    inner = node.value
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        twice = next((key for place, key in enumerate(keys) if key in keys[:place]), None)
        if twice is not None:
            raise SynapseError(f"line {node.start_mark.line + 1}: the key {twice!r} is there twice")
        inner = [value for _, value in node.value]
    for each in inner:
        _require_keys_once(each, seen)


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
