from __future__ import annotations

import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.dependence import Dependence


def line(values: np.ndarray, shap: np.ndarray, **more: object) -> Dependence:
    return Dependence.of("age", shap[:, None], values, ("yes",), **more)  # type: ignore[arg-type]


def test_the_line_goes_through_the_median_of_each_value() -> None:
    values = np.array([1.0, 1.0, 1.0, 2.0, 2.0])
    found = line(values, np.array([0.1, 0.2, 0.9, -1.0, -2.0]))
    np.testing.assert_array_equal(found.line_x, [1.0, 2.0])
    np.testing.assert_allclose(found.line_y, [[0.2, -1.5]])


def test_many_values_are_grouped_evenly_and_equal_ones_stay_together(
    rng: np.random.Generator,
) -> None:
    values = np.concatenate([np.zeros(500), rng.normal(5, 1, 500)])
    found = line(values, values)
    assert len(found.line_x) <= 24
    assert found.line_x[0] == 0
    assert (np.diff(found.line_x) > 0).all()


def test_every_row_is_in_a_cell_or_on_the_rail(rng: np.random.Generator) -> None:
    values = rng.normal(size=500)
    values[:20] = np.nan
    values[20], values[21] = np.inf, -np.inf
    found = line(values, rng.normal(size=500))
    assert found.counts.sum() == 480
    assert found.missing == 20
    assert np.isfinite(found.x_edges).all()
    assert "20 missing" in found.html()


def test_a_column_with_nothing_in_it_is_drawn() -> None:
    found = line(np.full(5, np.nan), np.zeros(5))
    assert "all 5 values missing" in repr(found)
    found.html()
    found.axes()


def test_levels_have_quantiles_by_name_and_missing_comes_last() -> None:
    values = np.array(["a", "a", "a", "b", None, "a", "a"], dtype=object)
    found = line(values, np.array([1.0, 2.0, 3.0, 9.0, 5.0, 4.0, 5.0]))
    assert found.levels == ("b", "a", "missing")
    assert found.level_counts.tolist() == [1, 5, 1]
    np.testing.assert_allclose(
        found.quantiles[0, 1], np.percentile([1, 2, 3, 4, 5], (5, 25, 50, 75, 95))
    )


def test_html_axes_and_table_tell_the_same_line(rng: np.random.Generator) -> None:
    values = rng.integers(0, 9, 300).astype(float)
    found = line(values, values / 3, others={"job": np.array(["x", "y", None] * 100, dtype=object)})
    payload = pack.extract(pack.embed(found.payload()))
    table = found.table()
    np.testing.assert_array_equal(payload["lineX"], table["age"])
    np.testing.assert_array_equal(payload["lineY"][0], table["median"])
    drawn = found.axes().lines[0]
    np.testing.assert_array_equal(drawn.get_xdata(), table["age"])
    np.testing.assert_array_equal(drawn.get_ydata(), table["median"])
    np.testing.assert_array_equal(payload["counts"], found.counts)
    assert payload["picks"][0]["levels"] == ["x", "y"]
    low, high = found.x_edges
    np.testing.assert_allclose(
        low + payload["dotsX"] / 65534 * (high - low), found.dots_x, atol=1e-3
    )


def test_html_axes_and_table_tell_the_same_boxes() -> None:
    values = np.array(["a", "b"] * 20, dtype=object)
    found = line(values, np.linspace(-1, 1, 40))
    payload = pack.extract(pack.embed(found.payload()))
    table = found.table()
    np.testing.assert_array_equal(payload["quantiles"][0, :, 2], table["q50"])
    assert payload["levels"] == table["level"].tolist()
    axes = found.axes()
    assert [label.get_text() for label in axes.get_yticklabels()] == table["level"].tolist()


def test_colours_tell_missing_from_every_level() -> None:
    values = np.arange(6.0)
    others = {"job": np.array(["x", "y", None] * 2, dtype=object)}
    colours = line(values, values, others=others).colourings["job"].colours()
    assert len(np.unique(colours, axis=0)) == 3
