from __future__ import annotations

import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.residuals import Residuals

VIEW = Residuals(
    np.array([[2.0, 0.0], [1.0, 3.0], [0.0, 0.0]]),
    np.array([0.0, 1.0, 2.0, 3.0]),
    np.array([-2.0, 0.0, 2.0]),
)


def test_the_line_is_the_mean_residual_of_each_bin() -> None:
    np.testing.assert_array_equal(VIEW.middle, [-1.0, 0.5, np.nan])


def test_html_axes_and_table_tell_the_same_numbers() -> None:
    sent = pack.extract(pack.embed(VIEW.payload()))
    table = VIEW.table()
    np.testing.assert_array_equal(sent["counts"].sum(axis=1), table["rows"])
    np.testing.assert_array_equal(sent["middle"], table["mean_residual"])
    np.testing.assert_array_equal(VIEW.axes().lines[0].get_ydata(), table["mean_residual"])
