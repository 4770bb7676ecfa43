from __future__ import annotations

import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.importance import Importance

VALUES = np.array([[[1.0], [0.0]], [[-3.0], [0.0]], [[2.0], [0.0]], [[2.0], [0.0]]])


def test_the_interval_is_that_of_the_mean() -> None:
    bars = Importance.of(VALUES, ["a", "b"], ["yes"])
    size = np.abs(VALUES[:, 0, 0])
    assert bars.mean_abs[0, 0] == size.mean()
    np.testing.assert_allclose(bars.reach[0, 0], 1.96 * size.std(ddof=1) / 2, rtol=1e-4)
    assert bars.reach[1, 0] == 0


def test_one_row_has_no_interval() -> None:
    bars = Importance.of(VALUES[:1], ["a", "b"], ["yes"])
    assert np.isnan(bars.reach).all()
    assert "Whisker" not in bars.picture()


def test_html_axes_and_table_tell_the_same_numbers() -> None:
    bars = Importance.of(VALUES, ["a", "b"], ["yes"])
    table = bars.table()
    payload = pack.extract(pack.embed(bars.payload()))
    np.testing.assert_array_equal(payload["meanAbs"][:, 0], table["mean_abs"])
    np.testing.assert_allclose(payload["meanAbs"] + payload["reach"], table[["high_95"]])
    widths = [patch.get_width() for patch in bars.axes().patches]
    np.testing.assert_array_equal(widths, table["mean_abs"])
    assert [label.get_text() for label in bars.axes().get_yticklabels()] == ["a", "b"]


def test_standard_errors_of_sampled_values_widen_the_interval() -> None:
    error = np.full_like(VALUES, 0.3)
    error[:, 1] = [[0.0], [0.1], [0.2], [0.3]]
    bars = Importance.of(VALUES, ["a", "b"], ["yes"], error=error)
    exact = Importance.of(VALUES, ["a", "b"], ["yes"])
    np.testing.assert_allclose(bars.error[:, 0], [0.3, 0.15])  # type: ignore[index]
    expected = np.hypot(exact.reach[:, 0], 1.959964 * np.array([0.3, 0.15]))
    np.testing.assert_allclose(bars.reach[:, 0], expected, rtol=1e-6)
    assert "sampling of values included" in bars.note()
    assert bars.table()["standard_error"].tolist() == bars.error[:, 0].tolist()  # type: ignore[index]


def test_one_sampled_row_has_the_interval_of_its_sampling() -> None:
    bars = Importance.of(VALUES[:1], ["a", "b"], ["yes"], error=np.full((1, 2, 1), 0.5))
    np.testing.assert_allclose(bars.reach, 0.979982, rtol=1e-6)
    assert "Whisker" in bars.note()
