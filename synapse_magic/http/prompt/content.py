"""The message of a row: its texts and files as both interfaces of OpenAI's language take them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

from synapse_magic.http.prompt.media import Media
from synapse_magic.http.service.json_text import encode
from synapse_magic.http.service.template import FillError

Api = Literal["chat_completions", "responses"]
Piece = str | Media


def content_of(pieces: Iterable[Piece], api: Api) -> str | list[dict[str, Any]]:
    """Return the content of a message: a text where all of it is text, else a list of parts."""
    joined: list[Piece] = []
    for piece in map(_as_text, pieces):
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        elif piece != "":
            joined.append(piece)
    if all(isinstance(piece, str) for piece in joined):
        return "".join(map(str, joined))
    return [
        _PARTS[api]("text", piece) if isinstance(piece, str) else _file(piece, api)
        for piece in joined
    ]


def written(value: Any) -> str:
    """Return a value of a column as it stands in a prompt: text as it is, the rest as JSON.

    Examples
    --------
    >>> written("a"), written(True), written([1, None]), written({"a": "é"})
    ('a', 'true', '[1, null]', '{"a": "é"}')
    """
    if isinstance(value, bytes):
        raise FillError("Bytes cannot stand within a text")
    if isinstance(value, str):
        return value
    return encode(value).decode().strip('"')  # which dates have


def shown(pieces: Iterable[Piece]) -> str:
    """Return a message as text for people: of a file its name, type and size."""
    return "".join(_shown(piece) for piece in map(_as_text, pieces))


def _as_text(piece: Piece) -> Piece:
    """Return a file of text as its text: no interface has a part of its own for it."""
    if isinstance(piece, Media) and piece.kind == "text":
        return piece.content.decode("utf-8-sig")
    return piece


def _shown(piece: Piece) -> str:
    if isinstance(piece, str):
        return piece
    told = piece.url or f"{piece.name}, {piece.type}, {len(piece.content)} bytes"
    return f"[{told}]"


def _file(piece: Media, api: Api) -> dict[str, Any]:
    kind = piece.kind
    if piece.url and not piece.type:  # an image, unless its address says that it is none
        kind = "file" if piece.name.lower().endswith(".pdf") else "image"
    return _PARTS[api](kind, piece)


def _chat(kind: str, piece: Any) -> dict[str, Any]:
    if kind == "text":
        return {"type": "text", "text": piece}
    if kind == "image":
        return {"type": "image_url", "image_url": {"url": piece.data_url}}
    if kind == "audio":
        form = "wav" if piece.type == "audio/wav" else "mp3"
        return {"type": "input_audio", "input_audio": {"data": piece.base64, "format": form}}
    if piece.url:
        raise FillError(
            f"chat_completions take no file by its address: {piece.name}. Try: apiType='responses'"
        )
    return {"type": "file", "file": {"filename": piece.name, "file_data": piece.data_url}}


def _responses(kind: str, piece: Any) -> dict[str, Any]:
    if kind == "text":
        return {"type": "input_text", "text": piece}
    if kind == "image":
        return {"type": "input_image", "image_url": piece.data_url}
    if kind == "audio":
        raise FillError("responses take no audio. Try: apiType='chat_completions'")
    if piece.url:
        return {"type": "input_file", "file_url": piece.url}
    return {"type": "input_file", "filename": piece.name, "file_data": piece.data_url}


_PARTS: Mapping[Api, Callable[[str, Any], dict[str, Any]]] = {
    "chat_completions": _chat,
    "responses": _responses,
}
