"""How the levels of a column go together with a positive label."""

from __future__ import annotations

import numpy as np

from synapse_magic.kernels.balance.measures import PAIR

NAMES = tuple(PAIR)


def association(rows: np.ndarray, positives: np.ndarray) -> np.ndarray:
    """Return the measures of each level, (levels, measures) in the order of ``PAIR``.

    With the shares ``x`` of a level, ``y`` of the positives and ``xy`` of the rows that are both.
    Zero by zero is NaN, and so is all that is said of a level without a row; the logarithm of
    zero is minus infinity. Three are defined at zero: ``n_pmi_y`` without positives, ``n_pmi_xy``
    of a level without any, and ``s_pmi`` where one of the shares is zero, are zero.

    Parameters
    ----------
    rows, positives
        (levels,) rows with a label, and how many of those are positive.

    Examples
    --------
    >>> association(np.array([4, 6]), np.array([1, 3]))[:, 0].tolist()
    [0.25, 0.5]
    """
    rows, positives = np.asarray(rows, float), np.asarray(positives, float)
    n = rows.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y, xy = rows / n, positives.sum() / n, positives / n
        dp = positives / rows
        pmi = np.log(dp)
        measures = {
            "dp": dp,
            "sdc": 2 * xy / (x + y),
            "ji": xy / (x + y - xy),
            "llr": np.log(xy / y),
            "pmi": pmi,
            "n_pmi_y": np.zeros_like(x) if y == 0 else pmi / np.log(y),
            "n_pmi_xy": np.where(xy == 0, 0.0, pmi / np.log(xy)),
            "s_pmi": np.where(x * y == 0, 0.0, np.log(xy**2 / (x * y))),
            "krc": _kendall(n, x, y, xy),
            "t_test": (xy - x * y) / np.sqrt(x * y),
        }
        table = np.stack([measures[name] for name in NAMES], axis=1)
    return np.where(rows[:, None] > 0, table, np.nan)


def _kendall(n: float, x: np.ndarray, y: float, xy: np.ndarray) -> np.ndarray:
    agreeing = n**2 * (1 - 2 * x - 2 * y + 2 * xy + 2 * x * y)
    ties = n * (2 * x + 2 * y - 4 * xy - 1)
    spread = np.sqrt((x - x**2) * (y - y**2))
    return np.where(spread > 0, (agreeing + ties) / (n**2 * spread), np.nan)


def gaps(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return ``above - below``, 0 where both are equal, also where both are minus infinity.

    Examples
    --------
    >>> gaps(np.array([0.5, -np.inf]), np.array([0.25, -np.inf])).tolist()
    [0.25, 0.0]
    """
    with np.errstate(invalid="ignore"):
        return np.where(above == below, 0.0, above - below)
