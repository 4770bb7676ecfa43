"""LIME of rows of a table: numbers are moved, levels drawn, and a line is fitted.

The draws depend on the seed and the number of features alone, so that rows share them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.lime_columns import Column, Moves, Seen, Slots, column_of
from synapse_magic.kernels.explaining.line import Neighborhood
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.table_masker import repeated
from synapse_magic.kernels.vectors import is_vector, to_matrix

MOST_FEATURES = 1000
_MOST_NEIGHBORHOODS = 32


@dataclass(frozen=True)
class LimeSettings:
    """How LIME perturbs and fits.

    Attributes
    ----------
    samples : int
        Perturbed copies of a row, itself among them.
    width : float
        Of the kernel.
    penalty : float
        Of the lasso; 0 for least squares.
    most : int or None
        How many features may have a slope.
    seed : int
    slopes : bool
        Whether the values are the slopes of the line; else what each feature adds at the row,
        against its mean or another level.
    """

    samples: int = 1000
    width: float = 0.75
    penalty: float = 0.0
    most: int | None = None
    seed: int = 42
    slopes: bool = False


@dataclass(frozen=True)
class TabularLime:
    """Asks about rows near a row.

    A finite number is moved by a normal with the standard deviation of the background. Any other
    value, such as a level or a missing number, is drawn from the background, and is 1 to the line
    where it equals the row's; one that the background does not have is drawn as if it had it once.

    Attributes
    ----------
    background : pyarrow.RecordBatch
        The columns that are explained, at least one row.
    levels : tuple of int
        The features whose numbers stand for levels.
    settings : LimeSettings
    """

    background: pa.RecordBatch
    levels: tuple[int, ...]
    settings: LimeSettings

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns whose values are explained."""
        return tuple(self.background.schema.names)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the background."""
        made: list[Column] = []
        start = 0
        for name, values in zip(self.inputs, self.background.columns):
            made.append(self._column(name, values, start))
            start += made[-1].width
        return tuple(made)

    @cached_property
    def places(self) -> tuple[slice, ...]:
        """Where the features of each column are among all."""
        ends = np.cumsum([column.width for column in self.columns]).tolist()
        return tuple(slice(end - column.width, end) for column, end in zip(self.columns, ends))

    @property
    def features(self) -> int:
        """How many features there are."""
        return sum(column.width for column in self.columns)

    @cached_property
    def spread(self) -> np.ndarray:
        """(features,) by how much numbers are moved."""
        return np.concatenate([column.spread for column in self.columns])

    @cached_property
    def center(self) -> np.ndarray:
        """(features,) the means of numbers."""
        return np.concatenate([column.center for column in self.columns])

    @cached_property
    def scale(self) -> np.ndarray:
        """(features,) what numbers are divided by."""
        return np.where(self.spread > 0, self.spread, 1.0)

    @cached_property
    def offsets(self) -> np.ndarray:
        """(copies, features) by what numbers are moved; the first copy is the row itself."""
        whole = np.repeat([c.whole for c in self.columns], [c.width for c in self.columns])
        normal = normals(self.settings.samples, self.features, self.settings.seed)
        offsets = normal * self.spread
        offsets = np.where(whole, np.round(offsets), offsets)
        offsets[0] = 0.0
        return offsets

    def check(self) -> None:
        """Raise a :class:`SynapseError` for too many features, or too few copies for them."""
        if self.features > MOST_FEATURES:
            raise SynapseError(
                f"LIME perturbs every feature, and there are {self.features:,}. "
                f"Expected at most {MOST_FEATURES:,}. Try: fewer columns, or SHAP"
            )
        if self.settings.penalty == 0 and self.settings.samples < self.features + 2:
            raise SynapseError(
                f"numSamples={self.settings.samples} is too small for {self.features} features. "
                f"Expected at least {self.features + 2}. "
                f"Try: numSamples={max(1000, 5 * self.features)}"
            )

    def ask(self, batch: pa.RecordBatch, row: int) -> CopiesAsked:
        """Return the perturbed copies of one row."""
        own = batch.slice(row, 1)
        values = dict(zip(own.schema.names, own.columns))
        seen = [c.look(values[name]) for c, name in zip(self.columns, self.inputs)]
        moved = np.concatenate([each.moved for each in seen])
        alike = np.hstack([each.alike for each in seen])
        near = self._near(moved, alike)
        return CopiesAsked(self, values, seen, near)

    def _near(self, moved: np.ndarray, alike: np.ndarray) -> Near:
        """Return the neighbourhood of rows whose levels are alike, which is made once."""
        key = moved.tobytes() + np.packbits(alike[:, ~moved]).tobytes()
        known = self._neighborhoods
        if key not in known:
            if len(known) >= _MOST_NEIGHBORHOODS:
                known.pop(next(iter(known)))
            known[key] = self._make(moved, alike)
        return known[key]

    @cached_property
    def _neighborhoods(self) -> dict[bytes, Near]:
        return {}

    def _make(self, moved: np.ndarray, alike: np.ndarray) -> Near:
        rows, features = len(alike), len(moved)
        uniform = uniforms(self.settings.samples, features, self.settings.seed)
        drawn = (uniform * rows).astype(np.int64)
        unseen = ~alike.any(axis=0)
        stays = unseen & (uniform < 1 / (rows + 1))
        stays[0] = True
        same = stays | alike[drawn, np.arange(features)]
        design = np.where(moved, self.offsets / self.scale, same)
        # By columns, as they are read.
        all_moves = Moves(*map(np.asfortranarray, (self.offsets, drawn, stays)))
        moves = tuple(map(all_moves.of, self.places))
        return Near(Neighborhood(design, self.settings.width), moves, moved)

    def _column(self, name: str, values: pa.Array, start: int) -> Column:
        if not is_vector(values.type):
            return column_of(values, start in self.levels)
        matrix = to_matrix(values)
        dense = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
        inside = range(start, start + dense.shape[1])
        return Slots(dense, tuple(i - start for i in self.levels if i in inside), name)


@dataclass(frozen=True, eq=False)
class Near:
    """What rows of like levels share.

    Attributes
    ----------
    hood : Neighborhood
    moves : tuple of Moves
        Of each column.
    moved : numpy.ndarray of bool
        (features,) which are moved as numbers.
    """

    hood: Neighborhood
    moves: tuple[Moves, ...]
    moved: np.ndarray


@dataclass(frozen=True, eq=False)
class CopiesAsked:
    """One row with its perturbed copies."""

    asker: TabularLime
    own: dict[str, pa.Array]
    seen: list[Seen]
    near: Near

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all copies, the row itself first."""
        rows, asker = self.asker.settings.samples, self.asker
        made = {
            name: column.moved(self.own[name], seen, moves)
            for name, column, seen, moves in zip(
                asker.inputs, asker.columns, self.seen, self.near.moves
            )
        }
        columns = {
            name: made[name] if name in made else repeated(own, rows)
            for name, own in self.own.items()
        }
        yield pa.RecordBatch.from_arrays(list(columns.values()), list(columns))

    def answer(self, outcomes: np.ndarray) -> Local:
        """Return the line near the row."""
        settings = self.asker.settings
        line = self.near.hood.line(outcomes, settings.penalty, settings.most)
        moved, scale, center = self.near.moved, self.asker.scale, self.asker.center
        position = np.concatenate([each.position for each in self.seen])
        from_zero = np.where(moved, position / scale, 0.0)
        from_mean = np.where(moved, (position - center) / scale, 0.0)
        if settings.slopes:
            values = line.slopes / np.where(moved, scale, 1.0)[:, None]
            base = line.base - from_zero @ line.slopes
        else:
            values = line.slopes * np.where(moved, from_mean, 1.0)[:, None]
            base = line.base - from_mean @ line.slopes
        return Local(values, base, outcomes[0], line.quality)


@functools.lru_cache(maxsize=8)
def normals(samples: int, features: int, seed: int) -> np.ndarray:
    """Return (samples, features) standard normals."""
    drawn = np.random.default_rng([seed, 0]).standard_normal((samples, features))
    drawn.setflags(write=False)
    return drawn


@functools.lru_cache(maxsize=8)
def uniforms(samples: int, features: int, seed: int) -> np.ndarray:
    """Return (samples, features) numbers from 0 to 1."""
    drawn = np.random.default_rng([seed, 1]).random((samples, features))
    drawn.setflags(write=False)
    return drawn
