"""Columns as a step names them: bare names, texts, lists, and variables that hold names."""

from __future__ import annotations

import ast

from synapse_magic.errors import SynapseError
from synapse_magic.language.body import is_variable
from synapse_magic.language.columns import Columns
from synapse_magic.language.declaration import Option
from synapse_magic.language.stages import StageInfo
from synapse_magic.language.values import Values


class Naming:
    """Finds the columns that the nodes of one cell name."""

    def __init__(self, values: Values, columns: Columns) -> None:
        self.values, self.columns = values, columns
        self.text = values.text

    def positional(self, info: StageInfo, node: ast.expr) -> tuple[str, ...]:
        """Return the columns that one positional argument names."""
        if is_variable(node):
            value = self.values.get(node)
            return self._several(node, [value] if isinstance(value, str) else value)
        if isinstance(node, ast.Name) or _is_text(node):
            return (self.column(node),)
        if isinstance(node, ast.Call):
            raise self.text.error(
                node, "A step inside a step has no column. Try: a line of its own, x = Stage(...)"
            )
        if isinstance(node, (ast.List, ast.Tuple)):
            raise self.text.error(node, f"Columns stand without brackets. Try: {info.name}(a, b)")
        raise self.text.error(
            node, f"By position stand columns. Try: {info.name}(column, option={ast.unparse(node)})"
        )

    def _several(self, node: ast.expr, value: object) -> tuple[str, ...]:
        several = isinstance(value, (list, tuple))
        if not several or not all(isinstance(name, str) for name in value):  # type: ignore[attr-defined]
            raise self.text.error(
                node, f"A column name or a list of them stands here, got {type(value).__name__}"
            )
        return tuple(self._resolve(node, name) for name in value)  # type: ignore[attr-defined]

    def single(self, info: StageInfo, node: ast.expr) -> str:
        """Return the column that an option names; evaluators read what does not exist yet."""
        if info.kind == "evaluator" and isinstance(node, ast.Name):
            return node.id
        if info.kind == "evaluator" and _is_text(node):
            return str(self.values.get(node))
        return self.column(node)

    def listed(self, node: ast.expr) -> tuple[str, ...]:
        """Return the columns that an option of several names."""
        if is_variable(node):
            return self._several(node, self.values.get(node))
        if not isinstance(node, (ast.List, ast.Tuple)):
            raise self.text.error(node, "A list of columns stands here. Try: [a, b]")
        return tuple(self.column(each) for each in node.elts)

    def new(self, option: Option, node: ast.expr) -> tuple[str, ...]:
        """Return the names that an option gives to new columns."""
        if isinstance(node, (ast.List, ast.Tuple)):
            names = [n.id if isinstance(n, ast.Name) else self.values.get(n) for n in node.elts]
        else:
            value = node.id if isinstance(node, ast.Name) else self.values.get(node)
            names = list(value) if isinstance(value, (list, tuple)) else [value]
        several = option.kind == "columns"
        if not all(isinstance(name, str) for name in names) or (len(names) != 1 and not several):
            hint = "['a', 'b']" if several else "'name'"
            raise self.text.error(node, f"{option.name} names new columns. Try: {hint}")
        return tuple(names)

    def column(self, node: ast.expr) -> str:
        """Return the column that a node in a column position names."""
        if isinstance(node, ast.Name):
            return self._resolve(node, node.id)
        value = self.values.get(node)
        if not isinstance(value, str):
            raise self.text.error(
                node, f"A column stands here, got {value!r}. Try: a bare name, or a text in quotes"
            )
        return self._resolve(node, value)

    def _resolve(self, node: ast.expr, name: str) -> str:
        try:
            return self.columns.resolve(name)
        except SynapseError as error:
            if not isinstance(node, ast.Name):
                raise self.text.error(node, str(error)) from None
            hint = f"Or write {{{name}}} for the Python variable, {name!r} for text"
            raise self.text.error(node, f"{error} {hint}") from None


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
