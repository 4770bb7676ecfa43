"""What a model said, read from the replies of the two interfaces of OpenAI's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from synapse_magic.http.prompt.content import Api
from synapse_magic.http.prompt.usage import Usage
from synapse_magic.http.service.ddl import arrow_type

End = Literal["", "length", "content_filter"]

TYPES: Mapping[Api, pa.DataType] = {
    "chat_completions": arrow_type(
        "struct<id:string, choices:array<struct<finish_reason:string, message:struct<"
        "content:string, refusal:string>>>, usage:struct<prompt_tokens:long, "
        "completion_tokens:long, total_tokens:long, prompt_tokens_details:struct<"
        "cached_tokens:long>, completion_tokens_details:struct<reasoning_tokens:long>>>"
    ),
    "responses": arrow_type(
        "struct<id:string, incomplete_details:struct<reason:string>, output:array<struct<"
        "type:string, content:array<struct<type:string, text:string, refusal:string>>>>, "
        "usage:struct<input_tokens:long, output_tokens:long, total_tokens:long, "
        "input_tokens_details:struct<cached_tokens:long>, "
        "output_tokens_details:struct<reasoning_tokens:long>>>"
    ),
}
"""What is read of a reply; the rest of it is left out."""


@dataclass(frozen=True)
class Said:
    """One reply of a model.

    Attributes
    ----------
    text : str or None
    refusal : str or None
        Why the model does not answer, in its words.
    end : str
        What cut the text off; empty where the model ended it.
    usage : Usage
    id : str or None
        Under which a provider may keep the reply.
    """

    text: str | None
    refusal: str | None
    end: End
    usage: Usage
    id: str | None


_CUT: Mapping[str, End] = {"max_output_tokens": "length", "content_filter": "content_filter"}


def said(api: Api, reply: Mapping[str, Any]) -> Said:
    """Return what a reply says, which is of its type in :data:`TYPES`.

    Examples
    --------
    >>> reply = {"choices": [{"finish_reason": "stop", "message": {"content": "Paris."}}]}
    >>> said("chat_completions", reply).text
    'Paris.'
    """
    return _READERS[api](reply)


def _chat(reply: Mapping[str, Any]) -> Said:
    first = _first(reply.get("choices"))
    message = first.get("message") or {}
    ended = first.get("finish_reason")
    end: End = ended if ended in ("length", "content_filter") else ""
    usage = _usage(reply.get("usage"), "prompt", "completion")
    return Said(message.get("content"), message.get("refusal"), end, usage, reply.get("id"))


def _responses(reply: Mapping[str, Any]) -> Said:
    messages = [each for each in _each(reply.get("output")) if each.get("type") == "message"]
    parts = [part for each in messages for part in _each(each.get("content"))]
    texts = [part["text"] for part in parts if part.get("text") is not None]
    refusals = [part["refusal"] for part in parts if part.get("refusal")]
    reason = (reply.get("incomplete_details") or {}).get("reason")
    end = _CUT.get(str(reason), "")
    usage = _usage(reply.get("usage"), "input", "output")
    text = "".join(texts) if texts else None
    return Said(text, " ".join(refusals) or None, end, usage, reply.get("id"))


def _usage(told: Mapping[str, Any] | None, prompt: str, completion: str) -> Usage:
    known = told or {}
    return Usage(
        known.get(f"{prompt}_tokens"),
        known.get(f"{completion}_tokens"),
        known.get("total_tokens"),
        (known.get(f"{prompt}_tokens_details") or {}).get("cached_tokens"),
        (known.get(f"{completion}_tokens_details") or {}).get("reasoning_tokens"),
    )


def _first(choices: list[Any] | None) -> Mapping[str, Any]:
    return (choices[0] if choices else None) or {}


def _each(listed: list[Any] | None) -> list[Mapping[str, Any]]:
    return [each for each in listed or () if each is not None]


_READERS: Mapping[Api, Callable[[Mapping[str, Any]], Said]] = {
    "chat_completions": _chat,
    "responses": _responses,
}
