"""``balance``: how evenly rows and a positive label are spread, and when that is to fail."""

from __future__ import annotations

import ast

from synapse_magic.errors import SynapseError
from synapse_magic.language.body import is_variable
from synapse_magic.language.columns import Columns
from synapse_magic.language.layout import call, literal, method, name
from synapse_magic.language.limits import read_limits
from synapse_magic.language.naming import Naming
from synapse_magic.language.request import Given, Request
from synapse_magic.language.roles import columns_named


def generate_balance(request: Request) -> None:
    """Write the program: the measures of a frame, and the conditions on them."""
    frame = request.frame(0)
    if frame is None:
        raise SynapseError("balance needs a frame")
    frame = request.kept(frame)
    label = request.column("label", frame.columns)
    sensitive = request.options.get("sensitive")
    if label is None or sensitive is None:
        missing = "label" if label is None else "sensitive"
        raise SynapseError(
            f"balance needs {missing}. Try: label = income and sensitive = [sex, race]"
        )
    codes: dict[str, ast.expr | None] = {
        "label": literal(label),
        "sensitive": _columns(sensitive, frame.columns),
        "positive": request.option("positive"),
        "reference": _reference(request.options.get("reference"), frame.columns),
    }
    given = {key: code for key, code in codes.items() if code is not None}
    found = call(request.builder.use("synapse_magic", "balance"), frame.code, **given)
    limits = read_limits(request.options.get("fail_if"))
    if limits is None:
        request.builder.give(found)
        return
    local = name(request.builder.fresh("found"))
    request.builder.assign(local.id, found)
    request.builder.give(method(local, "fail_if", limits))


def _columns(given: Given, columns: Columns) -> ast.expr:
    """Return the columns of an option; a variable that holds them is passed on as it is."""
    names = list(columns_named("sensitive", given, columns))
    if is_variable(given.node) and given.values.get(given.node) == names:
        return given.values.code(given.node)
    return literal(names)


def _reference(given: Given | None, columns: Columns) -> ast.expr | None:
    """Return the reference as a dict whose keys are columns, bare names or texts."""
    if given is None:
        return None
    values, node = given.values, given.node
    if is_variable(node):
        if not isinstance(values.get(node), dict):
            raise values.text.error(node, f"reference must be a dict, {_EXAMPLE}")
        return values.code(node)
    if not isinstance(node, ast.Dict):
        raise values.text.error(node, f"reference must be a dict, {_EXAMPLE}")
    naming = Naming(values, columns)
    keys = [naming.column(key) for key in node.keys if key is not None]
    for shares in node.values:
        if not isinstance(values.get(shares), dict):
            raise values.text.error(shares, f"A column has a dict of its levels, {_EXAMPLE}")
    return ast.Dict([literal(key) for key in keys], [values.code(each) for each in node.values])


_EXAMPLE = "from column to levels. Try: reference = {sex: {'Female': 0.5, 'Male': 0.5}}"
