from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.views import pack
from synapse_magic.views.row import Row, inverse

NAMES = tuple(f"f{i}" for i in range(14))


def row(link: str = "logit", outputs: tuple[str, ...] = ("yes",), **more: object) -> Row:
    values = np.linspace(-1, 1.6, 14)[:, None] * np.arange(1, len(outputs) + 1)
    base = np.full(len(outputs), -0.5)
    parts = (NAMES, tuple("v" * 14), values, base, base + values.sum(axis=0), outputs, link)
    return Row(*parts, **more)  # type: ignore[arg-type]


def test_bars_add_up_to_the_prediction_with_the_rest_as_one() -> None:
    one = row()
    bars = one.bars(0)
    assert len(bars) == 10
    assert bars[-1][0] == "5 other features"
    np.testing.assert_allclose(one.base[0] + sum(value for _, value in bars), one.prediction[0])


def test_no_rest_of_a_single_feature() -> None:
    one = row()
    assert [words for words, _ in one.bars(0, most=13)][-1].startswith("f")


def test_an_exact_row_says_so_and_another_tells_its_residual() -> None:
    assert row().badge(0) == ("adds up exactly", True)
    off = row()
    off = Row(
        NAMES, off.shown_values, off.values, off.base, off.prediction + 0.25, ("yes",), "logit"
    )
    assert off.badge(0) == ("residual 0.25", False)
    np.testing.assert_allclose(off.residual, 0.25)


def test_a_lime_row_tells_how_well_it_fits() -> None:
    assert row(quality=np.array([0.31])).badge(0) == ("R\u00b2 0.31", False)
    assert "intercept" in row(quality=np.array([0.31])).html()


def test_probabilities_of_the_links() -> None:
    assert inverse("logit", np.array([0.0]))[0] == 0.5
    np.testing.assert_allclose(inverse("softmax", np.log([1.0, 3.0])), [0.25, 0.75])
    np.testing.assert_allclose(inverse("log", np.log([7.0])), [7.0])
    assert inverse("identity", np.array([3.0]))[0] == 3.0
    with np.errstate(over="raise", invalid="raise"):
        assert inverse("logit", np.array([-800.0, 800.0])).tolist() == [0.0, 1.0]


def test_html_axes_and_table_tell_the_same_numbers() -> None:
    one = row()
    sent = pack.extract(pack.embed(one.payload()))["rows"][0]
    table = one.table()
    by_name = dict(zip(table["feature"], table["contribution"], strict=True))
    for name, value in zip(sent["names"], sent["values"][:, 0], strict=True):
        assert by_name[name] == value
    assert by_name["(base)"] == sent["base"][0]
    assert by_name["(prediction)"] == sent["prediction"][0]
    widths = [patch.get_width() for patch in one.axes().patches]
    np.testing.assert_allclose(widths, [value for _, value in one.bars(0)])


def test_what_is_not_sent_is_sent_as_a_sum() -> None:
    entry = row().entry(most=5)
    assert entry["others"] == 9
    np.testing.assert_allclose(entry["values"].sum() + entry["rest"][0], row().values.sum())


def test_the_companion_is_drawn_beside_and_listed() -> None:
    lime = row(method="LIME", quality=np.array([0.8]))
    one = row(companion=lime)
    assert one.picture().count("<img") == 2
    assert set(one.table()["method"]) == {"SHAP", "LIME"}


@pytest.mark.parametrize("link", ["identity", "logit", "softmax", "log"])
def test_the_scale_that_adds_up_is_named(link: str) -> None:
    one = row(link, ("a", "b"))
    assert "add up" in one.html(interactive=False)
    assert one.first == 0
    assert "for a" in one.sentence()


def test_sampled_values_have_whiskers_of_two_standard_errors() -> None:
    error = np.linspace(0.1, 1.4, 14)[:, None]
    one = row(error=error)
    order = one.order(0)
    np.testing.assert_allclose(one.whiskers(0)[:9], 1.959964 * error[order[:9], 0], rtol=1e-6)
    assert np.isnan(one.whiskers(0)[9])
    assert "Whisker: 95 % interval" in one.note()
    table = one.table().set_index("feature")["standard_error"]
    assert table["f3"] == error[3, 0]
    assert np.isnan(table["(base)"])
    sent = pack.extract(pack.embed(one.payload()))["rows"][0]
    np.testing.assert_array_equal(sent["error"][:, 0], error[order, 0])


def test_exact_values_have_none() -> None:
    one = row()
    assert np.isnan(one.whiskers(0)).all()
    assert "standard_error" not in one.table()
    assert "Whisker" not in one.note()


def test_whiskers_are_inside_the_axis() -> None:
    one = row(error=np.full((14, 1), 5.0))
    ax = one.axes()
    low, high = ax.get_xlim()
    steps = np.cumsum([one.base[0], *(value for _, value in one.bars(0))])
    assert low < steps[1] - 9.79
    assert high > steps[9] + 9.79
