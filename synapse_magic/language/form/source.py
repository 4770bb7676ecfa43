"""The text of a ``%%synapse`` cell with the place of everything in it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from synapse_magic.errors import SynapseError
from synapse_magic.language import body as bodies
from synapse_magic.language import line
from synapse_magic.language.body import Body, Statement
from synapse_magic.language.declaration import Verb
from synapse_magic.language.line import Command
from synapse_magic.language.plan import option_name
from synapse_magic.language.text import CellError, characters
from synapse_magic.language.vocabulary import VERBS

_FIRST = re.compile(r"\s*%%(synapse|syn)[ \t]+(?=\S)")
_NEWLINE = re.compile(r"\r\n|\r|\n")
BUILT = ("train", "tune")
"""The verbs whose cells have a form."""


@dataclass(frozen=True)
class Written:
    """One statement of a cell and where it stands: characters ``start`` to ``end`` of the text."""

    statement: Statement
    start: int
    end: int
    option: str | None

    @property
    def called(self) -> str:
        """The name that it calls, empty for an option."""
        node = self.statement.value
        if self.option is not None or not isinstance(node, ast.Call):
            return ""
        return node.func.id if isinstance(node.func, ast.Name) else ""


@dataclass(frozen=True)
class Edit:
    """Characters ``start`` to ``end`` of a text replaced by others."""

    start: int
    end: int
    text: str


class Source:
    r"""A cell that can be read: its line, its statements, and where each of them is.

    Parameters
    ----------
    text : str
        The whole cell, ``%%synapse train people`` first.

    Raises
    ------
    SynapseError
        When it is no ``train`` or ``tune`` cell, or cannot be read; a :class:`CellError` says
        where.

    Examples
    --------
    >>> source = Source("%%synapse train people\nlabel = income  # what else")
    >>> source.command.verb, source.statements[0].option
    ('train', 'label')
    >>> source.text[source.statements[0].start : source.statements[0].end]
    'label = income'
    """

    def __init__(self, text: str) -> None:
        self.text = text
        found = _FIRST.match(text)
        if found is None:
            raise SynapseError("A cell begins with its magic. Try: %%synapse train people -o model")
        ending = _NEWLINE.search(text, found.end())
        self.head = slice(found.end(), ending.start() if ending else len(text))
        self.body_at = ending.end() if ending else len(text)
        self.command: Command = line.parse(text[self.head])
        if self.command.verb not in BUILT:
            raise SynapseError(
                f"A form stands beside cells that train or tune, and this one is "
                f"{self.command.verb}. Try: %%synapse train people -o model"
            )
        self.above = len(_NEWLINE.findall(text[: self.head.stop]))
        self.body = self._parsed(text[self.body_at :])
        self._rows = _row_starts(text, self.body_at)
        self._margins = self._margins_of(text[self.body_at :], self.body.text.content)
        self.statements = self._written()

    @property
    def verb(self) -> Verb:
        """The declaration of its verb."""
        return VERBS[self.command.verb]

    def _parsed(self, content: str) -> Body:
        try:
            return bodies.parse(content)
        except CellError as error:
            raise self.moved(error) from None

    def moved(self, error: CellError) -> CellError:
        """Return an error with its line counted in the whole text, blank lines above included."""
        if not self.above:
            return error
        told = error.excerpt.replace(f"line {error.line}:", f"line {error.line + self.above}:", 1)
        return CellError(error.sentence, told, error.line + self.above, error.column)

    def _margins_of(self, content: str, dedented: str) -> list[int]:
        pairs = zip(_NEWLINE.split(content), _NEWLINE.split(dedented))
        return [len(row) - len(kept) if kept.strip() else 0 for row, kept in pairs]

    def _written(self) -> list[Written]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = ast.parse(self.body.text.content).body
        return [
            Written(each, *self.span(node), self._option_of(each))
            for each, node in zip(self.body.statements, nodes)
        ]

    def _option_of(self, statement: Statement) -> str | None:
        try:
            return option_name(self.verb, statement, self.body)
        except CellError:
            return None  # said where the cell is checked; here it is a line that is kept

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node of the body stands in the text."""
        start = self._at(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return start, self._at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def _at(self, number: int, offset: int) -> int:
        row = _NEWLINE.split(self.body.text.content)[number - 1]
        return self._rows[number - 1] + self._margins[number - 1] + characters(row, offset)

    def of(self, node: ast.AST) -> str:
        """Return how a node is written."""
        start, end = self.span(node)
        return self.text[start:end]

    def option(self, name: str) -> Written | None:
        """Return the statement that sets an option, None without one."""
        return next((each for each in self.statements if each.option == name), None)

    def edited(self, edits: Iterable[Edit]) -> str:
        """Return the text after some edits; of those that overlap, all do nothing but delete."""
        text = self.text
        for edit in reversed(_joined(edits)):
            text = text[: edit.start] + edit.text + text[edit.end :]
        return text


def _joined(edits: Iterable[Edit]) -> list[Edit]:
    """Return edits in the order of their places, with deletions that overlap made one."""
    joined: list[Edit] = []
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        last = joined[-1] if joined else None
        if last is not None and edit.start < last.end and not (edit.text or last.text):
            joined[-1] = Edit(last.start, max(last.end, edit.end), "")
        else:
            joined.append(edit)
    return joined


def _row_starts(text: str, first: int) -> list[int]:
    return [first, *(found.end() for found in _NEWLINE.finditer(text, first))]
