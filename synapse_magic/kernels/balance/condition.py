"""Conditions on measures, such as ``abs(dp) > 0.2``: read, checked, and asked of arrays."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.balance.measures import SCOPES

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_EXAMPLE = "Try: abs(dp) > 0.2"


class ConditionError(SynapseError):
    """What is wrong in a condition, and the part of it that is meant."""

    def __init__(self, sentence: str, node: ast.AST) -> None:
        super().__init__(sentence)
        self.node = node


@dataclass(frozen=True, eq=False)
class Condition:
    """A condition on measures.

    Attributes
    ----------
    text
        As it is written.
    names
        The measures in it, in their order.

    Examples
    --------
    >>> condition = Condition.parse("abs(dp) > 0.2 and theil_t_index < 1")
    >>> condition.names, condition.scope
    (('dp', 'theil_t_index'), 'pair')
    >>> condition.holds({"dp": np.array([-0.3, 0.1]), "theil_t_index": 0.5}).tolist()
    [True, False]
    """

    text: str
    names: tuple[str, ...]
    tree: ast.expr

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read a condition.

        Raises
        ------
        SynapseError
            When it is no condition on measures, with the nearest name of a measure.
        """
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError) as error:
            raise SynapseError(f"{text!r} is no condition. {_EXAMPLE}") from error
        return cls.of(tree)

    @classmethod
    def of(cls, tree: ast.expr) -> Condition:
        """Return the condition of a syntax tree, checked; see :meth:`parse`."""
        _check(tree)
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        places = sorted((n.lineno, n.col_offset, n.id) for n in nodes if n.id in SCOPES)
        if not places:
            raise ConditionError(f"The condition names no measure. {_EXAMPLE}", tree)
        return cls(ast.unparse(tree), tuple(dict.fromkeys(name for *_, name in places)), tree)

    @property
    def scope(self) -> str:
        """What it is asked of: each "pair" of levels, each "column", or "all" of them together."""
        scopes = {SCOPES[name] for name in self.names}
        return next(scope for scope in ("pair", "column", "all") if scope in scopes)

    def holds(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return where it holds; nowhere that one of its measures is not defined.

        Parameters
        ----------
        values
            Numbers or arrays of each measure, whose shapes go together.
        """
        with np.errstate(all="ignore"):
            found = np.asarray(_value(self.tree, values), bool)
        for name in self.names:
            found = found & ~np.isnan(values[name])
        return found


def _check(node: ast.expr) -> None:
    """Refuse what is no condition."""
    if isinstance(node, ast.BoolOp):
        for part in node.values:
            _check(part)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        _check(node.operand)
    elif isinstance(node, ast.Compare):
        if not all(type(op) in _COMPARE for op in node.ops):
            raise ConditionError(f"Measures are compared by < <= > >= == !=. {_EXAMPLE}", node)
        for part in (node.left, *node.comparators):
            _check_number(part)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr)):
        word = "and" if isinstance(node.op, ast.BitAnd) else "or"
        raise ConditionError(f"Conditions are joined by words. Try: {word}", node)
    else:
        raise ConditionError(f"This is no condition. Expected a comparison. {_EXAMPLE}", node)


def _check_number(node: ast.expr) -> None:
    if isinstance(node, ast.Name):
        _check_name(node)
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        _check_number(node.left)
        _check_number(node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        _check_number(node.operand)
    elif isinstance(node, ast.Call):
        _check_call(node)
    elif not (isinstance(node, ast.Constant) and type(node.value) in (int, float)):
        raise ConditionError(
            f"A measure or a number stands here, got {ast.unparse(node)}. {_EXAMPLE}", node
        )


def _check_name(node: ast.Name) -> None:
    if node.id not in SCOPES:
        hint = closest(node.id, SCOPES) or f"Measures: {', '.join(SCOPES)}"
        raise ConditionError(f"There is no measure {node.id!r}. {hint}", node)


def _check_call(node: ast.Call) -> None:
    named = isinstance(node.func, ast.Name) and node.func.id == "abs"
    if not named or len(node.args) != 1 or node.keywords:
        raise ConditionError(f"Only abs(measure) may be called in a condition. {_EXAMPLE}", node)
    _check_number(node.args[0])


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """Return what a checked node is, number by number."""
    if isinstance(node, ast.BoolOp):
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        found = _value(node.values[0], values)
        for part in node.values[1:]:
            found = join(found, _value(part, values))
        return found
    if isinstance(node, ast.Compare):
        sides = [_value(side, values) for side in (node.left, *node.comparators)]
        found = True
        for op, left, right in zip(node.ops, sides, sides[1:]):
            found = np.logical_and(found, _COMPARE[type(op)](left, right))
        return found
    if isinstance(node, ast.UnaryOp):
        inner = _value(node.operand, values)
        if isinstance(node.op, ast.Not):
            return np.logical_not(inner)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp):
        return _ARITHMETIC[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.Call):
        return np.abs(_value(node.args[0], values))
    if isinstance(node, ast.Name):
        return np.asarray(values[node.id], np.float64)  # which divides by zero without an error
    return np.float64(node.value)  # type: ignore[attr-defined]
