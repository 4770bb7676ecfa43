"""LIME of texts and images: parts are taken away at random, and a line is fitted.

The draws depend on the seed and the number of parts alone, so that rows share them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.line import Neighborhood
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.masking import Case, Masker, in_parts
from synapse_magic.kernels.explaining.tabular_lime import LimeSettings


@dataclass(frozen=True)
class MaskLime:
    """Asks about rows with some of their features taken away.

    To the line a feature is 1 where it is kept and 0 where not, so that its slope is what it adds.

    Attributes
    ----------
    masker : Masker
        Takes features away.
    settings : LimeSettings
    fraction : float
        How likely a feature is kept.
    """

    masker: Masker
    settings: LimeSettings
    fraction: float

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns whose values are explained."""
        return self.masker.inputs

    def ask(self, batch: pa.RecordBatch, row: int) -> MasksAsked:
        """Return the masked copies of one row.

        Raises
        ------
        SynapseError
            When it cannot be opened, or has too many features for so few copies.
        """
        case = self.masker.open(batch, row)
        settings = self.settings
        if settings.penalty == 0 and case.size and settings.samples < case.size + 2:
            raise SynapseError(
                f"numSamples={settings.samples} is too small for {case.size:,} features. "
                f"Expected at least {case.size + 2}. "
                f"Try: numSamples={5 * case.size}, or regularization=0.001"
            )
        drawn = _drawn(case.size, settings.samples, settings.seed, self.fraction, settings.width)
        return MasksAsked(case, drawn, settings)


@dataclass(frozen=True, eq=False)
class Drawn:
    """Masks that all rows of as many features share.

    Attributes
    ----------
    hood : Neighborhood
        All copies, as the line sees them.
    masks : numpy.ndarray of bool
        (masks, features) each once.
    which : numpy.ndarray of int
        (copies,) the mask of each copy.
    """

    hood: Neighborhood
    masks: np.ndarray
    which: np.ndarray


@dataclass(frozen=True, eq=False)
class MasksAsked:
    """One row with its masked copies."""

    case: Case
    drawn: Drawn
    settings: LimeSettings

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the row once for each mask."""
        yield from in_parts(self.case, self.drawn.masks)

    def answer(self, outcomes: np.ndarray) -> Local:
        """Return the line near the row."""
        each = outcomes[self.drawn.which]
        values = np.zeros((self.case.features, each.shape[1]))
        base, quality = each[0], np.ones(each.shape[1])
        if self.case.size:
            line = self.drawn.hood.line(each, self.settings.penalty, self.settings.most)
            values[self.case.places] = line.slopes
            base, quality = line.base, line.quality
        return Local(values, base, each[0], quality, names=self.case.names)


@functools.lru_cache(maxsize=32)
def _drawn(size: int, samples: int, seed: int, fraction: float, width: float) -> Drawn:
    """Return masks of random features; the first keeps all of them."""
    kept = np.random.default_rng([seed, size]).random((samples, size)) < fraction
    kept[0] = True
    _, first, which = np.unique(
        np.packbits(kept, axis=1), axis=0, return_index=True, return_inverse=True
    )
    return Drawn(Neighborhood(kept.astype(np.float64), width), kept[first], which.reshape(-1))
