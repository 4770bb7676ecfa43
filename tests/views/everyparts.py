"""Explained texts and images for the tests of their views and results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from synapse_magic.kernels.explaining.segments import grid
from synapse_magic.kernels.explaining.tokens import tokens
from synapse_magic.results.image_explanation import ImageExplanation
from synapse_magic.results.text_explanation import TextExplanation

CLASSES = ("bad", "so so", "good")


def texts(
    written: Sequence[str],
    outputs: tuple[str, ...] = CLASSES,
    method: str = "kernel_shap",
    tokenizer: str = "words",
    **more: Any,
) -> TextExplanation:
    """Give an explanation in which each word adds something of its own, whatever its case."""
    cut = [tokens(text, tokenizer) for text in written]
    values = [
        np.array([worth(word, len(outputs)) for word in own.words]).reshape(-1, len(outputs))
        for own in cut
    ]
    spans = [np.stack([own.starts, own.ends], axis=1) for own in cut]
    return TextExplanation(
        texts=tuple(written),
        spans=np.concatenate(spans),
        **(_told(values, outputs, method) | more),
    )


def images(
    pictures: Sequence[np.ndarray],
    outputs: tuple[str, ...] = CLASSES,
    cell: int = 8,
    origins: Sequence[str] = (),
    **more: Any,
) -> ImageExplanation:
    """Give an explanation in which superpixels add more and more, then less and less than 0."""
    labels = [grid(*picture.shape[:2], cell) for picture in pictures]
    values = [
        np.outer(np.linspace(1, -1, own.max() + 1), np.arange(1, len(outputs) + 1)) / 10
        for own in labels
    ]
    return ImageExplanation(
        images=tuple(pictures),
        labels=tuple(labels),
        origins=tuple(origins) or ("",) * len(pictures),
        **(_told(values, outputs, "kernel_shap") | more),
    )


def worth(word: str, outputs: int) -> list[float]:
    """Give what a word adds: more the longer it is, less than 0 for an even length."""
    size = (len(word) if len(word) % 2 else -len(word)) / 100
    return [size * (o - 0.5) for o in range(outputs)]


def _told(values: list[np.ndarray], outputs: tuple[str, ...], method: str) -> dict[str, Any]:
    base = np.full((len(values), len(outputs)), 0.25)
    return {
        "values": np.concatenate(values),
        "starts": np.concatenate([[0], np.cumsum([len(own) for own in values])]),
        "base": base,
        "prediction": base + np.stack([own.sum(0) for own in values]),
        "outputs": outputs,
        "scale": "probability",
        "method": method,
        "rows_total": 10 * len(values),
        "seed": 1,
        "quality": np.full(base.shape, 0.4),
    }
