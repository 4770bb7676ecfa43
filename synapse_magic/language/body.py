"""The body of a cell: Python syntax, read with ``ast`` and never executed as it stands."""

from __future__ import annotations

import ast
import io
import keyword
import textwrap
import tokenize
import warnings
from dataclasses import dataclass

from synapse_magic.language.refusals import ALLOWED, REFUSALS
from synapse_magic.language.text import CellError, Text


@dataclass(frozen=True)
class Statement:
    """One statement of a body: ``name = value``, ``a, b = value``, or a bare call."""

    targets: tuple[ast.Name, ...]
    value: ast.expr


@dataclass(frozen=True)
class Body:
    """A body that holds nothing outside the language, whatever it means."""

    text: Text
    statements: tuple[Statement, ...]

    def variables(self) -> tuple[str, ...]:
        """Return the names that stand in braces, in order."""
        nodes = [n for s in self.statements for n in ast.walk(s.value) if is_variable(n)]
        nodes.sort(key=lambda node: (node.lineno, node.col_offset))  # type: ignore[attr-defined]
        return tuple(dict.fromkeys(variable_name(node) for node in nodes))


def is_variable(node: ast.AST) -> bool:
    """Say whether a node is ``{name}``."""
    return isinstance(node, ast.Set)


def variable_name(node: ast.AST) -> str:
    """Return the name in ``{name}``."""
    return node.elts[0].id  # type: ignore[attr-defined]


def parse(content: str) -> Body:
    """Read a body, or say what in it is not part of the language, and where.

    Raises
    ------
    CellError
        With the line of the cell and a caret below the cause.

    Examples
    --------
    >>> [s.targets[0].id for s in parse("label = income").statements]
    ['label']
    """
    text = Text(textwrap.dedent(content))
    tree = _tree(text)
    for node in tree.body:
        _check(text, node)
    return Body(text, tuple(_statement(text, node) for node in tree.body))


def _tree(text: Text) -> ast.Module:
    try:
        with warnings.catch_warnings():
            # An odd escape such as "\d" is the user's text; the warning would name our file.
            warnings.simplefilter("ignore")
            return ast.parse(text.content)
    except SyntaxError as error:
        raise _syntax_error(text, error) from None
    except ValueError as error:
        raise text.error_at(1, 0, 1, f"The body is not Python: {error}.") from None
    except (RecursionError, MemoryError):
        raise text.error_at(1, 0, 1, "The body is nested too deeply. Try: {x}") from None


def _syntax_error(text: Text, error: SyntaxError) -> CellError:
    number, start = error.lineno or 1, (error.offset or 1) - 1
    end = (error.end_offset or 0) - 1 if error.end_lineno == number else start + 1
    word = _keyword_at(text, number, start)
    if word:
        end = start + len(word)
        hint = f"{word!r} is a Python keyword. Try: as a column write it as a string, '{word}'"
    elif "unicodeescape" in str(error.msg):
        hint = "A backslash in a text starts an escape. Try: r'C:\\data' or 'C:/data'"
    else:
        hint = f"{_sentence(error.msg)} {_PYTHON_HINT}"
    return text.error_at(number, start, end, f"The body is not Python: {hint}")


_PYTHON_HINT = (
    "Try: name = value, or name = Stage(column, ...); "
    "a name that Python cannot spell is a string, 'hours per week'"
)


def _keyword_at(text: Text, number: int, start: int) -> str:
    """Return the keyword that a syntax error points at, or that is used just before it."""
    lines = text.content.splitlines()
    if number > len(lines):
        return ""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(lines[number - 1]).readline))
    except (tokenize.TokenError, SyntaxError):
        return ""
    operators = {"and", "or", "not", "in", "is", "None", "True", "False", "if", "else", "for"}
    return next(
        (
            token.string
            for token in tokens
            if token.start[1] == start
            and keyword.iskeyword(token.string)
            and token.string not in operators
        ),
        "",
    )


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:].rstrip(".") + "."


def _check(text: Text, node: ast.AST) -> None:
    """Refuse what is outside the allow-list, outermost construct first."""
    if not isinstance(node, ALLOWED):
        name, hint = REFUSALS.get(type(node).__name__, ("this construct", "a simpler line"))
        raise text.error(node, f"The language has no place for {name}. Try: {hint}")
    _check_details(text, node)
    for child in ast.iter_child_nodes(node):
        _check(text, child)


def _check_details(text: Text, node: ast.AST) -> None:
    if isinstance(node, ast.Set):
        _check_braces(text, node)
    elif isinstance(node, ast.Constant):
        _check_constant(text, node)
    elif isinstance(node, ast.Call):
        _check_call(text, node)
    elif isinstance(node, ast.Dict) and None in node.keys:
        raise text.error(node, "A dict has no place for **. Try: {x} for the whole dict")


def _check_braces(text: Text, node: ast.Set) -> None:
    (first, *others) = node.elts
    if others:
        hint = "each variable has braces of its own, [{a}, {b}]"
        count = len(node.elts)
        raise text.error(node, f"Braces hold one Python variable, not {count}. Try: {hint}")
    if isinstance(first, ast.Name):
        return
    if isinstance(first, ast.Attribute):
        reason = f"an attribute. Try: {first.attr} = {ast.unparse(first)} before the cell, and "
        raise text.error(node, f"Braces hold one name, not {reason}{{{first.attr}}}")
    if isinstance(first, ast.Subscript):
        reason = f"an element. Try: x = {ast.unparse(first)} before the cell, and {{x}}"
        raise text.error(node, f"Braces hold one name, not {reason}")
    if isinstance(first, ast.Starred):
        raise text.error(node, "Braces hold one name, without a star. Try: {x}")
    if isinstance(first, ast.Call):
        reason = f"a call. Try: x = {ast.unparse(first)} before the cell, and {{x}}"
        raise text.error(node, f"Braces hold one name, not {reason}")
    raise text.error(
        node, f"Braces hold the name of one Python variable, got {ast.unparse(first)}. Try: {{x}}"
    )


def _check_constant(text: Text, node: ast.Constant) -> None:
    if isinstance(node.value, (bytes, complex)) or node.value is ...:
        shown = ast.unparse(node)
        raise text.error(
            node, f"{shown} is not a value of the language. Try: x = {shown} before, and {{x}}"
        )


def _check_call(text: Text, node: ast.Call) -> None:
    if not isinstance(node.func, ast.Name):
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
            raise text.error(
                node.func,
                "The language has no place for methods and modules. "
                f"Try: a stage by its bare name, {name}(...)",
            )
        raise text.error(node.func, "Only a stage can be called. Try: Stage(column, ...)")
    for each in node.keywords:
        if each.arg is None:
            raise text.error(
                each.value, "The language has no place for **. Try: name each option, name=value"
            )


def _statement(text: Text, node: ast.stmt) -> Statement:
    if isinstance(node, ast.Expr):
        if not isinstance(node.value, ast.Call):
            raise text.error(
                node.value, "A line is a step or an option. Try: name = value, or Stage(column)"
            )
        return Statement((), node.value)
    if not isinstance(node, ast.Assign):
        raise text.error(node, "A line is a step or an option. Try: name = value")
    if len(node.targets) > 1:
        raise text.error(
            node.targets[1], "Chained assignment sets two names at once. Try: one line for each"
        )
    return Statement(_targets(text, node.targets[0]), node.value)


def _targets(text: Text, target: ast.expr) -> tuple[ast.Name, ...]:
    elements = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
    for element in elements:
        if not isinstance(element, ast.Name):
            raise text.error(element, "The left side is a name or several. Try: a, b = Stage(c, d)")
    return tuple(element for element in elements if isinstance(element, ast.Name))
