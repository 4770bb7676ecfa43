from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.results.explanation import Explanation
from synapse_magic.views import pack


def explanation(
    rows: int = 200, outputs: tuple[str, ...] = ("yes",), **more: object
) -> Explanation:
    rng = np.random.default_rng(5)
    age = rng.integers(20, 60, rows).astype(float)
    job = np.array(["clerk", "nurse"], dtype=object)[rng.integers(0, 2, rows)]
    noise = rng.normal(size=rows)
    sign = np.where(job == "clerk", 1.0, -1.0)
    values = np.stack([sign * (age - 40) / 20, sign, noise / 50], axis=1)[:, :, None]
    values = values * np.arange(1, len(outputs) + 1)
    base = np.full((rows, len(outputs)), 0.1)
    data = {"age": age, "job": job, "noise": noise}
    parts = (values, base, base + values.sum(axis=1), data, ("age", "job", "noise"), outputs)
    return Explanation(*parts, link="logit", method="tree_shap", rows_total=5000, **more)  # type: ignore[arg-type]


def test_shap_leaves_no_residual_and_says_so() -> None:
    one = explanation()
    assert np.abs(one.residual).max() < 1e-12
    assert "adds up exactly" in one.html(interactive=False)


def test_a_residual_is_told() -> None:
    one = explanation()
    off = Explanation(**{**vars(one), "prediction": one.prediction + 0.5})
    assert "largest residual 0.5" in off.html(interactive=False)


def test_the_partner_of_a_feature_is_the_one_it_interacts_with() -> None:
    assert next(iter(explanation().dependence("age").colourings)) == "job"


def test_the_partner_can_be_chosen() -> None:
    assert next(iter(explanation().dependence("age", color="noise").colourings)) == "noise"


def test_an_unknown_feature_is_answered_with_the_nearest() -> None:
    with pytest.raises(SynapseError, match=r"no feature 'aeg'.*Did you mean 'age'"):
        explanation().dependence("aeg")
    with pytest.raises(SynapseError, match=r"Did you mean 'job'"):
        explanation().dependence("age", color="jbo")


def test_a_feature_without_values_has_no_dependence_but_the_rest_is_drawn() -> None:
    one = explanation()
    del one.data["noise"]
    with pytest.raises(SynapseError, match=r"values of 'noise' are not in this explanation"):
        one.dependence("noise")
    assert "noise" in one.html()
    assert one.row(0).shown_values[2] == "?"


def test_a_row_that_is_not_there() -> None:
    with pytest.raises(SynapseError, match=r"no row 200\. Expected 0 to 199.*-n"):
        explanation().row(200)
    assert explanation().row(-1).title == "Row 199"


def test_the_lime_row_is_drawn_beside_as_far_as_there_are_any() -> None:
    small = explanation(rows=2)
    lime = Explanation(**{**vars(small), "method": "lime", "quality": np.full((2, 1), 0.9)})
    one = explanation(companion=lime)
    assert one.row(1).companion is not None
    assert one.row(2).companion is None


def test_true_labels_are_in_the_title() -> None:
    labels = np.array(["<=50K"] * 200, dtype=object)
    assert explanation(labels=labels).row(3).title == "Row 3, truly <=50K"


def test_pandas_has_a_column_per_feature_between_the_ends() -> None:
    frame = explanation().to_pandas()
    assert list(frame) == ["(base)", "age", "job", "noise", "(prediction)"]
    np.testing.assert_allclose(frame.iloc[:, :-1].sum(axis=1), frame["(prediction)"])
    several = explanation(outputs=("a", "b")).to_pandas()
    np.testing.assert_allclose(several["b"]["age"], 2 * several["a"]["age"])


def test_the_whole_explanation_holds_what_its_parts_hold() -> None:
    one = explanation()
    sent = pack.extract(pack.embed(one.report().payload()))
    np.testing.assert_array_equal(sent["summary"]["meanAbs"], one.summary().mean_abs)
    assert [part["name"] for part in sent["dependence"]] == list(one.summary().names)
    assert len(sent["row"]["rows"]) == 25
    np.testing.assert_array_equal(sent["row"]["rows"][4]["prediction"], one.prediction[4])


def test_a_single_row_is_shown_as_a_row() -> None:
    html = explanation(rows=1).html(interactive=False)
    assert "Summary" not in html.split("<style>")[1].split("</style>")[1]
    assert "Row 0" in html


@pytest.mark.parametrize(
    ("features", "outputs", "rows"), [(2000, 1, 60), (60, 12, 400), (20, 1, 20_000), (300, 40, 30)]
)
def test_any_shape_stays_within_the_budget(features: int, outputs: int, rows: int) -> None:
    rng = np.random.default_rng(0)
    names = tuple(f"feature number {i}" for i in range(features))
    values = rng.normal(size=(rows, features, outputs))
    base = np.zeros((rows, outputs))
    data = {name: rng.normal(size=rows) for name in names}
    classes = tuple(f"class {i}" for i in range(outputs))
    parts = (values, base, values.sum(axis=1), data, names, classes, "softmax", "tree_shap", rows)
    assert len(pack.embed(Explanation(*parts).report().payload())) < 300_000
