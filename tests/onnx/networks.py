"""Small networks for images, whose answers numpy gives too."""

from __future__ import annotations

from typing import Any

import models
import numpy as np
from onnx import helper

HEAD = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)


def pooled(height: int | str = 8, width: int | str = 8, channels: int | str = 3) -> Any:
    """P = softmax(F H), F = the mean of each channel, for images of three channels."""
    head = HEAD if channels != 1 else HEAD[:1]
    return models.model(
        [
            helper.make_node("GlobalAveragePool", ["image"], ["G"]),
            helper.make_node("Flatten", ["G"], ["F"]),
            helper.make_node("MatMul", ["F", "H"], ["M"]),
            helper.make_node("Add", ["M", "b"], ["A"]),
            helper.make_node("Softmax", ["A"], ["P"], axis=1),
        ],
        [models.port("image", models.FLOAT, "rows", channels, height, width)],
        [models.port("P", models.FLOAT, "rows", 4)],
        H=head,
        b=np.zeros(4, np.float32),
    )


def chances(features: np.ndarray) -> np.ndarray:
    """Return P of ``pooled`` from its features."""
    raised = np.exp(features @ HEAD[: features.shape[-1]])
    return raised / raised.sum(axis=-1, keepdims=True)
