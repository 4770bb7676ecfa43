"""What is made of a model's replies, by the params of a prompt."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from synapse_magic.errors import SynapseError, closest
from synapse_magic.http.prompt.content import Api
from synapse_magic.http.prompt.form import Form, Matched, Read, Separated, Structured, Whole
from synapse_magic.http.prompt.json_schema import json_schema
from synapse_magic.services.reply_type import reply_type, struct_of

_KINDS = {"delimiter": "csv", "jsonSchema": "json", "regex": "regex", "regexGroup": "regex"}
"""Options, and the post-processing that each is of."""


def form_of(schema: str | None, processing: str, options: Mapping[str, Any]) -> Form:
    """Return what makes values of replies.

    Parameters
    ----------
    schema : str or None
    processing : str
        ``postProcessing``; empty where it follows from the options.
    options : dict
        ``postProcessingOptions``.

    Raises
    ------
    SynapseError
        When they do not agree, or cannot be read.
    """
    kind = _kind(processing, options)
    if schema is None:
        return _FORMS[kind](options)
    if kind:
        raise SynapseError(
            f"schema and postProcessing={kind!r} both say what a reply becomes. Try: schema alone"
        )
    return Structured(reply_type(struct_of(schema, "schema"), "schema"))


def response_format(form: Form, given: Any, api: Api) -> dict[str, Any] | None:
    """Return what the server is told of the form of replies, None for nothing.

    Parameters
    ----------
    form : Form
    given : str, dict or None
        ``responseFormat``, in the shape of either interface.
    api : str
    """
    if isinstance(form, Structured):
        if given is not None:
            raise SynapseError(
                "schema and responseFormat both say what the server is told. Try: schema alone"
            )
        told = {"name": "reply", "strict": True, "schema": json_schema(form.type)}
        return _shaped({"type": "json_schema", **told}, api)
    if given is None:
        return None
    made = {"type": given} if isinstance(given, str) else dict(given)
    known = ("text", "json_object", "json_schema")
    if made.get("type") not in known:
        raise SynapseError(
            f"responseFormat must be of the type text, json_object or json_schema, got {given!r}. "
            "Try: 'json_object', or schema='city string'"
        )
    return _shaped(made, api)


def _shaped(told: dict[str, Any], api: Api) -> dict[str, Any]:
    """Return a form as an interface has it: chats put what a schema is into a dict of its own."""
    if told["type"] != "json_schema":
        return told
    inner = told.get("json_schema") or {key: told[key] for key in told if key != "type"}
    if "schema" not in inner:
        raise SynapseError(
            "responseFormat of the type json_schema holds no schema. Try: schema='city string'"
        )
    nested = api == "chat_completions"
    return {"type": "json_schema", **({"json_schema": inner} if nested else inner)}


def _kind(processing: str, options: Mapping[str, Any]) -> str:
    """Return the post-processing, by its name or by its options, which all must be its own."""
    for name in options:
        if name not in _KINDS:
            hint = closest(name, _KINDS) or f"Options: {', '.join(_KINDS)}"
            raise SynapseError(f"postProcessingOptions has no option {name!r}. {hint}")
    kind = processing or next((_KINDS[name] for name in options), "")
    other = next((name for name in options if _KINDS[name] != kind), None)
    if other is not None:
        raise SynapseError(
            f"postProcessingOptions: {other} is of postProcessing={_KINDS[other]!r}, got {kind!r}"
        )
    return kind


def _csv(options: Mapping[str, Any]) -> Form:
    delimiter = str(options.get("delimiter", ","))
    if not delimiter:
        raise SynapseError("delimiter of postProcessingOptions is empty. Try: ','")
    return Separated(delimiter)


def _json(options: Mapping[str, Any]) -> Form:
    name = "postProcessingOptions['jsonSchema']"
    given = str(_needed(options, "jsonSchema", "json", "'city string, year int'"))
    kind: pa.DataType = reply_type(struct_of(given, name), name)
    return Read(kind)


def _regex(options: Mapping[str, Any]) -> Form:
    regex = str(_needed(options, "regex", "regex", r"'(\\d+) points'"))
    try:
        groups = re.compile(regex).groups
    except re.error as error:
        raise SynapseError(f"The regex {regex!r} cannot be read: {error}") from error
    told = str(options.get("regexGroup", 0))
    if not told.isdecimal() or int(told) > groups:
        raise SynapseError(
            f"regexGroup must be a number from 0 to {groups}, the groups of {regex!r}, got {told}"
        )
    return Matched(regex, int(told))


def _needed(options: Mapping[str, Any], name: str, kind: str, example: str) -> Any:
    if name not in options:
        raise SynapseError(
            f"postProcessing={kind!r} needs {name}. Try: postProcessingOptions={{{name!r}: "
            f"{example}}}"
        )
    return options[name]


_FORMS: Mapping[str, Callable[[Mapping[str, Any]], Form]] = {
    "": lambda _: Whole(),
    "csv": _csv,
    "json": _json,
    "regex": _regex,
}
