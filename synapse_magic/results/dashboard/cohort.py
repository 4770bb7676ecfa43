"""A cohort: rows that meet conditions, as a predicate, as a frame and as code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import Column, Condition, Joined, mask
from synapse_magic.kernels.dashboard.wording import predicate, worded


class Frame(Protocol):
    """What a cohort needs of a Spark frame: its columns and a filter."""

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        ...

    def where(self, condition: str) -> Any:
        """Return the rows for which a predicate is true."""
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

    Examples
    --------
    >>> Cohort("old", (Condition("age", ">", (60.0,)),), "and", frozenset({"age"})).where
    '`age` > 60.0D AND NOT isnan(`age`)'
    """

    name: str
    conditions: tuple[Condition, ...]
    joined: Joined = "and"
    numbers: frozenset[str] = frozenset()
    frame: Frame | None = None

    @property
    def where(self) -> str:
        """The cohort as a predicate of Spark SQL."""
        return predicate(self.conditions, self.joined, self.numbers)

    @property
    def words(self) -> str:
        """The cohort in words."""
        return worded(self.conditions, self.joined)

    @property
    def code(self) -> str:
        """A cell that makes the cohort's frame from ``df``."""
        return f"cohort = df.where({self.where!r})"

    def df(self) -> Any:
        """Return a Spark frame of all rows that are in the cohort, not of the sample alone.

        Raises
        ------
        SynapseError
            When the dashboard was opened without a frame, or a feature is no column of it.
        """
        if self.frame is None:
            raise SynapseError(
                "The dashboard was opened without a frame to take rows from. "
                "Try: Dashboard(why, model, df)"
            )
        for condition in self.conditions:
            if condition.column not in self.frame.columns:
                raise SynapseError(
                    f"{condition.column!r} is a feature, and no column of the frame, so Spark "
                    "cannot be asked for it"
                )
        return self.frame.where(self.where)

    def mask(self, columns: Mapping[str, Column], rows: int) -> np.ndarray:
        """Return which of the explained rows are in the cohort."""
        return mask(columns, self.conditions, self.joined, rows)

    def __repr__(self) -> str:
        return f"<Cohort {self.name!r}: {self.words}>"


def conditions_of(given: Sequence[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Return conditions as they come from the browser: column, operation and values."""
    return tuple(Condition(one["column"], one["operation"], tuple(one["values"])) for one in given)


def as_plain(conditions: Sequence[Condition]) -> list[dict[str, Any]]:
    """Return conditions as they go to the browser."""
    return [
        {"column": one.column, "operation": one.operation, "values": list(one.values)}
        for one in conditions
    ]
