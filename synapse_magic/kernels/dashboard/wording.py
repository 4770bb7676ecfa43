"""Conditions in the words of people, and as predicates of Spark SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from synapse_magic.kernels.dashboard.conditions import Clause, Condition, Joined, Joint, Level

NAMED = 3
"""Levels that are named before the others are only counted."""
LONGEST = 120
"""Letters of a level in words."""
DIGITS = range(5, 18)
"""Of a number in words: five, and more where the ends of a range would be the same."""
_SIGNS = {
    "<": "<",
    "<=": "\N{LESS-THAN OR EQUAL TO}",
    ">": ">",
    ">=": "\N{GREATER-THAN OR EQUAL TO}",
}


_TURNED = {">": "<", ">=": "\N{LESS-THAN OR EQUAL TO}"}


def worded(conditions: Sequence[Clause], joined: Joined = "and") -> str:
    """Return conditions as people write them.

    Examples
    --------
    >>> worded((Condition("age", ">", (30.0,)), Condition("job", "in", ("a", None))))
    'age > 30 and job is a or missing'
    >>> worded((Condition("age", ">", (30.0,)), Condition("age", "<=", (40.0,))))
    '30 < age ≤ 40'
    """
    if joined == "and":
        return " and ".join(_ranges(conditions)) or "all rows"
    return f" {joined} ".join(map(_words, conditions)) or "all rows"


def _ranges(conditions: Sequence[Clause]) -> list[str]:
    """Return conditions in words, two that are the ends of one range as one."""
    found: list[str] = []
    left = list(conditions)
    while left:
        one = left.pop(0)
        if isinstance(one, Joint):
            found.append(_words(one))
            continue
        end = next((c for c in left if isinstance(c, Condition) and _is_range(one, c)), None)
        if end is None:
            found.append(_words(one))
            continue
        left.remove(end)
        low, high = _told_apart([one.values[0], end.values[0]])
        found.append(f"{low} {_TURNED[one.operation]} {one.column} {_SIGNS[end.operation]} {high}")
    return found


def _is_range(low: Condition, high: Condition) -> bool:
    same = low.column == high.column
    return same and low.operation in _TURNED and high.operation in ("<", "<=")


def within(conditions: Sequence[Condition]) -> str:
    """Return conditions on one column without its name, for the side of a map.

    Examples
    --------
    >>> within((Condition("age", ">", (30.0,)), Condition("age", "<=", (40.0,))))
    '30 to 40'
    >>> within((Condition("job", "in", ("clerk",)),))
    'clerk'
    """
    ends = [one.values[0] for one in conditions if one.operation in _SIGNS]
    if len(ends) == 2:
        return " to ".join(_told_apart(ends))
    (one,) = conditions
    if one.operation == "not in":
        return "other levels"
    return _words(one).removeprefix(one.column).removeprefix(" is").strip()


def _words(condition: Clause) -> str:
    if isinstance(condition, Joint):
        return f"({worded(condition.parts, condition.joined)})"
    name, operation = condition.column, condition.operation
    if operation in _SIGNS:
        return f"{name} {_SIGNS[operation]} {_number(condition.values[0])}"
    if operation == "not <=":
        return f"{name} > {_number(condition.values[0])} or missing"
    if operation in ("missing", "known"):
        return f"{name} is {operation}"
    shown = [_level(value) for value in condition.values[:NAMED]]
    more = len(condition.values) - len(shown)
    listed = " or ".join([*shown, *([f"{more} more"] if more > 0 else [])])
    return f"{name} is {'' if operation == 'in' else 'not '}{listed}"


def _number(value: float | Level, digits: int = DIGITS[0]) -> str:
    return f"{float(value or 0):.{digits}g}"


def _told_apart(ends: Sequence[float | Level]) -> list[str]:
    """Return the ends of a range with as few digits as differ."""
    words: list[str] = []
    for digits in DIGITS:
        words = [_number(end, digits) for end in ends]
        if words[0] != words[1]:
            break
    return words


def _level(value: float | Level) -> str:
    if value is None:
        return "missing"
    return f"{value:g}" if isinstance(value, float) else short(str(value))


def short(words: str) -> str:
    """Return ``words`` up to 120 letters, with an ellipsis where some are cut off."""
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def predicate(
    conditions: Sequence[Clause],
    joined: Joined,
    numbers: frozenset[str],
    terms: Mapping[str, str] | None = None,
) -> str:
    r"""Return conditions as a predicate of Spark SQL that keeps the same rows.

    Spark takes NaN for larger than every number, and here it is a missing value.

    Parameters
    ----------
    numbers
        The columns that hold numbers; the others are compared by their text.
    terms
        What Spark is asked for in place of columns that a frame has not.

    Examples
    --------
    >>> predicate((Condition("pay`s", "<=", (2.5,)),), "and", frozenset({"pay`s"}))
    '`pay``s` <= 2.5D'
    >>> predicate((Condition("job", "in", ("it's", None)),), "and", frozenset())
    "(CAST(`job` AS STRING) IN ('it\\'s') OR `job` IS NULL)"
    """
    parts = [_asked_for(one, numbers, terms or {}) for one in conditions]
    if len(parts) == 1:
        return parts[0]
    return f" {joined.upper()} ".join(f"({part})" for part in parts) or "TRUE"


def _asked_for(one: Clause, numbers: frozenset[str], terms: Mapping[str, str]) -> str:
    if isinstance(one, Joint):
        return predicate(one.parts, one.joined, numbers, terms)
    return _SQL[one.operation](_Asked(one, one.column in numbers, terms.get(one.column, "")))


def coded(conditions: Sequence[Clause], codes: Mapping[str, Sequence[str]]) -> tuple[Clause, ...]:
    """Return conditions on levels as conditions on their numbers, where a column holds those.

    Examples
    --------
    >>> coded((Condition("job", "in", ("b", None)),), {"job": ["a", "b"]})[0].values
    (1.0, None)
    """
    return tuple(_coded(one, codes) for one in conditions)


def _coded(one: Clause, codes: Mapping[str, Sequence[str]]) -> Clause:
    if isinstance(one, Joint):
        return replace(one, parts=coded(one.parts, codes))
    if one.column not in codes:
        return one
    return replace(one, values=_numbers_of(one.values, codes[one.column]))


def _numbers_of(values: Sequence[float | Level], names: Sequence[str]) -> tuple[float | None, ...]:
    found: list[float | None] = []
    for value in values:
        found.extend([None] if value is None else level_numbers(str(value), names))
    return tuple(found)


def level_numbers(level: str, names: Sequence[str]) -> list[float]:
    """Return the numbers that a level is known by; one without a name is known by its own.

    Examples
    --------
    >>> level_numbers("b", ["a", "b"]), level_numbers("7", ["a", "b"]), level_numbers("c", ["a"])
    ([1.0], [7.0], [])
    """
    found = [float(i) for i, name in enumerate(names) if name == level]
    try:
        own = float(level)
    except ValueError:
        return found
    return found if 0 <= own < len(names) else [*found, own]


def quoted(name: str) -> str:
    """Return a column name as Spark SQL reads it, whatever is in it."""
    return "`" + name.replace("`", "``") + "`"


@dataclass(frozen=True)
class _Asked:
    """A condition on its way to SQL."""

    condition: Condition
    is_number: bool
    term: str = ""

    @property
    def name(self) -> str:
        return self.term or quoted(self.condition.column)

    @property
    def absent(self) -> str:
        return f"({self.name} IS NULL OR isnan({self.name}))" if self.is_number else self._null

    @property
    def _null(self) -> str:
        return f"{self.name} IS NULL"

    @property
    def bound(self) -> str:
        return _double(self.condition.values[0])

    @property
    def compared(self) -> str:
        return f"{self.name} {self.condition.operation} {self.bound}"

    @property
    def listed(self) -> str:
        values = [value for value in self.condition.values if value is not None]
        if not values:
            return "FALSE"
        if self.is_number:
            return f"{self.name} IN ({', '.join(map(_double, values))})"
        written = ", ".join(spark_text(str(value)) for value in values)
        return f"CAST({self.name} AS STRING) IN ({written})"

    @property
    def takes_missing(self) -> bool:
        return None in self.condition.values


def _in(asked: _Asked) -> str:
    return f"({asked.listed} OR {asked.absent})" if asked.takes_missing else asked.listed


def _not_in(asked: _Asked) -> str:
    if asked.takes_missing:
        return f"(NOT {asked.absent} AND NOT {asked.listed})"
    return f"({asked.absent} OR NOT {asked.listed})"


def _double(value: object) -> str:
    number = float(value)  # type: ignore[arg-type]
    return f"{number!r}D" if np.isfinite(number) else f"CAST('{number}' AS DOUBLE)"


def spark_text(words: str) -> str:
    """Return text as Spark SQL reads it; a dollar is written out, since ${...} is replaced."""
    marks = {"\\": "\\\\", "'": "\\'", "$": "\\u0024", "\n": "\\n", "\r": "\\r", "\0": "\\0"}
    return "'" + "".join(marks.get(letter, letter) for letter in words) + "'"


_SQL: dict[str, Callable[[_Asked], str]] = {
    "<": lambda asked: asked.compared,
    "<=": lambda asked: asked.compared,
    ">": lambda asked: f"{asked.compared} AND NOT isnan({asked.name})",
    ">=": lambda asked: f"{asked.compared} AND NOT isnan({asked.name})",
    "not <=": lambda asked: f"({asked.name} > {asked.bound} OR {asked.absent})",
    "in": _in,
    "not in": _not_in,
    "missing": lambda asked: asked.absent,
    "known": lambda asked: f"NOT {asked.absent}",
}
