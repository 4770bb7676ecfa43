"""What a verb is asked for: its arguments and options, checked against their declarations."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from synapse_magic.errors import SynapseError, closest
from synapse_magic.language.body import Statement
from synapse_magic.language.builder import Builder
from synapse_magic.language.columns import Columns
from synapse_magic.language.conditions import Conditions
from synapse_magic.language.context import Context, frame_schema, is_frame, is_model, is_table_name
from synapse_magic.language.declaration import Verb, not_given
from synapse_magic.language.layout import call, literal, method
from synapse_magic.language.line import Command, Variable
from synapse_magic.language.text import AbsentError
from synapse_magic.language.values import Values


@dataclass(frozen=True)
class Given:
    """The right side of an option as it came, with the reader of the text it stands in."""

    node: ast.expr
    values: Values


@dataclass(frozen=True)
class Frame:
    """A frame that the program works on: its expression and its columns."""

    code: ast.Name
    columns: Columns


@dataclass(frozen=True)
class Request:
    """A checked cell on its way to a program.

    Attributes
    ----------
    verb : Verb
    command : Command
    context : Context
    builder : Builder
        The program to be.
    values : Values
        Reader of the body's values.
    options : mapping of str to Given
        The options that were given, by name.
    steps : tuple of Statement
        The steps of the body in order.
    sql : str
        The body of a verb that takes SQL.
    """

    verb: Verb
    command: Command
    context: Context
    builder: Builder
    values: Values
    options: Mapping[str, Given]
    steps: tuple[Statement, ...] = ()
    sql: str = ""

    def option(self, name: str) -> ast.expr | None:
        """Return the expression of a plain option that was given, checked."""
        given = self.options.get(name)
        if given is None:
            return None
        return given.values.checked(given.node, self.verb.options[name], self.verb.name)

    def option_or_default(self, name: str) -> ast.expr:
        """Return the expression of a plain option, or of its default."""
        return self.option(name) or literal(self.verb.options[name].default)

    def value(self, name: str) -> Any:
        """Return the value of a plain option, its default, or None."""
        given = self.options.get(name)
        if given is not None:
            self.option(name)
            return given.values.get(given.node)
        default = self.verb.options[name].default
        return None if default is not_given else default

    def text_argument(self, position: int) -> tuple[str, ast.expr] | None:
        """Return value and expression of an argument that is a text or ``{var}`` of one."""
        if position >= len(self.command.args):
            return None
        argument = self.command.args[position]
        if isinstance(argument, str):
            return argument, literal(argument)
        value = self._variable(argument)
        if hasattr(value, "__fspath__"):
            value, code = str(value), call("str", self.builder.variable(argument.name, value))
            return value, code
        if not isinstance(value, str):
            declared = self.verb.arguments[position]
            raise SynapseError(
                f"{declared.name} of {self.verb.name} is {declared.doc}; "
                f"{{{argument.name}}} is {_kind(value)}"
            )
        return value, self.builder.variable(argument.name, value)

    def frame(self, position: int) -> Frame | None:
        """Return the frame that an argument names, None when the argument was left out.

        Raises
        ------
        SynapseError
            When there is no frame and no table of this name.
        """
        if position >= len(self.command.args):
            return None
        argument = self.command.args[position]
        name = argument.name if isinstance(argument, Variable) else argument
        value = self.context.variables.get(name)
        if isinstance(argument, Variable):
            value = self._variable(argument)
        if isinstance(value, str) and isinstance(argument, Variable):
            return self._table(value)
        if is_frame(value):
            columns = Columns.of_schema(frame_schema(value), self.context.case_sensitive, name)
            return Frame(self.builder.variable(name, value), columns)
        if not isinstance(argument, Variable) and (value is None or _is_table(self, name)):
            return self._table(name)
        raise SynapseError(f"{name} is {_kind(value)}. Expected a Spark DataFrame. {_try(value)}")

    def model(self, position: int) -> tuple[ast.expr, Any]:
        """Return expression and value of the model that an argument names."""
        argument = self.command.args[position]
        name = argument.name if isinstance(argument, Variable) else argument
        if name not in self.context.variables:
            models = [
                n
                for n, value in self.context.variables.items()
                if is_model(value) and not n.startswith("_")
            ]
            hint = closest(name, models) or f"Models: {', '.join(models) or 'none yet'}"
            raise SynapseError(f"There is no model {name!r}. {hint}")
        value = self.context.variables[name]
        if not is_model(value):
            raise SynapseError(
                f"{name} is {_kind(value)}. Expected a fitted model. "
                "Try: %synapse load PATH, or %%synapse train"
            )
        return self.builder.variable(name, value), value

    def kept(self, frame: Frame) -> Frame:
        """Write the frame's ``where`` into the program, if the option was given."""
        condition = self.condition("where", frame.columns)
        if condition is None:
            return frame
        self.builder.assign(frame.code.id, method(frame.code, "where", condition))
        return frame

    def condition(self, name: str, columns: Columns) -> ast.expr | None:
        """Return the expression of an option that is a condition, None when it was left out."""
        given = self.options.get(name)
        if given is None:
            return None
        return Conditions(given.values, columns).condition(given.node)

    def column(self, name: str, columns: Columns) -> str | None:
        """Return the column that an option names, None when it was left out."""
        given = self.options.get(name)
        if given is None:
            return None
        return named_column(given, name, columns)

    def _variable(self, argument: Variable) -> Any:
        variables = self.context.variables
        if argument.name not in variables:
            hint = closest(argument.name, variables) or f"Try: {argument.name} = ... before"
            raise SynapseError(f"There is no Python variable {argument.name!r}. {hint}")
        return variables[argument.name]

    def _table(self, name: str) -> Frame:
        schema = self.context.schema(name) if is_table_name(name) else None
        if schema is None:
            frames = [
                n
                for n, value in self.context.variables.items()
                if is_frame(value) and not n.startswith("_")
            ]
            hint = closest(name, frames) or f"Frames: {', '.join(frames) or 'none yet'}"
            if re.search(r"[/\\]", name):
                hint = f"Try: %synapse load {name} -o people first"
            raise AbsentError(f"There is no frame or table {name!r}. {hint}")
        local = re.sub(r"\W", "_", name.rpartition(".")[2].strip("`")) or "frame"
        code = ast.Name(self.builder.fresh(local))
        self.builder.assign(code.id, method(ast.Name("spark"), "table", literal(name)))
        return Frame(code, Columns.of_schema(schema, self.context.case_sensitive, name))


def named_column(given: Given, option: str, columns: Columns) -> str:
    """Return the column that the right side of an option names."""
    node = given.node
    bare = isinstance(node, ast.Name)
    written = node.id if isinstance(node, ast.Name) else given.values.get(node)
    if not isinstance(written, str):
        raise given.values.text.error(
            given.node, f"{option} must be a column, got {written!r}. Try: a bare name or a text"
        )
    try:
        return columns.resolve(written)
    except SynapseError as error:
        hint = f" Or write {{{written}}} for the Python variable, {written!r} for text"
        sentence = f"{error}{hint if bare else ''}"
        raise given.values.text.error(given.node, sentence) from None


def _is_table(request: Request, name: str) -> bool:
    return is_table_name(name) and request.context.schema(name) is not None


def _kind(value: Any) -> str:
    if is_model(value):
        return f"a model ({type(value).__name__})"
    if type(value).__module__.startswith("pandas."):
        return f"a pandas {type(value).__name__}"
    return f"a value of type {type(value).__name__}"


def _try(value: Any) -> str:
    if type(value).__module__.startswith("pandas."):
        return "Try: spark.createDataFrame(...)"
    return "Try: %synapse load PATH -o people"
