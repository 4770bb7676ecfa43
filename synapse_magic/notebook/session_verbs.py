"""The verbs that need no program: stop, status, code, help."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

from synapse_magic import SynapseError, closest
from synapse_magic.language.export import export
from synapse_magic.language.line import Variable
from synapse_magic.language.vocabulary import FLAGS
from synapse_magic.language.vocabulary import VERBS as DECLARED
from synapse_magic.notebook import markup
from synapse_magic.notebook.cell import Cell
from synapse_magic.notebook.code import keep_code


def quiet_session() -> Any:
    """Return the current Spark session, None when there is none; starts nothing."""
    if "pyspark" not in sys.modules:
        return None
    from synapse_magic import current_session

    try:
        return current_session().spark
    except SynapseError:
        return None


def stop(cell: Cell) -> None:
    """Stop the session, or let go of one that was not started here."""
    from synapse_magic import sessions

    name = cell.command.flags.session
    known = sessions()
    if not known:
        text = "There is no session to stop."
    else:
        if name is not None and name not in known:
            hint = closest(name, known) or f"Sessions: {', '.join(known)}"
            raise SynapseError(f"There is no session {name!r}. {hint}")
        text = known[name or list(known)[-1]].stop()
    cell.show(text, markup.dim(text))


def status(cell: Cell) -> None:
    """Show the sessions of this notebook."""
    from synapse_magic import sessions

    found = [session.status() for session in sessions().values()]
    if not found:
        text = "No session. Try: %synapse start"
        cell.show(text, markup.dim(text))
        return
    heads = ["name", "master", "Spark", "API", "slots", "UI", "started here", "state"]
    rows = [
        [s["name"], s["master"], s["version"], s["api"], s["slots"], s["ui"] or "",
         "yes" if s["owned"] else "no", "running" if s["alive"] else "stopped"]
        for s in found
    ]  # fmt: skip
    text = "\n".join("  ".join(map(str, row)) for row in rows)
    cell.show(text, markup.table("Spark sessions", heads, rows))


def code(cell: Cell) -> None:
    """Show the program that made a variable, or the last one."""
    args = cell.command.args
    context = cell.context(quiet_session())
    if args:
        name = args[0].name if isinstance(args[0], Variable) else args[0]
        if name not in context.variables:
            hint = closest(name, context.variables)
            raise SynapseError(f"There is no variable {name!r}. {hint}".rstrip())
        made = cell.memory.made_by(context.variables[name])
        if made is None:
            raise SynapseError(f"{name} was not made by %synapse. Try: %synapse code")
    elif cell.memory.last is None:
        raise SynapseError("Nothing ran yet. Try: %%synapse train ... and then %synapse code")
    else:
        made = cell.memory.last
    source = export(made.program, made.namespace, context, cell.memory.session)
    keep_code(cell, source, cell.command.flags.code or "show")


def help_(cell: Cell) -> None:
    """Explain the verbs, one verb, or one stage."""
    args = cell.command.args
    if not args:
        rows = [
            [verb.name, verb.doc, verb.example.partition("\n")[0]] for verb in DECLARED.values()
        ]
        text = "\n".join(f"{name:10}{doc}" for name, doc, _ in rows)
        cell.show(text, markup.table("%synapse VERB", ["verb", "what it does", "example"], rows))
        return
    name = str(args[0])
    if name in DECLARED:
        _help_verb(cell, name)
    else:
        _help_stage(cell, name)


def _help_verb(cell: Cell, name: str) -> None:
    verb = DECLARED[name]
    usage = " ".join(a.name if a.required else f"[{a.name}]" for a in verb.arguments)
    head = f"%synapse {name} {usage}".rstrip()
    rows = [[a.name, a.doc, ""] for a in verb.arguments]
    rows += [[o.name, o.doc, o.expected] for o in verb.options.values()]
    rows += [[f"{flag} {value}".rstrip(), doc, ""] for flag, (value, doc) in FLAGS.items()]
    lines = [head, verb.doc, *(f"  {n:22}{doc} {more}".rstrip() for n, doc, more in rows)]
    html = (
        f"<div><b>{markup.escape(head)}</b><br>{markup.escape(verb.doc)}</div>"
        + markup.table("arguments, options and flags", ["name", "meaning", "values"], rows)
        + markup.code(verb.example, "Example")
    )
    cell.show("\n".join([*lines, "", verb.example]), html)


def _help_stage(cell: Cell, name: str) -> None:
    from synapse_magic.language.stages import find_stage

    doc = inspect.getdoc(find_stage(name)) or ""
    cell.show(f"{name}\n\n{doc}", markup.code(doc, name))


def _build(cell: Cell) -> Any:
    from synapse_magic.notebook.builder.verb import build

    return build(cell)


def _call(cell: Cell) -> Any:
    from synapse_magic.notebook.called_cells import run

    return run(cell)


VERBS: dict[str, Callable[[Cell], Any]] = {
    "build": _build,
    "call": _call,
    "stop": stop,
    "status": status,
    "code": code,
    "help": help_,
}
"""The verbs carried out here, by name."""
