"""Exact Shapley values of a sum of features, each times a number."""

from __future__ import annotations

import numpy as np


def linear_values(
    coefficients: np.ndarray, matrix: np.ndarray, mean: np.ndarray, group: np.ndarray
) -> np.ndarray:
    """Return what each group of features adds to the score of rows at the mean.

    A feature of a sum adds coefficient x (value - mean), whichever others are known.

    Parameters
    ----------
    coefficients : numpy.ndarray
        (outputs, features)
    matrix : numpy.ndarray
        (rows, features)
    mean : numpy.ndarray
        (features,) of the background.
    group : numpy.ndarray of int
        The group of each feature, from 0.

    Returns
    -------
    numpy.ndarray
        (rows, groups, outputs)

    Examples
    --------
    >>> rows, mean = np.array([[3.0, 1.0]]), np.array([1.0, 1.0])
    >>> linear_values(np.array([[2.0, 5.0]]), rows, mean, np.array([0, 1])).tolist()
    [[[4.0], [0.0]]]
    """
    off = matrix - mean
    values = np.zeros((len(matrix), int(group.max(initial=-1)) + 1, len(coefficients)))
    for feature, place in enumerate(group):
        values[:, place] += off[:, feature, None] * coefficients[:, feature]
    return values
