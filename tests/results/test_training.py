from __future__ import annotations

import everyview
import numpy as np

from synapse_magic.results.training import TrainingSummary

METRICS = {"valid auc": np.array([0.5, 0.75, 0.625]), "training auc": np.array([0.5, 0.8, 0.9])}
STOPPED = TrainingSummary(METRICS, best_iteration=2, trees=2, leaves=1, features=4, workers=2)


def test_the_summary_says_what_was_kept_and_how_good_it_was() -> None:
    assert repr(STOPPED) == (
        "<TrainingSummary: 2 of 3 iterations kept, 2 trees with 1 leaf, 2 workers; "
        "valid auc 0.75, training auc 0.8>"
    )
    assert STOPPED.best == {"valid auc": 0.75, "training auc": 0.8}


def test_the_best_iteration_is_marked_in_every_drawing() -> None:
    curve = STOPPED.curve()
    (still,) = everyview.stills(curve.picture())
    assert 'class="syn-ideal"' in still
    payload = curve.payload()
    assert payload["ideal"][0].tolist() == [2.0, 2.0]
    assert curve.axes().lines[0].get_xdata().tolist() == [2.0, 2.0]
    assert "Best iteration 2, dashed: valid auc 0.75, training auc 0.8" in STOPPED.html()


def test_iterations_trained_before_are_told_apart() -> None:
    summary = TrainingSummary({"valid auc": np.array([0.5, 0.6])}, 12, 12, 36, 4, 1, before=10)
    assert summary.iterations == 12
    assert summary.best == {"valid auc": 0.6}
    assert "12 iterations, 10 of them trained before" in repr(summary)


def test_a_model_without_metrics_has_a_summary_too() -> None:
    summary = TrainingSummary({}, 5, 5, 20, 4, 0)
    assert repr(summary) == "<TrainingSummary: 5 iterations, 5 trees with 20 leaves, from a file>"
    assert "5 trees" in summary.html()
    assert len(summary.to_pandas()) == 0
