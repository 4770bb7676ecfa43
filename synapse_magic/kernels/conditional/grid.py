"""The values that a feature is set to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.conditional.stored import from_numbers, to_numbers


@dataclass(frozen=True, eq=False)
class Grid:
    """Values of a column, each once.

    Attributes
    ----------
    name : str
        The column.
    values : pyarrow.Array
        In its type; a null stands for missing.
    ordered : bool
        Whether they are points of an axis, rather than levels.
    """

    name: str
    values: pa.Array
    ordered: bool

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self.values)


def even_grid(
    name: str, kind: pa.DataType, low: int | float, high: int | float, splits: int
) -> Grid:
    """Return ``splits + 1`` values from ``low`` to ``high``; of a whole type those there are.

    Parameters
    ----------
    name : str
    kind : pyarrow.DataType
        Of the column.
    low, high : int or float
        As :func:`~synapse_magic.kernels.conditional.stored.to_numbers` gives them.
    splits : int

    Examples
    --------
    >>> even_grid("age", pa.int32(), 20, 25, 2).values.to_pylist()
    [20, 22, 25]
    >>> even_grid("x", pa.float64(), 0.0, 3.0, 10).values.to_pylist()[2:5]
    [0.6, 0.9, 1.2]
    """
    if pa.types.is_floating(kind):
        start, reach = Fraction(low), Fraction(high) - Fraction(low)
        numbers = [float(start + reach * i / splits) for i in range(splits + 1)]
        return Grid(name, from_numbers(numbers, kind), True)
    steps = min(int(high) - int(low), splits)
    whole = [int(low) + (int(high) - int(low)) * i // max(steps, 1) for i in range(steps + 1)]
    return Grid(name, from_numbers(whole, kind), True)


def spread_grid(name: str, column: pa.Array, points: int) -> Grid:
    """Return values of a column from the least to the largest, its quantiles if it has too many.

    They are quantiles of the distinct values: a number that most rows share counts once. Where
    no row has a finite value, there is one, and it is missing.

    Examples
    --------
    >>> spread_grid("gain", pa.array([0, 0, 0, 0, 3, 5, 9]), 3).values.to_pylist()
    [0, 3, 9]
    """
    numbers = sorted(set(to_numbers(column)))
    if not numbers:
        return Grid(name, pa.nulls(1, column.type), False)
    few = np.linspace(0, len(numbers) - 1, min(points, len(numbers))).astype(int)
    return Grid(name, from_numbers([numbers[i] for i in few], column.type), True)


def level_grid(name: str, column: pa.Array, most: int) -> Grid:
    """Return the most frequent levels of a column, missing among them; ties by value.

    Examples
    --------
    >>> level_grid("job", pa.array(["b", "a", "c", "c", None]), 3).values.to_pylist()
    ['c', 'a', 'b']
    """
    return Grid(name, pa.array(_frequent(column.to_pylist(), most), column.type), False)


def _frequent(values: Sequence[Any], most: int) -> list[Any]:
    counts = Counter(values)
    return sorted(counts, key=lambda v: (-counts[v], v is None, "" if v is None else v))[:most]
