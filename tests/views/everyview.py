"""One of every view and result, with names that try to break out of the page."""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np

from synapse_magic.kernels.trees import read_tree
from synapse_magic.results.evaluation import Evaluation
from synapse_magic.results.explanation import Explanation
from synapse_magic.results.leaderboard import Leaderboard, Trial
from synapse_magic.results.profile import ColumnProfile, Profile
from synapse_magic.results.table import TablePage
from synapse_magic.results.training import TrainingSummary
from synapse_magic.views.curve import training_curve
from synapse_magic.views.tree import TreeView

HOSTILE = (
    "</script><script>window.broken=1</script>",
    "\"><img src=x onerror='window.broken=1'>",
    "`${window.broken=1}`",
    "<!--<script>",
    "&lt;b&gt; $x_1$ \\frac{1}",
    "\u202eright to left",
    "a name that is much, much longer than the room that there is for it in any picture",
    "name with\nline\tbreaks",
    "half a letter \ud800 and \x01 control",
)


def stills(html: str) -> list[str]:
    """Return the SVG documents of the still pictures in a page."""
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', html)
    return [base64.b64decode(data).decode() for data in found]


def explanation(
    names: tuple[str, ...] = HOSTILE,
    outputs: tuple[str, ...] = (HOSTILE[0],),
    rows: int = 120,
    link: str = "logit",
) -> Explanation:
    """Return an explanation of numbers, levels, missing values, infinities and a constant."""
    rng = np.random.default_rng(3)
    values = rng.normal(size=(rows, len(names), len(outputs)))
    data: dict[str, np.ndarray] = {name: values[:, i, 0] * 3 for i, name in enumerate(names)}
    data[names[0]] = np.array(
        [HOSTILE[i % 5] if i % 7 else None for i in range(rows)], dtype=object
    )
    data[names[1]] = np.where(np.arange(rows) % 5, data[names[1]], np.nan)
    if rows > 2:
        data[names[1]][1:3] = np.inf, -np.inf
    data[names[2]] = np.full(rows, 7.0)
    base = np.tile(np.linspace(-0.5, 0.5, len(outputs)), (rows, 1))
    labels = np.array([HOSTILE[i % 3] for i in range(rows)], dtype=object)
    prediction = base + values.sum(axis=1)
    few = slice(0, 2)
    lime = Explanation(
        values[few] * 0.9, base[few], prediction[few], {k: v[few] for k, v in data.items()},
        names, outputs, link, "lime", rows, seed=1, quality=np.full((2, len(outputs)), 0.4),
    )  # fmt: skip
    return Explanation(
        values, base, prediction, data, names, outputs, link, "tree_shap", 10 * rows,
        seed=1, labels=labels, companion=lime,
    )  # fmt: skip


def evaluation(classes: tuple[str, ...] = HOSTILE[:2]) -> Evaluation:
    """Return an evaluation of a classifier with the given classes."""
    rng = np.random.default_rng(3)
    count = len(classes)
    histograms = rng.integers(0, 40, (count, 2, 100)).astype(float)
    histograms[:, 0] *= np.linspace(2, 0, 100)
    histograms[:, 1] *= np.linspace(0, 2, 100)
    sums = histograms.sum(axis=1) * (np.arange(100) + 0.5) / 100
    confusion = rng.integers(0, 900, (count, count))
    task = "binary" if count == 2 else "multiclass"
    metrics = {"accuracy": 0.8123, HOSTILE[0]: 0.5, "log_loss": 12.5}
    rows = int(confusion.sum())
    return Evaluation(
        task, rows, metrics, classes, confusion, histograms, sums, None, HOSTILE[1], HOSTILE[0]
    )


def regression() -> Evaluation:
    """Return an evaluation of a regression."""
    rng = np.random.default_rng(3)
    counts, x_edges, y_edges = np.histogram2d(rng.normal(size=900), rng.normal(size=900), (20, 15))
    residuals = {"counts": counts, "x_edges": x_edges, "y_edges": y_edges}
    metrics = {"rmse": 1.5, "r2": -0.25}
    parts = ("regression", 900, metrics, (), None, None, None, residuals)
    return Evaluation(*parts, label=HOSTILE[0], prediction=HOSTILE[1])


def profile() -> Profile:
    """Return a profile with a column of every kind."""
    counts, edges = np.histogram(np.random.default_rng(3).normal(size=90), 12)
    levels = tuple((name, 9 - i) for i, name in enumerate(HOSTILE[:5]))
    number = ColumnProfile(
        HOSTILE[0],
        "double",
        "numeric",
        3,
        80,
        0.1,
        1.0,
        -2.5,
        (-2, -1, 0, 1, 2),
        2.5,
        counts,
        edges,
    )
    return Profile(
        100,
        (
            number,
            ColumnProfile(HOSTILE[1], f"struct<{HOSTILE[0]}:int>", "other", 0),
            ColumnProfile("c", "string", "category", 50, 5, levels=levels),
            ColumnProfile("d", "date", "date", 100, 0, minimum=None, maximum=None),
        ),
    )


def table() -> TablePage:
    """Return a page of a table."""
    rows = [(HOSTILE[0], None, 1.5), (HOSTILE[1], float("nan"), 2), (b"\x00<b>", [1], "x" * 400)]
    return TablePage((HOSTILE[0], HOSTILE[1], "x"), ("string", HOSTILE[2], "double"), rows, None)


def tree(levels: int = 2, **options: Any) -> TreeView:
    """Return a full tree whose splits ask for numbers and for categories."""

    def grown(depth: int, first: int) -> dict[str, Any]:
        if depth == levels:
            return {"leaf_value": first - 2.5, "leaf_count": 10}
        by_level = depth % 2 == 1
        return {
            "split_feature": first % len(HOSTILE),
            "decision_type": "==" if by_level else "<=",
            "threshold": "0||2" if by_level else 1234.5,
            "missing_type": "None" if by_level else "NaN",
            "default_left": not by_level,
            "split_gain": 3.0,
            "internal_count": 10 * 2 ** (levels - depth),
            "internal_value": 0.5,
            "left_child": grown(depth + 1, 2 * first),
            "right_child": grown(depth + 1, 2 * first + 1),
        }

    nodes = read_tree(grown(0, 1), HOSTILE, {2: HOSTILE[:3]})
    return TreeView(nodes, f"Tree of {HOSTILE[1]}", **options)


def leaderboard() -> Leaderboard:
    """Return trials of every state, with params of numbers, levels and what some do not try."""
    rng = np.random.default_rng(3)
    trials = [
        Trial(
            i + 1,
            HOSTILE[i % 2],
            {HOSTILE[0]: HOSTILE[i % 3], "leaves": int(rng.integers(9)), "rate": 10.0 ** -(i % 4)}
            | ({HOSTILE[1]: None} if i % 2 else {}),
            "done",
            float(rng.random()),
            (0.1, 0.2),
            1.5,
            i,
        )
        for i in range(12)
    ]
    trials += [
        Trial(13, HOSTILE[0], {"leaves": 3}, "failed", error=HOSTILE[0] * 20),
        Trial(14, HOSTILE[0], {"leaves": 3}, "pruned", iterations=3, streamed=(HOSTILE[1], 0.4)),
        Trial(15, HOSTILE[0], {"leaves": 3}, "cancelled"),
        Trial(16, HOSTILE[0], {"leaves": 3}),
    ]
    return Leaderboard(HOSTILE[0], True, "tpe", 20, tuple(trials), frozenset({"rate"}))


def every() -> dict[str, Any]:
    """Return name to view or result; views have ``axes`` and ``table`` too."""
    why, good = explanation(), evaluation()
    number, level = HOSTILE[1], HOSTILE[0]
    return {
        "explanation": why,
        "report": why.report(),
        "summary": why.summary(),
        "importance": why.importance(),
        "dependence on a number": why.dependence(number, color=level),
        "dependence on a category": why.dependence(level),
        "dependence on a constant": why.dependence(HOSTILE[2]),
        "row": why.row(0),
        "row without companion": why.row(5),
        "one row": explanation(rows=1),
        "three classes": explanation(outputs=("a", HOSTILE[1], "c"), link="softmax"),
        "evaluation": good,
        "evaluation report": good.report(),
        "five classes": evaluation(HOSTILE[:5]),
        "regression": regression(),
        "roc": good.roc(),
        "precision recall": good.precision_recall(),
        "calibration": good.calibration(),
        "confusion": good.confusion_matrix(),
        "residuals": regression().residual_plot(),
        "profile": profile(),
        "profile view": profile().view(),
        "table": table(),
        "leaderboard": leaderboard(),
        "leaderboard view": leaderboard().view(),
        "tree": tree(),
        "deep tree": tree(7, depth=3),
        "trained": TrainingSummary({HOSTILE[0]: np.array([0.5, 0.7, 0.6])}, 2, 2, 9, 3, 1),
        "trained unmeasured": TrainingSummary({}, 2, 2, 9, 3, 0),
        "training": training_curve(
            {HOSTILE[0]: np.array([0.5, np.nan, 0.7]), "b": np.array([1.0])}
        ),
    }
