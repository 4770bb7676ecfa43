"""What a click on "fix" does about a guardrail: a change of the cell's text like any other.

Some guardrails are of the cell itself: a column with two roles that get into each other's way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from synapse_magic.language.form import writing
from synapse_magic.language.form.state import Form

_DROPPED = ("missing", "constant", "levels", "giveaway", "role")
_TWO_ROLES = {
    "time": "{} splits rows by time and is a feature, too: what is tested comes after all of it",
    "group": "{} keeps groups whole and is a feature, too: groups that are tested were never seen",
}


def fix_of(kind: str, column: str, form: Form) -> dict[str, Any] | None:
    """Return the change that mends a guardrail; None where it is mended, or cannot be by a click.

    Parameters
    ----------
    kind, column : str
        Of the guardrail.
    form : Form
        What the cell says now.
    """
    if kind in _DROPPED:
        held = column in form.columns
        return {"op": "features", "columns": [column], "on": False} if held else None
    free = form.role(column) in ("", "feature")
    if kind == "key":
        return {"op": "role", "column": column, "role": "key"} if free else None
    if kind == "time":
        taken = form.roles.get("time") or form.roles.get("group")
        drawn = form.split.kind in ("share", "none") and free and not taken
        return {"op": "role", "column": column, "role": "time"} if drawn else None
    if kind == "missing label":
        condition = f"{_as_condition(column)} is not None"
        where = next((each for each in form.settings if each.name == "where"), None)
        if where is not None and (where.mode == "variable" or condition in _conjuncts(where.text)):
            return None
        return {"op": "also", "text": condition}
    if kind != "imbalance":
        return None
    for step in form.algorithms:
        weighed = any(each.name == "isUnbalance" for each in step.params)
        if step.stage == "LightGBMClassifier" and not weighed:
            return {"op": "param", "step": step.index, "name": "isUnbalance", "value": True}
    return None


def is_moot(kind: str, column: str, form: Form) -> bool:
    """Say whether a guardrail proposes a role to a column that the user gave another one."""
    return kind in ("key", "time") and form.role(column) not in ("", "feature", kind)


def two_roles(form: Form) -> Iterator[dict[str, str]]:
    """Give a guardrail for each column with two roles that do not go together."""
    for role, sentence in _TWO_ROLES.items():
        for column in form.roles.get(role, ()):
            if column in form.columns:
                told = {"sentence": sentence.format(column), "advice": "leave it out there"}
                yield {"kind": "role", "column": column, **told}


def _conjuncts(condition: str) -> set[str]:
    """Return the conditions that all hold, each as Python writes it."""
    found, open_ = set(), [ast.parse(f"({condition}\n)", mode="eval").body]
    while open_:
        node = open_.pop()
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            open_ += node.values
        else:
            found.add(ast.unparse(node))
    return found


def _as_condition(column: str) -> str:
    written = writing.column(column)
    return written if written == column else f"col({written})"
