"""Why predictions are what they are: contributions of features to rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.views.dependence import Dependence
from synapse_magic.views.explanation import ExplanationReport
from synapse_magic.views.importance import Importance
from synapse_magic.views.row import SCALES, Row, row_titles
from synapse_magic.views.summary import Summary
from synapse_magic.views.view import pick
from synapse_magic.views.words import cell, number, plural

if TYPE_CHECKING:
    import pandas as pd

METHODS = {"tree_shap": "SHAP", "lime": "LIME"}
LOOKED_AT = 25
DEPENDENCES = 20
DOTS = 900


@dataclass(frozen=True, eq=False)
class Explanation:
    """Contributions of each feature to the prediction of each row.

    Attributes
    ----------
    values
        (rows, features, outputs) contributions on the link scale.
    base
        (rows, outputs) prediction without any feature: the mean for SHAP, the intercept for LIME.
    prediction
        (rows, outputs) on the link scale.
    data
        Per feature its values: float64 with NaN for missing, or an object array of levels.
    names
        Features.
    outputs
        Classes explained, or ("prediction",).
    link
        "identity" | "logit" | "softmax" | "log".
    method
        "tree_shap" | "lime".
    rows_total
        Rows of the frame the rows were taken from.
    seed
        Of the sample and of LIME; None where nothing was drawn.
    labels
        (rows,) true labels; None where not known.
    quality
        (rows, outputs) weighted R2 of LIME; None for SHAP.
    companion
        The LIME rows shown beside the SHAP rows, first beside first.

    Examples
    --------
    >>> values = np.array([[[0.5], [-0.2]], [[-0.3], [0.2]]])
    >>> base = np.zeros((2, 1))
    >>> data = {"age": np.array([30.0, 50.0]), "job": np.array(["a", "b"], dtype=object)}
    >>> parts = (values, base, values.sum(1), data, ("age", "job"), ("yes",))
    >>> Explanation(*parts, link="logit", method="tree_shap", rows_total=2)
    <Explanation (SHAP) of 2 rows and 2 features: age 0.4, job 0.2>
    """

    values: np.ndarray
    base: np.ndarray
    prediction: np.ndarray
    data: dict[str, np.ndarray]
    names: tuple[str, ...]
    outputs: tuple[str, ...]
    link: str
    method: str
    rows_total: int
    seed: int | None = None
    labels: np.ndarray | None = None
    quality: np.ndarray | None = None
    companion: Explanation | None = None

    @property
    def residual(self) -> np.ndarray:
        """What base and contributions leave of the prediction, (rows, outputs); 0 for SHAP."""
        return self.prediction - self.base - self.values.sum(axis=1)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values)

    def summary(self) -> Summary:
        """Return where the contributions of each feature lie."""
        return Summary.of(
            self.values,
            self.data,
            self.names,
            self.outputs,
            rows_total=self.rows_total,
            scale=SCALES[self.link],
            method=self._method(),
        )

    def importance(self) -> Importance:
        """Return the mean absolute contribution of each feature, with its interval."""
        return Importance.of(
            self.values,
            self.names,
            self.outputs,
            rows_total=self.rows_total,
            scale=SCALES[self.link],
            method=self._method(),
        )

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
        if not -len(self) <= i < len(self):
            raise SynapseError(
                f"There is no row {i}. Expected 0 to {len(self) - 1}, since {len(self):,} rows "
                "were explained. Try: explain more rows with -n"
            )
        i %= len(self)
        labels = None if self.labels is None else list(self.labels)
        beside = self.companion
        return Row(
            names=self.names,
            shown_values=tuple(self._shown(name, i) for name in self.names),
            values=self.values[i],
            base=self.base[i],
            prediction=self.prediction[i],
            outputs=self.outputs,
            link=self.link,
            method=self._method(),
            quality=None if self.quality is None else self.quality[i],
            title=row_titles(i + 1, labels)[i],
            label=None if labels is None else str(labels[i]),
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
        rows = tuple(self.row(i) for i in range(min(len(self), LOOKED_AT)))
        return ExplanationReport(summary, dependences, rows, self._facts())

    def html(self, *, interactive: bool = True) -> str:
        """Return the explanation as HTML that stands alone."""
        return self.report().html(interactive=interactive)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per explained row: base, a contribution per feature, prediction."""
        import pandas as pd

        frames = {}
        for o, output in enumerate(self.outputs):
            names = ["(base)", *self.names, "(prediction)"]
            block = np.column_stack([self.base[:, o], self.values[:, :, o], self.prediction[:, o]])
            frames[output] = pd.DataFrame(block, columns=names)
        if len(frames) == 1:
            return next(iter(frames.values()))
        return pd.concat(frames, axis=1, names=["output", "feature"])

    def _method(self) -> str:
        return METHODS.get(self.method, self.method)

    def _shown(self, name: str, i: int) -> str:
        return cell(self.data[name][i]) if name in self.data else "?"

    def _dependence(
        self, index: int, color: str | None, dots: int, picks: Sequence[str] | None = None
    ) -> Dependence:
        name = self.names[index]
        known = [other for other in (picks or self.names) if other in self.data and other != name]
        first = color if color is not None else self._partner(index, known[:40])
        order = [first, *(other for other in known if other != first)] if first else known
        return Dependence.of(
            name,
            self.values[:, index],
            self.data[name],
            self.outputs,
            others={other: self.data[other] for other in order},
            rows_total=self.rows_total,
            scale=SCALES[self.link],
            method=self._method(),
            dots=dots,
        )

    def _partner(self, index: int, known: Sequence[str]) -> str | None:
        """Return the feature whose own contributions go most with what is left of this one's.

        Left is the contribution less its mean among rows of like value (ten groups).
        """
        if not known or len(self) < 20:
            return known[0] if known else None
        look = slice(None, None, max(1, len(self) // 4000))
        mine = self.values[look, index, 0]
        group = _groups(self.data[self.names[index]][look])
        count = np.maximum(np.bincount(group), 1)
        left = mine - (np.bincount(group, weights=mine) / count)[group]
        strength = [
            _correlation(left, self.values[look, self.names.index(other), 0]) for other in known
        ]
        return known[int(np.argmax(strength))]

    def _facts(self) -> tuple[tuple[str, bool | None], ...]:
        facts: list[tuple[str, bool | None]] = [(self._method(), None)]
        of = f" of {self.rows_total:,}" if self.rows_total > len(self) else ""
        facts.append((plural(len(self), "row") + of, None))
        if self.seed is not None:
            facts.append((f"seed {self.seed}", None))
        if self.quality is not None:
            middle = float(np.median(self.quality))
            facts.append((f"median R\N{SUPERSCRIPT TWO} {number(middle)}", middle >= 0.5))
        else:
            off = float(np.abs(self.residual).max(initial=0.0))
            good = off <= 1e-6 * max(1.0, float(np.abs(self.prediction).max(initial=0.0)))
            facts.append(("adds up exactly" if good else f"largest residual {number(off)}", good))
        return tuple(facts)

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        mean = np.abs(self.values).mean(axis=(0, 2)) if len(self) else np.zeros(len(self.names))
        top = ", ".join(
            f"{self.names[i]} {number(float(mean[i]))}"
            for i in np.argsort(-mean, kind="stable")[:3]
        )
        return (
            f"<Explanation ({self._method()}) of {plural(len(self), 'row')} and "
            f"{plural(len(self.names), 'feature')}: {top}>"
        )


def _groups(values: np.ndarray) -> np.ndarray:
    """Return about ten groups of like values as codes from 0."""
    if values.dtype == object:
        return np.unique([str(value) for value in values], return_inverse=True)[1]
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.zeros(len(values), dtype=np.intp)
    return np.searchsorted(np.quantile(finite, np.linspace(0.1, 0.9, 9)), values)


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    spread = np.sqrt((a @ a) * (b @ b))
    return float(abs(a @ b) / spread) if spread > 0 else 0.0
