"""A line fitted to what a model says near a row.

M. T. Ribeiro, S. Singh, C. Guestrin, "Why Should I Trust You?", KDD 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synapse_magic.kernels.explaining.lasso import lasso

_SINGULAR = 1e-10
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Line:
    """A line near one row.

    Attributes
    ----------
    slopes : numpy.ndarray
        (features, outputs).
    base : numpy.ndarray
        (outputs,) at 0 of all features.
    quality : numpy.ndarray
        (outputs,) weighted R2.
    """

    slopes: np.ndarray
    base: np.ndarray
    quality: np.ndarray


@dataclass(frozen=True, eq=False)
class Neighborhood:
    """Perturbed copies of a row as the line sees them; the first is the row itself.

    Attributes
    ----------
    design : numpy.ndarray
        (copies, features).
    width : float
        Of the exponential kernel by which a copy counts the less, the farther it is. Distances
        are divided by the root of the number of features.
    """

    design: np.ndarray
    width: float

    @cached_property
    def share(self) -> np.ndarray:
        """How much each copy counts; they sum to 1."""
        distance = np.square(self.design - self.design[0]).mean(1)
        weights = np.sqrt(np.exp(-distance / self.width**2))
        shares: np.ndarray = weights / weights.sum()
        return shares

    @cached_property
    def mean(self) -> np.ndarray:
        """The weighted mean of each feature."""
        return self.share @ self.design

    @cached_property
    def weighed(self) -> np.ndarray:
        """The centred features, each copy by its share, transposed."""
        return ((self.design - self.mean) * self.share[:, None]).T

    @cached_property
    def gram(self) -> np.ndarray:
        """The weighted covariances of the features."""
        return self.weighed @ (self.design - self.mean)

    @cached_property
    def inverse(self) -> np.ndarray:
        """The inverse of them, without directions in which nothing varies."""
        return _inverse(self.gram)

    def line(self, outcomes: np.ndarray, penalty: float, most: int | None) -> Line:
        """Fit a line by weighted least squares, or the lasso.

        Parameters
        ----------
        outcomes : numpy.ndarray
            (copies, outputs).
        penalty : float
            Of the lasso; 0 for least squares.
        most : int or None
            How many features may have a slope: those of the largest slopes with all, fitted again.
        """
        # Against the row itself, where a model that says the same everywhere gives exact zeros.
        gain = outcomes - outcomes[0]
        level = self.share @ gain
        target = self.weighed @ (gain - level)
        slopes = self._slopes(target, penalty)
        if most is not None and most < len(slopes):
            for output in range(slopes.shape[1]):
                slopes[:, output] = self._chosen(
                    slopes[:, output], target[:, output], penalty, most
                )
        base = level - self.mean @ slopes
        quality = self._quality(gain, level, self.design @ slopes + base)
        # A model that says the same everywhere is met by any line; what is left is rounding.
        varies = np.ptp(gain, axis=0) > _ROUNDING * np.abs(outcomes).max(axis=0)
        return Line(slopes, outcomes[0] + base, np.where(varies, quality, 1.0))

    def _slopes(self, target: np.ndarray, penalty: float) -> np.ndarray:
        if penalty > 0:
            return lasso(self.gram, target, penalty)
        return self.inverse @ target

    def _chosen(
        self, slopes: np.ndarray, target: np.ndarray, penalty: float, most: int
    ) -> np.ndarray:
        """Return the slopes of one output with only the largest kept, and fitted again."""
        kept = np.sort(np.argsort(-np.abs(slopes), kind="stable")[:most])
        gram, target = self.gram[np.ix_(kept, kept)], target[kept][:, None]
        fitted = lasso(gram, target, penalty) if penalty > 0 else _inverse(gram) @ target
        chosen = np.zeros_like(slopes)
        chosen[kept] = fitted[:, 0]
        return chosen

    def _quality(self, gain: np.ndarray, level: np.ndarray, fitted: np.ndarray) -> np.ndarray:
        total = self.share @ np.square(gain - level)
        missed = self.share @ np.square(gain - fitted)
        return np.where(total > 0, 1.0 - missed / np.where(total > 0, total, 1.0), 1.0)


def _inverse(gram: np.ndarray) -> np.ndarray:
    """Return the inverse of covariances of features of about unit variance.

    Directions in which nothing varies are left out, so that equal features share their slope.
    """
    values, vectors = np.linalg.eigh(gram)
    good = values > _SINGULAR * max(1.0, float(values[-1]))
    kept = vectors[:, good]
    inverse: np.ndarray = (kept / values[good]) @ kept.T
    return inverse
