"""Values on the right side of an option: literals and ``{var}``, checked and written out."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from synapse_magic.errors import SynapseError, closest
from synapse_magic.http.address_keys import keys_in
from synapse_magic.language.body import is_variable, variable_name
from synapse_magic.language.builder import Builder
from synapse_magic.language.declaration import Option
from synapse_magic.language.layout import literal
from synapse_magic.language.secrets import names_secret
from synapse_magic.language.text import AbsentVariableError, Text


class Values:
    """Reads values of one cell against the user's variables.

    Parameters
    ----------
    text : Text
        The cell, for errors that point into it.
    variables : mapping
        The user's variables.
    builder : Builder
        The program to be; it takes a parameter for each variable that is written out.
    """

    def __init__(self, text: Text, variables: Mapping[str, Any], builder: Builder) -> None:
        self.text, self.variables, self.builder = text, variables, builder

    def get(self, node: ast.expr) -> Any:
        """Return the Python value of a node, variables included."""
        if is_variable(node):
            return self._look_up(node)
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, (ast.List, ast.Tuple)):
            items = [self.get(item) for item in node.elts]
            return items if isinstance(node, ast.List) else tuple(items)
        if isinstance(node, ast.Dict):
            keys = [self.get(key) for key in node.keys if key is not None]
            return dict(zip(self._hashable(node, keys), map(self.get, node.values)))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            number = self.get(node.operand)
            if isinstance(number, (int, float)) and not isinstance(number, bool):
                return -number if isinstance(node.op, ast.USub) else number
        raise self._refused(node)

    def code(self, node: ast.expr, *, secret: bool = False) -> ast.expr:
        """Return the expression of a node in the program: variables are its parameters."""
        if is_variable(node):
            value = self._look_up(node)
            hidden = secret or (isinstance(value, str) and bool(keys_in(value)))
            return self.builder.variable(variable_name(node), value, secret=hidden)
        if isinstance(node, ast.List):
            return ast.List([self.code(item, secret=secret) for item in node.elts])
        if isinstance(node, ast.Tuple):
            return ast.Tuple([self.code(item, secret=secret) for item in node.elts])
        if isinstance(node, ast.Dict):
            keys = [None if key is None else self.code(key) for key in node.keys]
            pairs = zip(node.keys, node.values)
            return ast.Dict(keys, [self._member(k, v, secret=secret) for k, v in pairs])
        value = self.get(node)
        for key in keys_in(value) if isinstance(value, str) else ():
            raise self.text.error(
                node,
                f"This address holds a key ({key.name}=***), which must not stand in a cell. "
                "Try: {x} with x = ... before the cell",
            )
        return literal(value)

    def checked(self, node: ast.expr, option: Option, owner: str) -> ast.expr:
        """Return the expression of an option's value after checking type and range."""
        value = self.get(node)
        if option.secret and not is_variable(node):
            raise self.text.error(
                node,
                f"{option.name} of {owner} is a secret, which must not stand in a cell. "
                f"Try: {option.name} = {{x}} with x = os.environ[...] before the cell",
            )
        try:
            option.check(value)
        except SynapseError as error:
            raise self.text.error(node, str(error)) from None
        except (TypeError, ValueError, OverflowError) as error:
            shown = "a secret of another type" if option.secret else _short(value)
            message = f"{option.name} of {owner} must be {option.expected}, got {shown}."
            raise self.text.error(node, message) from error
        return self.code(node, secret=option.secret)

    def _member(self, key: ast.expr | None, node: ast.expr, *, secret: bool) -> ast.expr:
        """Return the expression of a dict's value, which is a secret if its key says so."""
        name = key.value if isinstance(key, ast.Constant) else None
        if not (isinstance(name, str) and names_secret(name)):
            return self.code(node, secret=secret)
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and text.lower() not in ("", "true", "false"):
            raise self.text.error(
                node,
                f"{name} is a secret, which must not stand in a cell. "
                "Try: {x} with x = os.environ[...] before the cell",
            )
        return self.code(node, secret=True)

    def _look_up(self, node: ast.AST) -> Any:
        name = variable_name(node)
        if name not in self.variables:
            hint = closest(name, [v for v in self.variables if not v.startswith("_")])
            hint = hint or f"Try: {name} = ... in a cell before"
            sentence = f"There is no Python variable {name!r}. {hint}"
            raise self.text.error(node, sentence, AbsentVariableError)
        return self.variables[name]

    def _hashable(self, node: ast.Dict, keys: list[Any]) -> list[Any]:
        for key_node, key in zip(node.keys, keys):
            if isinstance(key, (list, dict, set)):
                raise self.text.error(key_node or node, "A key of a dict is a text or a number")
        return keys

    def _refused(self, node: ast.expr) -> SynapseError:
        if isinstance(node, ast.Name):
            return self.text.error(node, bare_name(node.id))
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else "it"
            return self.text.error(
                node,
                f"{name}(...) is not a value here. Try: x = {name}(...) before the cell, and {{x}}",
            )
        if isinstance(node, (ast.Compare, ast.BoolOp)) or _is_not(node):
            return self.text.error(
                node, "A condition is no value here. Try: where = ..., which takes conditions"
            )
        return self.text.error(
            node, "Arithmetic is no value here. Try: x = ... before the cell, and {x}"
        )


def bare_name(name: str) -> str:
    """Say what to write instead of a bare name where no column is meant."""
    constants = {"true": "True", "false": "False", "none": "None", "null": "None"}
    if name.lower() in constants:
        return f"{name!r} is no value here. Did you mean {constants[name.lower()]}?"
    return (
        f"{name!r} alone would be a column, and none is expected here. "
        f"Try: write {{{name}}} for the Python variable, {name!r} for text"
    )


def _is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
