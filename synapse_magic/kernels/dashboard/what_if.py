"""What a model would say of a row that is a little different."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.errors import SynapseError, closest
from synapse_magic.kernels.dashboard.conditions import Column, Levels
from synapse_magic.kernels.dashboard.wording import level_numbers
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.scorer import Scorer

Values = dict[str, Any]
Score = Callable[[Sequence[Values]], np.ndarray]

MOST_CHANGES = 4


@dataclass(frozen=True)
class Asker:
    """A model that is asked about rows without Spark, and gives what its transform gives.

    Attributes
    ----------
    scorer
        The model, up to its output.
    target
        Which of its numbers are looked at.
    schema
        Types of the columns that it reads.
    codes
        The levels of columns that hold their numbers; in rows they go by their names.
    """

    scorer: Scorer
    target: Target
    schema: pa.Schema
    codes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def score(self, rows: Sequence[Values]) -> np.ndarray:
        """Return (rows, outputs) for rows of values by column; None stands for a missing one.

        Raises
        ------
        SynapseError
            When a value does not fit its column.
        """
        return self.read(self.batch(rows))

    def batch(self, rows: Sequence[Values]) -> pa.RecordBatch:
        """Return rows as the model reads them.

        Raises
        ------
        SynapseError
            When a value does not fit its column.
        """
        arrays = [_array(self._values(rows, own.name), own) for own in self.schema]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def read(self, batch: pa.RecordBatch) -> np.ndarray:
        """Return (rows, outputs) of what the model says of a batch."""
        return self.target.read(self.scorer.score(batch).column(self.target.column))

    def first(self, rows: Sequence[Values]) -> tuple[np.ndarray, list[str]]:
        """Return (rows,) first outputs, NaN where the model raises, and what it said then."""
        try:
            return self.score(rows)[:, 0], []
        except Exception as error:  # whatever it raises for one row is told, and others are asked
            if len(rows) == 1:
                return np.full(1, np.nan), [str(error) or type(error).__name__]
        half = len(rows) // 2
        (one, said), (other, more) = self.first(rows[:half]), self.first(rows[half:])
        return np.concatenate([one, other]), [*said, *more]

    def _values(self, rows: Sequence[Values], name: str) -> list[Any]:
        values = [row.get(name) for row in rows]
        if name not in self.codes:
            return values
        return [None if value is None else self._code(name, str(value)) for value in values]

    def _code(self, name: str, level: str) -> float:
        found = level_numbers(level, self.codes[name])
        if not found:
            hint = closest(level, list(self.codes[name]))
            raise SynapseError(f"{name!r} has no level {level!r}, so it has no number. {hint}")
        return found[0]


def _array(values: list[Any], own: pa.Field) -> pa.Array:
    written = [str(v) if isinstance(v, str) or not _numeric(own.type) else v for v in values]
    plain = [None if value is None else word for value, word in zip(values, written)]
    try:
        if _numeric(own.type):
            return pa.array(plain, pa.float64()).cast(own.type)
        return _of_words(pa.array(plain, pa.string()), own.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise SynapseError(
            f"{own.name!r} takes {own.type}, and that does not fit: {error}"
        ) from error


def _of_words(words: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return words as values; times are written by the clock of the zone of their column."""
    if not pa.types.is_timestamp(kind) or kind.tz is None:
        return words.cast(kind)
    clock = words.cast(pa.timestamp(kind.unit))
    return pc.assume_timezone(clock, kind.tz, ambiguous="earliest", nonexistent="earliest")


def _numeric(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


@dataclass(frozen=True)
class Change:
    """One column of a row set to another value, and how far that is."""

    column: str
    value: Any
    cost: float


@dataclass(frozen=True)
class Goal:
    """What the score should reach: at least the bound, or below it."""

    bound: float
    above: bool

    def reached(self, scores: np.ndarray) -> np.ndarray:
        """Return for each score whether it reaches the goal."""
        return scores >= self.bound if self.above else scores < self.bound

    def short(self, scores: np.ndarray) -> np.ndarray:
        """Return how much each score lacks."""
        return self.bound - scores if self.above else scores - self.bound


def counterfactual(
    score: Score, row: Values, choices: Sequence[Change], goal: Goal, locked: Collection[str] = ()
) -> list[Change] | None:
    """Return few and small changes that reach the goal, None where none were found.

    One change is looked for first, the smallest of those that do; else the one that gets nearest
    is kept and another is looked for. At the end changes that are not needed are taken back, and
    the others made as small as they may be.

    Parameters
    ----------
    score
        Gives one number a row, NaN where there is none.
    choices
        Values that columns may take.
    locked
        Columns that stay as they are.

    Examples
    --------
    >>> ages = [Change("age", age, abs(age - 30) / 10) for age in (35, 40, 50)]
    >>> counterfactual(lambda rows: np.array([r["age"] / 50 for r in rows]), {"age": 30}, ages,
    ...                Goal(0.75, above=True))
    [Change(column='age', value=40, cost=1.0)]
    """
    made: list[Change] = []
    free = [choice for choice in choices if choice.column not in locked]
    for _ in range(MOST_CHANGES):
        left = [one for one in free if one.column not in {done.column for done in made}]
        if not left:
            return None
        scores = score([_changed(row, [*made, choice]) for choice in left])
        cost = np.array([choice.cost for choice in left])
        if goal.reached(scores).any():
            best = int(np.where(goal.reached(scores), cost, np.inf).argmin())
            needed = _needed(score, row, [*made, left[best]], goal)
            return _smallest(score, row, needed, free, goal)
        short = np.nan_to_num(goal.short(scores), nan=np.inf)
        if short.min() >= goal.short(score([_changed(row, made)]))[0]:
            return None
        made.append(left[int(np.lexsort((cost, short))[0])])
    return None


def _needed(score: Score, row: Values, made: list[Change], goal: Goal) -> list[Change]:
    """Return the changes without those that the goal is reached without, the largest first."""
    for one in sorted(made, key=lambda change: -change.cost):
        fewer = [change for change in made if change is not one]
        if fewer and goal.reached(score([_changed(row, fewer)]))[0]:
            made = fewer
    return made


def _smallest(
    score: Score, row: Values, made: list[Change], free: Sequence[Change], goal: Goal
) -> list[Change]:
    """Return the changes, each as small as it may be while the others stay."""
    for place, one in enumerate(made):
        own = [c for c in free if c.column == one.column and c.cost < one.cost]
        others = made[:place] + made[place + 1 :]
        if own:
            reached = goal.reached(score([_changed(row, [*others, choice]) for choice in own]))
            fits = [choice for choice, fit in zip(own, reached) if fit]
            made = [*made[:place], min([one, *fits], key=lambda c: c.cost), *made[place + 1 :]]
    return made


def _changed(row: Values, made: Sequence[Change]) -> Values:
    return {**row, **{change.column: change.value for change in made}}


def spreads(columns: Mapping[str, Column]) -> dict[str, float]:
    """Return by how much each column of numbers varies: what a step of 1 is measured by.

    Examples
    --------
    >>> spreads({"age": np.array([20.0, 40.0, np.nan])})
    {'age': 10.0}
    """
    found = {}
    for name, column in columns.items():
        if not isinstance(column, Levels):
            known = column[np.isfinite(column)]
            found[name] = float(known.std()) if len(known) and known.std() else 1.0
    return found


def distances(columns: Mapping[str, Column], row: Mapping[str, Any]) -> np.ndarray:
    """Return how far each row is from one: in spreads for numbers, 1 for another level.

    Examples
    --------
    >>> ages = {"age": np.array([20.0, 40.0]), "job": Levels(np.array([0, 1]), ("a", "b"))}
    >>> distances(ages, {"age": 20.0, "job": "a"}).tolist()
    [0.0, 3.0]
    """
    total = np.zeros(len(next(iter(columns.values()))))
    spread = spreads(columns)
    for name, column in columns.items():
        value = row.get(name)
        if isinstance(column, Levels):
            code = column.names.index(value) if value in column.names else -1
            total += column.codes != code
        elif value is None or np.isnan(value):
            total += ~np.isnan(column)
        else:
            total += np.nan_to_num(np.abs(column - value) / spread[name], nan=1.0, posinf=9.0)
    return total
