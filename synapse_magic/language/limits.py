"""Conditions on measures in a cell: checked there, written out as texts."""

from __future__ import annotations

import ast
import copy
import math
import re

from synapse_magic.errors import SynapseError
from synapse_magic.language.body import is_variable
from synapse_magic.language.layout import literal
from synapse_magic.language.request import Given
from synapse_magic.language.values import Values


def read_limits(given: Given | None) -> ast.expr | None:
    """Return the expression of one condition or of a list of them, None where none is given.

    A condition becomes a text. ``{limit}`` in it is the Python variable, a number; a variable
    alone is a text or a list of texts.
    """
    if given is None:
        return None
    node, values = given.node, given.values
    if isinstance(node, (ast.List, ast.Tuple)):
        return ast.List([_limit(each, values, among=True) for each in node.elts])
    return _limit(node, values, among=False)


def _limit(node: ast.expr, values: Values, *, among: bool) -> ast.expr:
    """Return a condition, one ``among`` others or alone."""
    if is_variable(node) or isinstance(node, ast.Constant):
        _check_texts(node, values, among=among)
        return values.code(node)
    # Conditions are of numpy, which the language does not load before one is read.
    from synapse_magic.kernels.balance.condition import Condition, ConditionError

    try:
        Condition.of(_Filled(values).visit(copy.deepcopy(node)))
    except ConditionError as error:
        raise values.text.error(error.node, str(error)) from None
    return _written(node, values)


def _check_texts(node: ast.expr, values: Values, *, among: bool) -> None:
    """Check conditions that come as texts; a list of them is none ``among`` others."""
    value = values.get(node)
    texts = [value] if isinstance(value, str) or among else value
    if not isinstance(texts, (list, tuple)) or not all(isinstance(each, str) for each in texts):
        raise values.text.error(
            node, f"A condition stands here, got {value!r}. Try: fail_if = abs(dp) > 0.2"
        )
    # Conditions are of numpy, which the language does not load before one is read.
    from synapse_magic.kernels.balance.condition import Condition

    for each in texts:
        try:
            Condition.parse(each)
        except SynapseError as error:
            raise values.text.error(node, str(error)) from None


class _Filled(ast.NodeTransformer):
    """Puts the numbers of variables in their places."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def visit_Set(self, node: ast.Set) -> ast.expr:
        """Return the number of a variable, where the variable stands."""
        value = self.values.get(node)
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if isinstance(value, (str, bool)) or not math.isfinite(number):
            raise self.values.text.error(node, f"A number is compared here, got {value!r}")
        return ast.copy_location(ast.Constant(number), node)


def _written(node: ast.expr, values: Values) -> ast.expr:
    """Return the text of a condition, formatted with the variables in it."""
    parts = re.split(r"\{(\w+)\}", ast.unparse(node))
    if len(parts) == 1:
        return literal(parts[0])
    found: list[ast.expr] = []
    for place, part in enumerate(parts):
        if place % 2:
            variable = values.code(ast.Set([ast.Name(part)]))
            found.append(ast.FormattedValue(variable, -1))
        elif part:
            found.append(ast.Constant(part))
    return ast.JoinedStr(found)
