"""Columns that tell what the values of a row belong to: its tokens, or its superpixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.segments import Segments
from synapse_magic.kernels.explaining.tokens import tokens
from synapse_magic.kernels.image_error import ImageError
from synapse_magic.kernels.pixels import Load, loaders


@dataclass(frozen=True)
class TokenLists:
    """The tokens of each text; null for a null.

    Attributes
    ----------
    name : str
    input : str
        The texts.
    tokenizer : str
    """

    name: str
    input: str
    tokenizer: str

    def column(self, found: Sequence[Local | None], batch: pa.RecordBatch) -> pa.Array:  # noqa: ARG002
        """Return lists of tokens, also where there is no explanation."""
        words = [
            None if text is None else tokens(text, self.tokenizer).words
            for text in batch.column(self.input).to_pylist()
        ]
        return pa.array(words, pa.list_(pa.string()))


@dataclass(frozen=True)
class SuperpixelLists:
    """The superpixels of each image; null for an image that is null or broken.

    Attributes
    ----------
    name : str
    input : str
        The images.
    segments : Segments
    """

    name: str
    input: str
    segments: Segments

    def column(self, found: Sequence[Local | None], batch: pa.RecordBatch) -> pa.Array:  # noqa: ARG002
        """Return structs of clusters, as ``SuperpixelTransformer`` writes them."""
        made = [self._labels(load) for load in loaders(batch.column(self.input))]
        return self.segments.column(made, [""] * len(made))

    def _labels(self, load: Load | None) -> np.ndarray | None:
        try:
            return None if load is None else self.segments.make(load())
        except ImageError:
            return None  # the column of errors tells
