"""From a cell to its program: one road for all verbs."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator

from synapse_magic.errors import SynapseError, closest
from synapse_magic.language import body as bodies
from synapse_magic.language.body import Body, Statement
from synapse_magic.language.builder import Builder
from synapse_magic.language.context import Context
from synapse_magic.language.declaration import Verb
from synapse_magic.language.line import Command, Variable
from synapse_magic.language.program import Program
from synapse_magic.language.request import Given, Request
from synapse_magic.language.sql import fields_of
from synapse_magic.language.text import Text
from synapse_magic.language.values import Values
from synapse_magic.language.vocabulary import VERBS


def plan(command: Command, body: str | None, context: Context) -> Program:
    """Turn a cell into its program without running anything.

    Parameters
    ----------
    command : Command
        The parsed line.
    body : str or None
        The lines below it, None for a line magic.
    context : Context
        The user's variables and what the session knows.

    Raises
    ------
    SynapseError
        For anything in the cell that cannot be; errors in the body are :class:`CellError` and
        point at it.

    Examples
    --------
    >>> from synapse_magic.language.line import parse
    >>> print(plan(parse("load people.parquet"), None, Context()).source)
    def run(spark):
        return spark.read.load("people.parquet", format="parquet")
    <BLANKLINE>
    """
    verb = VERBS[command.verb]
    if verb.module is None:
        raise SynapseError(f"{verb.name} has no program: the notebook carries it out itself")
    request = _request(verb, command, body or "", context)
    module = importlib.import_module(f"synapse_magic.language.verbs.{verb.module}")
    getattr(module, f"generate_{verb.name}")(request)
    return request.builder.program(verb.name, _cell(command, body))


def _request(verb: Verb, command: Command, content: str, context: Context) -> Request:
    if verb.body == "sql":
        builder = Builder(fields_of(content))
        values = Values(Text(content), context.variables, builder)
        return Request(verb, command, context, builder, values, {}, (), content)
    if verb.body == "none" and content.strip():
        raise SynapseError(f"{verb.name} takes no lines below it. Try: %synapse {command.text}")
    body = bodies.parse(content)
    builder = Builder([*_argument_names(command), *body.variables()])
    values = Values(body.text, context.variables, builder)
    options = dict(_line_options(verb, command, context, builder))
    steps: list[Statement] = []
    for statement in body.statements:
        name = option_name(verb, statement, body)
        if name is None:
            steps.append(statement)
        elif name in options:
            raise body.text.error(statement.targets[0], f"{name} is given twice")
        else:
            options[name] = Given(statement.value, values)
    _check_targets(body, steps)
    return Request(verb, command, context, builder, values, options, tuple(steps))


def option_name(verb: Verb, statement: Statement, body: Body) -> str | None:
    """Return the option that a statement sets, None for a step."""
    targets, value = statement.targets, statement.value
    name = targets[0].id if len(targets) == 1 else None
    declared = verb.options.get(name) if name else None
    is_call = isinstance(value, ast.Call)
    if declared is not None and (
        not is_call or declared.kind in ("stage", "condition", "limits", "split")
    ):
        return name
    if verb.body == "steps" and is_call:
        return None
    if not targets or name is None or (is_call and declared is None):
        usage = f"{verb.name} takes options only, name = value"
        steps = "a step or an option. Try: name = value, or name = Stage(column)"
        place = targets[0] if targets else value
        raise body.text.error(place, steps if verb.body == "steps" else usage)
    if declared is not None:
        return name
    hint = closest(name, verb.options) or f"Options: {', '.join(verb.options) or 'none'}"
    raise body.text.error(targets[0], f"{verb.name} has no option {name!r}. {hint}")


def _check_targets(body: Body, steps: list[Statement]) -> None:
    seen: set[str] = set()
    for target in (target for step in steps for target in step.targets):
        if target.id in seen:
            raise body.text.error(
                target, f"Two steps make a column {target.id!r}. Try: another name"
            )
        seen.add(target.id)


def _line_options(
    verb: Verb, command: Command, context: Context, builder: Builder
) -> Iterator[tuple[str, Given]]:
    """Read ``--name value``: a word is a text where a text is meant."""
    for name, written in command.options.items():
        plain = verb.options[name].kind == "value" and written.isidentifier()
        literal = written if _is_python(written) else repr(written)
        if plain and written not in ("True", "False", "None"):
            literal = repr(written)
        line = bodies.parse(f"{name} = {literal}")
        values = Values(Text(line.text.content, 1), context.variables, builder)
        yield name, Given(line.statements[0].value, values)


def _is_python(written: str) -> bool:
    try:
        ast.parse(written, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True


def _argument_names(command: Command) -> list[str]:
    words = [arg.name if isinstance(arg, Variable) else arg for arg in command.args]
    return [word for word in words if word.isidentifier()]


def _cell(command: Command, body: str | None) -> str:
    if body is None:
        return f"%synapse {command.text}"
    return f"%%synapse {command.text}\n{body}".rstrip()
