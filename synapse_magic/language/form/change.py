"""A click on a form becomes a change of the cell's text that changes nothing else.

Each change is a mapping with ``op``; what else it holds is said by the function of that name.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from synapse_magic.errors import SynapseError, closest
from synapse_magic.language import stages
from synapse_magic.language.body import is_variable
from synapse_magic.language.context import Context
from synapse_magic.language.form import writing
from synapse_magic.language.form.brackets import Brackets, Part
from synapse_magic.language.form.catalog import is_float
from synapse_magic.language.form.reading import ROLES, form_of
from synapse_magic.language.form.source import Edit, Source, Written
from synapse_magic.language.form.state import Form, StepState
from synapse_magic.language.roles import GROUP_PARAM
from synapse_magic.language.vocabulary import VERBS

Change = Mapping[str, Any]
_WEIGHT = "weightCol"


def changed(text: str, change: Change, context: Context) -> str:
    r"""Return the text of a cell after a click.

    Parameters
    ----------
    text : str
        The whole cell.
    change : mapping
        ``{"op": "target", "column": "income"}`` and the like; see the functions below.
    context : Context
        The user's variables and tables.

    Raises
    ------
    SynapseError
        When the cell cannot be read, or the change cannot be written into it; the text is then
        as good as before.

    Examples
    --------
    >>> cell = "%%synapse train people\nsplit = [0.8, 0.2]  # enough"
    >>> print(changed(cell, {"op": "split", "train": 0.7}, Context()))
    %%synapse train people
    split = [0.7, 0.3]  # enough
    """
    name = change.get("op")
    if name not in _OPERATIONS:
        hint = closest(str(name), _OPERATIONS)
        raise SynapseError(f"A form has no change {name!r}. {hint}".rstrip())
    source = Source(text)
    made = _OPERATIONS[name](source, change, context)
    Source(made)  # what cannot be read back is no change
    return made


def _target(source: Source, change: Change, context: Context) -> str:
    """``column``: the label, which is no feature any more; an empty one takes it away."""
    column = str(change.get("column") or "")
    form = form_of(source, context)
    before = form.role(column)
    if before in (*ROLES, "weight"):
        source = Source(_GIVEN[before](source, column, False, context))
        form = form_of(source, context)
    holding = [s for s in _choosing(form) if column in s.columns and column not in s.fixed]
    source = Source(source.edited(_taken_out(source, holding, [column])))
    return _with_option(source, "label", writing.column(column) if column else None)


def _split(source: Source, change: Change, context: Context) -> str:
    """``train``: the share that is trained on; or ``text``: a condition; or neither.

    Roles that only shares of the rows go with are taken away by the others.
    """
    train = change.get("train")
    if train is None:
        made = _with_option(source, "split", writing.expression(change.get("text")))
        for role in _without_shares(form_of(Source(made), context)):
            made = _with_option(Source(made), role, None)
        return made
    if not 0 < train < 1:
        raise SynapseError(f"A share to train on lies between 0 and 1, got {train!r}")
    first, second = round(float(train), 4), round(1 - float(train), 4)
    return _with_option(source, "split", f"[{first!r}, {second!r}]")


def _without_shares(form: Form) -> tuple[str, ...]:
    """Return the roles that have no place in a cell where no shares of its rows are drawn."""
    if form.split.kind == "condition":
        return ("time", "group")
    if form.split.kind == "none":
        return ("time",) if _learns_groups(form) else ("time", "group")
    return ()


def _learns_groups(form: Form) -> bool:
    """Say whether groups are more than parts of a split: in a search, and to what ranks."""
    known = (stages.find(s.stage) for s in form.steps if stages.is_stage_name(s.stage))
    return form.verb == "tune" or any(GROUP_PARAM in info.options for info in known)


def _option(source: Source, change: Change, _: Context) -> str:
    """``name`` and ``text``: another option of the verb; without a text it is taken away."""
    name = str(change["name"])
    if name not in source.verb.options:
        hint = closest(name, source.verb.options)
        raise SynapseError(f"{source.verb.name} has no option {name!r}. {hint}".rstrip())
    return _with_option(source, name, writing.expression(change.get("text")))


def _also(source: Source, change: Change, _: Context) -> str:
    """``text``: a condition that rows meet beside those in ``where``."""
    condition = writing.expression(change["text"])
    written = source.option("where")
    if written is None or condition is None:
        return _with_option(source, "where", condition)
    return source.edited(writing.together(source, written, condition))


def _features(source: Source, change: Change, context: Context) -> str:
    """``columns`` and ``on``: columns that become features, or are none any more."""
    columns, on = list(map(str, change["columns"])), bool(change["on"])
    steps = _choosing(form_of(source, context))
    if not steps:
        return _with_features(source, columns) if on and columns else source.text
    alike = [step for step in steps if step.columns == steps[0].columns]
    known = set(steps[0].columns)
    moved = [column for column in columns if (column in known) != on]
    if not moved:
        return source.text
    if not on:
        return source.edited(_taken_out(source, alike, moved))
    names = list(map(writing.column, moved))
    return source.edited(_columns_bracket(source, step).inserted(*names) for step in alike)


def _choosing(form: Form) -> list[StepState]:
    """Return the steps that name the features: the one that makes them, else the algorithms."""
    if form.features is not None:
        return [form.features]
    return [step for step in form.algorithms if step.columns]


def _taken_out(source: Source, steps: Sequence[StepState], columns: Sequence[str]) -> list[Edit]:
    edits: list[Edit] = []
    for step in steps:
        brackets = _columns_bracket(source, step)
        edits += brackets.removed(_parts_of(source, brackets, step, columns))
    return edits


def _columns_bracket(source: Source, step: StepState) -> Brackets:
    """Return the bracket that holds the columns of a step: its own, or that of ``inputCols``."""
    call = source.statements[step.index].statement.value
    for each in getattr(call, "keywords", ()):
        if each.arg == "inputCols" and isinstance(each.value, (ast.List, ast.Tuple)):
            return Brackets(source.text, *source.span(each.value))
        if each.arg == "inputCols":
            raise SynapseError(
                f"The columns of {step.stage} stand in a variable of the notebook. Try: change the "
                "variable, or write the columns out"
            )
    return Brackets(source.text, *source.span(call))


def _parts_of(
    source: Source, brackets: Brackets, step: StepState, columns: Sequence[str]
) -> list[Part]:
    """Return the parts that name some columns; those in a variable have none of their own."""
    held = [column for column in step.columns if column not in step.fixed]
    named = [
        part
        for part in brackets.parts
        if part.name is None and not source.text[part.value : part.end].startswith("{")
    ]
    parts = dict(zip(held, named))
    lost = next((column for column in columns if column not in parts), None)
    if lost is not None or len(held) != len(named):
        raise SynapseError(
            f"{lost or columns[0]!r} stands in a variable of the notebook. Try: change the "
            "variable, or write the columns out"
        )
    return [parts[column] for column in columns]


def _with_features(source: Source, columns: Sequence[str]) -> str:
    """Add the step that makes the features, before the first algorithm."""
    call = "features = Featurize()"
    inside = Brackets(call, 0, len(call)).added(*map(writing.column, columns))
    line = call[: inside.start] + inside.text + call[inside.end :]
    steps = [each for each in source.statements if each.called]
    if not steps:
        return source.edited([writing.line_at_end(source, line)])
    return source.edited([writing.line_before(source, steps[0], line)])


def _algorithm(source: Source, change: Change, context: Context) -> str:
    """``name`` and ``on``: an algorithm is ticked; several are searched, so the verb is tune."""
    name, form = str(change["name"]), form_of(source, context)
    chosen = [step for step in form.algorithms if step.stage == name]
    if not change["on"]:
        for step in reversed(chosen):
            source = Source(source.edited([writing.without(source, source.statements[step.index])]))
        return source.text
    if chosen:
        return source.text
    if not stages.is_stage_name(name) or not stages.find(name).predicts:
        raise SynapseError(f"{name!r} is no stage that learns a label")
    named = next((step for step in form.algorithms if step.target), None)
    if named is not None:
        raise SynapseError(
            f"{named.stage} makes a column {named.target!r}, and several that are compared make "
            "none. Try: its line without the name"
        )
    direct = next((step for step in form.algorithms if step.columns), None)
    text = f"{name}({_columns_written(source, direct)})"
    made = source.edited([writing.line_at_end(source, text)])
    if form.algorithms and source.command.verb == "train":
        return _as_tune(Source(made))
    return made


def _columns_written(source: Source, direct: StepState | None) -> str:
    """Return the columns of an algorithm that names them itself, for the one beside it."""
    if direct is None:
        return ""
    call = source.statements[direct.index].statement.value
    return ", ".join(source.of(each) for each in getattr(call, "args", ()))


def _param(source: Source, change: Change, context: Context) -> str:
    """``step``, ``name`` and how it is set.

    ``mode`` is ``default`` (not written), ``value`` with ``value`` or ``text``, ``list`` with
    ``values`` or ``text``, or ``range`` with ``low``, ``high`` and ``log``.
    """
    step = _step(source, change, context)
    name, mode = str(change["name"]), change.get("mode", "value")
    info = stages.find(step.stage)
    if name not in info.options:
        hint = closest(name, info.options)
        raise SynapseError(f"{step.stage} has no param {name!r}. {hint}".rstrip())
    call = source.statements[step.index].statement.value
    brackets = Brackets(source.text, *source.span(call))
    part = next((each for each in brackets.parts if each.name == name), None)
    if mode == "default":
        return source.edited(brackets.removed([part]) if part is not None else [])
    written = _written_as(mode, change, is_float(step.stage, name))
    edit = brackets.added(f"{name}={written}") if part is None else brackets.replaced(part, written)
    made = source.edited([edit])
    if mode in ("list", "range") and source.command.verb == "train":
        return _as_tune(Source(made))
    return made


def _weight(source: Source, change: Change, context: Context) -> str:
    """``column``: says how much each row counts, and is no feature; empty for rows that are alike.

    All algorithms that take weights get it.
    """
    column, form = str(change["column"]), form_of(source, context)
    able = [step for step in form.algorithms if _WEIGHT in stages.find(step.stage).options]
    if column and not able:
        raise SynapseError(
            "No algorithm of the cell takes weights of rows. Try: LightGBMClassifier, ticked first"
        )
    if column and column == form.target:
        raise SynapseError(f"{column!r} is predicted, so it cannot weigh rows. Try: another column")
    text = _features(source, {"columns": [column], "on": False}, context) if column else source.text
    given = {"mode": "value", "text": writing.column(column)} if column else {"mode": "default"}
    for step in able:
        text = _param(Source(text), {"step": step.index, "name": _WEIGHT, **given}, context)
    return text


def _role(source: Source, change: Change, context: Context) -> str:
    """``column`` and ``role``: target, feature, key, time, group, weight, or an empty one.

    A column has one role: what it was before is taken away.
    """
    column, role = str(change["column"]), str(change["role"])
    if role not in _GIVEN:
        raise SynapseError(f"A column has no role {role!r}. {closest(role, _GIVEN)}".rstrip())
    form = form_of(source, context)
    before = form.role(column)
    if role != "feature" and column in form.columns:
        source = Source(_features(source, {"columns": [column], "on": False}, context))
    if before not in (role, "", "feature"):
        source = Source(_GIVEN[before](source, column, False, context))
    return source.text if before == role else _GIVEN[role](source, column, True, context)


def _as_target(source: Source, column: str, on: bool, context: Context) -> str:
    return _target(source, {"column": column if on else ""}, context)


def _as_feature(source: Source, column: str, on: bool, context: Context) -> str:
    return _features(source, {"columns": [column], "on": on}, context)


def _as_weight(source: Source, column: str, on: bool, context: Context) -> str:
    return _weight(source, {"column": column if on else ""}, context)


def _as_time(source: Source, column: str, on: bool, context: Context) -> str:
    """Split by time, and no more by groups; a share of the rows is held out for it."""
    made = _with_option(source, "time", writing.column(column) if on else None)
    return _splitting(_with_option(Source(made), "group", None), "time", context) if on else made


def _as_group(source: Source, column: str, on: bool, context: Context) -> str:
    """Split by whole groups, and no more by time; a share is held out unless all are learned."""
    made = _with_option(source, "group", writing.column(column) if on else None)
    return _splitting(_with_option(Source(made), "time", None), "group", context) if on else made


def _splitting(text: str, role: str, context: Context) -> str:
    """Return a cell that draws shares of the rows where a role needs them."""
    source = Source(text)
    if role in _without_shares(form_of(source, context)):
        return _split(source, {"train": _USUAL_SHARE}, context)
    return text


def _as_key(source: Source, column: str, on: bool, context: Context) -> str:
    """Add a column to the keys, or take it out of them."""
    written = source.option("key")
    if written is not None and is_variable(written.statement.value):
        raise SynapseError("The key stands in a variable of the notebook. Try: change it there")
    others = [name for name in form_of(source, context).roles["key"] if name != column]
    names = list(map(writing.column, [*others, column] if on else others))
    listed = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    return _with_option(source, "key", listed if names else None)


_USUAL_SHARE = 0.8
_GIVEN: dict[str, Callable[[Source, str, bool, Context], str]] = {
    "": lambda source, *_: source.text,
    "target": _as_target,
    "feature": _as_feature,
    "key": _as_key,
    "time": _as_time,
    "group": _as_group,
    "weight": _as_weight,
}


def _step(source: Source, change: Change, context: Context) -> StepState:
    found = next((s for s in form_of(source, context).steps if s.index == change["step"]), None)
    if found is None:
        raise SynapseError("The cell has no such step any more")
    return found


def _written_as(mode: str, change: Change, decimal: bool) -> str:
    if mode == "range":
        low, high = (_number(change[end], decimal) for end in ("low", "high"))
        return f"Range({low!r}, {high!r}{', log=True' if change.get('log') else ''})"
    if mode == "list" and "text" in change:
        return writing.choice(str(change["text"]))
    if mode == "list":
        values = [_number(value, decimal) for value in change["values"]]
        return f"Choice({', '.join(map(writing.literal_text, values))})"
    if mode != "value":
        raise SynapseError(f"A param has no mode {mode!r}. Try: default, value, list or range")
    if "text" in change:
        written = writing.expression(change["text"])
        if written is None:
            raise SynapseError("A param that is set has a value. Try: its default")
        return written
    return writing.literal_text(_number(change["value"], decimal))


def _number(value: Any, decimal: bool) -> Any:
    """Return a number as the param has it: whole ones of a decimal param keep their point."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if not math.isfinite(value):
        raise SynapseError(f"A number is expected, got {value!r}")
    if decimal:
        return float(value)
    return int(value) if float(value).is_integer() else value


def _verb(source: Source, change: Change, context: Context) -> str:
    """``verb``: one model is trained, or the best is searched."""
    verb = change["verb"]
    if verb == source.command.verb:
        return source.text
    if verb == "tune":
        return _as_tune(source)
    if verb != "train":
        raise SynapseError(f"A form trains or tunes, not {verb!r}")
    return _as_train(source, form_of(source, context))


def _as_tune(source: Source) -> str:
    return source.edited([writing.verb(source, "tune")])


def _as_train(source: Source, form: Form) -> str:
    """Train one model: what is searched takes the middle; options of the search become comments."""
    if len(form.algorithms) > 1:
        raise SynapseError(
            f"{len(form.algorithms)} algorithms are compared. Try: leave one ticked, then train it"
        )
    edits = [writing.verb(source, "train")]
    kept = VERBS["train"].options
    for written in source.statements:
        if written.option is not None and written.option not in kept:
            edits.append(writing.commented(source, written))
    group = source.option("group")
    if group is not None and "group" in _without_shares(replace(form, verb="train")):
        edits.append(writing.commented(source, group))
    for name in source.command.options:
        if name not in kept:
            edits += writing.flag_as_comment(source, name)
    for step in form.steps:
        edits += _middles(source, source.statements[step.index], step)
    return source.edited(edits)


def _middles(source: Source, written: Written, step: StepState) -> list[Edit]:
    from synapse_magic.compose.tuning.spaces import Range

    brackets = Brackets(source.text, *source.span(written.statement.value))
    parts = {part.name: part for part in brackets.parts}
    edits = []
    for setting in step.params:
        if setting.mode == "list" and setting.value:
            middle = setting.value[0]
        elif setting.mode == "range" and setting.low is not None and setting.high is not None:
            middle = Range(setting.low, setting.high, setting.log).at(0.5)
        else:
            continue
        edits.append(brackets.replaced(parts[setting.name], writing.literal_text(middle)))
    return edits


def _output(source: Source, change: Change, _: Context) -> str:
    """``name``: the variable that keeps the model."""
    return writing.with_output(source, str(change["name"]))


def _with_option(source: Source, name: str, value: str | None) -> str:
    if name in source.command.options:
        raise SynapseError(f"{name} stands on the first line of the cell. Try: change it there")
    written = source.option(name)
    if value is None:
        return source.edited([] if written is None else [writing.without(source, written)])
    if written is not None:
        return source.edited(writing.value_of(source, written, value))
    return source.edited([writing.option_line(source, name, value)])


_OPERATIONS: dict[Any, Callable[[Source, Change, Context], str]] = {
    "target": _target,
    "split": _split,
    "option": _option,
    "also": _also,
    "features": _features,
    "algorithm": _algorithm,
    "param": _param,
    "weight": _weight,
    "role": _role,
    "verb": _verb,
    "output": _output,
}
