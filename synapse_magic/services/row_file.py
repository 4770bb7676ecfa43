"""Files of rows: read, completed with what their rows have in common, and checked."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from synapse_magic.errors import SynapseError, closest
from synapse_magic.http.service.template import names
from synapse_magic.services.row_checks import check_row
from synapse_magic.services.yaml_file import read_yaml

Row = dict[str, Any]
_TOGETHER = ("query", "headers", "limits", "errors")
_TEMPLATES = ("endpoint", "path", "query", "headers", "body", "batch")


def read_rows(place: Path) -> list[Row]:
    """Return the rows of a file, each with what the file says for all of them.

    Raises
    ------
    SynapseError
        For what is not as it must be, with the file, the row and the key.
    """
    content = read_yaml(place)
    _check("file", content, str(place))
    shared = content.get("service") or {}
    rows = [_whole(row, shared, content["family"]) for row in content["rows"]]
    for row in rows:
        where = f"{place}, row {row.get('name', '?')}"
        _check("row", row, where)
        if row["status"] != "retired":
            check_row(row, where)
    twice = [r["name"] for n, r in enumerate(rows) if r["name"] in [o["name"] for o in rows[:n]]]
    if twice:
        raise SynapseError(f"{place}: the row {twice[0]} is there twice. Try: another name")
    return rows


def used_names(row: Mapping[str, Any]) -> set[str]:
    """Return the names that the templates of a row ask for."""
    used = {name for key in _TEMPLATES for name in names(row.get(key))}
    if row.get("content") == "binary" and isinstance(row.get("body"), str):
        used.add(row["body"])
    return used - {"items", "index"}


def _whole(row: Row, shared: Row, family: str) -> Row:
    """Return a row with what it does not say itself; of the common params those that it uses."""
    own = {key: value for key, value in row.items() if value is not None}
    if own.get("status") == "retired":
        return {"family": family, **own}
    made = {"family": family, **{k: v for k, v in shared.items() if k != "params"}, **own}
    for key in _TOGETHER:
        if isinstance(shared.get(key), dict) and isinstance(own.get(key), dict):
            made[key] = {**shared[key], **own[key]}
    common, params = shared.get("params") or {}, own.get("params") or {}
    if isinstance(common, dict) and isinstance(params, dict):
        used = used_names(made)
        made["params"] = {**{n: p for n, p in common.items() if n in used}, **params}
    return made


def _check(part: str, value: Any, where: str) -> None:
    """Raise the first thing that the schema says against a value, in words."""
    found = sorted(_validator(part).iter_errors(value), key=lambda each: list(map(str, each.path)))
    if found:
        told = next(_told(each) for each in found)
        raise SynapseError(f"{where}{told}")


def _told(error: Any) -> str:
    """Return the key, what was expected there and what stands there."""
    worst = max((error, *_inner(error)), key=lambda each: len(each.absolute_path))
    key = ".".join(str(step) for step in worst.absolute_path)
    place = f", {key}" if key else ""
    if worst.validator == "additionalProperties" and isinstance(worst.schema, dict):
        known = worst.schema.get("properties", {})
        extra = [name for name in worst.instance if name not in known]
        hint = closest(str(extra[0]), known) or f"Expected one of {', '.join(known)}"
        return f"{place}: there is no key {extra[0]!r}. {hint}"
    if worst.validator == "enum":
        hint = closest(str(worst.instance), map(str, worst.validator_value))
        expected = ", ".join(map(str, worst.validator_value))
        return f"{place}: expected one of {expected}, got {worst.instance!r}. {hint}".rstrip()
    if worst.validator == "required":
        missing = [name for name in worst.validator_value if name not in worst.instance]
        return f"{place}: the key {missing[0]!r} is missing"
    if worst.validator == "pattern" and "doc" in key + str(worst.path):
        return f"{place}: expected a sentence that ends with a full stop, got {worst.instance!r}"
    if worst.validator == "pattern" and key in ("endpoint", "custom"):
        expected = "an address that begins with https:// or http:// and a host"
        return f"{place}: expected {expected}, got {worst.instance!r}"
    return f"{place}: {worst.message[:300]}"


def _inner(error: Any) -> Iterator[Any]:
    for each in error.context or ():
        yield each
        yield from _inner(each)


@functools.cache
def _validator(part: str) -> Any:
    from jsonschema import Draft202012Validator

    text = (Path(__file__).parent / "row_schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    return Draft202012Validator({"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]})
