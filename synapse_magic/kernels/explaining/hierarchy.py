"""Shapley values of rows with few features, Owen values of rows with many in groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.explaining.asking import Question
from synapse_magic.kernels.explaining.kernel_shap import KernelShap
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.masking import GroupedCase, GroupedMasker, masks_at_once
from synapse_magic.kernels.shapley.owen import Walks, owen, walks


@dataclass(frozen=True)
class GroupedShap:
    """Asks about the features of a row one by one, or, where they are many, group by group.

    Attributes
    ----------
    alone : KernelShap
        Asks one by one.
    masker : GroupedMasker
        Takes features away, and knows their groups.
    most : int
        Features up to which groups do not count.
    """

    alone: KernelShap
    masker: GroupedMasker
    most: int

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns whose values are explained."""
        return self.masker.inputs

    def ask(self, batch: pa.RecordBatch, row: int) -> Question:
        """Return the question about one row."""
        case = self.masker.open(batch, row)
        if case.size <= self.most:
            return self.alone.about(case)
        return WalksAsked(case, walks(case.groups, self.alone.samples, self.alone.seed))


@dataclass(frozen=True)
class WalksAsked:
    """One row with its features arriving group by group."""

    case: GroupedCase
    walks: Walks

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows in turn."""
        step = masks_at_once(self.case)
        for start in range(0, len(self.walks), step):
            yield self.case.masked(self.walks.masks(start, start + step))

    def answer(self, outcomes: np.ndarray) -> Local:
        """Return the Owen values."""
        found = owen(self.walks, outcomes)
        return Local(
            values=self._placed(found.values),
            base=outcomes[0],
            prediction=outcomes[1],
            quality=found.quality,
            error=self._placed(found.error),
            names=self.case.names,
        )

    def _placed(self, values: np.ndarray) -> np.ndarray:
        placed = np.zeros((self.case.features, values.shape[1]))
        placed[self.case.places] = values
        return placed
