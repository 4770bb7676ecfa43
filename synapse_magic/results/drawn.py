"""What an explanation looks like: its views, and all of them in one report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.results.checks import place_of
from synapse_magic.results.facts import facts
from synapse_magic.results.methods import METHODS
from synapse_magic.views.dependence import Dependence
from synapse_magic.views.explanation import ExplanationReport
from synapse_magic.views.heatmap import Heatmap
from synapse_magic.views.importance import Importance
from synapse_magic.views.interaction import Interaction, partner
from synapse_magic.views.links import SCALES
from synapse_magic.views.row import Row, row_title
from synapse_magic.views.summary import Summary
from synapse_magic.views.view import pick
from synapse_magic.views.words import cell, plural

if TYPE_CHECKING:
    from synapse_magic.results.explanation import Explanation

LOOKED_AT = 25
DEPENDENCES = 20
DOTS = 900
FEWEST = 20


class Drawn:
    """The views of an :class:`~synapse_magic.results.explanation.Explanation`, its subclass."""

    values: np.ndarray
    base: np.ndarray
    prediction: np.ndarray
    data: dict[str, np.ndarray]
    names: tuple[str, ...]
    outputs: tuple[str, ...]
    link: str
    method: str
    rows_total: int
    seed: int | None
    labels: np.ndarray | None
    quality: np.ndarray | None
    companion: Explanation | None
    error: np.ndarray | None
    failures: dict[int, str]
    plot: str

    @property
    def residual(self) -> np.ndarray:
        """What base and contributions leave of the prediction, (rows, outputs); 0 for SHAP."""
        return self.prediction - self.base - self.values.sum(axis=1)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values)

    def summary(self) -> Summary:
        """Return where the contributions of each feature lie."""
        return Summary.of(self.values, self.data, self.names, self.outputs, **self._told())

    def importance(self) -> Importance:
        """Return the mean absolute contribution of each feature, with its interval."""
        return Importance.of(
            self.values, self.names, self.outputs, error=self.error, **self._told()
        )

    def heatmap(self) -> Heatmap:
        """Return all contributions as a picture, rows that are explained alike together."""
        return Heatmap.of(
            self.values, self.names, self.outputs, prediction=self.prediction, **self._told()
        )

    def interaction(self) -> Interaction:
        """Return how far the contribution of each feature depends on the value of another.

        Raises
        ------
        SynapseError
            If the values of fewer than two features are known.
        """
        known = [name for name in self.names if name in self.data]
        if len(known) < 2:
            raise SynapseError(
                f"The values of {plural(len(known), 'feature')} are in this explanation. "
                "Expected two at least, to see how they go together. Try: importance()"
            )
        return Interaction.of(self.values, self.data, self.names, self.outputs, **self._told())

    def dependence(self, name: str, color: str | None = None) -> Dependence:
        """Return how the contributions of a feature follow its values.

        Parameters
        ----------
        name
            The feature.
        color
            Feature the sampled dots are coloured by; by default the one that goes with most of
            what the feature's own value leaves open.

        Raises
        ------
        SynapseError
            If there is no such feature, or its values are not known.
        """
        index = pick(name, self.names, "feature")
        if name not in self.data:
            raise SynapseError(
                f"The values of {name!r} are not in this explanation, so there is nothing to draw "
                "its contributions over. Try: importance()"
            )
        if color is not None:
            pick(color, [known for known in self.names if known in self.data], "feature")
        return self._dependence(index, color, 1200)

    def row(self, i: int = 0) -> Row:
        """Return how the prediction of row ``i`` comes about.

        Raises
        ------
        SynapseError
            If there is no such row.
        """
        i = place_of(i, len(self))
        label = None if self.labels is None else str(self.labels[i])
        beside = self.companion
        return Row(
            names=self.names,
            shown_values=tuple(self._shown(name, i) for name in self.names),
            values=self.values[i],
            base=self.base[i],
            prediction=self.prediction[i],
            outputs=self.outputs,
            link=self.link,
            method=METHODS[self.method].values,
            quality=None if self.quality is None or self._adds_up else self.quality[i],
            error=None if self.error is None else self.error[i],
            title=row_title(i, label),
            label=label,
            companion=beside.row(i) if beside is not None and i < len(beside) else None,
        )

    def report(self) -> ExplanationReport:
        """Return summary, dependence and rows as one view."""
        summary = self.summary()
        chosen = [name for name in summary.names if name in self.data][:DEPENDENCES]
        dots = max(DOTS // max(len(self.outputs), 1), 150)
        dependences = tuple(
            self._dependence(self.names.index(name), None, dots, chosen[:8]) for name in chosen
        )
        return ExplanationReport(
            summary,
            dependences,
            rows=tuple(self.row(i) for i in range(min(len(self), LOOKED_AT))),
            facts=facts(self),
            failures=tuple(self.failures.items()),
            interaction=self.interaction() if len(chosen) > 1 and len(self) >= FEWEST else None,
            heatmap=self.heatmap() if len(self) >= FEWEST else None,
        )

    def html(self, *, interactive: bool = True) -> str:
        """Return the explanation as HTML that stands alone."""
        return self.report().html(interactive=interactive)

    @property
    def _adds_up(self) -> bool:
        return METHODS[self.method].adds_up

    def _told(self) -> dict[str, Any]:
        """Return what every view of all rows says of them."""
        return {
            "rows_total": self.rows_total,
            "scale": SCALES[self.link],
            "method": METHODS[self.method].values,
        }

    def _shown(self, name: str, i: int) -> str:
        return cell(self.data[name][i]) if name in self.data else "?"

    def _dependence(
        self, index: int, color: str | None, dots: int, picks: Sequence[str] | None = None
    ) -> Dependence:
        name = self.names[index]
        known = [other for other in (picks or self.names) if other in self.data and other != name]
        mine = self.values[:, index]
        first = color if color is not None else partner(mine[:, :1], name, known[:40], self.data)
        order = [first, *(other for other in known if other != first)] if first else known
        return Dependence.of(
            name,
            mine,
            self.data[name],
            self.outputs,
            others={other: self.data[other] for other in order},
            dots=dots,
            **self._told(),
        )

    def _repr_html_(self) -> str:
        shown: str = getattr(self, self.plot)().html()
        return shown
