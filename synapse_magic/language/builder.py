"""The program of a cell while it is being written: imports, parameters, statements."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from typing import Any, Literal

import synapse_magic
from synapse_magic.language.context import is_frame, is_model
from synapse_magic.language.layout import lines
from synapse_magic.language.program import Parameter, Program
from synapse_magic.language.secrets import names_secret
from synapse_magic.language.stages import is_stage_name

_OURS = frozenset({"run", "spark", "F", "Pipeline", *synapse_magic.PUBLIC, *dir(builtins)})
"""Names that mean something in a program or a script already."""


class Builder:
    """Collects what a program needs, so that no name means two things.

    Parameters
    ----------
    variables : iterable of str
        Every user variable that the cell mentions; they keep their names unless ours are in
        the way.
    """

    def __init__(self, variables: Iterable[str] = ()) -> None:
        self._imports: set[tuple[str, str]] = set()
        self._parameters: dict[str, Parameter] = {}
        self._taken: set[str] = set(_OURS)
        self._names = {variable: self._own(variable) for variable in dict.fromkeys(variables)}
        self._lines: list[str] = []
        self._show = "print(result)"
        self._show_functions: tuple[str, ...] = ()

    def use(self, module: str, imported: str) -> ast.Name:
        """Import a name and return it."""
        self._imports.add((module, imported))
        used = imported.rpartition(" as ")[2]
        self._taken.add(used)
        return ast.Name(used)

    def variable(self, variable: str, value: Any, *, secret: bool = False) -> ast.Name:
        """Return the parameter that takes a user's variable."""
        role: Literal["frame", "model", "value", "secret"] = "value"
        if is_frame(value):
            role = "frame"
        elif is_model(value):
            role = "model"
        elif secret or (isinstance(value, str) and names_secret(variable)):
            role = "secret"
        known = self._parameters.get(variable)
        if known is None or secret:
            self._parameters[variable] = Parameter(self._names[variable], variable, role)
        return ast.Name(self._names[variable])

    def bound(self, base: str, value: Any, role: Literal["frame", "value"] = "frame") -> ast.Name:
        """Return a parameter that takes an object without a variable, such as a held-out part."""
        parameter = Parameter(self.fresh(base), None, role, value)
        self._parameters[f" {parameter.name}"] = parameter
        return ast.Name(parameter.name)

    def fresh(self, base: str) -> str:
        """Return a name for a local variable that nothing else has."""
        number, candidate = 2, base
        while candidate in self._taken:
            candidate, number = f"{base}_{number}", number + 1
        self._taken.add(candidate)
        return candidate

    def assign(self, targets: str, value: ast.expr) -> None:
        """Write ``targets = value``."""
        self._lines += lines(value, f"{targets} = ", "", 4)

    def run(self, value: ast.expr) -> None:
        """Write an expression as a statement."""
        self._lines += lines(value, "", "", 4)

    def give(self, value: ast.expr) -> None:
        """Write ``return value``."""
        self._lines += lines(value, "return ", "", 4)

    def show_with(self, statement: str, *functions: str) -> None:
        """Say how a script shows ``result``, and the public functions it uses for that."""
        self._show, self._show_functions = statement, functions

    def program(self, verb: str, cell: str) -> Program:
        """Return the finished program."""
        ordered = sorted(self._parameters.values(), key=lambda p: not p.positional)
        return Program(
            verb,
            cell,
            tuple(sorted(self._imports)),
            tuple(ordered),
            tuple(self._lines),
            self._show,
            self._show_functions,
        )

    def _own(self, variable: str) -> str:
        clash = variable in self._taken or is_stage_name(variable)
        candidate = f"{variable}_" if clash else variable
        return self.fresh(candidate)
