"""The metric strip: the numbers of an evaluation in one line, with what each is in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from synapse_magic.views.words import escape, number

MEANINGS = {
    "accuracy": "share of rows predicted right",
    "AUC": "chance that a positive is scored above a negative",
    "AUPR": "area under precision over recall",
    "log_loss": "mean surprise at the truth; lower is better",
    "precision": "share right among those predicted positive",
    "recall": "share found among the positive",
    "f1": "harmonic mean of precision and recall",
    "rmse": "root of the mean squared error; lower is better",
    "mse": "mean squared error; lower is better",
    "mae": "mean absolute error; lower is better",
    "r2": "share of the variance explained",
    **{
        f"ndcg@{k}": f"gain in the first {k}, as a share of the best order's" for k in (1, 3, 5, 10)
    },
    "map@10": "mean over groups of the average precision in the first 10",
    "mrr": "mean of one over the position of the first relevant row",
    "groups": "queries whose rows were put in order",
}


def metric_strip(metrics: Mapping[str, float]) -> str:
    """Return the metrics as a list in one line.

    Examples
    --------
    >>> "0.912" in metric_strip({"AUC": 0.912})
    True
    """
    items = "".join(
        f'<div role="listitem" title="{escape(MEANINGS.get(name, name))}">'
        f'<span class="syn-dim">{escape(name.replace("_", " "))}</span> '
        f'<b class="syn-metric">{escape(precise(value))}</b></div>'
        for name, value in metrics.items()
    )
    return f'<div class="syn-metrics" role="list" aria-label="Metrics">{items}</div>'


def precise(value: float) -> str:
    """Return a metric with four digits, since models differ in the third."""
    if not 1e-4 <= abs(value) < 1e4:
        return number(value)
    words = f"{value:.4f}" if abs(value) < 1 else f"{value:.4g}"
    return words.replace("-", "\N{MINUS SIGN}")
