"""A tree of a fitted model as a view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import load
from synapse_magic.kernels.model_text import is_averaged, leaves, trees_per_iteration
from synapse_magic.kernels.responses import Link
from synapse_magic.kernels.trees import read_tree
from synapse_magic.views.tree import TreeView

_SCALES: dict[Link, str] = {
    "identity": "raw score",
    "logit": "raw score, in log-odds",
    "softmax": "raw score of its class",
    "log": "raw score, the logarithm of the prediction",
}


def draw_tree(
    text: str,
    index: int,
    depth: int,
    features: Sequence[str],
    levels: Mapping[int, Sequence[str]],
    classes: Sequence[str],
    link: Link,
) -> TreeView:
    """Return one tree of a model as a view.

    Parameters
    ----------
    text : str
        The model in LightGBM's text format.
    index : int
        Which tree, from 0, or counted from the last.
    depth : int
        Levels of splits to draw.
    features : sequence of str
        The name of each feature.
    levels : mapping of int to sequence of str
        Names of a feature's categories, by its index.
    classes : sequence of str
        The name of each class; each iteration has a tree for each of more than two.
    link : str
        The scale that the leaves add up on.

    Raises
    ------
    SynapseError
        When there is no such tree, or nothing to draw of it.
    """
    held = len(leaves(text))
    if not -held <= index < held:
        raise SynapseError(f"There is no tree {index}. Expected 0 to {held - 1}")
    if depth < 1:
        raise SynapseError(f"depth is {depth}. Expected at least 1")
    iteration, place = divmod(index % held, trees_per_iteration(text))
    dump = load(text).dump_model(num_iteration=1, start_iteration=iteration)["tree_info"][place]
    title = f"Tree {index % held} of {held:,}"
    if trees_per_iteration(text) > 1:
        title = f"{title}, for {classes[place]}"
    verb = "average to" if is_averaged(text) else "add up to"
    nodes = read_tree(dump["tree_structure"], features, levels)
    return TreeView(nodes, title, f"{verb} the {_SCALES[link]}", depth)
