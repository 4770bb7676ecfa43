"""Expressions written out as formatted source text, wrapped the way formatters do."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence

WIDTH = 88
_BINARY: dict[type[ast.AST], tuple[str, int]] = {
    ast.BitOr: ("|", 2),
    ast.BitAnd: ("&", 3),
    ast.Add: ("+", 4),
    ast.Sub: ("-", 4),
    ast.Mult: ("*", 5),
    ast.Div: ("/", 5),
    ast.Mod: ("%", 5),
    ast.Pow: ("**", 7),
}
_UNARY: dict[type[ast.AST], str] = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
_COMPARE: dict[type[ast.AST], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def name(text: str) -> ast.Name:
    """Return the expression that is just a name."""
    return ast.Name(text)


def call(function: str | ast.expr, *args: ast.expr, **keywords: ast.expr) -> ast.Call:
    """Return the expression of a call."""
    target = ast.Name(function) if isinstance(function, str) else function
    return ast.Call(target, list(args), [ast.keyword(key, v) for key, v in keywords.items()])


def method(owner: ast.expr, attribute: str, *args: ast.expr, **keywords: ast.expr) -> ast.Call:
    """Return the expression of a method call."""
    return call(ast.Attribute(owner, attribute), *args, **keywords)


def literal(value: object) -> ast.expr:
    """Return the expression that gives a plain value: numbers, texts, None and their containers.

    Raises
    ------
    ValueError
        For anything that has no literal.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return call("float", ast.Constant(str(value)))
    if value is None or type(value) in (bool, int, float, str, bytes):
        return ast.Constant(value)  # type: ignore[arg-type]
    if type(value) is list:
        return ast.List([literal(item) for item in value])
    if type(value) is tuple:
        return ast.Tuple([literal(item) for item in value])
    if type(value) is dict:
        return ast.Dict([literal(key) for key in value], [literal(v) for v in value.values()])
    raise ValueError(f"{type(value).__name__} has no literal")


def flat(node: ast.expr) -> str:
    """Write an expression on one line."""
    if isinstance(node, ast.Constant):
        return constant(node.value)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_inside(node.value, 8)}.{node.attr}"
    if isinstance(node, ast.JoinedStr):
        return f'f"{"".join(map(_formatted, node.values))}"'
    if isinstance(node, ast.Starred):
        return f"*{flat(node.value)}"
    if isinstance(node, ast.Subscript):
        return f"{_inside(node.value, 8)}[{flat(node.slice)}]"
    if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare)):
        return _operation(node)
    opening, items, closing = _parts(node)
    if isinstance(node, ast.Tuple) and len(items) == 1:
        return f"({flat(items[0][1])},)"
    return opening + ", ".join(lead + flat(item) for lead, item in items) + closing


def lines(node: ast.expr, lead: str = "", tail: str = "", indent: int = 0) -> list[str]:
    """Write an expression between ``lead`` and ``tail`` on as many lines as it needs."""
    margin = " " * indent
    one = margin + lead + flat(node) + tail
    if len(one) <= WIDTH or "\n" in one:
        return [one]
    if isinstance(node, ast.BinOp) and _is_chain(node):
        return _broken_condition(node, lead, tail, indent)
    if not isinstance(node, (ast.Call, ast.List, ast.Tuple, ast.Dict)):
        return [one]
    opening, items, closing = _parts(node)
    if not items:
        return [one]
    inner = margin + "    " + ", ".join(item_lead + flat(item) for item_lead, item in items)
    if len(inner) <= WIDTH:
        return [margin + lead + opening, inner, margin + closing + tail]
    result = [margin + lead + opening]
    if len(items) == 1 and isinstance(node, ast.Call):
        return [*result, *_only(*items[0], indent + 4), margin + closing + tail]
    for item_lead, item in items:
        result += lines(item, item_lead, ",", indent + 4)
    return [*result, margin + closing + tail]


def constant(value: object) -> str:
    """Write a constant, texts in double quotes, those of several lines in triple quotes."""
    if not isinstance(value, str):
        return repr(value)
    if "\n" in value and _is_plain(value):
        return f'"""{value}"""'
    text = repr(value)
    if text[0] == "'" and '"' not in value:
        return '"' + text[1:-1] + '"'
    return text


def _formatted(node: ast.expr) -> str:
    """Write one part of a text with variables in it: an expression in braces, or plain text."""
    if isinstance(node, ast.FormattedValue):
        return f"{{{flat(node.value)}}}"
    return str(node.value)  # type: ignore[attr-defined]


def _is_plain(value: str) -> bool:
    """Say whether a text may stand between triple quotes as it is."""
    shows = value.replace("\n", " ").isprintable() and not value.endswith('"')
    return shows and '"""' not in value and "\\" not in value


Items = Sequence[tuple[str, ast.expr]]


def _parts(node: ast.expr) -> tuple[str, Items, str]:
    if isinstance(node, ast.Call):
        positional = [("", each) for each in node.args]
        keywords = [(f"{each.arg}=", each.value) for each in node.keywords]
        return flat(node.func) + "(", [*positional, *keywords], ")"
    if isinstance(node, ast.List):
        return "[", [("", each) for each in node.elts], "]"
    if isinstance(node, ast.Tuple):
        return "(", [("", each) for each in node.elts], ")"
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values)
        return "{", [(f"{flat(key)}: ", value) for key, value in pairs if key is not None], "}"
    raise TypeError(f"{type(node).__name__} cannot be written out")


def _only(lead: str, node: ast.expr, indent: int) -> list[str]:
    """Write the only argument of a call: the call's brackets are the condition's too."""
    if isinstance(node, ast.BinOp) and _is_chain(node) and not lead:
        return _operands(node, indent)
    return lines(node, lead, "", indent)


def _broken_condition(node: ast.BinOp, lead: str, tail: str, indent: int) -> list[str]:
    margin = " " * indent
    return [f"{margin}{lead}(", *_operands(node, indent + 4), f"{margin}){tail}"]


def _operands(node: ast.BinOp, indent: int) -> list[str]:
    """Write the operands of a chain of ``&`` or ``|``, each on a line of its own."""
    operator = type(node.op)
    terms: list[ast.expr] = []
    rest: ast.expr = node
    while isinstance(rest, ast.BinOp) and isinstance(rest.op, operator):
        terms.insert(0, rest.right)
        rest = rest.left
    symbol = _BINARY[operator][0]
    leads = ["", *([f"{symbol} "] * len(terms))]
    return [
        row
        for lead, term in zip(leads, [rest, *terms])
        for row in _operand(lead, term, node, indent)
    ]


def _operand(lead: str, node: ast.expr, parent: ast.BinOp, indent: int) -> list[str]:
    """Write one operand of a chain, in brackets over several lines if it is a chain itself."""
    one = " " * indent + lead + _inside(node, _BINARY[type(parent.op)][1] + 1)
    if len(one) <= WIDTH or not _is_chain(node):
        return [one]
    return lines(node, lead, "", indent)


def _mixes(node: ast.BinOp) -> bool:
    """Say whether ``&`` and ``|`` meet: few remember which comes first, so brackets stay."""
    return (
        isinstance(node.left, ast.BinOp)
        and _is_chain(node.left)
        and _is_chain(node)
        and type(node.left.op) is not type(node.op)
    )


def _is_chain(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.BitAnd, ast.BitOr))


def _level(node: ast.expr) -> int:
    if isinstance(node, ast.Compare):
        return 1
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)][1]
    negative = isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
    if negative and node.value < 0:  # type: ignore[attr-defined]
        return 6
    return 6 if isinstance(node, ast.UnaryOp) else 9


def _inside(node: ast.expr, level: int) -> str:
    return f"({flat(node)})" if _level(node) < level else flat(node)


def _operation(node: ast.BinOp | ast.UnaryOp | ast.Compare) -> str:
    if isinstance(node, ast.UnaryOp):
        return _UNARY[type(node.op)] + _inside(node.operand, 6)
    if isinstance(node, ast.BinOp):
        symbol, level = _BINARY[type(node.op)]
        right = level if isinstance(node.op, ast.Pow) else level + 1
        left = level + 1 if isinstance(node.op, ast.Pow) else level
        if _mixes(node):
            left = 9
        return f"{_inside(node.left, left)} {symbol} {_inside(node.right, right)}"
    symbol = _COMPARE[type(node.ops[0])]
    return f"{_inside(node.left, 2)} {symbol} {_inside(node.comparators[0], 2)}"
