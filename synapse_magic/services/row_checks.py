"""What a schema cannot say of a row: that its parts agree with each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synapse_magic.errors import SynapseError, closest
from synapse_magic.http.service.conform import MisfitError, conform
from synapse_magic.http.service.ddl import arrow_type
from synapse_magic.http.service.service import service_of
from synapse_magic.http.service.template import names

IMPLIED = ("location",)
"""Names that templates may use without a param in the row."""

_OF_BATCHES = ("items", "index")


def check_row(row: Mapping[str, Any], where: str) -> None:
    """Raise unless the templates, types and example of a row fit its params.

    Raises
    ------
    SynapseError
        With the row and the key.
    """
    _check_types(row, where)
    _check_names(row, where)
    _check_addresses(row, where)
    _check_batch(row, where)
    _check_price(row.get("price") or {}, where)
    _check_example(row, where)
    _read("response", lambda: service_of(row), where)


def _check_types(row: Mapping[str, Any], where: str) -> None:
    for name, told in row["params"].items():
        kind = _read(f"params.{name}.type", lambda: arrow_type(told["type"]), where)  # noqa: B023
        if "default" in told:
            _fits(kind, told["default"], f"{where}, params.{name}.default")
    _read("response.type", lambda: arrow_type(row["response"]["type"]), where)


def _check_names(row: Mapping[str, Any], where: str) -> None:
    """Raise unless each template asks for params alone, and each param is asked for."""
    params = row["params"]
    used: set[str] = set()
    for key in ("endpoint", "path", "query", "headers", "body", "batch"):
        own = set(names(row.get(key)))
        if row.get("content") == "binary" and key == "body" and not own:
            own = {str(row.get("body"))}
        allowed = {*params, *IMPLIED, *(_OF_BATCHES if row.get("batch") else ())}
        for name in sorted(own - allowed):
            hint = closest(name, allowed) or f"Params: {', '.join(params) or 'none'}"
            raise SynapseError(f"{where}, {key}: there is no param {name!r}. {hint}")
        used |= own
    idle = [name for name in params if name not in used]
    if idle:
        raise SynapseError(
            f'{where}, params: {idle[0]!r} is in no template. Try: "${{{idle[0]}}}" in body, '
            "query, headers or path"
        )


def _check_addresses(row: Mapping[str, Any], where: str) -> None:
    """Raise unless the addresses that are made of no params ask for what they are given alone."""
    place = (row.get("async") or {}).get("location")
    address = place["address"] if isinstance(place, Mapping) else None
    made = (("async.location.address", address, "id"), ("custom", row.get("custom"), "name"))
    for key, told, name in made:
        if told is not None and set(names(told)) != {name}:
            raise SynapseError(f'{where}, {key}: expected "${{{name}}}" in it alone, got {told!r}')


def _check_batch(row: Mapping[str, Any], where: str) -> None:
    batched, listed = bool(row.get("batch")), "items" in row["response"]
    if batched != listed:
        lacking = "response.items" if batched else "batch"
        raise SynapseError(
            f"{where}: batch and response.items go together, and {lacking} is missing"
        )
    if batched and "items" not in set(names(row.get("body"))):
        raise SynapseError(
            f'{where}, body: a batch goes where "${{items}}" stands, which is nowhere'
        )


def _check_price(price: Mapping[str, Any], where: str) -> None:
    if isinstance(price.get("dollars"), Mapping) and price["unit"] != "token":
        raise SynapseError(
            f"{where}, price.dollars: input and output are for tokens, and the unit is "
            f"{price['unit']}. Try: one number"
        )


def _check_example(row: Mapping[str, Any], where: str) -> None:
    example, params = row["example"], row["params"]
    for name, value in example["given"].items():
        if name not in params:
            hint = closest(name, params)
            raise SynapseError(f"{where}, example.given: there is no param {name!r}. {hint}")
        if not isinstance(value, bytes):
            _fits(arrow_type(params[name]["type"]), value, f"{where}, example.given.{name}")
    for name, told in params.items():
        if told.get("required") and name not in example["given"] and "default" not in told:
            raise SynapseError(f"{where}, example.given: {name!r} is required, and missing")
    if ("polls" in example) != bool(row.get("async")):
        raise SynapseError(f"{where}, example: polls are for rows with async, which all need them")
    if row["response"].get("content", "json") == "json":
        kind = arrow_type(row["response"]["type"])
        _fits(kind, example["output"], f"{where}, example.output")


def _fits(kind: Any, value: Any, place: str) -> None:
    try:
        conform(kind, value)
    except MisfitError as error:
        raise SynapseError(f"{place}: {error}") from error


def _read(key: str, read: Any, where: str) -> Any:
    try:
        return read()
    except SynapseError as error:
        raise SynapseError(f"{where}, {key}: {error}") from error
