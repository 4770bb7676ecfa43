"""What a form shows: a plain description of what is written in a cell."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Mode = Literal["value", "list", "range", "variable", "code"]
Role = Literal["features", "algorithm", "step"]


@dataclass(frozen=True)
class Setting:
    """One param or option that is written in the cell.

    Attributes
    ----------
    name, text : str
        Its name, and its right side as written.
    mode : {"value", "list", "range", "variable", "code"}
        One value that is locked, a list to try, a range to search, ``{x}``, or anything else.
    value : object
        The value, or the values of a list; None where it is no plain one.
    low, high : float or None
        The ends of a range.
    log : bool
        Whether the range is searched on a logarithmic scale.
    line : int
        The line of the cell, from 1.
    """

    name: str
    text: str
    mode: Mode
    value: Any = None
    low: float | None = None
    high: float | None = None
    log: bool = False
    line: int = 0


@dataclass(frozen=True)
class StepState:
    """One step of the cell.

    Attributes
    ----------
    index : int
        Its place among the statements of the cell; a change names it by that.
    stage, doc : str
        Class name of the stage, and what it does in a line.
    role : {"features", "algorithm", "step"}
        What makes the features, what learns from them, anything else.
    target : str
        The name of its output, empty without one.
    columns : tuple of str
        The columns it reads by position or as ``inputCols``.
    fixed : tuple of str
        Those of them that stand in a ``{variable}``, and cannot be taken out by a click.
    params : tuple of Setting
        Its params that are written.
    line : int
        The line of the cell where it begins.
    """

    index: int
    stage: str
    doc: str
    role: Role
    target: str = ""
    columns: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    params: tuple[Setting, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Split:
    """How rows are held out: a share that is trained on, a condition, or nothing."""

    kind: Literal["none", "share", "condition", "variable"] = "none"
    train: float | None = None
    text: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong in the cell, and where: line from 1, column from 0; line 0 for nowhere."""

    sentence: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True)
class Form:
    """The state of a form, all of it read from the text of a cell.

    Attributes
    ----------
    verb, frame, output : str
        The words of the first line; ``output`` is empty without ``-o``.
    target : str
        The label column, empty without one.
    split : Split
    settings : tuple of Setting
        The other options that are written.
    steps : tuple of StepState
        All steps in order.
    roles : mapping of str to tuple of str
        The columns that are ``key``, ``time`` and ``group``.
    """

    verb: str
    frame: str
    output: str
    target: str
    split: Split
    settings: tuple[Setting, ...]
    steps: tuple[StepState, ...]
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def features(self) -> StepState | None:
        """The step whose columns are the features."""
        return next((step for step in self.steps if step.role == "features"), None)

    @property
    def algorithms(self) -> tuple[StepState, ...]:
        """The steps that learn the target."""
        return tuple(step for step in self.steps if step.role == "algorithm")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are features, in order."""
        source = self.features or next(iter(self.algorithms), None)
        return source.columns if source is not None else ()

    @property
    def weight(self) -> str:
        """The column that says how much each row counts, empty without one."""
        params = (param for step in self.algorithms for param in step.params)
        text = next((param.text for param in params if param.name == "weightCol"), "''")
        node = ast.parse(text, mode="eval").body
        if isinstance(node, ast.Name):
            return node.id
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""

    def role(self, column: str) -> str:
        """Return what a column is: target, key, time, group, weight, feature, or nothing."""
        if column == self.target:
            return "target"
        given = next((role for role, names in self.roles.items() if column in names), "")
        used = "feature" if column in self.columns else ""
        return given or ("weight" if column == self.weight else used)

    def to_json(self) -> dict[str, Any]:
        """Return the form as JSON values."""
        return {**asdict(self), "columns": list(self.columns), "weight": self.weight}
