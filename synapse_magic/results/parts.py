"""What explanations of texts and of images have in common: each row has its own parts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.explaining.masking import Masker
from synapse_magic.results import parts_file
from synapse_magic.results.checks import place_of
from synapse_magic.views.words import number, plural

if TYPE_CHECKING:
    import pandas as pd
    from typing_extensions import Self

    from synapse_magic.views.view import View

_SHOWN_METHODS = {"lime": "LIME"}


@dataclass(frozen=True, eq=False, kw_only=True)
class PartsExplanation:
    """What each part of some rows adds to their predictions.

    Attributes
    ----------
    values
        (parts, outputs) of all rows, one row after the other.
    starts
        (rows + 1,) where the parts of each row begin, and last their number.
    base
        (rows, outputs) what there is without any part; the intercept for LIME.
    prediction
        (rows, outputs)
    outputs
        What is explained.
    scale
        What values add up to, in words: the column that was explained.
    method
        "kernel_shap" | "lime".
    rows_total
        Rows of the frame the rows were taken from.
    seed
    quality
        (rows, outputs) R2 of the additive model over the perturbed rows.
    error
        (parts, outputs) standard errors of the values; None for LIME.
    failures
        Why rows of the draw are not here, by their place in it.
    truth
        (rows,) true labels; None where not known.
    data
        Columns that the rows have beside: float64 with NaN for missing, or objects with None.
    masker
        What took parts away; None where that is not known.
    """

    values: np.ndarray
    starts: np.ndarray
    base: np.ndarray
    prediction: np.ndarray
    outputs: tuple[str, ...]
    scale: str
    method: str
    rows_total: int
    seed: int
    quality: np.ndarray
    error: np.ndarray | None = None
    failures: dict[int, str] = field(default_factory=dict)
    truth: np.ndarray | None = None
    data: dict[str, np.ndarray] = field(default_factory=dict)
    masker: Masker | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.base)

    @property
    def residual(self) -> np.ndarray:
        """What base and values leave of the prediction, (rows, outputs); 0 for SHAP."""
        sums = np.add.reduceat(np.vstack([self.values, 0 * self.base[:1]]), self.starts[:-1])
        return self.prediction - self.base - np.where(self.sizes[:, None] > 0, sums, 0.0)

    @property
    def sizes(self) -> np.ndarray:
        """How many parts each row has."""
        return np.diff(self.starts)

    def report(self) -> View:
        """Return the rows as one view."""
        raise NotImplementedError(f"{type(self).__name__} has no view")

    def html(self, *, interactive: bool = True) -> str:
        """Return the explanation as HTML that stands alone."""
        return self.report().html(interactive=interactive)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row a part and output."""
        return self.report().table()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to one Parquet file of this machine, exactly, whole or not at all."""
        parts_file.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return what :meth:`save` wrote.

        Raises
        ------
        SynapseError
            When there is no such file, or it is cut, altered or something else.
        """
        return cls(**parts_file.load(cls, path))

    def _repr_html_(self) -> str:
        return self.html()

    def _shown_method(self) -> str:
        return _SHOWN_METHODS.get(self.method, "SHAP")

    def _shown(self, *, whole: bool) -> dict[str, Any]:
        """Return what every view of it shows, and what only that of all rows does."""
        shown = {"outputs": self.outputs, "scale": self.scale, "method": self._shown_method()}
        if not whole:
            return shown
        return {**shown, "facts": self._facts(), "failures": tuple(self.failures.items())}

    def _whole(self, i: int) -> dict[str, Any]:
        """Return what the view of one row shows of it."""
        own = slice(int(self.starts[i]), int(self.starts[i + 1]))
        return {
            "values": self.values[own],
            "base": self.base[i],
            "prediction": self.prediction[i],
            "quality": self.quality[i] if self.method == "lime" else None,
            "error": None if self.error is None else self.error[own],
        }

    def _at(self, i: int) -> int:
        """Return the position of row ``i``, which may be counted from the end."""
        return place_of(i, len(self))

    def _facts(self) -> tuple[tuple[str, bool | None], ...]:
        of = f" of {self.rows_total:,}" if self.rows_total > len(self) else ""
        facts: list[tuple[str, bool | None]] = [
            (self._shown_method(), None),
            (plural(len(self), "row") + of, None),
            (f"seed {self.seed}", None),
        ]
        if self.failures:
            facts.append((f"{plural(len(self.failures), 'row')} not explained", False))
        if self.method == "lime":
            middle = float(np.median(self.quality))
            facts.append((f"median R\N{SUPERSCRIPT TWO} {number(middle)}", middle >= 0.5))
        if self.error is not None and self.error.any():
            facts.append((f"largest standard error {number(float(self.error.max()))}", None))
        return tuple(facts)
