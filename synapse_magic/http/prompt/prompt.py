"""What is asked of a model for each row: plain values, which travel to the workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synapse_magic.http.prompt.content import Api, Piece, content_of, shown, written
from synapse_magic.http.prompt.form import Form
from synapse_magic.http.prompt.media import media
from synapse_magic.http.prompt.template import Part
from synapse_magic.http.prompt.usage import Prices

Message = dict[str, Any]


@dataclass(frozen=True)
class Prompt:
    """One template with all that is the same for every row.

    Attributes
    ----------
    api : str
        Interface of the server.
    parts : tuple of Part
        The template.
    system : str
        What the model is told first; empty for nothing.
    kinds : dict
        What columns hold, where it is not text: ``"path"`` or ``"image"``.
    file_limit : float
        Megabytes of a file at most.
    form : Form
        What is made of replies.
    response_format : dict or None
        What the server is told of their form.
    prices : Prices or None
    outputs : tuple of str
        What rows get beside their value: ``usage``, ``cost``, ``id`` and ``messages``.
    """

    api: Api
    parts: tuple[Part, ...]
    system: str
    kinds: Mapping[str, str]
    file_limit: float
    form: Form
    response_format: Mapping[str, Any] | None = None
    prices: Prices | None = None
    outputs: tuple[str, ...] = ()

    @property
    def reads_files(self) -> bool:
        """Whether making a message may take time."""
        return bool(self.kinds)


@dataclass(frozen=True)
class Opening:
    """The messages by which a row begins, for the model and for people."""

    messages: list[Message]
    shown: list[dict[str, str]]


def cell(column: str) -> str:
    """Return the name under which a row has the value of a column, unlike that of any param."""
    return f"{{{column}}}"


def opening(prompt: Prompt, values: Mapping[str, Any]) -> Opening:
    """Return the messages of a row.

    Raises
    ------
    FillError
        When a file cannot be sent, or a value is no text.
    """
    pieces = [_piece(prompt, part, values) for part in prompt.parts]
    content = content_of(pieces, prompt.api)
    first = [{"role": "system", "content": prompt.system}] if prompt.system else []
    told = {"role": "user", "content": shown(pieces) if "messages" in prompt.outputs else ""}
    return Opening([*first, {"role": "user", "content": content}], [*first, told])


def _piece(prompt: Prompt, part: Part, values: Mapping[str, Any]) -> Piece:
    if part.column is None:
        return part.text
    value, kind = values[cell(part.column)], prompt.kinds.get(part.column)
    return written(value) if kind is None else media(value, kind, prompt.file_limit)
