from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.results.explanation import Explanation
from synapse_magic.results.methods import METHODS
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
    said = {"link": "logit", "method": "tree_path", "rows_total": 5000, **more}
    return Explanation(*parts, **said)  # type: ignore[arg-type]


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
    with pytest.raises(SynapseError, match=r"no row 200\. Expected 0 to 199.*rows="):
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
    parts = (values, base, values.sum(axis=1), data, names, classes, "softmax", "tree_path", rows)
    assert len(pack.embed(Explanation(*parts).report().payload())) < 300_000


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_shown_by_its_name(method: str) -> None:
    one = explanation(method=method, quality=np.full((200, 1), 0.7))
    html = one.html(interactive=False)
    assert METHODS[method].words in html
    assert ("adds up exactly" in html) == METHODS[method].adds_up
    assert ("median R\u00b2 0.7" in html) != METHODS[method].adds_up


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("method", "tree_pat", r"no method 'tree_pat'.*Did you mean 'tree_path'"),
        ("link", "logitt", r"no link 'logitt'.*Did you mean 'logit'"),
        ("names", ("age", "job", "age"), "Two features.*'age'"),
        ("values", np.zeros((200, 3)), r"values.*\(200, 3\).*Expected \(rows, 3, 1\)"),
        ("values", np.zeros((200, 3, 1), int), "values.*int64.*Expected floats"),
        ("base", np.zeros(200), r"base.*\(200,\).*Expected \(200, 1\)"),
        ("prediction", np.zeros((199, 1)), r"prediction.*\(199, 1\).*Expected \(200, 1\)"),
        ("error", np.zeros((200, 3)), r"error.*\(200, 3\).*Expected \(200, 3, 1\)"),
        ("quality", np.zeros((200, 2)), r"quality.*\(200, 2\).*Expected \(200, 1\)"),
        ("labels", np.zeros(7), r"labels.*\(7,\).*Expected \(200,\)"),
        ("data", {"age": np.zeros(3)}, r"data\['age'\].*\(3,\).*Expected \(200,\)"),
        ("data", {"aeg": np.zeros(200)}, r"no feature of the explanation 'aeg'.*'age'"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(field: str, value: object, words: str) -> None:
    with pytest.raises(SynapseError, match=words):
        replace(explanation(), **{field: value})  # type: ignore[arg-type]


def test_rows_are_taken_with_all_that_belongs_to_them() -> None:
    labels = np.array([f"label {i}" for i in range(200)], dtype=object)
    error = np.arange(600.0).reshape(200, 3, 1)
    one = explanation(labels=labels, error=error, failures={3: "why"})
    few = one[10:40:10]
    assert len(few) == 3
    assert few.labels.tolist() == ["label 10", "label 20", "label 30"]
    np.testing.assert_array_equal(few.values, one.values[10:40:10])
    np.testing.assert_array_equal(few.error, error[10:40:10])
    np.testing.assert_array_equal(few.data["age"], one.data["age"][10:40:10])
    assert (few.rows_total, few.method) == (one.rows_total, one.method)
    assert few.failures == {}


def test_one_row_many_rows_and_chosen_rows() -> None:
    one = explanation()
    assert len(one[3]) == len(one[-1]) == 1
    np.testing.assert_array_equal(one[-1].prediction, one.prediction[-1:])
    assert len(one[:100]) == 100
    chosen = one[one.data["age"] > 50]
    assert (chosen.data["age"] > 50).all()
    assert len(one[[5, 2]]) == 2
    with pytest.raises(SynapseError, match=r"no row 200\. Expected 0 to 199"):
        one[200]


def test_a_name_takes_the_contributions_of_a_feature() -> None:
    one = explanation()
    np.testing.assert_array_equal(one["job"], one.values[:, 1])
    with pytest.raises(SynapseError, match="Did you mean 'job'"):
        one["jbo"]


def test_the_companion_goes_with_its_rows() -> None:
    one = explanation(rows=5)
    lime = replace(one, method="lime")[:2]
    both = replace(one, companion=lime)
    assert len(both[1:].companion) == 1
    np.testing.assert_array_equal(both[1:].companion.values, lime.values[1:])
    assert both[3:].companion is None


def test_rows_that_could_not_be_explained_are_told_with_their_reason() -> None:
    html = explanation(failures={7: "the image is empty", 9: "<b>"}).html(interactive=False)
    assert "2 rows not explained" in html
    assert "the image is empty" in html
    assert "Rows that could not be explained" in html
    assert "<b>&lt;b&gt;" not in html
    assert "not explained" not in explanation().html(interactive=False)


def test_the_largest_standard_error_is_told_where_values_were_sampled() -> None:
    error = np.zeros((200, 3, 1))
    assert "standard error" not in explanation(error=error).html(interactive=False)
    error[3, 1] = 0.25
    html = explanation(error=error, method="kernel_shap").html(interactive=False)
    assert "largest standard error 0.25" in html
    assert "95 % interval of a sampled value" in html


def test_the_report_brings_heat_map_and_interaction_where_they_fit() -> None:
    sent = pack.extract(pack.embed(explanation().report().payload()))
    assert [one["kind"] for one in sent["more"]] == ["interaction", "heatmap"]
    assert explanation(rows=5).report().payload()["more"] == []


def test_an_interaction_needs_the_values_of_two_features() -> None:
    one = explanation()
    one.data.pop("job")
    one.data.pop("noise")
    with pytest.raises(SynapseError, match=r"values of 1 feature are.*Expected two"):
        one.interaction()
    assert "more" in one.report().payload()


@pytest.mark.parametrize("chosen", [1.5, None, (1, 2), [500], [True, False], {}], ids=str)
def test_rows_that_cannot_be_chosen_are_told(chosen: object) -> None:
    with pytest.raises(SynapseError, match=r"No rows go by .*Expected a number from 0 to 199"):
        explanation()[chosen]


@pytest.mark.parametrize("number", ["x", 1.5, None, True])
def test_a_row_that_is_no_number_is_told(number: object) -> None:
    with pytest.raises(SynapseError, match=r"A row goes by its number, got .*Expected 0 to 199"):
        explanation().row(number)  # type: ignore[arg-type]


def test_of_no_rows_there_is_none_to_look_at() -> None:
    with pytest.raises(SynapseError, match=r"There is no row 0\. Expected none"):
        explanation()[:0].row(0)
