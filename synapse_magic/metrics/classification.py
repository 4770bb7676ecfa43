"""Counts of a scored frame turned into the metrics of a classifier."""

from __future__ import annotations

import warnings

import numpy as np

from synapse_magic.kernels.evaluation import (
    EQUAL_BINS,
    area_under_roc,
    average_precision,
    bits_for,
    equal_bins,
)
from synapse_magic.metrics.facts import Facts
from synapse_magic.results.evaluation import Evaluation


def classification(
    facts: Facts, classes: tuple[str, ...], label: str, prediction: str
) -> Evaluation:
    """Return the evaluation of a classifier from its counts.

    Two classes give precision, recall and F1 of the second; more give their means over the classes
    and F1 weighted by the classes' rows.
    """
    cells, bins = facts.of("cell"), facts.of("bin")
    found = 1 + max(cells.row.max(), cells.column.max(), bins.row.max(initial=0) // 2)
    k = max(2, int(found), len(classes))
    names = (*classes, *(str(i) for i in range(len(classes), k)))
    confusion = cells.grid(k, k)
    metrics = {"accuracy": float(np.trace(confusion) / confusion.sum())}
    histograms = calibration = None
    if len(bins.row):
        metrics |= _ranking(bins, k)
        metrics["log_loss"] = facts.total("loss") / facts.count("loss")
        histograms, calibration = _equal_bins(bins, k)
    metrics |= _agreement(confusion)
    if missing := facts.count("unlabelled"):
        metrics["rows without label"] = float(missing)
    return Evaluation(
        task="binary" if k == 2 else "multiclass",
        rows=int(confusion.sum()),
        metrics=metrics,
        classes=names,
        confusion=confusion.astype(np.int64),
        histograms=histograms,
        calibration_sums=calibration,
        residuals=None,
        label=label,
        prediction=prediction,
    )


def _ranking(bins: Facts, k: int) -> dict[str, float]:
    """Areas under the curves: of the second of two classes, else the mean of one-against-rest."""
    areas = []
    for positive in [1] if k == 2 else range(k):
        keys = np.unique(bins.column[bins.row // 2 == positive])
        counts = np.zeros((2, len(keys)))
        for side in (0, 1):
            own = bins.row == 2 * positive + side
            counts[side, np.searchsorted(keys, bins.column[own])] = bins.counts[own]
        areas.append((area_under_roc(*counts), average_precision(*counts)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # All NaN: one class alone is present.
        roc, precision_recall = np.nanmean(areas, axis=0)
    return {"AUC": float(roc), "AUPR": float(precision_recall)}


def _equal_bins(bins: Facts, k: int) -> tuple[np.ndarray, np.ndarray]:
    place = equal_bins(bins.column, bits_for(k))
    histograms, sums = np.zeros((k, 2, EQUAL_BINS)), np.zeros((k, EQUAL_BINS))
    np.add.at(histograms, (bins.row // 2, bins.row % 2, place), bins.counts)
    np.add.at(sums, (bins.row // 2, place), bins.totals)
    return histograms, sums


def _agreement(confusion: np.ndarray) -> dict[str, float]:
    hits, true, said = np.diag(confusion), confusion.sum(1), confusion.sum(0)
    precision = hits / np.maximum(said, 1)
    recall = hits / np.maximum(true, 1)
    f1 = 2 * hits / np.maximum(true + said, 1)
    if len(hits) == 2:
        return {"precision": precision[1], "recall": recall[1], "f1": f1[1]}
    present = true + said > 0
    return {
        "macro precision": float(precision[present].mean()),
        "macro recall": float(recall[present].mean()),
        "macro f1": float(f1[present].mean()),
        "weighted f1": float(np.average(f1, weights=true)),
    }
