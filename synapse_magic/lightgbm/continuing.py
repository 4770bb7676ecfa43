"""Models that are trained further: the old trees and the new ones as one model.

The rows start at the old model's raw scores, so new trees learn what is still missing; put together
by hand here, the two never count anything twice.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.model_text import require_whole

if TYPE_CHECKING:
    import lightgbm

_TREE = re.compile(r"^Tree=\d+$", re.MULTILINE)
_END = "\nend of trees"


def require_continuable(text: str, outputs: int, names: tuple[str, ...]) -> None:
    """Check that training can go on from a model, before any worker starts.

    Parameters
    ----------
    text : str
        The model.
    outputs : int
        Scores in a row of the new training: the classes, or 1.
    names : tuple of str
        The features of the new training; empty when they are not known yet.

    Raises
    ------
    SynapseError
        When the text is no model, or one of other classes or features, or a random forest.
    """
    require_whole(text, "modelString")  # LightGBM ends the process over a text that was cut
    booster = _booster(text)
    if "\naverage_output\n" in text:
        raise SynapseError(
            "modelString is a random forest, the mean of its trees, and cannot go on. "
            "Try: more numIterations, or boostingType='gbdt'"
        )
    if booster.num_model_per_iteration() != outputs:
        raise SynapseError(
            f"modelString has {booster.num_model_per_iteration()} scores in a row. "
            f"Expected {outputs}, as the label has now"
        )
    if names and booster.num_feature() != len(names):
        raise SynapseError(
            f"modelString has {booster.num_feature()} features: "
            f"{', '.join(booster.feature_name()[:8])}. Expected the {len(names)} of the training"
        )


def joined(old: str, new: str) -> str:
    """Return the model whose raw score is the sum of those of two models.

    Parameters
    ----------
    old, new : str
        Models in LightGBM's text format, of the same features and classes. The head of the result
        is the new one's.
    """
    head, old_trees, _ = _parts(old)
    head, new_trees, tail = _parts(new)
    trees = [_TREE.sub(f"Tree={i}", tree) for i, tree in enumerate(old_trees + new_trees)]
    sizes = " ".join(str(len(tree.encode())) for tree in trees)
    head = re.sub(r"^tree_sizes=.*$", f"tree_sizes={sizes}", head, flags=re.MULTILINE)
    # LightGBM writes the importances of all trees anew.
    return str(_booster(head + "".join(trees) + tail).model_to_string())


def iterations_of(text: str) -> int:
    """Return how many iterations a model holds."""
    return int(_booster(text).current_iteration())


def _parts(text: str) -> tuple[str, list[str], str]:
    """Return what stands before the trees, each tree, and what stands behind them."""
    starts = [found.start() for found in _TREE.finditer(text)]
    end = text.index(_END) + 1
    bounds = [*starts, end]
    trees = [text[a:b] for a, b in pairwise(bounds)]
    return text[: bounds[0]], trees, text[end:]


def _booster(text: str) -> lightgbm.Booster:
    import lightgbm

    try:
        return lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise SynapseError(
            f"modelString is no model of LightGBM: {error}. Expected its text format. "
            "Try: model.getNativeModel()"
        ) from error
