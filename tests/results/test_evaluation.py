from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.results.evaluation import Evaluation

SCORES = np.array([[[0.0, 10.0], [8.0, 2.0]], [[8.0, 2.0], [0.0, 10.0]]])
MATRIX = np.array([[8, 2], [0, 10]])


def binary(**more: object) -> Evaluation:
    fields = {
        "task": "binary", "rows": 20, "metrics": {"accuracy": 0.9}, "classes": ("no", "yes"),
        "confusion": MATRIX, "histograms": SCORES, "calibration_sums": None, "residuals": None,
        "label": "income", "prediction": "prediction",
    }  # fmt: skip
    return Evaluation(**{**fields, **more})  # type: ignore[arg-type]


def test_the_positive_class_is_the_last() -> None:
    assert binary().roc().class_ == "yes"
    assert binary().roc("no").class_ == "no"
    assert binary(histograms=SCORES[1:]).roc().class_ == "yes"


def test_curves_come_from_the_histograms() -> None:
    assert binary().roc().auc == pytest.approx(0.9)
    assert binary().precision_recall().prevalence == 0.5


def test_an_unknown_class_is_answered_with_the_nearest() -> None:
    with pytest.raises(SynapseError, match=r"no class 'yess'.*Did you mean 'yes'"):
        binary().roc("yess")


def test_what_is_not_there_is_said_with_a_way_out() -> None:
    with pytest.raises(SynapseError, match=r"needs predicted probabilities.*Try"):
        binary().calibration()
    with pytest.raises(SynapseError, match=r"has no residuals.*confusion_matrix"):
        binary().residual_plot()
    with pytest.raises(SynapseError, match=r"Curves need scores.*Try"):
        binary(histograms=None).roc()
    with pytest.raises(SynapseError, match=r"no confusion matrix.*residual_plot"):
        binary(task="regression", confusion=None).confusion_matrix()


def test_an_evaluation_without_scores_is_drawn_without_curves() -> None:
    html = binary(histograms=None).html()
    assert "ROC" not in html
    assert "accuracy" in html


def test_the_payload_joins_bins_without_losing_a_row() -> None:
    rng = np.random.default_rng(0)
    histograms = rng.integers(0, 9, (2, 2, 997)).astype(float)
    sent = binary(histograms=histograms).report().payload()
    assert sent is not None
    assert sent["histograms"].shape[2] <= 200
    assert sent["histograms"].sum() == histograms[1].sum()
    assert sent["classes"] == ["yes"]


def test_repr_tells_the_metrics() -> None:
    assert repr(binary()) == "<Evaluation (binary) over 20 rows: accuracy=0.9>"
