"""A program as a script of its own, with everything that it needs from the notebook."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from synapse_magic.language.context import Context, Made
from synapse_magic.language.layout import call, lines, literal, method
from synapse_magic.language.program import Parameter, Program, comment, import_lines
from synapse_magic.language.secrets import environment_name, names_secret


def export(
    program: Program,
    namespace: Mapping[str, Any],
    context: Context,
    session: Made | None = None,
) -> str:
    """Return a complete Python script that does what the program did in the notebook.

    Parameters
    ----------
    program : Program
        The program to be exported.
    namespace : mapping
        The variables it ran with.
    context : Context
        Its ``made_by`` gives the program that made a frame or a model, which then becomes part
        of the script.
    session : Made, optional
        How the session was started; else ``start()`` starts a local one.

    Returns
    -------
    str
        Plain values are written as literals, secrets are read from the environment, and what has
        no literal and no known origin is a required argument of the script.
    """
    writer = _Writer(context.made_by)
    writer.start(program, session)
    result = writer.call(program, "run", namespace)
    own = program.function("run")
    main = [*writer.main, *lines(result, "result = ", "", 4)]
    shown = [f"    {program.show}"] if program.show else []
    writer.imports |= set(program.imports)
    writer.imports |= {("synapse_magic", function) for function in program.show_functions}
    ending = [] if program.verb == "start" else ["    session.stop()"]
    guard = ['if __name__ == "__main__":', *writer.arguments(program), *main, *shown, *ending]
    head = [*comment(program.cell), "", *import_lines(writer.imports)]
    parts = ["\n".join(head), *writer.functions, own, "\n".join(guard)]
    return "\n\n\n".join(parts) + "\n"


@dataclass
class _Writer:
    """Collects the functions, statements and arguments of a script."""

    made_by: Callable[[Any], Made | None]
    imports: set[tuple[str, str]] = field(default_factory=set)
    functions: list[str] = field(default_factory=list)
    main: list[str] = field(default_factory=list)
    _arguments: dict[str, str] = field(default_factory=dict)
    _results: dict[int, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=lambda: {"run", "result", "spark", "session"})

    def start(self, program: Program, session: Made | None) -> None:
        """Write how the session begins."""
        if program.verb == "start":
            return
        if session is None:
            self.imports.add(("synapse_magic", "start"))
            begun = call("start")
        else:
            self.imports |= set(session.program.imports)
            self.functions.append(session.program.function("start_session"))
            begun = self.call(session.program, "start_session", session.namespace)
        self.main += lines(begun, "session = ", "", 4)
        self.main.append("    spark = session.spark")

    def call(self, program: Program, function: str, namespace: Mapping[str, Any]) -> ast.Call:
        """Return the call of a program's function, after writing what its arguments need."""
        positional: list[ast.expr] = [
            literal(None) if program.verb == "start" else ast.Name("spark")
        ]
        keywords: dict[str, ast.expr] = {}
        for parameter in program.parameters:
            code = self._argument(parameter, parameter.value(namespace))
            if parameter.positional:
                positional.append(code)
            else:
                keywords[parameter.name] = code
        return call(function, *positional, **keywords)

    def arguments(self, program: Program) -> list[str]:
        """Return the statements that read the script's command line, none if it needs none."""
        if not self._arguments:
            return []
        self.imports.add(("argparse", ""))
        title = literal(f"%synapse {program.verb}")
        made = call(ast.Attribute(ast.Name("argparse"), "ArgumentParser"), description=title)
        result = lines(made, "parser = ", "", 4)
        for name, meaning in self._arguments.items():
            keywords = {"required": literal(True), "help": literal(meaning)}
            added = method(ast.Name("parser"), "add_argument", literal(f"--{name}"), **keywords)
            result += lines(added, "", "", 4)
        return [*result, "    arguments = parser.parse_args()"]

    def _argument(self, parameter: Parameter, value: Any) -> ast.expr:
        if parameter.role == "secret":
            return self._secret(parameter.variable or parameter.name)
        made = self.made_by(value) if parameter.positional else None
        if made is not None:
            return self._made(made, parameter.variable or parameter.name)
        if not parameter.positional:
            plain = self._plain(value)
            if plain is not None:
                return plain
        return self._asked(parameter, value)

    def _made(self, made: Made, wanted: str) -> ast.expr:
        """Call the program that made an object, once, and return the part it gave."""
        key = id(made.program)
        if key not in self._results:
            verb = made.program.verb
            function = self._fresh(f"{verb}_{wanted}")
            made_call = self.call(made.program, function, made.namespace)
            self.imports |= set(made.program.imports)
            self.functions.append(made.program.function(function))
            self._results[key] = self._fresh(wanted if made.part is None else f"{verb}ed")
            self.main += lines(made_call, f"{self._results[key]} = ", "", 4)
        result = ast.Name(self._results[key])
        return result if made.part is None else ast.Attribute(result, made.part)

    def _secret(self, name: str) -> ast.expr:
        self.imports.add(("os", ""))
        environ = ast.Attribute(ast.Name("os"), "environ")
        return ast.Subscript(environ, literal(environment_name(name)))

    def _plain(self, value: Any) -> ast.expr | None:
        """Return the literal of a plain value, None for others; secrets in dicts stay out."""
        if getattr(value, "shape", None) == () and callable(getattr(value, "item", None)):
            value = value.item()
        if hasattr(value, "__fspath__"):
            value = str(value)
        if isinstance(value, dict):
            members = [self._entry(key, member) for key, member in value.items()]
            keys = [self._plain(key) for key in value]
            if all(members) and all(keys):
                return ast.Dict(keys, [member for member in members if member is not None])
            return None
        if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
            items = [self._plain(item) for item in value]
            made = [item for item in items if item is not None]
            if len(made) < len(items):
                return None
            return ast.List(made) if isinstance(value, list) else ast.Tuple(made)
        try:
            return literal(value)
        except ValueError:
            return None

    def _entry(self, key: Any, value: Any) -> ast.expr | None:
        if isinstance(key, str) and isinstance(value, str) and names_secret(key):
            return self._secret(key)
        return self._plain(value)

    def _asked(self, parameter: Parameter, value: Any) -> ast.expr:
        """Make a required argument of the script and return what reads it."""
        name = parameter.variable or parameter.name
        given = ast.Attribute(ast.Name("arguments"), name)
        if parameter.role == "frame":
            self._arguments[name] = f"Parquet files with the rows of {name}"
            reader = ast.Attribute(ast.Name("spark"), "read")
            return method(reader, "parquet", given)
        if parameter.role == "model":
            self._arguments[name] = f"folder of the saved model {name}"
            self.imports.add(("synapse_magic", "load_model"))
            return call("load_model", given)
        if callable(value):
            self._arguments[name] = f"{name} by its importable name, package.module.{name}"
            self.imports.add(("pydoc", ""))
            return call(ast.Attribute(ast.Name("pydoc"), "locate"), given)
        self._arguments[name] = f"{name} as a Python literal"
        self.imports.add(("ast", ""))
        return call(ast.Attribute(ast.Name("ast"), "literal_eval"), given)

    def _fresh(self, base: str) -> str:
        number, candidate = 2, base
        while candidate in self._taken:
            candidate, number = f"{base}_{number}", number + 1
        self._taken.add(candidate)
        return candidate
