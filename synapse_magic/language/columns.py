"""The columns that a cell may name, found by the name as it is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from synapse_magic.errors import SynapseError, closest


class Columns:
    """The columns of a frame and of the steps before, each with its type where known.

    Parameters
    ----------
    fields : sequence of (str, str or None)
        Names and Spark types in words, such as ``double``; None for an unknown type.
    case_sensitive : bool
        The session's ``spark.sql.caseSensitive``.
    known : bool
        False where the columns are not known before the program runs: then any name will do.
    frame : str
        How the frame is called, for messages.

    Examples
    --------
    >>> Columns([("Age", "int")]).resolve("age")
    'Age'
    """

    def __init__(
        self,
        fields: Sequence[tuple[str, str | None]] = (),
        case_sensitive: bool = False,
        known: bool = True,
        frame: str = "the frame",
    ) -> None:
        self.fields: list[tuple[str, str | None]] = []
        self.case_sensitive = case_sensitive
        self.known = known
        self.frame = frame
        self._types: dict[str, str | None] = {}
        self._same: dict[str, list[str]] = {}
        self._lowered: dict[str, list[str]] = {}
        for name, type_ in fields:
            self.add(name, type_)

    @classmethod
    def of_schema(cls, schema: Any, case_sensitive: bool, frame: str) -> Columns:
        """Return the columns of a ``StructType``; of an unknown frame for None."""
        if schema is None:
            return cls((), case_sensitive, False, frame)
        fields = [(field.name, field.dataType.simpleString()) for field in schema.fields]
        return cls(fields, case_sensitive, True, frame)

    @property
    def names(self) -> list[str]:
        """The names in order."""
        return [name for name, _ in self.fields]

    def add(self, name: str, type_: str | None = None) -> None:
        """Add the output of a step."""
        self.fields.append((name, type_))
        self._types.setdefault(name, type_)
        self._same.setdefault(self._folded(name), []).append(name)
        self._lowered.setdefault(self._cased(name), []).append(name)

    def type(self, name: str) -> str | None:
        """Return the Spark type of a resolved column, None when unknown."""
        return self._types.get(name)

    def __contains__(self, name: str) -> bool:
        return self._folded(name) in self._same

    def resolve(self, name: str) -> str:
        """Return the column's own name for a name as written.

        Both sides are compared in Unicode's NFKC form, as Python reads its identifiers; case
        counts if it does in Spark SQL; the exact name wins where Spark can tell it from the rest.

        Raises
        ------
        SynapseError
            When there is no such column, or more than one.
        """
        same = self._same.get(self._folded(name), [])
        if name in same and len(self._rivals(name)) == 1:
            return name
        if len(same) == 1:
            return same[0]
        if same:
            raise SynapseError(self._ambiguous(name, same))
        if not self.known:
            return name
        raise SynapseError(f"There is no column {name!r} in {self.frame}. {self._hint(name)}")

    def fresh(self, name: str) -> str:
        """Return the name, with a number behind it where a column has it already."""
        number, candidate = 2, name
        while any(candidate.casefold() == known.casefold() for known in self.names):
            candidate, number = f"{name}_{number}", number + 1
        return candidate

    def _rivals(self, name: str) -> list[str]:
        """Return the columns that Spark itself cannot tell from this exact name."""
        return self._lowered.get(self._cased(name), [])

    def _cased(self, name: str) -> str:
        return name if self.case_sensitive else name.lower()

    def _folded(self, name: str) -> str:
        name = unicodedata.normalize("NFKC", name)
        return name if self.case_sensitive else name.casefold()

    def _ambiguous(self, name: str, same: list[str]) -> str:
        if len(set(same)) == 1:
            return (
                f"{self.frame} has {len(same)} columns named {same[0]!r}. "
                f"Try: rename one, df.toDF(...), or drop it"
            )
        shown = " and ".join(map(repr, same))
        return (
            f"{name!r} may be any of the columns {shown} of {self.frame}, which differ only in "
            "case or in Unicode form. Try: df.withColumnRenamed(...), or "
            "spark.conf.set('spark.sql.caseSensitive', True)"
        )

    def _hint(self, name: str) -> str:
        hint = closest(name, self.names)
        return hint or f"Columns: {shortened(self.names)}"


def shortened(names: Iterable[str], most: int = 12) -> str:
    """List names in one line, the first few of many."""
    every = list(names)
    text = ", ".join(every[:most]) or "none"
    return f"{text}, ... ({len(every)} in all)" if len(every) > most else text


def quoted(name: str) -> str:
    """Return a column name as ``F.col`` wants it: in backticks if it is no plain word."""
    plain = all(part.isalnum() or part == "_" for part in name)
    return name if plain else "`" + name.replace("`", "``") + "`"
