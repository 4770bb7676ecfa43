"""What an objective makes of raw scores: probabilities, rates or the scores as they are.

The same bits as LightGBM's own, with the exponential function of the C library through Arrow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Link = Literal["identity", "logit", "softmax", "log"]
Response = Callable[[np.ndarray, dict[str, float]], np.ndarray]

CUSTOM = ("", "none", "custom")
"""How a model names its objective when that was a Python callable."""


def response_of(name: str) -> Response | None:
    """Return the function of an objective, None for a rare one that is left to LightGBM."""
    return _RESPONSES.get(name)


def link_of(name: str) -> Link:
    """Return the scale of the raw scores of an objective."""
    return _LINKS.get(name, "identity")


def as_classifier(name: str, outputs: int) -> str:
    """Return the objective whose probabilities a classifier gives.

    A custom objective says nothing of probabilities: a binary classifier takes the sigmoid of the
    raw score, one of more classes the softmax, as LightGBM's own objectives do.

    Examples
    --------
    >>> as_classifier("custom", 3), as_classifier("multiclassova", 3)
    ('multiclass', 'multiclassova')
    """
    if name in CUSTOM:
        return "binary" if outputs == 1 else "multiclass"
    return name


def _exp(values: np.ndarray) -> np.ndarray:
    # numpy's own exp is vectorised and differs from the C library's in the last bit.
    flat = pc.exp(pa.array(np.ascontiguousarray(values).reshape(-1)))
    exponentials: np.ndarray = flat.to_numpy(zero_copy_only=False).reshape(values.shape)
    return exponentials


def _identity(raw: np.ndarray, options: dict[str, float]) -> np.ndarray:
    return np.sign(raw) * raw * raw if "sqrt" in options else raw


def _sigmoid(raw: np.ndarray, options: dict[str, float]) -> np.ndarray:
    return 1.0 / (1.0 + _exp(-options.get("sigmoid", 1.0) * raw))


def _softmax(raw: np.ndarray, _options: dict[str, float]) -> np.ndarray:
    exponentials = _exp(raw - raw.max(axis=1, keepdims=True))
    total = np.zeros(len(raw))
    for index in range(raw.shape[1]):  # one class after the other, the order of LightGBM's sum
        total += exponentials[:, index]
    return exponentials / total[:, None]


def _log(raw: np.ndarray, _options: dict[str, float]) -> np.ndarray:
    return _exp(raw)


_UNCHANGED = (
    *CUSTOM,
    "regression",
    "regression_l1",
    "huber",
    "fair",
    "quantile",
    "mape",
    "lambdarank",
    "rank_xendcg",
)
_RESPONSES: dict[str, Response] = {
    **dict.fromkeys(_UNCHANGED, _identity),
    "binary": _sigmoid,
    "multiclassova": _sigmoid,
    "cross_entropy": _sigmoid,
    "multiclass": _softmax,
    "poisson": _log,
    "gamma": _log,
    "tweedie": _log,
}
_LINKS: dict[str, Link] = {
    "binary": "logit",
    "multiclassova": "logit",
    "cross_entropy": "logit",
    "multiclass": "softmax",
    "poisson": "log",
    "gamma": "log",
    "tweedie": "log",
}
