"""How predictions follow features: partial dependence and the curves of single rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.conditional.feature_curves import FeatureCurves, PairMap
from synapse_magic.views.pdp import Pdp
from synapse_magic.views.view import pick
from synapse_magic.views.words import number, plural

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class PartialDependence:
    """What a model says of rows when a feature is set to each value of a grid.

    The average over the rows is the partial dependence (Friedman, 2001); the single rows are
    individual conditional expectations, ICE (Goldstein et al., 2015).

    Attributes
    ----------
    features
        One entry a feature, the one that moves the average most first. It has the ``axis`` with
        the grid's ``values`` and ``labels``, the ``average`` (points, outputs), the ``band`` of
        the 10th and 90th percentile (2, points, outputs), the ``curves`` of up to 50 rows (rows,
        points, outputs), the ``counts`` of the data and the ``importance`` (outputs,).
    pairs
        One entry for each two features set together: ``first`` and ``second`` axis, and the
        ``average`` (points, points, outputs).
    outputs
        Classes, or ("prediction",).
    target
        The model's column.
    rows, rows_total
        Rows that the model was asked about, and rows of the frame.
    seed
        Of the draw of rows.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from synapse_magic.kernels.conditional.grid import Grid
    >>> grid = Grid("age", pa.array([20.0, 40.0]), True)
    >>> said = np.array([[[0.1], [0.3]], [[0.3], [0.7]]])
    >>> found = FeatureCurves.of(grid, pa.array([25.0, 31.0]), said)
    >>> PartialDependence((found,), (), ("yes",), "probability", rows=2, rows_total=2, seed=42)
    <PartialDependence of probability on 1 feature, 2 rows: age 0.212>
    """

    features: tuple[FeatureCurves, ...]
    pairs: tuple[PairMap, ...]
    outputs: tuple[str, ...]
    target: str
    rows: int
    rows_total: int
    seed: int

    @property
    def names(self) -> tuple[str, ...]:
        """The features, the one that moves the average most first."""
        return tuple(one.name for one in self.features)

    @property
    def importance(self) -> dict[str, np.ndarray]:
        """How much the average moves with each feature, (outputs,).

        The standard deviation over the points of a number's grid, a quarter of the range of a
        category's.
        """
        return {one.name: one.importance for one in self.features}

    def view(self) -> Pdp:
        """Return all features and pairs in one view."""
        return self._view(self.features, self.pairs)

    def feature(self, name: str) -> Pdp:
        """Return the view of one feature.

        Raises
        ------
        SynapseError
            If there is no such feature.
        """
        return self._view((self.features[pick(name, self.names, "feature")],), ())

    def pair(self, first: str, second: str) -> Pdp:
        """Return the map of two features that were set together.

        Raises
        ------
        SynapseError
            If they were not.
        """
        for pair in self.pairs:
            if {pair.first.name, pair.second.name} == {first, second}:
                return self._view((), (pair,))
        known = [f"({pair.first.name!r}, {pair.second.name!r})" for pair in self.pairs]
        raise SynapseError(
            f"{first!r} and {second!r} were not set together. Pairs: {', '.join(known) or 'none'}. "
            f"Try: partial_dependence(model, df, two_way=[({first!r}, {second!r})])"
        )

    def axes(self, ax: Axes | None = None) -> Axes:
        """Draw the first feature with matplotlib."""
        return self.view().axes(ax)

    def table(self) -> pd.DataFrame:
        """Return averages and bands of all features as a pandas DataFrame."""
        return self.view().table()

    def html(self, *, interactive: bool = True) -> str:
        """Return the view of all features as HTML that stands alone."""
        return self.view().html(interactive=interactive)

    def _view(self, features: tuple[FeatureCurves, ...], pairs: tuple[PairMap, ...]) -> Pdp:
        return Pdp(features, pairs, self.outputs, self.target, self.rows, self.rows_total)

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        moves = [f"{one.name} {number(one.importance.mean())}" for one in self.features[:3]]
        told = " ".join(f"{self.target} on {plural(len(self.features), 'feature')}".split())
        names = " ".join(", ".join(moves).split())
        return f"<PartialDependence of {told}, {plural(self.rows, 'row')}: {names}>"
