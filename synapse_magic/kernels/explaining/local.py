"""What is known of one row once it is explained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Local:
    """The explanation of one row.

    Attributes
    ----------
    values : numpy.ndarray
        (features, outputs) what each feature adds.
    base : numpy.ndarray
        (outputs,) what there is without them: the mean over the background, or the intercept.
    prediction : numpy.ndarray
        (outputs,) what the model gives for the row.
    quality : numpy.ndarray
        (outputs,) weighted R2 of the additive model over the perturbed rows; NaN without any.
    error : numpy.ndarray or None
        (features, outputs) standard errors of the values, 0 where they are exact; None where the
        method gives none.
    names : tuple of str
        The features, where they are the row's own: its tokens or superpixels; else empty.
    method : str
        How it was explained, where that is a closed form; else empty.
    """

    values: np.ndarray
    base: np.ndarray
    prediction: np.ndarray
    quality: np.ndarray
    error: np.ndarray | None = None
    names: tuple[str, ...] = ()
    method: str = ""
