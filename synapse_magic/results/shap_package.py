"""An explanation as one of the shap package, whose plots then work on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.views.view import pick

if TYPE_CHECKING:
    from synapse_magic.results.explanation import Explanation
    from synapse_magic.results.image_explanation import ImageExplanation
    from synapse_magic.results.text_explanation import TextExplanation


def to_shap(explained: Explanation, output: str | int | None) -> Any:
    """Return a ``shap.Explanation``; see :meth:`Explanation.toSHAP`."""
    shap = _package()
    chosen = _chosen(explained.outputs, output)
    codes, shown = _data(explained)
    single = isinstance(chosen, int)
    return shap.Explanation(
        values=explained.values[:, :, chosen].astype(np.float64),
        base_values=explained.base[:, chosen].astype(np.float64),
        data=codes,
        display_data=shown,
        feature_names=list(explained.names),
        output_names=None if single else list(explained.outputs),
    )


def texts_to_shap(explained: TextExplanation, output: str | int | None) -> Any:
    """Return a ``shap.Explanation`` of tokens; see :meth:`TextExplanation.toSHAP`."""
    shap = _package()
    chosen = _chosen(explained.outputs, output)
    values = explained.values[:, chosen].astype(np.float64)
    each = np.split(values, explained.starts[1:-1])
    nothing = np.zeros((1, *values.shape[1:]))  # a text without tokens is one that adds nothing
    return shap.Explanation(
        values=_ragged([own if len(own) else nothing for own in each]),
        base_values=explained.base[:, chosen].astype(np.float64),
        data=_ragged([np.array(own, dtype=object) for own in explained.pieces()]),
        output_names=None if isinstance(chosen, int) else list(explained.outputs),
    )


def images_to_shap(explained: ImageExplanation, output: str | int | None) -> Any:
    """Return a ``shap.Explanation`` of pixels; see :meth:`ImageExplanation.toSHAP`."""
    shap = _package()
    chosen = _chosen(explained.outputs, output)
    pictures = [_rgb(image) for image in explained.images]
    sizes = sorted({picture.shape[:2] for picture in pictures})
    if len(sizes) > 1:
        (height, width), (other, wide) = sizes[0], sizes[-1]
        raise SynapseError(
            f"The images are of {len(sizes)} sizes, from {height} x {width} to {other} x {wide}. "
            f"The shap package takes one. Try: ImageTransformer().resize({height}, {width}) before"
        )
    values = explained.values[:, chosen].astype(np.float64)
    each = np.split(values, explained.starts[1:-1])
    return shap.Explanation(
        values=np.stack(list(map(_spread, each, explained.labels))),
        base_values=explained.base[:, chosen].astype(np.float64),
        data=np.stack(pictures),
        output_names=None if isinstance(chosen, int) else list(explained.outputs),
    )


def _rgb(image: np.ndarray) -> np.ndarray:
    """Return an image as red, green and blue, (height, width, 3)."""
    if image.ndim == 2:
        return np.repeat(image[:, :, None], 3, axis=2)
    return np.ascontiguousarray(image[:, :, 2::-1])


def _spread(values: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return what each pixel and channel adds: an equal share of its superpixel's value."""
    sizes = np.bincount(labels.reshape(-1), minlength=len(values))
    shares = values / (3.0 * sizes.reshape(-1, *(1,) * (values.ndim - 1)))
    return np.repeat(shares[labels][:, :, None], 3, axis=2)


def _ragged(arrays: list[np.ndarray]) -> np.ndarray:
    found = np.empty(len(arrays), dtype=object)
    for place, array in enumerate(arrays):
        found[place] = array
    return found


def _package() -> Any:
    try:
        import shap
    except ImportError as error:
        raise SynapseError(
            "toSHAP needs the shap package. Try: pip install 'synapse-magic[shap]'"
        ) from error
    return shap


def _chosen(outputs: tuple[str, ...], output: str | int | None) -> int | slice:
    """Return the position of the output, or all of them where several are there and none named."""
    count = len(outputs)
    if output is None:
        return 0 if count == 1 else slice(None)
    if isinstance(output, str):
        return pick(output, outputs, "output")
    if not -count <= output < count:
        raise SynapseError(f"There is no output {output}. Expected 0 to {count - 1}, or a name")
    return output % count


def _data(explained: Explanation) -> tuple[np.ndarray, np.ndarray]:
    """Return the values as numbers, levels by their place in the alphabet, and as people see them.

    What is not known is NaN; a missing level too.
    """
    shape = (len(explained), len(explained.names))
    codes = np.full(shape, np.nan)
    shown = np.full(shape, np.nan, dtype=object)
    for place, name in enumerate(explained.names):
        values = explained.data.get(name)
        if values is None:
            continue
        if values.dtype == object:
            codes[:, place] = _codes(values)
            shown[:, place] = ["missing" if value is None else value for value in values]
        else:
            codes[:, place] = shown[:, place] = values
    return codes, shown


def _codes(levels: np.ndarray) -> np.ndarray:
    known = np.array([level is not None for level in levels])
    found = np.full(len(levels), np.nan)
    if known.any():
        words = [str(level) for level in levels[known]]
        found[known] = np.unique(words, return_inverse=True)[1]
    return found
