"""Why predictions are what they are: contributions of features to rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.results.checks import (
    check_shapes,
    check_values,
    check_words,
    place_of,
    places_of,
)
from synapse_magic.results.drawn import Drawn
from synapse_magic.results.methods import METHODS
from synapse_magic.views.view import pick
from synapse_magic.views.words import number, plural

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Explanation(Drawn):
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
        "tree_interventional" | "tree_path" | "linear" | "exact" | "kernel_shap" | "lime".
    rows_total
        Rows of the frame the rows were taken from.
    seed
        Of the sample and of what was drawn to explain; None where nothing was drawn.
    labels
        (rows,) true labels; None where not known.
    quality
        (rows, outputs) weighted R2 of the additive model; None where there is none.
    companion
        The LIME rows shown beside the SHAP rows, first beside first.
    error
        (rows, features, outputs) standard errors of sampled values; None where exact or not known.
    failures
        Why rows could not be explained, by their number among the rows asked for. They are not
        among ``values``.
    plot
        The method that makes the view by which it shows itself, such as "report" or "summary".

    Examples
    --------
    >>> values = np.array([[[0.5], [-0.2]], [[-0.3], [0.2]]])
    >>> base = np.zeros((2, 1))
    >>> data = {"age": np.array([30.0, 50.0]), "job": np.array(["a", "b"], dtype=object)}
    >>> parts = (values, base, values.sum(1), data, ("age", "job"), ("yes",))
    >>> why = Explanation(*parts, link="logit", method="tree_path", rows_total=2)
    >>> why
    <Explanation (SHAP) of 2 rows and 2 features: age 0.4, job 0.2>
    >>> why[1], why["age"].tolist()
    (<Explanation (SHAP) of 1 row and 2 features: age 0.3, job 0.2>, [[0.5], [-0.3]])
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
    error: np.ndarray | None = None
    failures: dict[int, str] = field(default_factory=dict)
    plot: str = "report"

    def __post_init__(self) -> None:
        check_words(self.link, self.method, self.names, self.outputs)
        check_values(self.values, self.names, self.outputs)
        rows, _, outputs = self.values.shape
        per_output = {"base": self.base, "prediction": self.prediction, "quality": self.quality}
        arrays: dict[str, tuple[np.ndarray | None, tuple[int, ...]]]
        arrays = {name: (array, (rows, outputs)) for name, array in per_output.items()}
        arrays |= {"error": (self.error, self.values.shape), "labels": (self.labels, (rows,))}
        arrays |= {f"data[{name!r}]": (array, (rows,)) for name, array in self.data.items()}
        check_shapes(self.values, arrays)
        for name in self.data:
            pick(name, self.names, "feature of the explanation")

    def __getitem__(self, chosen: Any) -> Any:
        """Return the contributions of a feature by its name, or the explanation of some rows.

        Rows are chosen as in numpy: by a number, a slice, numbers, or a truth value a row.
        """
        if isinstance(chosen, str):
            return self.values[:, pick(chosen, self.names, "feature")]
        if isinstance(chosen, (int, np.integer)):
            chosen = [place_of(chosen, len(self))]
        return self._rows(places_of(chosen, len(self)))

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

    def toSHAP(self, output: str | int | None = None) -> Any:
        """Return a ``shap.Explanation``, on which every plot of the shap package works.

        Parameters
        ----------
        output
            The class to take, by name or position. By default all of them, on a third axis, where
            there are several.

        Raises
        ------
        SynapseError
            If the shap package is not there, or no such output.

        Examples
        --------
        >>> shap.plots.beeswarm(why.toSHAP("<=50K"))  # doctest: +SKIP
        """
        from synapse_magic.results.shap_package import to_shap

        return to_shap(self, output)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the explanation to a Parquet file of this machine, a row for each explained row.

        Raises
        ------
        SynapseError
            If the file cannot be written.
        """
        from synapse_magic.results import explanation_file

        explanation_file.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Explanation:
        """Return the explanation that :meth:`save` wrote.

        Raises
        ------
        SynapseError
            If there is no such file, or it is cut or holds something else.
        """
        from synapse_magic.results import explanation_file

        return cls._from_fields(explanation_file.load(path))

    @classmethod
    def _from_fields(cls, fields: dict[str, Any]) -> Explanation:
        beside = fields["companion"]
        return cls(**{**fields, "companion": beside and cls._from_fields(beside)})

    def with_outputs(self, names: Sequence[str], places: np.ndarray) -> Explanation:
        """Return the outputs at some places, under new names."""
        return replace(
            self,
            values=self.values[:, :, places],
            base=self.base[:, places],
            prediction=self.prediction[:, places],
            outputs=tuple(names),
            error=None if self.error is None else self.error[:, :, places],
            quality=None if self.quality is None else self.quality[:, places],
        )

    def with_mirrored(self, names: Sequence[str], own: np.ndarray, total: float) -> Explanation:
        """Return the one output, and where it is not the ``own`` one what it leaves of a total."""
        same = self.with_outputs(names, np.zeros(len(own), int))
        sign = np.where(own, 1.0, -1.0)
        rest = np.where(own, 0.0, total)
        return replace(
            same,
            values=same.values * sign,
            base=rest + same.base * sign,
            prediction=rest + same.prediction * sign,
        )

    def _rows(self, places: np.ndarray) -> Explanation:
        """Return the explanation of the rows at these places; failures stay with the whole."""
        beside = self.companion
        if beside is not None:
            lead = int(np.cumprod(places < len(beside)).sum())
            beside = beside._rows(places[:lead]) if lead else None
        per_row = ("values", "base", "prediction", "labels", "quality", "error")
        taken = {
            name: array[places] for name in per_row if (array := getattr(self, name)) is not None
        }
        data = {name: array[places] for name, array in self.data.items()}
        return replace(self, **taken, data=data, companion=beside, failures={})

    def __repr__(self) -> str:
        mean = np.abs(self.values).mean(axis=(0, 2)) if len(self) else np.zeros(len(self.names))
        top = ", ".join(
            f"{self.names[i]} {number(float(mean[i]))}"
            for i in np.argsort(-mean, kind="stable")[:3]
        )
        return (
            f"<Explanation ({METHODS[self.method].values}) of {plural(len(self), 'row')} and "
            f"{plural(len(self.names), 'feature')}: {top}>"
        )
