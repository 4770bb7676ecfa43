"""A cohort: rows that meet conditions, as a predicate, as a frame and as code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import (
    Clause,
    Column,
    Condition,
    Joined,
    columns_of,
    mask,
)
from synapse_magic.kernels.dashboard.wording import coded, predicate, worded
from synapse_magic.results.dashboard.examined import SCORE


class Frame(Protocol):
    """What a cohort needs of a Spark frame: its columns and a filter."""

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        ...

    def where(self, condition: str) -> Any:
        """Return the rows for which a predicate is true."""
        ...


class Scored(Frame, Protocol):
    """A frame that has the score as a column to filter by."""

    @property
    def code(self) -> str:
        """Lines that make it as ``scored`` from ``df`` and ``model``."""
        ...


@dataclass(frozen=True, eq=False, repr=False)
class Cohort:
    """Rows that meet conditions.

    Attributes
    ----------
    name
        As it is called on the dashboard.
    conditions
        All rows, where there are none.
    joined
        Whether all conditions are met, or one of them.
    numbers
        The columns that hold numbers.
    frame
        The rows it was brushed from are a sample of these; None where no frame was given.
    codes
        The levels of columns that hold their numbers in the frame, and their names here.
    within
        A cohort that its rows are in, too.
    scored
        The frame with the score of the model; None where no model was given.
    terms
        What Spark is asked for in place of columns that the frame has not.

    Examples
    --------
    >>> Cohort("old", (Condition("age", ">", (60.0,)),), "and", frozenset({"age"})).where
    '`age` > 60.0D AND NOT isnan(`age`)'
    """

    name: str
    conditions: tuple[Clause, ...]
    joined: Joined = "and"
    numbers: frozenset[str] = frozenset()
    frame: Frame | None = None
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    within: Cohort | None = None
    scored: Scored | None = None
    terms: Mapping[str, str] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The cohort as a predicate of Spark SQL."""
        numbers = self.numbers | {SCORE, *self.codes}
        own = predicate(coded(self.conditions, self.codes), self.joined, numbers, self.terms)
        return own if self.within is None else f"({self.within.where}) AND ({own})"

    @property
    def words(self) -> str:
        """The cohort in words."""
        own = worded(self.conditions, self.joined)
        if self.within is None or not self.conditions:
            return own if self.within is None else self.within.words
        return f"{_apart(self.within)} and {f'({own})' if self._any else own}"

    @property
    def columns(self) -> list[str]:
        """The columns that are looked at."""
        outer = [] if self.within is None else self.within.columns
        return [*outer, *columns_of(self.conditions)]

    @property
    def _any(self) -> bool:
        return self.joined == "or" and len(self.conditions) > 1

    @property
    def code(self) -> str:
        """A cell that makes the cohort's frame from ``df``, and the ``model`` where it scores."""
        if self.refused:
            return f"# {self.refused}"
        if SCORE not in self.columns or self.scored is None:
            return f"cohort = df.where({self.where!r})"
        asked = f"cohort = scored.where({self.where!r}).select({_selected(self.scored.columns)})"
        return f"{self.scored.code}\n{asked}"

    @property
    def refused(self) -> str:
        """Why Spark cannot be asked for the cohort; empty where it can, once there is a frame."""
        scores = SCORE in self.columns
        frame: Frame | None = self.scored if scores else self.frame
        if frame is None:
            return _LACKS.format("the model that scores all rows") if scores else ""
        for name in self.columns:
            if name in self.terms:
                continue
            if name not in frame.columns:
                return (
                    f"{name!r} is a feature, and no column of the frame, so Spark "
                    "cannot be asked for it"
                )
            if "${" in name:
                return (
                    f"Spark replaces the ${{...}} in the name of column {name!r} by a setting, "
                    "wherever it reads a predicate. Try: df.withColumnRenamed, and explain that"
                )
        return ""

    def df(self) -> Any:
        """Return a Spark frame of all rows that are in the cohort, not of the sample alone.

        Raises
        ------
        SynapseError
            When the dashboard was opened without a frame, or a feature is no column of it, or the
            score is asked for and there is no model to give it.
        """
        if self.refused:
            raise SynapseError(self.refused)
        frame = self.scored if SCORE in self.columns else self.frame
        if frame is None:
            raise SynapseError(_LACKS.format("a frame to take rows from"))
        return frame.where(self.where)

    def mask(self, columns: Mapping[str, Column], rows: int) -> np.ndarray:
        """Return which of the explained rows are in the cohort."""
        own = mask(columns, self.conditions, self.joined, rows)
        return own if self.within is None else own & self.within.mask(columns, rows)

    def __repr__(self) -> str:
        return f"<Cohort {self.name!r}: {self.words}>"


_LACKS = "The dashboard was opened without {}. Try: Dashboard(why, model, df)"


def _selected(names: Sequence[str]) -> str:
    """Return code for the columns of ``df``, between backquotes where their names need those."""
    if not any("." in name or "`" in name for name in names):
        return "df.columns"
    return "[f\"`{name.replace('`', '``')}`\" for name in df.columns]"


def _apart(cohort: Cohort) -> str:
    """Return a cohort in words that may stand before an "and"."""
    return f"({cohort.words})" if cohort._any and cohort.within is None else cohort.words


def conditions_of(given: Sequence[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Return conditions as they come from the browser: column, operation and values."""
    return tuple(Condition(one["column"], one["operation"], tuple(one["values"])) for one in given)


def merged(clause: Clause) -> tuple[tuple[Clause, ...], Joined]:
    """Return one condition that may be several as those and how they are joined."""
    return ((clause,), "and") if isinstance(clause, Condition) else (clause.parts, clause.joined)


def as_plain(conditions: Sequence[Condition]) -> list[dict[str, Any]]:
    """Return conditions as they go to the browser."""
    return [
        {"column": one.column, "operation": one.operation, "values": list(one.values)}
        for one in conditions
    ]
