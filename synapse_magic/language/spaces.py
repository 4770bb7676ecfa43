"""Values that are searched rather than given: ``numLeaves=Range(15, 127)`` in a step."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

import synapse_magic
from synapse_magic.errors import SynapseError
from synapse_magic.language.columns import Columns
from synapse_magic.language.declaration import Option
from synapse_magic.language.layout import call
from synapse_magic.language.step import Step
from synapse_magic.language.steps import Steps
from synapse_magic.language.values import Values

SPACES = ("Range", "Choice")


@dataclass(frozen=True)
class Searched:
    """One option of a step that is searched: the step, the param, and the code of its space."""

    step: Step
    param: str
    code: ast.expr
    node: ast.expr


class TunedSteps(Steps):
    """Reads steps of which some options are spaces; ``searched`` collects those."""

    def __init__(
        self, values: Values, columns: Columns, label: str | None, label_column: str | None
    ) -> None:
        super().__init__(values, columns, label, label_column)
        self.searched: list[Searched] = []

    def _keyword(self, step: Step, option: Option, node: ast.expr) -> None:
        if not is_space(node):
            super()._keyword(step, option, node)
            return
        if option.kind != "value" or option.secret:
            raise self.text.error(node, f"{option.name} names columns or stages: give it one value")
        code = self._space(node, option, step.info.name)
        self.searched.append(Searched(step, option.name, code, node))

    def _space(self, node: ast.expr, option: Option, owner: str) -> ast.expr:
        """Return the expression of a space, after checking that the option takes its values."""
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            raise self.text.error(node, "A space is Range(low, high) or Choice(first, second)")
        keywords = {str(each.arg): each.value for each in node.keywords}
        try:
            made = getattr(synapse_magic, node.func.id)(
                *map(self.values.get, node.args),
                **{name: self.values.get(value) for name, value in keywords.items()},
            )
        except TypeError:
            example = "Range(15, 127), Range(0.01, 0.3, log=True) or Choice('gbdt', 'dart')"
            raise self.text.error(node, f"A space is written as {example}") from None
        except SynapseError as error:
            raise self._at(node, error) from None
        for value in made.samples():
            self._check(node, option, value, owner)
        used = self.values.builder.use("synapse_magic", node.func.id)
        arguments = [self.values.code(each) for each in node.args]
        return call(used, *arguments, **{n: self.values.code(v) for n, v in keywords.items()})

    def _check(self, node: ast.expr, option: Option, value: Any, owner: str) -> None:
        try:
            option.check(value)
        except SynapseError as error:
            raise self.text.error(node, str(error)) from None
        except (TypeError, ValueError, OverflowError) as error:
            message = f"{option.name} of {owner} must be {option.expected}, got {value!r}"
            raise self.text.error(node, message) from error

    def _at(self, node: ast.expr, error: SynapseError) -> SynapseError:
        from synapse_magic.language.text import CellError

        return error if isinstance(error, CellError) else self.text.error(node, str(error))


def is_space(node: ast.expr) -> bool:
    """Say whether a node is ``Range(...)`` or ``Choice(...)``."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SPACES
