"""Prompts with columns in braces, such as ``"Translate {text} to {language}"``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import Formatter

from synapse_magic.errors import SynapseError


@dataclass(frozen=True)
class Part:
    """A piece of a template: a text, or the column whose value stands in its place."""

    text: str = ""
    column: str | None = None


def parts_of(template: str) -> tuple[Part, ...]:
    """Return the pieces of a template; ``{{`` and ``}}`` are braces of the text.

    Raises
    ------
    SynapseError
        When a brace is not closed or not opened, or holds more than a name.

    Examples
    --------
    >>> [part.column or part.text for part in parts_of("{word} in {{{language}}}")]
    ['word', ' in {', 'language', '}']
    """
    try:
        pieces = list(Formatter().parse(template))
    except ValueError as error:
        raise _unreadable(str(error)) from None
    found: list[Part] = []
    for text, name, form, conversion in pieces:
        if text:
            found.append(Part(text))
        if name is not None:
            found.append(_column(name, form, conversion))
    return _joined(found)


def columns_of(parts: Sequence[Part]) -> list[str]:
    """Return the columns that a template asks for, each once, in order."""
    return list(dict.fromkeys(part.column for part in parts if part.column is not None))


def _column(name: str, form: str | None, conversion: str | None) -> Part:
    if not name:
        raise _unreadable("a pair of braces holds no column")
    if form or conversion:
        raise _unreadable(f"the braces around {name!r} hold more than a column")
    return Part(column=name)


def _joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return the parts with texts beside each other made one: an escaped brace ends a text."""
    joined: list[Part] = []
    for part in parts:
        if part.column is None and joined and joined[-1].column is None:
            joined[-1] = Part(joined[-1].text + part.text)
        else:
            joined.append(part)
    return tuple(joined)


def _unreadable(why: str) -> SynapseError:
    return SynapseError(
        f"promptTemplate cannot be read: {why[:1].lower()}{why[1:]}. Expected columns in braces. "
        "Try: 'Translate {text}', with {{ and }} for braces of the text"
    )
