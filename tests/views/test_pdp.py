from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.conditional.feature_curves import FeatureCurves, PairMap
from synapse_magic.kernels.conditional.grid import Grid
from synapse_magic.results.partial_dependence import PartialDependence
from synapse_magic.views import pack
from synapse_magic.views.pdp import NUMBERS, PANELS
from synapse_magic.views.pdp_panels import spaced

AGE = Grid("age", pa.array([20.0, 40.0, 60.0]), True)
JOB = Grid("job", pa.array(["a", None]), False)
DAY = Grid("day", pa.array([datetime.date(2024, 1, 1), datetime.date(2024, 3, 1)]), True)
SAID = np.arange(5.0)[:, None, None] / 10 + np.array([0.0, 0.2, 0.1])[None, :, None]


def made(**more) -> PartialDependence:
    age = FeatureCurves.of(AGE, pa.array([20.0, 21.0, 59.0]), SAID)
    job = FeatureCurves.of(JOB, pa.array(["a", None, "a"]), SAID[:, :2])
    day = FeatureCurves.of(DAY, DAY.values, SAID[:, :2] * 0)
    pair = PairMap.of([AGE, JOB], np.arange(6.0)[:, None] / 10)
    parts = {"features": (age, job, day), "pairs": (pair,), "outputs": ("yes",), **more}
    return PartialDependence(**parts, target="probability", rows=5, rows_total=50, seed=1)


def test_the_sentence_says_what_moves_the_average() -> None:
    assert made().view().sentence() == "Partial dependence on 3 features: age 0.1, job 0.05, day 0"
    assert made().feature("age").sentence() == (
        "Partial dependence on age: from 0.2 at 20 to 0.4 at 40"
    )
    assert made().feature("job").sentence() == (
        "Partial dependence on job: from 0.2 at a to 0.4 at missing"
    )
    assert made().feature("day").sentence() == "Partial dependence on day: 0 everywhere"
    assert made().pair("job", "age").sentence() == (
        "Partial dependence of the probability on age and job"
    )
    assert repr(made()) == (
        "<PartialDependence of probability on 3 features, 5 rows: age 0.1, job 0.05, day 0>"
    )


def test_the_table_has_the_numbers_of_the_picture() -> None:
    table = made().table()
    assert list(table.columns) == ["feature", "value", "output", "average", "q10", "q90"]
    assert table["value"].tolist() == [20, 40, 60, "a", "missing", "2024-01-01", "2024-03-01"]
    assert table["average"].tolist() == pytest.approx([0.2, 0.4, 0.3, 0.2, 0.4, 0, 0])
    assert table["q10"].tolist()[:2] == pytest.approx([0.04, 0.24])
    pair = made().pair("age", "job").table()
    assert pair["age"].tolist() == [20, 20, 40, 40, 60, 60]
    assert pair["job"].tolist() == ["a", "missing"] * 3
    assert pair["average"].tolist() == pytest.approx(np.arange(6) / 10)


def test_the_axes_have_the_same_numbers() -> None:
    lines = made().axes().get_lines()
    assert lines[-1].get_ydata() == pytest.approx([0.2, 0.4, 0.3])
    assert len(lines) == 6
    levels = made().feature("job").axes()
    assert [label.get_text() for label in levels.get_yticklabels()] == ["a", "missing"]
    assert levels.get_lines()[0].get_xdata() == pytest.approx([0.2, 0.4])
    image = made().pair("age", "job").axes().get_images()[0]
    assert np.asarray(image.get_array()).T.reshape(-1) == pytest.approx(np.arange(6) / 10)


def test_the_live_view_gets_the_same_numbers_to_five_digits() -> None:
    body = pack.extract(pack.embed(made().view().payload()))
    age = body["features"][0]
    assert age["average"][:, 0] == pytest.approx([0.2, 0.4, 0.3])
    seen = age["low"] + age["curves"] / 65534 * (age["high"] - age["low"])
    assert seen == pytest.approx(SAID, abs=1e-5)
    assert body["features"][1]["labels"] == ["a", "missing"]
    assert body["pairs"][0]["labels"] == [["20", "40", "60"], ["a", "missing"]]


def test_many_features_classes_and_rows_stay_within_the_budget(rng) -> None:
    grid = Grid("x", pa.array(np.arange(20.0)), True)
    one = FeatureCurves.of(grid, grid.values, rng.normal(size=(60, 20, 10)))
    many = made(features=(one,) * 40, outputs=tuple("abcdefghij"))
    data = many.view().payload()
    sent = sum(feature["curves"].size + 6 * 200 for feature in data["features"])
    assert sent <= NUMBERS
    assert data["all"] == 40
    assert len(data["features"]) == 40
    assert f"{PANELS} of 40 features" in many.view().note()
    assert len(many.html()) < 400_000


def test_unknown_names_are_told_with_the_nearest() -> None:
    with pytest.raises(SynapseError, match=r"no feature 'ages'.*Did you mean 'age'"):
        made().feature("ages")
    with pytest.raises(SynapseError, match=r"not set together. Pairs: \('age', 'job'\)"):
        made().pair("age", "day")


def test_labels_that_would_touch_are_left_out() -> None:
    assert spaced(["10"] * 6, 40, upright=False) == [0, 1, 2, 3, 4, 5]
    assert spaced(["a long label"] * 6, 40, upright=False) == [0, 2, 4]
    assert spaced(["x"] * 4, 7, upright=True) == [0, 2]
