"""The curves of an evaluation against the same curves from the scores themselves."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from synapse_magic.views import pack
from synapse_magic.views.calibration import Calibration
from synapse_magic.views.precision_recall import PrecisionRecall
from synapse_magic.views.roc import ROC, sweep

BINS = 1000


@pytest.fixture
def scored(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    truth = rng.random(20_000) < 0.3
    score = np.clip(rng.normal(0.35 + 0.25 * truth, 0.15), 0, 1)
    place = np.minimum((score * BINS).astype(int), BINS - 1)
    counts = [np.bincount(place[truth == side], minlength=BINS) for side in (False, True)]
    return truth, score, np.stack(counts).astype(float)


def test_thresholds_take_from_nothing_to_everything() -> None:
    thresholds, false, true = sweep(np.array([[3.0, 1.0], [1.0, 4.0]]))
    assert thresholds.tolist() == [1.0, 0.5, 0.0]
    assert false.tolist() == [0, 1, 4]
    assert true.tolist() == [0, 4, 5]


def test_roc_by_hand() -> None:
    curve = ROC.of(np.array([[3.0, 1.0], [1.0, 4.0]]), "yes")
    assert curve.false_rate.tolist() == [0, 0.25, 1]
    assert curve.true_rate.tolist() == [0, 0.8, 1]
    assert curve.auc == pytest.approx(0.25 * 0.4 + 0.75 * 0.9)


def test_the_areas_agree_with_exact_ones(
    scored: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    truth, score, histogram = scored
    assert ROC.of(histogram, "yes").auc == pytest.approx(
        metrics.roc_auc_score(truth, score), abs=1e-4
    )
    exact = metrics.average_precision_score(truth, score)
    assert PrecisionRecall.of(histogram, "yes").average == pytest.approx(exact, abs=2e-3)


def test_a_class_that_never_occurs_has_no_curve_and_no_warning() -> None:
    empty = np.array([[3.0, 1.0], [0.0, 0.0]])
    assert np.isnan(ROC.of(empty, "never").auc)
    assert np.isnan(PrecisionRecall.of(empty, "never").average)
    for view in (ROC.of(empty, "never"), PrecisionRecall.of(empty, "never")):
        view.html()
        view.axes()


def test_calibration_by_hand() -> None:
    histogram = np.zeros((2, 10))
    histogram[:, 2] = 6, 2
    histogram[:, 8] = 1, 3
    sums = np.zeros(10)
    sums[2], sums[8] = 8 * 0.25, 4 * 0.85
    found = Calibration.of(histogram, sums, "yes")
    np.testing.assert_allclose(found.predicted, [0.25, 0.85])
    np.testing.assert_allclose(found.observed, [0.25, 0.75])
    assert found.error == pytest.approx(0.1 * 4 / 12)


@pytest.mark.parametrize("kind", [ROC, PrecisionRecall])
def test_html_axes_and_table_tell_the_same_points(
    kind: type[ROC] | type[PrecisionRecall], scored: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    view = kind.of(scored[2], "yes")
    table = view.table()
    sent = pack.extract(pack.embed(view.payload()))
    drawn = view.axes().lines[1]
    for axis, column, points in (("x", 1, drawn.get_xdata()), ("y", 2, drawn.get_ydata())):
        np.testing.assert_array_equal(sent["series"][0][axis], table.iloc[:, column])
        np.testing.assert_array_equal(points, table.iloc[:, column])
    np.testing.assert_array_equal(sent["extra"][0]["values"], table["threshold"])
