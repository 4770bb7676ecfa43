"""Roles of columns beside label and features: keys, the time, and the groups that stay whole."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from synapse_magic.language.body import is_variable
from synapse_magic.language.columns import Columns
from synapse_magic.language.labels import Label
from synapse_magic.language.naming import Naming
from synapse_magic.language.request import Given, Request
from synapse_magic.language.step import Step
from synapse_magic.language.text import CellError

FEATURE_PARAMS = ("inputCols", "inputCol", "featuresCol")
GROUP_PARAM = "groupCol"


@dataclass(frozen=True)
class Roles:
    """Which columns are more than values to learn from.

    Attributes
    ----------
    keys : tuple of str
        Columns that tell rows apart: they are carried along, and are never features.
    time : str or None
        The column whose last rows are tested on.
    group : str or None
        The column whose equal values stay together; what a ranker ranks.
    """

    keys: tuple[str, ...] = ()
    time: str | None = None
    group: str | None = None

    def check(self, request: Request, label: Label, steps: Sequence[Step]) -> None:
        """Refuse a label that has another role, and a key among the features.

        Raises
        ------
        CellError
            At the option, or at the step that learns from the key.
        """
        for option, names in (("key", self.keys), ("time", [self.time]), ("group", [self.group])):
            if label.name is not None and label.name in names:
                sentence = f"{label.name} is the label, and cannot be the {option}, too"
                raise _at(request, option, sentence)
        for step, statement in zip(steps, request.steps):
            read = {name for param in FEATURE_PARAMS for name in step.reads.get(param, ())}
            for name in self.keys:
                if name in read:
                    raise request.values.text.error(
                        statement.value,
                        f"{name} is a key and stands among the features: a model would learn rows "
                        "by heart. Try: leave it out there",
                    )

    def give_groups(self, steps: Sequence[Step]) -> None:
        """Let steps that rank learn from the groups, where they name none themselves."""
        for step in steps:
            able = GROUP_PARAM in step.info.options and GROUP_PARAM not in step.reads
            if self.group is not None and able:
                step.reads[GROUP_PARAM] = (self.group,)
                step.put(GROUP_PARAM)

    def with_groups_of(self, request: Request, steps: Sequence[Step]) -> Roles:
        """Return the roles with the group that a step which ranks names itself.

        Raises
        ------
        CellError
            When it is another group, nothing is done with it, or the rows would be split in two
            ways.
        """
        named = next((n for step in steps for n in step.reads.get(GROUP_PARAM, ())), None)
        if named is not None and self.group not in (None, named):
            sentence = f"group is {self.group!r}, but {GROUP_PARAM} is {named!r}"
            raise _at(request, "group", sentence)
        group = self.group or named
        whole = request.verb.name == "train" and "split" not in request.options
        if self.group is not None and whole and not any(map(_learns_groups, steps)):
            raise _at(
                request,
                "group",
                "group says which rows stay together where some are held out, and none are held "
                "out. Try: split = [0.8, 0.2]",
            )
        if self.time is not None and group is not None:
            raise _at(
                request,
                "time",
                f"Rows are split by time or by whole groups of {group!r}, not by both. "
                "Try: one of them, or split = a condition on the training rows",
            )
        return Roles(self.keys, self.time, group)


def read_roles(request: Request, columns: Columns) -> Roles:
    """Return the roles that the options of a cell give to columns.

    Raises
    ------
    CellError
        When there is no such column, or no shares of rows are drawn that a role could change.
    """
    key = request.options.get("key")
    roles = Roles(
        () if key is None else columns_named("key", key, columns),
        request.column("time", columns),
        request.column("group", columns),
    )
    split = request.options.get("split")
    if roles.time is not None and split is None:
        sentence = "time says which rows are held out, and none are. Try: split = [0.8, 0.2]"
        raise _at(request, "time", sentence)
    condition = split is not None and not _is_shares(split.node)
    for option, name in (("time", roles.time), ("group", roles.group)):
        if name is not None and condition:
            raise _at(
                request,
                option,
                f"split is a condition, which splits the rows alone, without {option}. "
                "Try: split = [0.8, 0.2]",
            )
    return roles


def _learns_groups(step: Step) -> bool:
    return GROUP_PARAM in step.info.options


def _is_shares(node: ast.expr) -> bool:
    return isinstance(node, (ast.List, ast.Tuple)) or is_variable(node)


def columns_named(option: str, given: Given, columns: Columns) -> tuple[str, ...]:
    """Return the columns that an option names: one, a list, or a variable that holds names."""
    naming, node = Naming(given.values, columns), given.node
    held = is_variable(node) and isinstance(given.values.get(node), str)
    if held or isinstance(node, (ast.Name, ast.Constant)):
        return (naming.column(node),)
    names = naming.listed(node)
    if not names:
        raise given.values.text.error(node, f"{option} names no column. Try: {option} = [a, b]")
    return names


def _at(request: Request, option: str, sentence: str) -> CellError:
    given = request.options[option]
    return given.values.text.error(given.node, sentence)
