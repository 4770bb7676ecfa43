"""The line of a magic: ``VERB [ARG ...] [FLAGS]``."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from synapse_magic.errors import SynapseError, closest
from synapse_magic.language.declaration import SWITCH
from synapse_magic.language.vocabulary import FLAGS, VERBS


@dataclass(frozen=True)
class Variable:
    """``{name}`` on the line: the Python variable of that name."""

    name: str


@dataclass(frozen=True)
class Flags:
    """The flags that every verb takes."""

    output: str | None = None
    quiet: bool = False
    rows: int | None = None
    session: str | None = None
    dry_run: bool = False
    code: str | None = None


@dataclass(frozen=True)
class Command:
    """A parsed line.

    Attributes
    ----------
    verb : str
        The name of the verb.
    args : tuple of str or Variable
        The positional arguments.
    flags : Flags
        The flags that every verb takes.
    options : dict of str to str
        Options of the verb given on the line as ``--name value``, as text.
    text : str
        The line itself.
    """

    verb: str
    args: tuple[str | Variable, ...] = ()
    flags: Flags = field(default_factory=Flags)
    options: dict[str, str] = field(default_factory=dict)
    text: str = ""


_FIELDS = {
    "-o": "output",
    "-q": "quiet",
    "-n": "rows",
    "-s": "session",
    "--dry-run": "dry_run",
    "--code": "code",
}


def parse(text: str) -> Command:
    """Read the line of a magic.

    Parameters
    ----------
    text : str
        What follows ``%synapse`` or ``%%synapse``. Words are split at white space; single or
        double quotes hold a word together; a backslash is itself, so that Windows paths survive.

    Raises
    ------
    SynapseError
        When the verb or a flag is unknown, doubled or lacks its value.

    Examples
    --------
    >>> parse('load "my data.csv" -o people').args
    ('my data.csv',)
    """
    words = list(split(text))
    if not words:
        raise SynapseError(f"%synapse needs a verb. Try one of: {', '.join(VERBS)}")
    verb = words.pop(0).text
    if verb not in VERBS:
        hint = closest(verb, VERBS) or f"Verbs: {', '.join(VERBS)}"
        raise SynapseError(f"There is no verb {verb!r}. {hint}")
    args: list[str | Variable] = []
    values: dict[str, object] = {}
    options: dict[str, str] = {}
    while words:
        word = words.pop(0)
        if word.quoted or not re.match(r"--?[A-Za-z]", word.text):
            args.append(_argument(word))
            continue
        name, has_value, value = _split_flag(word.text)
        if name in values or name in options:
            raise SynapseError(f"{name} is given twice. Try: leave one out")
        takes = _value_name(verb, name)
        if is_switch(verb, name) and not has_value:
            value = words.pop(0).text if words and words[0].text in ("True", "False") else "True"
            has_value = True
        if takes and not has_value:
            if not words or (words[0].text in FLAGS and not words[0].quoted):
                raise SynapseError(f"{name} needs a value: {name} {takes}")
            value = words.pop(0).text
        if not takes and has_value:
            raise SynapseError(f"{name} takes no value, got {value!r}")
        if name in FLAGS:
            values[name] = _flag_value(name, value) if takes else True
        else:
            options[name] = value
    flags = Flags(**{_FIELDS[name]: value for name, value in values.items()})  # type: ignore[arg-type]
    _check_count(verb, args)
    plain = {name.removeprefix("--"): value for name, value in options.items()}
    return Command(verb, tuple(args), flags, plain, text.strip())


@dataclass(frozen=True)
class Word:
    """One word of the line, and whether it stood in quotes."""

    text: str
    quoted: bool


def split(text: str) -> Iterator[Word]:
    """Split a line at white space outside of quotes and braces.

    Raises
    ------
    SynapseError
        When a quote is not closed.
    """
    pattern = re.compile(r"""(?:"[^"]*"|'[^']*'|[^\s"'])+""")
    rest = text.strip()
    while rest:
        found = pattern.match(rest)
        if not found:
            raise SynapseError(f"A quote is not closed in: {rest}. Try: close it with {rest[0]}")
        raw, rest = found[0], rest[found.end() :]
        if rest and not rest[0].isspace():
            raise SynapseError(f"A quote is not closed in: {rest}. Try: close it with {rest[0]}")
        rest = rest.lstrip()
        yield Word(re.sub(r"\"([^\"]*)\"|'([^']*)'", _unquoted, raw), raw[0] in "\"'")


def _unquoted(found: re.Match[str]) -> str:
    return found[1] if found[1] is not None else found[2]


def _argument(word: Word) -> str | Variable:
    if word.quoted or not word.text.startswith("{"):
        return word.text
    inside = word.text[1:-1].strip()
    if not word.text.endswith("}") or not inside.isidentifier():
        raise SynapseError(
            f"{word.text} is no Python variable. Expected one name in braces. "
            "Try: put the value into a variable x and write {x}"
        )
    return Variable(inside)


def _split_flag(text: str) -> tuple[str, bool, str]:
    if re.match(r"-n\d+$", text):
        return "-n", True, text[2:]
    name, equals, value = text.partition("=")
    return name, bool(equals), value


def _value_name(verb: str, name: str) -> str:
    """Return the name of a flag's value, empty for a switch; an unknown flag is an error."""
    if name in FLAGS:
        return FLAGS[name][0]
    own = VERBS[verb].options
    if name.removeprefix("--") in own and name.startswith("--"):
        return name.removeprefix("--").upper()
    known = [*FLAGS, *(f"--{option}" for option in own)]
    hint = closest(name, known) or f"Flags: {', '.join(known)}"
    raise SynapseError(f"{verb} has no flag {name!r}. {hint}")


def is_switch(verb: str, name: str) -> bool:
    """Say whether an option needs no value on the line, as it is True or False."""
    own = VERBS[verb].options.get(name.removeprefix("--"))
    return own is not None and name.startswith("--") and own.expected == SWITCH


def _flag_value(name: str, value: str) -> object:
    if name == "-n":
        if not value.isdecimal() or int(value) < 1:
            raise SynapseError(f"-n must be a number of rows of at least 1, got {value!r}")
        return int(value)
    if name == "-o" and (not value.isidentifier() or keyword.iskeyword(value)):
        raise SynapseError(f"-o must name a Python variable, got {value!r}. Try: -o result")
    return value


def _check_count(verb: str, args: list[str | Variable]) -> None:
    declared = VERBS[verb].arguments
    usage = " ".join(a.name if a.required else f"[{a.name}]" for a in declared)
    if len(args) > len(declared):
        extra = args[len(declared)]
        shown = "{" + extra.name + "}" if isinstance(extra, Variable) else extra
        raise SynapseError(
            f"{verb} takes {len(declared) or 'no'} arguments, {shown!r} is too many. "
            f"Expected: %synapse {verb} {usage}".rstrip()
        )
    missing = [a for a in declared[len(args) :] if a.required]
    if missing:
        raise SynapseError(
            f"{verb} needs {missing[0].name}, {missing[0].doc}. Try: %synapse {verb} {usage}"
        )
