from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from everyparts import images, texts
from matplotlib import pyplot as plt

from synapse_magic.errors import SynapseError
from synapse_magic.results.explanation import Explanation

with warnings.catch_warnings():  # matplotlib's, on what shap does while it is imported
    warnings.simplefilter("ignore")
    import shap

PLOTS = ("bar", "beeswarm", "violin", "heatmap", "waterfall", "scatter", "decision", "force")


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    """Close what a test drew; what shap itself does on its way is its own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    plt.close("all")


def explanation(outputs: tuple[str, ...] = ("yes",), rows: int = 40) -> Explanation:
    rng = np.random.default_rng(5)
    values = rng.normal(size=(rows, 3, len(outputs)))
    job = np.array(["clerk", "nurse", None, "baker"], dtype=object)[rng.integers(0, 4, rows)]
    data = {"age": rng.normal(size=rows), "job": job}
    base = np.full((rows, len(outputs)), 0.1)
    prediction = base + values.sum(axis=1)
    names = ("age", "job", "hidden")
    return Explanation(values, base, prediction, data, names, outputs, "softmax", "exact", rows)


def draw(name: str, one: shap.Explanation) -> None:
    if name in ("waterfall",):
        shap.plots.waterfall(one[0], show=False)
    elif name == "scatter":
        shap.plots.scatter(one[:, "job"], color=one, show=False)
    elif name == "decision":
        names = list(one.feature_names)
        shap.plots.decision(one.base_values[0], one.values, feature_names=names, show=False)
    elif name == "force":
        shap.plots.force(one[0], matplotlib=True, show=False)
    else:
        getattr(shap.plots, name)(one, show=False)


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_of_the_package_works_on_one_output(name: str) -> None:
    draw(name, explanation().toSHAP())
    assert plt.gcf().axes


@pytest.mark.parametrize("name", PLOTS)
def test_every_plot_of_the_package_works_on_a_class_of_several(name: str) -> None:
    draw(name, explanation(("a", "b", "c")).toSHAP()[..., 1])
    draw(name, explanation(("a", "b", "c")).toSHAP("b"))
    assert plt.gcf().axes


def test_all_classes_are_a_third_axis_and_are_found_by_name() -> None:
    one = explanation(("a", "b", "c"))
    found = one.toSHAP()
    assert found.values.shape == (40, 3, 3)
    np.testing.assert_array_equal(found[:, :, "b"].values, one.values[..., 1])
    np.testing.assert_array_equal(found[:, :, "b"].base_values, one.base[:, 1])
    for name in ("b", 1, -2):
        np.testing.assert_array_equal(one.toSHAP(name).values, one.values[..., 1])


def test_levels_are_numbers_for_colours_and_words_for_people() -> None:
    one = explanation()
    found = one.toSHAP()
    jobs = one.data["job"]
    known = np.array([job is not None for job in jobs])
    codes = found.data[:, 1]
    assert np.isnan(codes[~known]).all()
    assert {(job, int(code)) for job, code in zip(jobs[known], codes[known])} == {
        ("baker", 0), ("clerk", 1), ("nurse", 2),
    }  # fmt: skip
    assert found.display_data[known, 1].tolist() == jobs[known].tolist()
    assert set(found.display_data[~known, 1]) == {"missing"}
    np.testing.assert_array_equal(found.data[:, 0], one.data["age"])
    assert np.isnan(found.data[:, 2]).all()
    assert found.feature_names == ["age", "job", "hidden"]


def test_what_comes_out_adds_up_as_before() -> None:
    one = explanation()
    found = one.toSHAP()
    np.testing.assert_allclose(found.base_values + found.values.sum(1), one.prediction[:, 0])


def test_an_unknown_output_is_refused_with_what_there_is() -> None:
    with pytest.raises(SynapseError, match=r"no output 'yess'.*Did you mean 'yes'"):
        explanation(("yes", "no")).toSHAP("yess")
    with pytest.raises(SynapseError, match=r"no output 2\. Expected 0 to 1"):
        explanation(("yes", "no")).toSHAP(2)


def test_without_the_package_the_message_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "shap", None)
    with pytest.raises(SynapseError, match=r"pip install 'synapse-magic\[shap\]'"):
        explanation().toSHAP()


def test_texts_become_tokens_that_the_text_plot_shows() -> None:
    made = texts([" So good, so\nfine!", "bad"], ("no", "yes"))
    one = made.toSHAP("yes")
    assert ["".join(own) for own in one.data] == [" So good, so\nfine!", "bad"]
    assert one.data[0].tolist() == [" So ", "good, ", "so\n", "fine!"]
    assert one.values[0].tolist() == made.values[:4, 1].tolist()
    assert one.base_values.tolist() == made.base[:, 1].tolist()
    assert "fine!" in shap.plots.text(one, display=False)
    every = made.toSHAP()
    assert every.values[1].shape == (1, 2)
    assert "good, " in shap.plots.text(every[0], display=False)
    with pytest.raises(SynapseError, match="no output 'maybe'"):
        made.toSHAP("maybe")


def test_a_text_without_words_is_one_token_that_adds_nothing() -> None:
    one = texts(["so good", " ", "bad"], ("yes",)).toSHAP()
    assert one.data[1].tolist() == [" "]
    assert one.values[1].tolist() == [0.0]
    assert "good" in shap.plots.text(one, display=False)


def test_the_image_plot_works_and_values_of_pixels_add_up() -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 255, (12, 20, 4), dtype=np.uint8) for _ in range(2)]
    made = images([*pictures, pictures[0][:, :, 0]], ("no", "yes"))
    every = made.toSHAP()
    assert every.values.shape == (3, 12, 20, 3, 2)
    sums = every.values.sum((1, 2, 3))
    np.testing.assert_allclose(sums, made.prediction - made.base, atol=1e-12)
    assert every.output_names == ["no", "yes"]
    one = made.toSHAP("yes")
    assert (one.data[0] == pictures[0][:, :, [2, 1, 0]]).all()
    assert (one.data[2] == pictures[0][:, :, :1]).all()
    np.testing.assert_allclose(one.values, every.values[..., 1])
    shap.plots.image(one, show=False)
    assert len(plt.gcf().axes) >= 6
    with pytest.raises(SynapseError, match=r"2 sizes, from 4 x 4 to 8 x 5.*resize\(4, 4\)"):
        images([np.zeros((8, 5), np.uint8), np.zeros((4, 4), np.uint8)]).toSHAP()
