from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.views import pack
from synapse_magic.views.heatmap import Heatmap


def of(values: np.ndarray, **more: object) -> Heatmap:
    names = [f"f{i}" for i in range(values.shape[1])]
    outputs = [f"class {i}" for i in range(values.shape[2])]
    return Heatmap.of(values, names, outputs, prediction=values.sum(axis=1) - 1, **more)  # type: ignore[arg-type]


def test_cells_are_the_contributions_of_the_rows_they_name(rng: np.random.Generator) -> None:
    values = rng.normal(size=(300, 4, 2))
    found = of(values)
    assert sorted(found.places) == list(range(300))
    order = [int(name[1:]) for name in found.names]
    np.testing.assert_array_equal(found.cells, values[found.places][:, order].transpose(2, 1, 0))
    np.testing.assert_allclose(found.prediction, found.cells.sum(axis=1) - 1)


def test_features_are_by_importance_and_the_rest_is_their_sum(rng: np.random.Generator) -> None:
    values = rng.normal(size=(50, 40, 1)) * 1.5 ** np.arange(40)[None, :, None]
    found = of(values)
    assert found.names[0] == "f39"
    assert found.names[-1] == "25 other features"
    np.testing.assert_allclose(found.cells[0].sum(axis=0), values[found.places, :, 0].sum(axis=1))


def test_at_most_two_thousand_rows_are_drawn_and_that_is_said(rng: np.random.Generator) -> None:
    found = of(rng.normal(size=(9000, 3, 1)), rows_total=20_000)
    assert len(found.places) == 2000
    assert found.places.max() == 8999
    assert "9,000 rows of 20,000, 2,000 of them drawn, evenly chosen" in found.note()
    assert "drawn" not in of(rng.normal(size=(90, 3, 1))).note()


def test_rows_explained_alike_stand_together() -> None:
    group = np.arange(400) % 4
    values = (np.eye(4) * 5)[group][:, :, None]
    assert (np.diff(group[of(values).places]) != 0).sum() == 3


def test_one_outlier_does_not_bleach_the_rest() -> None:
    values = np.ones((200, 1, 1))
    values[0] = 1e6
    assert of(values).limits[0] == 1


def test_html_axes_and_table_tell_the_same_numbers(rng: np.random.Generator) -> None:
    found = of(rng.normal(size=(120, 5, 2)))
    sent = pack.extract(pack.embed(found.payload()))
    table = found.table()
    second = table[table["output"] == "class 1"]
    np.testing.assert_array_equal(second["row"], sent["places"])
    parts = (sent["cells"][1].astype(float) - 127) / 127 * sent["limits"][1]
    shown = np.clip(second[list(found.names)].to_numpy().T, -found.limits[1], found.limits[1])
    np.testing.assert_allclose(parts, shown, atol=found.limits[1] / 254 + 1e-12)
    low, high = sent["edges"][1]
    line = low + sent["prediction"][1] / 65534 * (high - low)
    np.testing.assert_allclose(line, second["prediction"], atol=1e-3)
    drawn = found.axes(output=1).get_images()[0].get_array()
    np.testing.assert_array_equal(drawn, found.pixels(1))


@pytest.mark.parametrize("rows", [1, 3])
def test_few_rows_are_drawn(rows: int) -> None:
    found = of(np.ones((rows, 2, 1)))
    assert found.cells.shape == (1, 2, rows)
    assert "<img" in found.picture()


@pytest.mark.parametrize(("features", "outputs", "rows"), [(2000, 1, 60), (30, 40, 3000)])
def test_any_shape_stays_small(
    features: int, outputs: int, rows: int, rng: np.random.Generator
) -> None:
    found = of(rng.normal(size=(rows, features, outputs)))
    assert len(found.places) == 60 or len(found.places) >= 100
    assert len(pack.embed(found.payload())) < 150_000


def test_a_constant_explanation_is_drawn() -> None:
    found = of(np.zeros((40, 2, 1)))
    assert found.limits[0] == 1
    assert found.html()
