"""Explanations of any number of rows, as what was counted of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.tally import Tally
from synapse_magic.results.methods import METHODS
from synapse_magic.views.importance import Importance
from synapse_magic.views.links import SCALES
from synapse_magic.views.scale import extent
from synapse_magic.views.summary import Summary
from synapse_magic.views.tallied import strip_of
from synapse_magic.views.words import plural


@dataclass(frozen=True, eq=False)
class ExplanationSummary:
    """What all rows of an explained frame say together.

    Attributes
    ----------
    tallies
        Per feature its rows, counted by value and contribution.
    names
        Features.
    outputs
        Classes explained, or ("prediction",).
    link
        "identity" | "logit" | "softmax" | "log".
    method
        As in :class:`~synapse_magic.results.explanation.Explanation`.
    rows
        Rows counted.
    lost
        Rows without an explanation, which are not counted.
    """

    tallies: Sequence[Tally]
    names: tuple[str, ...]
    outputs: tuple[str, ...]
    link: str
    method: str
    rows: int
    lost: int

    def summary(self) -> Summary:
        """Return where the contributions of each feature lie, over all rows."""
        low = np.min([tally.low for tally in self.tallies], axis=0)
        high = np.max([tally.high for tally in self.tallies], axis=0)
        edges = np.array([extent(np.array(ends), zero=True) for ends in zip(low, high)])
        return Summary.counted(
            self._mean_abs(),
            edges,
            lambda i: strip_of(self.tallies[i], edges),
            self.names,
            self.outputs,
            self.rows,
            self.rows + self.lost,
            scale=SCALES[self.link],
            method=METHODS[self.method].values,
        )

    def importance(self) -> Importance:
        """Return the mean absolute contribution of each feature over all rows."""
        squares = np.array([tally.squares for tally in self.tallies])
        spread = np.sqrt(squares / (self.rows - 1)) if self.rows > 1 else squares * np.nan
        return Importance.averaged(
            self._mean_abs(),
            spread,
            self.names,
            self.outputs,
            self.rows,
            self.rows + self.lost,
            scale=SCALES[self.link],
            method=METHODS[self.method].values,
        )

    def html(self, *, interactive: bool = True) -> str:
        """Return the summary as HTML that stands alone."""
        return self.summary().html(interactive=interactive)

    def _mean_abs(self) -> np.ndarray:
        return np.array([tally.mean_abs for tally in self.tallies])

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        gone = f", {self.lost:,} without explanation" if self.lost else ""
        return (
            f"<ExplanationSummary of {plural(self.rows, 'row')} and "
            f"{plural(len(self.names), 'feature')}{gone}>"
        )


def check_rows(rows: int, lost: int) -> None:
    """Raise a :class:`SynapseError` when there is nothing to summarise."""
    if not rows:
        raise SynapseError(
            f"None of {plural(lost, 'row')} has an explanation. Expected one at least"
            if lost
            else "There are no rows to summarise. Expected at least one"
        )
