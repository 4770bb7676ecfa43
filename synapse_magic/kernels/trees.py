"""One tree of a LightGBM model as a list of nodes, from the model's JSON dump."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Branch = Literal["", "yes", "no"]


@dataclass(frozen=True)
class TreeNode:
    """A split or a leaf.

    Attributes
    ----------
    node
        Its position in the list of nodes, the root at 0.
    parent, branch, depth
        The node above, the answer that leads here, and how many splits are above; -1 and "" at the
        root.
    rows
        Training rows that came here.
    value
        What a leaf adds to the raw score; what a split would add were it a leaf.
    feature
        Name of the feature that a split asks for, "" for a leaf.
    threshold
        The answer is yes up to this number; NaN where categories are asked for, and for a leaf.
    categories
        The answer is yes for these.
    missing
        The answer of a missing value; "" where training saw none and it counts as 0.
    gain
        What the split gained; NaN for a leaf.
    linear
        Features of a leaf's linear model, empty for one that is a number.
    """

    node: int
    parent: int
    branch: Branch
    depth: int
    rows: int
    value: float
    feature: str = ""
    threshold: float = math.nan
    categories: tuple[str, ...] = ()
    missing: Branch = ""
    gain: float = math.nan
    linear: tuple[str, ...] = ()


def read_tree(
    structure: Mapping[str, Any],
    features: Sequence[str],
    levels: Mapping[int, Sequence[str]],
) -> tuple[TreeNode, ...]:
    """Return the nodes of a tree, each after the one above it, the yes side first.

    Parameters
    ----------
    structure : mapping
        The ``tree_structure`` of one tree in ``Booster.dump_model()``.
    features : sequence of str
        The name of each feature.
    levels : mapping of int to sequence of str
        Names of the categories of a feature, by its index; others go by their numbers.

    Examples
    --------
    >>> leaf = {"leaf_value": 0.5, "leaf_count": 10}
    >>> read_tree(leaf, [], {})[0].value
    0.5
    """
    nodes: list[TreeNode] = []
    waiting: list[tuple[Mapping[str, Any], int, Branch, int]] = [(structure, -1, "", 0)]
    while waiting:
        found, parent, branch, depth = waiting.pop()
        place = len(nodes)
        if "split_feature" not in found:
            nodes.append(_leaf(found, place, parent, branch, depth, features))
            continue
        nodes.append(_split(found, place, parent, branch, depth, features, levels))
        waiting.append((found["right_child"], place, "no", depth + 1))
        waiting.append((found["left_child"], place, "yes", depth + 1))
    return tuple(nodes)


def _leaf(
    found: Mapping[str, Any],
    place: int,
    parent: int,
    branch: Branch,
    depth: int,
    features: Sequence[str],
) -> TreeNode:
    linear = tuple(features[index] for index in found.get("leaf_features", ()))
    rows = int(found.get("leaf_count", 0))
    return TreeNode(place, parent, branch, depth, rows, float(found["leaf_value"]), linear=linear)


def _split(
    found: Mapping[str, Any],
    place: int,
    parent: int,
    branch: Branch,
    depth: int,
    features: Sequence[str],
    levels: Mapping[int, Sequence[str]],
) -> TreeNode:
    index = int(found["split_feature"])
    by_category = found["decision_type"] == "=="
    return TreeNode(
        place,
        parent,
        branch,
        depth,
        int(found["internal_count"]),
        float(found["internal_value"]),
        feature=features[index],
        threshold=math.nan if by_category else float(found["threshold"]),
        categories=_categories(str(found["threshold"]), levels.get(index, ()))
        if by_category
        else (),
        missing=_missing(found),
        gain=float(found["split_gain"]),
    )


def _categories(codes: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names behind ``0||3``, codes without a name as they are."""
    found = [int(float(code)) for code in codes.split("||")]
    return tuple(names[code] if code < len(names) else str(code) for code in found)


def _missing(found: Mapping[str, Any]) -> Branch:
    if found["missing_type"] == "None":
        return ""
    return "yes" if found["default_left"] else "no"
