from __future__ import annotations

import everyview
import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.curve import training_curve


def test_html_axes_and_table_tell_the_same_metrics() -> None:
    view = training_curve({"auc": np.array([0.6, 0.7]), "loss": np.array([0.5])}, total=10)
    sent = pack.extract(pack.embed(view.payload()))
    np.testing.assert_array_equal(sent["series"][0]["y"], view.table()["auc"])
    np.testing.assert_array_equal(view.axes().lines[0].get_ydata(), view.table()["auc"])
    assert np.isnan(view.table()["loss"][1])
    assert "iteration 2 of 10: auc 0.7, loss 0.5" in view.html()


def test_nothing_reported_yet_is_said() -> None:
    assert "no metric yet" in training_curve({}).html(interactive=False)


def test_one_iteration_is_a_dot() -> None:
    (still,) = everyview.stills(training_curve({"auc": np.array([0.6])}).picture())
    assert "<circle" in still


def test_the_live_form_is_small() -> None:
    metrics = {name: np.random.default_rng(0).random(5000) for name in ("auc", "loss")}
    assert len(training_curve(metrics, 5000).html(interactive=False)) < 40_000
