"""How verbs and their options are declared: help, checks, hints and completion read this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from synapse_magic.errors import SynapseError, closest

Kind = Literal["value", "column", "columns", "condition", "limits", "split", "stage"]
"""What may stand on the right side of an option; see the rules of the language."""
Role = Literal["frame", "model", "any", "text", "verb"]


class NotGiven:
    """The type of :data:`not_given`: an option without a default."""

    def __repr__(self) -> str:
        return "not given"


not_given = NotGiven()


@dataclass(frozen=True)
class Option:
    """One option of a verb or of a stage.

    Attributes
    ----------
    name, doc : str
        Its name and its meaning in one line.
    kind : str
        What may stand on its right side.
    expected : str
        The allowed values in words.
    check : callable
        Takes a value, returns it converted, raises ``ValueError`` or ``TypeError``.
    default : object
        The default, or :data:`not_given`.
    choices : tuple
        The allowed values where they are few.
    column : {"in", "out"} or None
        Whether a column option is read or written.
    secret : bool
        Whether the value may never stand in a cell, in code or in output.
    """

    name: str
    doc: str
    kind: Kind = "value"
    expected: str = "any value"
    check: Callable[[Any], Any] = lambda value: value
    default: Any = not_given
    choices: tuple[Any, ...] = ()
    column: Literal["in", "out"] | None = None
    secret: bool = False


def option(
    name: str,
    doc: str,
    type_: type = object,
    *,
    default: Any = not_given,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    choices: tuple[str, ...] = (),
    secret: bool = False,
) -> Option:
    """Declare an option of a verb that takes a plain value of one type."""
    expected = _WORDS[type_]
    if choices:
        expected = "one of " + ", ".join(map(repr, choices))
    if above is not None:
        expected += f" greater than {above}"
    if low is not None:
        expected += f" of at least {low}"
    if high is not None:
        expected += f" and at most {high}"

    def check(value: Any) -> Any:
        fits = isinstance(value, type_) and not (type_ is not bool and isinstance(value, bool))
        if type_ is object or (type_ is float and type(value) is int):
            fits = True
        if fits and choices:
            fits = value in choices
        if fits and above is not None:
            fits = value > above
        if fits and low is not None:
            fits = value >= low
        if fits and high is not None:
            fits = value <= high
        if not fits:
            hint = closest(value, choices) if isinstance(value, str) and choices else ""
            raise SynapseError(f"{name} must be {expected}, got {value!r}. {hint}".rstrip())
        return value

    return Option(name, doc, "value", expected, check, default, choices, None, secret)


SWITCH = "True or False"
"""What an option expects that is on or off."""

_WORDS: Mapping[type, str] = {
    object: "any value",
    int: "an integer",
    float: "a number",
    bool: SWITCH,
    str: "a text in quotes",
    list: "a list",
    dict: "a dict",
}


@dataclass(frozen=True)
class Argument:
    """One positional argument on the line of a verb."""

    name: str
    doc: str
    role: Role
    required: bool = True


@dataclass(frozen=True)
class Verb:
    """One verb: what it is called, takes and means.

    ``body`` says what the lines below may hold: nothing, options, options and pipeline steps, or
    SQL. ``module`` and the function ``generate_NAME`` in it write the verb's program; verbs
    without a module are carried out by the notebook itself.
    """

    name: str
    doc: str
    arguments: tuple[Argument, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)
    body: Literal["none", "options", "steps", "sql"] = "none"
    example: str = ""
    module: str | None = None
