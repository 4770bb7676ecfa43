"""A program: the source that a cell became, which runs here and in a script alike."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from synapse_magic.errors import SynapseError, closest
from synapse_magic.language.layout import WIDTH


@dataclass(frozen=True)
class Parameter:
    """One parameter of the function ``run`` and what it takes.

    Attributes
    ----------
    name : str
        Its name in the function.
    variable : str or None
        The user's variable it takes; None when ``bound`` is taken instead.
    role : str
        ``frame`` and ``model`` are positional; ``value`` and ``secret`` are keywords.
    bound : object
        An object that has no variable, such as the held-out part of a model.
    """

    name: str
    variable: str | None
    role: Literal["frame", "model", "value", "secret"]
    bound: Any = None

    @property
    def positional(self) -> bool:
        """Whether it is passed by position."""
        return self.role in ("frame", "model")

    def value(self, namespace: Mapping[str, Any]) -> Any:
        """Return what the parameter takes from the user's variables."""
        if self.variable is None:
            return self.bound
        if self.variable not in namespace:
            hint = closest(self.variable, namespace)
            raise SynapseError(f"There is no Python variable {self.variable!r}. {hint}".rstrip())
        return namespace[self.variable]


@dataclass(frozen=True)
class Program:
    """The source that a cell became.

    Attributes
    ----------
    verb : str
        The verb of the cell.
    cell : str
        The text of the cell.
    imports : tuple of (str, str)
        Module and name of each import, sorted.
    parameters : tuple of Parameter
        What ``run`` takes beside ``spark``, in order.
    body : tuple of str
        The lines of the function, indented by four.
    show : str
        The statement by which a script shows ``result``; empty where there is nothing to show.
    show_functions : tuple of str
        The public functions that this statement uses.
    """

    verb: str
    cell: str
    imports: tuple[tuple[str, str], ...]
    parameters: tuple[Parameter, ...]
    body: tuple[str, ...]
    show: str = "print(result)"
    show_functions: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The formatted source: the imports and one function ``run``."""
        head = import_lines(self.imports)
        return "\n".join([*head, *([""] * 2 if head else []), self.function("run")]) + "\n"

    @property
    def listing(self) -> str:
        """The source below the cell it came from, as comments."""
        return "\n".join([*comment(self.cell), "", self.source])

    def function(self, name: str) -> str:
        """Return the source of the function under another name."""
        positional = ["spark", *(p.name for p in self.parameters if p.positional)]
        keywords = [p.name for p in self.parameters if not p.positional]
        items = [*positional, *(["*", *keywords] if keywords else [])]
        head = f"def {name}({', '.join(items)}):"
        if len(head) > WIDTH:
            head = "\n".join([f"def {name}(", *(f"    {item}," for item in items), "):"])
        return "\n".join([head, *self.body])

    def call(self, spark: Any, namespace: Mapping[str, Any]) -> Any:
        """Run exactly :attr:`source` with the user's objects and return its result.

        The source is known to :mod:`linecache`, so a traceback shows the lines of the program.
        """
        arguments = [p.value(namespace) for p in self.parameters if p.positional]
        keywords = {p.name: p.value(namespace) for p in self.parameters if not p.positional}
        source = self.source
        digest = hashlib.sha256(source.encode()).hexdigest()[:8]
        filename = f"<synapse {self.verb} {digest}>"
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        module: dict[str, Any] = {"__name__": f"synapse_{self.verb}_{digest}"}
        exec(compile(source, filename, "exec"), module)
        return module["run"](spark, *arguments, **keywords)


def comment(text: str) -> list[str]:
    """Return the lines of a text as comments."""
    return [f"# {line}".rstrip() for line in text.splitlines()]


def import_lines(imports: Iterable[tuple[str, str]]) -> list[str]:
    """Return formatted import statements: standard library, PySpark, then ours."""
    modules: dict[str, list[str]] = {}
    for module, imported in sorted(set(imports)):
        modules.setdefault(module, []).append(imported)
    groups: dict[int, list[str]] = {}
    for module, names in modules.items():
        group = {"pyspark": 1, "synapse_magic": 2}.get(module.partition(".")[0], 0)
        groups.setdefault(group, []).append(_import_line(module, names))
    result: list[str] = []
    for group in sorted(groups):
        result += [*([""] if result else []), *sorted(groups[group], key=_import_order)]
    return result


def _import_order(line: str) -> tuple[bool, str]:
    return line.startswith("from"), line


def _import_line(module: str, names: list[str]) -> str:
    if names == [""]:
        return f"import {module}"
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])
