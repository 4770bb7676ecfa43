"""``sql``: a query whose ``{name}`` are the user's frames and values."""

from __future__ import annotations

import ast

from synapse_magic.errors import SynapseError, closest
from synapse_magic.language.layout import call, literal, method
from synapse_magic.language.request import Request
from synapse_magic.language.sql import fields_of


def generate_sql(request: Request) -> None:
    """Write the program: one call of ``spark.sql``, with what the query mentions."""
    query = request.sql.strip().rstrip(";").rstrip()
    if not query:
        raise SynapseError("sql needs a query below it. Try: SELECT * FROM {people}")
    keywords = {name: _variable(request, name) for name in fields_of(query)}
    request.builder.show_with("result.show()")
    text = ast.Name(request.builder.fresh("query"))
    request.builder.assign(text.id, literal(query))
    request.builder.give(method(ast.Name("spark"), "sql", text, **keywords))


def _variable(request: Request, name: str) -> ast.expr:
    variables = request.context.variables
    if name not in variables:
        hint = closest(name, variables) or f"Try: {name} = ... in a cell before"
        raise SynapseError(
            f"There is no Python variable {name!r}. {hint}; braces that are text are doubled, "
            "'{{' and '}}'"
        )
    value = variables[name]
    code = request.builder.variable(name, value)
    if isinstance(value, (list, tuple, dict, set)):
        raise SynapseError(
            f"{{{name}}} is a {type(value).__name__}. Expected a DataFrame or a plain value. "
            "Try: a frame of its values, spark.createDataFrame(...)"
        )
    return call("str", code) if hasattr(value, "__fspath__") else code
