"""Conditions on rows: Python's comparisons become expressions of Spark columns."""

from __future__ import annotations

import ast
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.language.body import is_variable
from synapse_magic.language.columns import Columns, quoted
from synapse_magic.language.layout import call, literal, method
from synapse_magic.language.text import Text
from synapse_magic.language.values import Values


class Conditions:
    """Writes the conditions of one cell as PySpark expressions."""

    def __init__(self, values: Values, columns: Columns) -> None:
        self.values, self.columns = values, columns
        self.text: Text = values.text

    def condition(self, node: ast.expr) -> ast.expr:
        """Return the expression of a condition: comparisons joined by ``and``, ``or``, ``not``."""
        if isinstance(node, ast.BoolOp):
            operator = ast.BitAnd() if isinstance(node.op, ast.And) else ast.BitOr()
            return _joined(operator, [self.condition(part) for part in node.values])
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ast.UnaryOp(ast.Invert(), self.condition(node.operand))
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.Name) or _is_col(node):
            return self._boolean(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
            word = "and" if isinstance(node.op, ast.BitAnd) else "or"
            raise self.text.error(node, f"Conditions are joined by words. Try: a > 1 {word} b > 2")
        raise self.text.error(
            node, "This is no condition. Expected a comparison. Try: age >= 18 and hours > 0"
        )

    def _boolean(self, node: ast.expr) -> ast.expr:
        name = self._column_name(node)
        type_ = self.columns.type(name)
        if type_ not in (None, "boolean"):
            raise self.text.error(
                node, f"Column {name!r} is {type_}, not a condition. Try: {name} > 0"
            )
        return self._column(name)

    def _comparison(self, node: ast.Compare) -> ast.expr:
        operands = [node.left, *node.comparators]
        pairs = zip(operands, node.ops, operands[1:])
        return _joined(ast.BitAnd(), [self._pair(node, *pair) for pair in pairs])

    def _pair(self, node: ast.AST, left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.expr:
        if isinstance(op, (ast.Is, ast.IsNot)):
            return self._null_check(left, op, right)
        if isinstance(op, (ast.In, ast.NotIn)):
            return self._membership(left, op, right)
        for side in (left, right):
            if isinstance(side, ast.Constant) and side.value is None:
                word = "is None" if isinstance(op, ast.Eq) else "is not None"
                raise self.text.error(node, f"Nothing compares with None. Try: x {word}")
        if not (_has_column(left) or _has_column(right)):
            raise self.text.error(
                node, "The comparison names no column. Try: a column is a bare name, age >= 18"
            )
        return ast.Compare(self.term(left), [op], [self.term(right)])

    def _null_check(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.expr:
        if not (isinstance(right, ast.Constant) and right.value is None):
            raise self.text.error(right, "Only None follows 'is'. Try: == for other values")
        return method(self._tested(left), "isNull" if isinstance(op, ast.Is) else "isNotNull")

    def _membership(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.expr:
        tested = self._tested(left)
        if not (is_variable(right) or isinstance(right, (ast.List, ast.Tuple))):
            raise self.text.error(
                right, "A list follows 'in'. Try: job in ['clerk', 'chef'], or job in {jobs}"
            )
        members = self.values.get(right)
        if isinstance(members, str) or not hasattr(members, "__iter__"):
            raise self.text.error(right, "A list follows 'in'. Try: a list of values")
        if isinstance(right, (ast.List, ast.Tuple)) and None in right_values(right):
            raise self.text.error(right, "Nothing equals None. Try: x in [...] or x is None")
        listed = self.values.code(right)
        if isinstance(listed, ast.Tuple):
            listed = ast.List(listed.elts)
        elif is_variable(right):
            listed = call("list", listed)
        found = method(tested, "isin", listed)
        return found if isinstance(op, ast.In) else ast.UnaryOp(ast.Invert(), found)

    def _tested(self, node: ast.expr) -> ast.expr:
        if not _has_column(node):
            raise self.text.error(node, "A column stands here. Try: a column is a bare name")
        return self.term(node)

    def term(self, node: ast.expr) -> ast.expr:
        """Return the expression of a column, a value, or arithmetic with them."""
        if isinstance(node, ast.Name) or _is_col(node):
            return self._column(self._column_name(node))
        if isinstance(node, ast.BinOp):
            if not isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Pow)):
                raise self.text.error(node, "Arithmetic in a condition is one of + - * / % **")
            return ast.BinOp(self.term(node.left), node.op, self.term(node.right))
        if isinstance(node, ast.UnaryOp) and _has_column(node.operand):
            return self._signed(node)
        if isinstance(node, (ast.Compare, ast.BoolOp)):
            return self.condition(node)
        if isinstance(node, (ast.List, ast.Tuple, ast.Dict)):
            raise self.text.error(node, "A list is no value to compare with. Try: x in [...]")
        if isinstance(node, ast.Call):
            raise self.text.error(
                node, "Only col('...') may be called in a condition. Try: %%synapse sql"
            )
        if is_variable(node):
            value = self.values.get(node)
            code = self.values.code(node)
            return call(self._function("lit"), code) if isinstance(value, str) else code
        return self.values.code(node)

    def _signed(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, (ast.USub, ast.UAdd)):
            inner = self.term(node.operand)
            return inner if isinstance(node.op, ast.UAdd) else ast.UnaryOp(node.op, inner)
        if isinstance(node.op, ast.Not):
            return self.condition(node)
        raise self.text.error(node, "The opposite of a condition is spelled: not")

    def _column_name(self, node: ast.expr) -> str:
        if isinstance(node, ast.Call):
            (argument,) = node.args if len(node.args) == 1 else (node,)
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                raise self.text.error(node, "col takes one text. Try: col('hours per week')")
            written, node = argument.value, argument
        else:
            written = node.id  # type: ignore[attr-defined]
        try:
            return self.columns.resolve(written)
        except SynapseError as error:
            hint = f"; write {{{written}}} for the Python variable, {written!r} for text"
            bare = isinstance(node, ast.Name)
            raise self.text.error(node, f"{error}{hint if bare else ''}") from None

    def _column(self, name: str) -> ast.expr:
        return call(self._function("col"), literal(quoted(name)))

    def _function(self, name: str) -> ast.expr:
        return ast.Attribute(self.values.builder.use("pyspark.sql", "functions as F"), name)


def right_values(node: ast.List | ast.Tuple) -> list[Any]:
    """Return the constants among the members of a list."""
    return [item.value for item in node.elts if isinstance(item, ast.Constant)]


def _joined(operator: ast.operator, parts: list[ast.expr]) -> ast.expr:
    result = parts[0]
    for part in parts[1:]:
        result = ast.BinOp(result, operator, part)
    return result


def _is_col(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "col"


def _has_column(node: ast.expr) -> bool:
    inside = ast.walk(node)
    return any(
        isinstance(part, ast.Name) and part.id != "col" for part in _outside_braces(node)
    ) or any(_is_col(part) for part in inside if isinstance(part, ast.expr))


def _outside_braces(node: ast.AST) -> list[ast.AST]:
    if is_variable(node):
        return []
    return [node, *(n for child in ast.iter_child_nodes(node) for n in _outside_braces(child))]
