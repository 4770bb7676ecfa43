"""LightGBM's model text as a forest."""

from __future__ import annotations

import functools
import re

import numpy as np

from synapse_magic.kernels.forest.forest import Forest, Tree
from synapse_magic.kernels.model_text import (
    is_averaged,
    is_linear,
    iterations_used,
    trees_per_iteration,
)
from synapse_magic.kernels.responses import Link

_CATEGORICAL, _DEFAULT_LEFT = 1, 2
_MISSING_BITS = 2
_ZERO_IS_MISSING, _NAN_IS_MISSING = 1, 2
_BLOCK = re.compile(r"^Tree=\d+\n(.*?)\n\n", re.MULTILINE | re.DOTALL)


@functools.lru_cache(maxsize=8)
def read_lightgbm(text: str, link: Link, start: int = 0, count: int = -1) -> Forest | None:
    """Return the trees of a model text.

    Parameters
    ----------
    text : str
        As of ``Booster.model_to_string()``.
    link : {"identity", "logit", "softmax", "log"}
    start, count : int
        The iterations that predict: the first one, and how many; 0 or less for all that follow.

    Returns
    -------
    Forest or None
        None where leaves hold linear models instead of numbers.
    """
    if is_linear(text):
        return None
    outputs = trees_per_iteration(text)
    used = iterations_used(text, start, count)
    share = 1 / max(1, used) if is_averaged(text) else 1.0
    blocks = _BLOCK.findall(text)[start * outputs : (start + used) * outputs]
    trees = tuple(_tree(block, i % outputs, outputs, share) for i, block in enumerate(blocks))
    return Forest(trees, np.zeros(outputs), link)


def _tree(block: str, output: int, outputs: int, share: float) -> Tree:
    found = dict(line.partition("=")[::2] for line in block.splitlines())
    leaf_values = _floats(found["leaf_value"]) * share
    leaves = len(leaf_values)
    splits = leaves - 1
    values = np.zeros((splits + leaves, outputs))
    values[splits:, output] = leaf_values
    if not splits:
        return Tree.leaf(values[0])
    kinds = _ints(found["decision_type"])
    return Tree(
        left=_children(found["left_child"], splits),
        right=_children(found["right_child"], splits),
        feature=_padded(_ints(found["split_feature"]), leaves, -1),
        threshold=_padded(_floats(found["threshold"]), leaves, np.nan),
        missing_left=_padded(_missing_left(kinds, _floats(found["threshold"])), leaves, False),
        zero_missing=_padded(_zero_missing(kinds), leaves, False),
        categories=_categories(kinds, found),
        values=values,
        cover=np.concatenate([_floats(found["internal_count"]), _floats(found["leaf_count"])]),
    )


def _children(numbers: str, splits: int) -> np.ndarray:
    """Return the nodes below each node: leaves follow the splits, and are numbered from -1 down."""
    below = _ints(numbers)
    return _padded(np.where(below >= 0, below, splits + ~below), splits + 1, -1)


def _missing_left(kinds: np.ndarray, threshold: np.ndarray) -> np.ndarray:
    """Return where NaN goes: it is compared as 0 where training saw none; no category is right."""
    known = (kinds >> _MISSING_BITS) & 3 != 0
    numeric = kinds & _CATEGORICAL == 0
    return numeric & np.where(known, kinds & _DEFAULT_LEFT != 0, threshold >= 0)


def _zero_missing(kinds: np.ndarray) -> np.ndarray:
    zero = (kinds >> _MISSING_BITS) & 3 == _ZERO_IS_MISSING
    return zero & (kinds & _CATEGORICAL == 0)


def _categories(kinds: np.ndarray, found: dict[str, str]) -> dict[int, np.ndarray]:
    """Return the levels that go left, of each node with a set: a bit a level in 32-bit words."""
    nodes = np.flatnonzero(kinds & _CATEGORICAL)
    if not len(nodes):
        return {}
    edges, words = _ints(found["cat_boundaries"]), _ints(found["cat_threshold"]).astype(np.uint32)
    which = _floats(found["threshold"])[nodes].astype(int)
    return {
        int(node): np.flatnonzero(
            np.unpackbits(words[edges[i] : edges[i + 1]].view(np.uint8), bitorder="little")
        ).astype(np.float64)
        for node, i in zip(nodes, which)
    }


def _padded(splits: np.ndarray, leaves: int, value: float) -> np.ndarray:
    return np.concatenate([splits, np.full(leaves, value, splits.dtype)])


def _ints(numbers: str) -> np.ndarray:
    return np.array(numbers.split(), np.int64)


def _floats(numbers: str) -> np.ndarray:
    return np.array(numbers.split(), np.float64)
