"""Conditions on columns, as truth values a row: what makes a cohort of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from synapse_magic.errors import SynapseError, closest

Operation = Literal["<", "<=", ">", ">=", "not <=", "in", "not in", "missing", "known"]
Joined = Literal["and", "or"]
Level = str | None


@dataclass(frozen=True, eq=False)
class Levels:
    """A column of levels, by their numbers: fast to compare, however long the names are.

    Attributes
    ----------
    codes
        (rows,) positions among ``names``; -1 where missing.
    names
        The levels, each once.
    """

    codes: np.ndarray
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: np.ndarray) -> Levels:
        """Return a column of objects, with None or NaN where missing.

        Examples
        --------
        >>> Levels.of(np.array(["b", None, "b", "a"], dtype=object)).codes.tolist()
        [0, -1, 0, 1]
        """
        listed = values.tolist()
        distinct = dict.fromkeys(listed)
        names = [value for value in distinct if not _is_missing(value)]
        places = dict.fromkeys(distinct, -1) | {name: i for i, name in enumerate(names)}
        codes = np.fromiter(map(places.__getitem__, listed), np.int32, len(listed))
        return cls(codes, tuple(map(str, names)))

    def __len__(self) -> int:
        return len(self.codes)

    def taken(self, places: np.ndarray) -> Levels:
        """Return some rows, with the same levels."""
        return Levels(self.codes[places], self.names)


def _is_missing(value: object) -> bool:
    return value is None or value != value


Column = np.ndarray | Levels
"""float64 with NaN for missing, or levels."""


@dataclass(frozen=True)
class Condition:
    """One comparison of a column.

    Attributes
    ----------
    column
        Its name.
    operation
        A missing value is neither smaller nor larger than anything, and among levels only where
        None is listed; ``not <=`` is true of it.
    values
        One number for a comparison, levels for ``in`` and ``not in``, nothing otherwise.
    """

    column: str
    operation: Operation
    values: tuple[float | Level, ...] = ()

    def __post_init__(self) -> None:
        if self.operation not in get_args(Operation):
            known = ", ".join(map(repr, get_args(Operation)))
            raise SynapseError(
                f"There is no comparison {self.operation!r}. Expected one of {known}"
            )
        if self.operation in _COMPARE and not _is_number(self.values):
            raise SynapseError(
                f"{self.column!r} is compared by {self.operation} with {self.values!r}. "
                "Expected one number"
            )


@dataclass(frozen=True)
class Joint:
    """Several conditions that stand for one: all of them, or any.

    Attributes
    ----------
    joined
        Which of the two.
    parts
        The conditions, of which some may be several again.
    """

    joined: Joined
    parts: tuple[Clause, ...]


Clause = Condition | Joint


def columns_of(conditions: Sequence[Clause]) -> list[str]:
    """Return the columns that conditions look at.

    Examples
    --------
    >>> columns_of([Joint("or", (Condition("age", "missing"), Condition("job", "known")))])
    ['age', 'job']
    """
    found: list[str] = []
    for one in conditions:
        found += columns_of(one.parts) if isinstance(one, Joint) else [one.column]
    return found


def _is_number(values: Sequence[object]) -> bool:
    return len(values) == 1 and isinstance(values[0], (int, float)) and values[0] == values[0]


_COMPARE: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "not <=": lambda values, bound: ~(values <= bound),
}


def mask(
    columns: Mapping[str, Column], conditions: Sequence[Clause], joined: Joined, rows: int
) -> np.ndarray:
    """Return for each row whether it meets the conditions, all of them or any; all without one.

    Raises
    ------
    SynapseError
        When there is no such column, or it holds something else than is compared.

    Examples
    --------
    >>> ages = {"age": np.array([20.0, np.nan, 60.0])}
    >>> mask(ages, [Condition("age", ">", (30,))], "and", 3).tolist()
    [False, False, True]
    """
    if not conditions:
        return np.ones(rows, bool)
    found = [
        mask(columns, one.parts, one.joined, rows) if isinstance(one, Joint) else _met(columns, one)
        for one in conditions
    ]
    return np.logical_and.reduce(found) if joined == "and" else np.logical_or.reduce(found)


def _met(columns: Mapping[str, Column], condition: Condition) -> np.ndarray:
    column = column_of(columns, condition.column)
    absent = column.codes < 0 if isinstance(column, Levels) else np.isnan(column)
    if condition.operation in ("missing", "known"):
        return absent if condition.operation == "missing" else ~absent
    if condition.operation in _COMPARE:
        if isinstance(column, Levels):
            raise SynapseError(
                f"{condition.column!r} holds levels, which are not compared by "
                f"{condition.operation}. Try: in"
            )
        return _COMPARE[condition.operation](column, float(condition.values[0]))  # type: ignore[arg-type]
    among = _among(column, condition.values, absent)
    return among if condition.operation == "in" else ~among


def _among(column: Column, values: Sequence[float | Level], absent: np.ndarray) -> np.ndarray:
    if isinstance(column, Levels):
        wanted = {value for value in values if value is not None}
        chosen = np.array([name in wanted for name in column.names] + [None in values], bool)
        return chosen[column.codes]  # -1, a missing one, is the last
    found = np.isin(column, [value for value in values if isinstance(value, (int, float))])
    return found | absent if None in values else found


def column_of(columns: Mapping[str, Column], name: str) -> Column:
    """Return a column by its name.

    Raises
    ------
    SynapseError
        When there is none; the message suggests the nearest.
    """
    if name not in columns:
        hint = closest(name, list(columns))
        raise SynapseError(f"There is no column {name!r} among the explained rows. {hint}".strip())
    return columns[name]
