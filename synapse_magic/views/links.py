"""The scales of predictions: the one on which contributions add up, and the natural one."""

from __future__ import annotations

import numpy as np

SCALES = {"identity": "prediction", "logit": "log-odds", "softmax": "raw score", "log": "log"}
NATURAL = {
    "identity": "prediction",
    "logit": "probability",
    "softmax": "probability",
    "log": "prediction",
}


def inverse(link: str, points: np.ndarray) -> np.ndarray:
    """Return predictions of the link scale on the natural one; the last axis is the outputs."""
    if link == "logit":
        return np.exp(-np.logaddexp(0.0, -points))
    if link == "softmax":
        shifted = np.exp(points - points.max(axis=-1, keepdims=True))
        return shifted / shifted.sum(axis=-1, keepdims=True)
    return np.exp(points) if link == "log" else points
