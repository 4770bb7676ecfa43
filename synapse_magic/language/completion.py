"""Completion of verbs, flags, arguments, options, stages, columns and variables."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from synapse_magic.language import stages
from synapse_magic.language.columns import Columns
from synapse_magic.language.context import (
    Context,
    frame_schema,
    is_frame,
    is_model,
    is_table_name,
)
from synapse_magic.language.cursor import Bracket, Cell, Spot, find_spot, split_cell
from synapse_magic.language.declaration import SWITCH, Option, not_given
from synapse_magic.language.line import is_switch
from synapse_magic.language.vocabulary import FLAGS, MEASURES, VERBS

_STEP = re.compile(r"^([^\W\d]\w*(?:[ \t]*,[ \t]*\w+)*)[ \t]*=[ \t]*([A-Z]\w*)\(", re.MULTILINE)
_OPEN = ("condition", "limits", "split")
"""Kinds of options on whose right side names stand anywhere, not at its beginning alone."""
_OPTION_BEFORE = re.compile(r"([^\W\d]\w*)\s*=\s*$")


@dataclass(frozen=True)
class Completion:
    """One proposal.

    Attributes
    ----------
    text : str
        What to insert instead of the text from ``start`` to the cursor.
    kind : str
        ``verb``, ``flag``, ``frame``, ``model``, ``option``, ``stage``, ``column``, ``variable``
        or ``value``.
    start : int
        Where the replaced word begins in the cell.
    doc : str
        One line on type, default or meaning; may be empty.
    """

    text: str
    kind: str
    start: int
    doc: str = ""


def complete(text: str, cursor: int, context: Context) -> list[Completion]:
    """Return what may stand at the cursor, also while the cell cannot be parsed.

    Parameters
    ----------
    text : str
        A whole cell or line that begins with the magic (``x = %synapse ...`` too), or with
        what follows the magic's name.
    cursor : int
        Offset of the cursor in it.
    context : Context
        The user's variables and what the session knows.

    Examples
    --------
    >>> [c.text for c in complete("%synapse ev", 11, Context())]
    ['evaluate']
    """
    cell = split_cell(text)
    if cursor < cell.line_start:
        return []
    if cursor < cell.body_start:
        return _in_line(cell, cursor, context)
    spot = find_spot(cell.body, cursor - cell.body_start)
    found = _in_body(cell, spot, context)
    start = spot.start + cell.body_start
    matching = [c for c in found if c.text.casefold().startswith(spot.word.casefold())]
    return [replace(c, start=start) for c in matching]


def _in_line(cell: Cell, cursor: int, context: Context) -> list[Completion]:
    before = cell.line[: cursor - cell.line_start]
    word = re.search(r"\S*$", before)
    typed = word[0] if word else ""
    words = before[: len(before) - len(typed)].split()
    start = cursor - len(typed)
    if typed.startswith("{"):
        proposals = [Completion(f"{{{c.text}}}", c.kind, 0, c.doc) for c in _variables(context)]
    elif not words:
        proposals = [Completion(verb.name, "verb", 0, verb.doc) for verb in VERBS.values()]
    elif typed.startswith("-"):
        proposals = list(_flags(words))
    else:
        proposals = list(_arguments(words, context))
    return [replace(c, start=start) for c in proposals if c.text.startswith(typed)]


def _flags(words: list[str]) -> Iterator[Completion]:
    for name, (_, doc) in FLAGS.items():
        if name not in words:
            yield Completion(name, "flag", 0, doc)
    verb = VERBS.get(words[0])
    for option in verb.options.values() if verb else ():
        yield Completion(f"--{option.name}", "flag", 0, describe(option))


def _arguments(words: list[str], context: Context) -> Iterator[Completion]:
    if words[-1] == "--code":
        yield Completion("show", "value", 0, "Show the program.")
        yield Completion("next", "value", 0, "Put the program into the next cell.")
        return
    verb = VERBS.get(words[0])
    plain = [i for i, word in enumerate(words) if i and not word.startswith("-")]
    given = [words[i] for i in plain if not _is_value(words, i)]
    if verb is None or _is_value([*words, ""], len(words)) or len(given) >= len(verb.arguments):
        return
    role = verb.arguments[len(given)].role
    if role == "verb":
        yield from (Completion(each.name, "verb", 0, each.doc) for each in VERBS.values())
        yield from _stages()
    for name, value in _user_variables(context):
        if role in ("frame", "any") and is_frame(value):
            yield Completion(name, "frame", 0, "DataFrame")
        elif role in ("model", "any") and is_model(value) and not isinstance(value, type):
            yield Completion(name, "model", 0, type(value).__name__)


def _is_value(words: list[str], index: int) -> bool:
    """Say whether a word is the value of the flag before it."""
    before = words[index - 1]
    if words[0] in VERBS and is_switch(words[0], before):
        return words[index] in ("True", "False")
    takes = FLAGS[before][0] if before in FLAGS else before.startswith("--") and "=" not in before
    return bool(takes)


def _in_body(cell: Cell, spot: Spot, context: Context) -> list[Completion]:
    verb = VERBS.get(cell.verb or "")
    if verb is None or verb.body == "none":
        return []
    innermost = spot.brackets[-1] if spot.brackets else None
    if innermost is not None and innermost.kind == "{":
        return list(_variables(context))
    columns = _columns(cell, spot, context)
    stage = _innermost_call(spot.brackets)
    option = _option_at(spot, stage, verb.options)
    if option is not None:
        tuned = verb.name == "tune" and stage is not None
        return [*_right_side(option, columns), *(_spaces(option) if tuned else ())]
    if verb.body == "steps" and stage is not None and innermost == stage:
        return [*_column_proposals(columns), *_stage_options(stage, spot)]
    if innermost is not None or spot.quote:
        return list(_column_proposals(columns))
    if "=" in spot.statement:
        return [*(_stages() if verb.body == "steps" else ()), *_column_proposals(columns)]
    own = [Completion(f"{o.name} = ", "option", 0, describe(o)) for o in verb.options.values()]
    return [*own, *(_stages() if verb.body == "steps" else ())]


def _innermost_call(brackets: Iterable[Bracket]) -> Bracket | None:
    calls = [b for b in brackets if b.kind == "(" and b.name and stages.is_stage_name(b.name)]
    return calls[-1] if calls else None


def _option_at(spot: Spot, stage: Bracket | None, own: Any) -> Option | None:
    """Return the option on whose right side the cursor stands."""
    inside = spot.statement[stage.offset + 1 :] if stage else spot.statement
    nested = spot.brackets[-1].offset if spot.brackets and spot.brackets[-1] != stage else None
    if nested is not None and stage is not None:
        inside = inside[: nested - stage.offset - 1]
    elif nested is not None:
        inside = inside[:nested]
    inside = inside.rstrip("\"'") if spot.quote else inside
    found = _OPTION_BEFORE.search(inside)
    if found is None:
        head = re.match(r"\s*(\w+)\s*=[^=]", f"{inside} ") if stage is None else None
        option = own.get(head[1]) if head else None
        return option if option is not None and option.kind in _OPEN else None
    if stage is not None:
        return stages.find(stage.name).options.get(found[1])
    return own.get(found[1])


def _right_side(option: Option, columns: Columns) -> Iterator[Completion]:
    if option.column == "in" or option.kind in ("condition", "split"):
        yield from _column_proposals(columns)
    elif option.kind == "limits":
        for measure in option.choices:
            yield Completion(measure, "value", 0, MEASURES[measure])
    elif option.kind == "stage":
        yield from _stages(evaluators=option.name == "evaluator")
    elif option.choices:
        for choice in option.choices:
            yield Completion(repr(choice), "value", 0, option.doc)
    elif option.expected == SWITCH:
        yield from (Completion(word, "value", 0, option.doc) for word in ("True", "False"))


def _spaces(option: Option) -> Iterator[Completion]:
    """Propose what a search may try for a plain value."""
    if option.kind == "value":
        yield Completion("Range(", "value", 0, "Numbers from low to high: Range(15, 127).")
        yield Completion("Choice(", "value", 0, "One of some values: Choice('gbdt', 'dart').")


def _stage_options(stage: Bracket, spot: Spot) -> Iterator[Completion]:
    given = set(re.findall(r"([^\W\d]\w*)\s*=", spot.statement[stage.offset :]))
    for option in stages.find(stage.name).options.values():
        if option.name not in given:
            yield Completion(f"{option.name}=", "option", 0, describe(option))


def _stages(*, evaluators: bool = False) -> Iterator[Completion]:
    for name in stages.names(evaluators=evaluators):
        yield Completion(f"{name}(", "stage", 0)


def _columns(cell: Cell, spot: Spot, context: Context) -> Columns:
    """Return the columns of the frame on the line, and the outputs of the steps before."""
    place = next(
        (i for i, a in enumerate(VERBS[cell.verb or "help"].arguments) if a.role == "frame"), None
    )
    names = [word for word in cell.words if not word.startswith("-")]
    frame = names[place].strip("{}") if place is not None and place < len(names) else ""
    value = context.variables.get(frame)
    table = not is_frame(value) and is_table_name(frame)
    schema = context.schema(frame) if table else frame_schema(value) if is_frame(value) else None
    columns = Columns.of_schema(schema, context.case_sensitive, frame)
    before = cell.body[: spot.start - len(spot.statement)]
    for targets, _ in _STEP.findall(before):
        for target in targets.split(","):
            columns.add(target.strip(), "made by a step")
    return columns


def _column_proposals(columns: Columns) -> Iterator[Completion]:
    for name, type_ in columns.fields:
        written = name if name.isidentifier() and not keyword.iskeyword(name) else repr(name)
        yield Completion(written, "column", 0, type_ or "")


def _variables(context: Context) -> Iterator[Completion]:
    for name, value in _user_variables(context):
        yield Completion(name, "variable", 0, type(value).__name__)


def _user_variables(context: Context) -> list[tuple[str, Any]]:
    return [(n, v) for n, v in sorted(context.variables.items()) if not n.startswith("_")]


def describe(option: Option) -> str:
    """Return type, default and meaning of an option in one line."""
    default = "" if option.default is not_given else f", default {option.default!r}"
    return f"{option.expected}{default}. {' '.join(option.doc.split())}"
