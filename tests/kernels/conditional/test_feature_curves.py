from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.kernels.conditional.feature_curves import Axis, FeatureCurves, PairMap
from synapse_magic.kernels.conditional.grid import Grid
from synapse_magic.kernels.conditional.importance import importance

X = Grid("x", pa.array([0.0, 1.0, 2.0]), True)


def test_the_average_band_and_importance_are_those_of_the_rows() -> None:
    slopes = np.arange(101.0)
    outcomes = (slopes[:, None] * [0.0, 1.0, 2.0])[..., None]
    found = FeatureCurves.of(X, pa.array(np.tile([0.0, 2.0, np.nan, np.inf], 26)[:101]), outcomes)
    assert found.average[:, 0].tolist() == [0, 50, 100]
    assert found.band[:, :, 0].tolist() == [[0, 10, 20], [0, 90, 180]]
    assert found.curves.shape == (50, 3, 1)
    assert found.importance.tolist() == [50.0]
    assert (found.counts[0], found.counts[-1], found.counts.sum()) == (26, 25, 51)
    assert (found.edges[0], found.edges[-1]) == (0.0, 2.0)


def test_levels_are_counted_by_name_and_missing_is_one() -> None:
    grid = Grid("job", pa.array(["b", None, "a"]), False)
    column = pa.array(["a", "b", None, "b", "c"])
    found = FeatureCurves.of(grid, column, np.zeros((5, 3, 2)))
    assert found.axis.labels == ("b", "missing", "a")
    assert found.counts.tolist() == [2, 1, 1]
    assert found.importance.tolist() == [0.0, 0.0]


def test_dates_are_seconds_with_iso_labels() -> None:
    days = [datetime.date(1970, 1, 2), datetime.date(2024, 2, 29)]
    axis = Axis.of(Grid("d", pa.array(days), True))
    assert axis.kind == "moment"
    assert axis.values.tolist() == [86400.0, 1709164800.0]
    assert axis.labels == ("1970-01-02", "2024-02-29")
    moments = pa.array([datetime.datetime(2024, 2, 29, 12, 30)], pa.timestamp("us"))
    assert Axis.of(Grid("t", moments, True)).labels == ("2024-02-29 12:30:00",)


def test_booleans_and_numbers_as_levels_are_told_in_words() -> None:
    assert Axis.of(Grid("x", pa.array([True, False]), False)).labels == ("true", "false")
    assert Axis.of(Grid("x", pa.array([3, 1]), False)).labels == ("3", "1")
    assert Axis.of(X).label(1) == 1.0


@pytest.mark.parametrize("ordered", [True, False])
def test_a_feature_of_one_value_is_not_important(ordered) -> None:
    assert importance(np.array([[3.0, 4.0]]), ordered).tolist() == [0, 0]


def test_a_pair_map_has_the_first_feature_along_its_rows() -> None:
    other = Grid("y", pa.array(["a", "b"]), False)
    found = PairMap.of([X, other], np.arange(6.0)[:, None])
    assert found.average[..., 0].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert (found.first.name, found.second.labels) == ("x", ("a", "b"))
