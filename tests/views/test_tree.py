from __future__ import annotations

import re

import everyview
import numpy as np
import pytest

from synapse_magic.kernels.trees import TreeNode, read_tree
from synapse_magic.views.tree import TreeView, full_condition, short_condition, threshold_words

LEAVES = [
    TreeNode(1, 0, "yes", 1, 30, -0.25),
    TreeNode(2, 0, "no", 1, 70, 1.5),
]
ROOT = TreeNode(0, -1, "", 0, 100, 0.1, feature="age", threshold=35.5, missing="no", gain=12.0)


def test_splits_leaves_and_answers_are_written_in_the_picture() -> None:
    (still,) = everyview.stills(TreeView((ROOT, *LEAVES)).picture())
    words = re.findall(r"<text[^>]*>([^<]*)", still)
    assert words == [
        "yes",
        "no, missing",
        "age",
        "≤ 35.5",
        "gain 12, 100 rows",
        "\N{MINUS SIGN}0.25",
        "30 rows, 30 %",
        "+1.5",
        "70 rows, 70 %",
    ]


def test_a_split_stands_midway_between_its_sides_and_no_two_boxes_meet() -> None:
    view = everyview.tree(4)
    places = view.places()
    for node in view.nodes:
        below = [places[n.node][1] for n in view.nodes if n.parent == node.node]
        assert not below or places[node.node][1] == sum(below) / 2
    for x in {x for x, _ in places.values()}:
        column = sorted(y for left, y in places.values() if left == x)
        assert (np.diff(column) >= 54).all()


def test_what_is_not_drawn_is_said_where_it_lies_and_below() -> None:
    view = everyview.tree(6, depth=2)
    (still,) = everyview.stills(view.picture())
    assert still.count("… 16 leaves, 160 rows") == 4
    assert "64 leaves below them are in the table" in view.note()
    assert len(view.table()) == 127
    assert "below them" not in everyview.tree(2).note()


def test_a_wide_tree_keeps_its_size_and_scrolls() -> None:
    html = everyview.tree(4).picture()
    assert 'class="syn-scroll" tabindex="0" role="region"' in html
    assert "max-width:none" in html


def test_a_tree_that_is_one_leaf_is_drawn() -> None:
    view = TreeView((TreeNode(0, -1, "", 0, 5, 0.5),))
    assert repr(view) == "<TreeView: Tree with 1 leaf, 0 levels deep>"
    (still,) = everyview.stills(view.picture())
    assert "+0.5" in still


def test_the_axes_hold_the_words_of_the_picture() -> None:
    words = [text.get_text() for text in TreeView((ROOT, *LEAVES)).axes().texts]
    assert words == [
        "age\n≤ 35.5\ngain 12, 100 rows",
        "yes",
        "\N{MINUS SIGN}0.25\n30 rows, 30 %",
        "no, missing",
        "+1.5\n70 rows, 70 %",
    ]


def test_categories_are_counted_in_the_picture_and_listed_in_the_table() -> None:
    node = TreeNode(0, -1, "", 0, 9, 0.0, feature="job", categories=("nurse", "cook", "pilot"))
    assert short_condition(node) == "is nurse or 2 more"
    assert full_condition(node) == "is nurse or cook or pilot"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (35.50000000000001, "35.5"),
        (-0.0792893, "\N{MINUS SIGN}0.079289"),
        (1234567.8, "1,234,568"),
        (1e-35, "1e\N{MINUS SIGN}35"),
    ],
)
def test_thresholds_are_written_with_five_digits(value: float, words: str) -> None:
    assert threshold_words(value) == words


def test_nodes_are_read_with_the_names_of_features_and_categories() -> None:
    leaf = {"leaf_value": 1.0, "leaf_count": 3}
    split = {
        "split_feature": 1,
        "decision_type": "==",
        "threshold": "0||7",
        "missing_type": "NaN",
        "default_left": False,
        "split_gain": 2.0,
        "internal_count": 6,
        "internal_value": 0.0,
        "left_child": leaf,
        "right_child": leaf | {"leaf_features": [0], "leaf_coeff": [1.0], "leaf_const": 0.0},
    }
    root, yes, no = read_tree(split, ["a", "b"], {1: ["x", "y"]})
    assert (root.feature, root.categories, root.missing) == ("b", ("x", "7"), "no")
    assert (yes.parent, yes.branch, yes.linear) == (0, "yes", ())
    assert (no.parent, no.branch, no.linear) == (0, "no", ("a",))
