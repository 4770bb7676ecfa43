"""What takes parts of texts and images away, as JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from synapse_magic.kernels.explaining.image_masker import ImageMasker
from synapse_magic.kernels.explaining.masking import Masker
from synapse_magic.kernels.explaining.segments import Segments
from synapse_magic.kernels.explaining.text_masker import TextMasker


def of_masker(masker: Masker | None) -> dict[str, Any] | None:
    """Return a masker as JSON values; None for one of a kind that no file holds.

    Examples
    --------
    >>> of_masker(TextMasker("review", "words"))
    {'column': 'review', 'tokenizer': 'words', 'mask_token': None}
    """
    return asdict(masker) if isinstance(masker, (TextMasker, ImageMasker)) else None


def masker_of(values: Mapping[str, Any] | None) -> Masker | None:
    """Return the masker that :func:`of_masker` wrote.

    Examples
    --------
    >>> masker_of(of_masker(TextMasker("review", "words"))).column
    'review'
    """
    if values is None:
        return None
    if "segments" not in values:
        return TextMasker(**values)
    red, green, blue = values["color"]
    segments = Segments(**values["segments"])
    return ImageMasker(values["column"], segments, values["mask"], (red, green, blue))
