"""How the values of one column of a row are perturbed: moved as numbers, or drawn as levels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.explaining.numbers import (
    alike,
    as_floats,
    as_numbers,
    from_numbers,
    is_number,
    like_number,
    stored_as,
)
from synapse_magic.kernels.explaining.vector_masker import vector_of
from synapse_magic.kernels.vectors import from_matrix

_YES = np.ones(1, bool)


@dataclass(frozen=True, eq=False)
class Seen:
    """The features of one column of a row, seen from the background.

    Attributes
    ----------
    moved : numpy.ndarray of bool
        (features,) whether it is a number that can be moved; else it is a level.
    alike : numpy.ndarray of bool
        (background rows, features) whether a row of the background has the same level.
    position : numpy.ndarray
        (features,) the numbers that are moved, 1 for a level.
    """

    moved: np.ndarray
    alike: np.ndarray
    position: np.ndarray


@dataclass(frozen=True, eq=False)
class Moves:
    """What happens to features in the perturbed copies of a row.

    Attributes
    ----------
    offsets : numpy.ndarray
        (copies, features) what is added to a number.
    drawn : numpy.ndarray of int
        (copies, features) the row of the background that a level comes from.
    stays : numpy.ndarray of bool
        (copies, features) whether a level is the row's own instead.
    """

    offsets: np.ndarray
    drawn: np.ndarray
    stays: np.ndarray

    def of(self, place: slice) -> Moves:
        """Return those of some features."""
        return Moves(self.offsets[:, place], self.drawn[:, place], self.stays[:, place])


class Column(Protocol):
    """One column of the background."""

    @property
    def width(self) -> int:
        """How many features it has: one, or one a slot of a vector."""
        ...

    @property
    def spread(self) -> np.ndarray:
        """(features,) standard deviations of the numbers, 0 for levels."""
        ...

    @property
    def center(self) -> np.ndarray:
        """(features,) means of the numbers, 0 for levels."""
        ...

    @property
    def whole(self) -> bool:
        """Whether its numbers have no fractions."""
        ...

    def look(self, own: pa.Array) -> Seen:
        """Return the features of the value of one row."""
        ...

    def moved(self, own: pa.Array, seen: Seen, moves: Moves) -> pa.Array:
        """Return the perturbed values of one row."""
        ...


@dataclass(frozen=True)
class Levels:
    """A column of levels of any type."""

    background: pa.Array

    width = 1
    whole = False

    @property
    def spread(self) -> np.ndarray:
        """Nothing, as levels are not moved."""
        return np.zeros(1)

    @property
    def center(self) -> np.ndarray:
        """Nothing, as levels are not moved."""
        return np.zeros(1)

    def look(self, own: pa.Array) -> Seen:
        """Return which rows of the background have the same level."""
        return Seen(~_YES, alike(own, self.background)[:, None], np.ones(1))

    def moved(self, own: pa.Array, seen: Seen, moves: Moves) -> pa.Array:  # noqa: ARG002
        """Return the levels that were drawn."""
        return _drawn(own, self.background, moves)


@dataclass(frozen=True)
class Numbers:
    """A column of numbers, or of moments by the number that they are stored as."""

    background: pa.Array

    width = 1

    @cached_property
    def whole(self) -> bool:
        """Whether the type has no fractions."""
        return stored_as(self.background.type) is not None

    @cached_property
    def plain(self) -> bool:
        """Whether the type is that of numpy's floats."""
        return bool(self.background.type == pa.float64())

    @cached_property
    def known(self) -> np.ndarray:
        """The finite numbers."""
        numbers = as_numbers(self.background)
        return numbers[np.isfinite(numbers)]

    @property
    def spread(self) -> np.ndarray:
        """The standard deviation of the finite numbers."""
        return np.array([self.known.std() if len(self.known) else 0.0])

    @property
    def center(self) -> np.ndarray:
        """Their mean."""
        return np.array([self.known.mean() if len(self.known) else 0.0])

    def look(self, own: pa.Array) -> Seen:
        """Return the number; one that is missing or infinite is a level."""
        number = as_floats(own) if self.plain else as_numbers(own)
        if np.isfinite(number[0]):
            return Seen(_YES, self._nothing, number)
        equal = like_number(number[0], self.background)
        return Seen(~_YES, equal[:, None], np.ones(1))

    @cached_property
    def _nothing(self) -> np.ndarray:
        return np.zeros((len(self.background), 1), bool)

    def moved(self, own: pa.Array, seen: Seen, moves: Moves) -> pa.Array:
        """Return the moved numbers, or what was drawn for a missing one."""
        if not seen.moved[0]:
            return _drawn(own, self.background, moves)
        numbers = seen.position[0] + moves.offsets[:, 0]
        return pa.array(numbers) if self.plain else from_numbers(numbers, own.type)


@dataclass(frozen=True)
class Slots:
    """A column of vectors, of which some slots are levels.

    Attributes
    ----------
    background : numpy.ndarray
        (rows, slots).
    levels : tuple of int
    name : str
        The column.
    """

    background: np.ndarray
    levels: tuple[int, ...]
    name: str

    whole = False

    @property
    def width(self) -> int:
        """The number of slots."""
        return self.background.shape[1]

    @cached_property
    def _known(self) -> tuple[np.ndarray, np.ndarray]:
        finite = np.isfinite(self.background)
        known = np.where(finite, self.background, 0.0)
        count = np.maximum(finite.sum(0), 1)
        center = known.sum(0) / count
        spread = np.sqrt(np.square(np.where(finite, known - center, 0.0)).sum(0) / count)
        center[list(self.levels)] = spread[list(self.levels)] = 0.0
        return center, spread

    @property
    def spread(self) -> np.ndarray:
        """Standard deviations of the finite numbers."""
        return self._known[1]

    @property
    def center(self) -> np.ndarray:
        """Their means."""
        return self._known[0]

    def look(self, own: pa.Array) -> Seen:
        """Return the slots; one that is missing, infinite or a level is drawn."""
        vector = vector_of(own, self.name, self.width)
        moved = np.isfinite(vector)
        moved[list(self.levels)] = False
        both_nan = np.isnan(vector) & np.isnan(self.background)
        equal = ((self.background == vector) | both_nan) & ~moved
        return Seen(moved, equal, np.where(moved, vector, 1.0))

    def moved(self, own: pa.Array, seen: Seen, moves: Moves) -> pa.Array:
        """Return the moved vectors."""
        values = seen.position + moves.offsets
        levels = np.flatnonzero(~seen.moved)
        if len(levels):
            vector = vector_of(own, self.name, self.width)
            drawn = self.background[moves.drawn[:, levels], levels]
            values[:, levels] = np.where(moves.stays[:, levels], vector[levels], drawn)
        return from_matrix(values)


def column_of(background: pa.Array, level: bool) -> Levels | Numbers:
    """Return a plain column of a background, by its type or as one of levels."""
    return Numbers(background) if not level and is_number(background.type) else Levels(background)


def _drawn(own: pa.Array, background: pa.Array, moves: Moves) -> pa.Array:
    both = pa.concat_arrays([own, background.cast(own.type)])
    return both.take(pa.array(np.where(moves.stays[:, 0], 0, moves.drawn[:, 0] + 1)))
