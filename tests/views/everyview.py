"""One of every view and result, with names that try to break out of the page."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Any

import everyparts
import numpy as np
import pyarrow as pa

from synapse_magic.kernels.conditional.feature_curves import FeatureCurves, PairMap
from synapse_magic.kernels.conditional.grid import Grid
from synapse_magic.kernels.trees import read_tree
from synapse_magic.results.balance import Balance, BalanceColumn
from synapse_magic.results.evaluation import Evaluation
from synapse_magic.results.explanation import Explanation
from synapse_magic.results.leaderboard import Leaderboard, Trial
from synapse_magic.results.partial_dependence import PartialDependence
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
        names, outputs, link, "lime", rows, seed=1, quality=np.full_like(base[few], 0.4),
    )  # fmt: skip
    return Explanation(
        values, base, prediction, data, names, outputs, link, "tree_path", 10 * rows,
        seed=1, labels=labels, companion=lime,
    )  # fmt: skip


def sampled() -> Explanation:
    """Return an explanation with standard errors and rows that could not be explained."""
    one = explanation()
    error = np.abs(one.values) / 4
    failures = {3: HOSTILE[0], 17: HOSTILE[1] * 9}
    return replace(one, method="kernel_shap", error=error, failures=failures, companion=None)


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


def texts() -> Any:
    """Return texts of hostile words, one of them without any."""
    written = ["\0".join(HOSTILE), "", "?!", "\0".join(HOSTILE[::-1]), "emoji \U0001f600 \0 here"]
    classes = (HOSTILE[0], "b", HOSTILE[1])
    return everyparts.texts(written, classes, tokenizer="[^\0]+")


def images() -> Any:
    """Return images of every kind, from one pixel up."""
    rng = np.random.default_rng(3)
    shapes = [(40, 60, 3), (1, 1), (5, 3), (24, 24, 4)]
    pictures = [rng.integers(0, 255, shape, dtype=np.uint8) for shape in shapes]
    return everyparts.images(pictures, (HOSTILE[0], "b"), origins=HOSTILE[:4])


def dependence(features: int = 4) -> PartialDependence:
    """Return a partial dependence on a number, levels, a date and a constant, and on two pairs."""
    rng = np.random.default_rng(3)
    days = pa.array([0, 400, 900], pa.int32()).cast(pa.date32())
    grids = [
        Grid(HOSTILE[1], pa.array([0.5, 1.0, 4.0, 9.0]), True),
        Grid(HOSTILE[0], pa.array([*HOSTILE[:6], None]), False),
        Grid(HOSTILE[6], days, True),
        Grid(HOSTILE[7], pa.array([7]), True),
    ][:features]
    singles = [
        FeatureCurves.of(grid, grid.values, rng.normal(size=(60, len(grid), 2))) for grid in grids
    ]
    pairs = [
        PairMap.of(pair, rng.normal(size=(len(pair[0]) * len(pair[1]), 2)))
        for pair in (grids[:2], grids[1:3])
        if len(pair) == 2
    ]
    parts = (tuple(singles), tuple(pairs), (HOSTILE[0], "b"), HOSTILE[2])
    return PartialDependence(*parts, rows=60, rows_total=900, seed=1)


def balance(levels: int = 5) -> Balance:
    """Return a balance of hostile names, of many numbers, of one level, and without labels."""
    rng = np.random.default_rng(3)

    def column(name: str, names: tuple[str, ...], rows: np.ndarray, **more: Any) -> BalanceColumn:
        labelled = np.maximum(rows - 1, 0)
        positives = rng.binomial(labelled, rng.uniform(0.1, 0.9, len(rows)))
        shares = np.full(len(rows), 1 / len(rows))
        parts = {"numeric": False, "reference": shares, "given": False, **more}
        return BalanceColumn(name, "string", levels=names, rows=rows, labelled=labelled,
                             positives=positives, **parts)  # fmt: skip

    few = np.array([400, 90, 7, 0, 1])
    expected = np.array([0.5, 0.3, 0.0, 0.2, 0.0])
    many = tuple(f"{HOSTILE[i % 9]} {i}" for i in range(levels))
    columns = (
        column(HOSTILE[0], HOSTILE[1:6], few, reference=expected, given=True),
        column(HOSTILE[7], many, rng.integers(1, 60, levels), numeric=True),
        column(HOSTILE[8], ("(null)",), np.array([498])),
    )
    found = {"atkinson_index": 0.8, "theil_l_index": 1.5, "theil_t_index": 1.2}
    return Balance(HOSTILE[1], f"{HOSTILE[1]} is {HOSTILE[0]!r}", columns, found, 12)


def every() -> dict[str, Any]:
    """Return name to view or result; views have ``axes`` and ``table`` too."""
    why, good, moved = explanation(), evaluation(), dependence()
    number, level = HOSTILE[1], HOSTILE[0]
    several = explanation(outputs=("a", HOSTILE[1], "c"), link="softmax")
    written, seen = texts(), images()
    return {
        "texts": written,
        "text report": written.report(),
        "one text": written.text(0),
        "a text without words": written.text(1),
        "words": written.words(),
        "images": seen,
        "image report": seen.report(),
        "one pixel": seen.image(1),
        "explanation": why,
        "report": why.report(),
        "summary": why.summary(),
        "importance": why.importance(),
        "dependence on a number": why.dependence(number, color=level),
        "dependence on a category": why.dependence(level),
        "dependence on a constant": why.dependence(HOSTILE[2]),
        "heat map": why.heatmap(),
        "heat map of three classes": several.heatmap(),
        "interaction": why.interaction(),
        "interaction of three classes": several.interaction(),
        "row": why.row(0),
        "row without companion": why.row(5),
        "one row": explanation(rows=1),
        "three classes": several,
        "sampled": sampled(),
        "sampled importance": sampled().importance(),
        "sampled row": sampled().row(2),
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
        "partial dependence": moved,
        "partial dependence on a number": moved.feature(HOSTILE[1]),
        "partial dependence on levels": moved.feature(HOSTILE[0]),
        "partial dependence on a date": moved.feature(HOSTILE[6]),
        "partial dependence on a constant": moved.feature(HOSTILE[7]),
        "partial dependence on two": moved.pair(HOSTILE[1], HOSTILE[0]),
        "tree": tree(),
        "deep tree": tree(7, depth=3),
        "trained": TrainingSummary({HOSTILE[0]: np.array([0.5, 0.7, 0.6])}, 2, 2, 9, 3, 1),
        "trained unmeasured": TrainingSummary({}, 2, 2, 9, 3, 0),
        "balance": balance(),
        "balance report": balance().view(),
        "balance of a column": balance().column(HOSTILE[0]),
        "balance of many numbers": balance(1000).column(HOSTILE[7]),
        "balance of one level": balance().column(HOSTILE[8]),
        "training": training_curve(
            {HOSTILE[0]: np.array([0.5, np.nan, 0.7]), "b": np.array([1.0])}
        ),
    }
