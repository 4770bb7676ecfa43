"""Kernel SHAP of a row: features are taken away together, and Shapley's equations are solved.

S. Lundberg, S.-I. Lee, "A Unified Approach to Interpreting Model Predictions", NeurIPS 2017.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.masking import Case, Masker, in_parts
from synapse_magic.kernels.shapley.coalitions import (
    Coalitions,
    coalitions,
    least,
    usual,
    with_more,
)
from synapse_magic.kernels.shapley.estimate import Shapley, shapley

_FIRST = 4
_CEILING = 16


@dataclass(frozen=True)
class KernelShap:
    """Asks about coalitions of the features of a row.

    Attributes
    ----------
    masker : Masker
        Takes features away.
    samples : int or None
        Coalitions to ask about; None for all up to 12 features, and 2048 + 2 a feature above.
    seed : int
        Of the coalitions that are drawn; the same for all rows of as many features.
    tolerance : float or None
        Ask about twice as many as long as a value's standard error is above it, up to ``samples``,
        or to 16 times what is usual.
    """

    masker: Masker
    samples: int | None
    seed: int
    tolerance: float | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns whose values are explained."""
        return self.masker.inputs

    def ask(self, batch: pa.RecordBatch, row: int) -> CoalitionsAsked:
        """Return the first question about one row."""
        return self.about(self.masker.open(batch, row))

    def about(self, case: Case) -> CoalitionsAsked:
        """Return the first question about a row that is open."""
        if self.tolerance is None:
            return CoalitionsAsked(case, coalitions(case.size, self.samples, self.seed))
        ceiling = _CEILING * usual(case.size) if self.samples is None else self.samples
        first = min(max(least(case.size), _FIRST * case.size), ceiling)
        limit = Limit(self.tolerance, ceiling, self.seed)
        return CoalitionsAsked(case, coalitions(case.size, first, self.seed), limit)


@dataclass(frozen=True)
class Limit:
    """When to stop asking: at a standard error, or at so many coalitions."""

    tolerance: float
    ceiling: int
    seed: int

    def reached(self, known: Coalitions, found: Shapley) -> bool:
        """Say whether what was found is good enough, or no more may be asked."""
        enough = bool(found.error.max(initial=0.0) <= self.tolerance)
        return enough or known.exact or len(known) + 1 >= self.ceiling


@dataclass(frozen=True, eq=False)
class CoalitionsAsked:
    """One row with coalitions of its features kept; the first ``heard`` of them are known."""

    case: Case
    coalitions: Coalitions
    limit: Limit | None = None
    heard: np.ndarray | None = None

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the coalitions in turn, ``copies`` a coalition."""
        known = 0 if self.heard is None else len(self.heard)
        yield from in_parts(self.case, self.coalitions.masks[known:])

    def answer(self, outcomes: np.ndarray) -> Local | CoalitionsAsked:
        """Return the Shapley values of the mean outcomes, or a question about more coalitions."""
        each = outcomes.reshape(-1, self.case.copies, outcomes.shape[1]).mean(1)
        each = each if self.heard is None else np.concatenate([self.heard, each])
        found = shapley(self.coalitions, each)
        if self.limit is None or self.limit.reached(self.coalitions, found):
            return self._local(each, found)
        wanted = min(2 * len(self.coalitions), self.limit.ceiling)
        return replace(
            self, coalitions=with_more(self.coalitions, wanted, self.limit.seed), heard=each
        )

    def _local(self, each: np.ndarray, found: Shapley) -> Local:
        return Local(
            values=self._placed(found.values),
            base=each[0],
            prediction=each[min(1, len(each) - 1)],
            quality=found.quality,
            error=self._placed(found.error),
            names=self.case.names,
        )

    def _placed(self, values: np.ndarray) -> np.ndarray:
        placed = np.zeros((self.case.features, values.shape[1]))
        placed[self.case.places] = values
        return placed
