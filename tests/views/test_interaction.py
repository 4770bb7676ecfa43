from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.views import pack
from synapse_magic.views.interaction import Interaction, partner

A = np.tile([-1.0, -1.0, 1.0, 1.0], 100)
B = np.tile([-1.0, 1.0], 200)
C = np.repeat(np.arange(4.0), 100)
DATA = {"a": A, "b": np.where(B > 0, "up", "down").astype(object), "c": C}
VALUES = np.stack([A * B / 2 + A, A * B / 2, C * 3], axis=1)[:, :, None]


def product(**more: object) -> Interaction:
    return Interaction.of(VALUES, DATA, ["a", "b", "c"], ["yes"], **more)  # type: ignore[arg-type]


def test_each_half_of_a_product_depends_on_the_other_feature() -> None:
    found = product()
    assert found.names == ("c", "a", "b")
    expected = np.zeros((3, 3))
    expected[1, 2] = expected[2, 1] = 0.5
    np.testing.assert_allclose(found.strength[0], expected, atol=1e-9)


def test_the_strongest_pair_comes_first_and_its_map_has_the_means_of_its_cells() -> None:
    first = product().maps[0]
    assert (first.of, first.by) == ("a", "b")
    assert first.of_groups == ("\N{MINUS SIGN}1", "1")
    places = [first.by_groups.index(level) for level in ("down", "up")]
    np.testing.assert_allclose(first.means[0][:, places], [[-0.5, -1.5], [0.5, 1.5]])
    assert first.counts.sum() == 400


def test_html_axes_and_table_tell_the_same_numbers() -> None:
    found = product()
    sent = pack.extract(pack.embed(found.payload()))
    table = found.table()
    for name, other, _, strength in table.to_numpy():
        i, j = sent["names"].index(name), sent["names"].index(other)
        assert sent["strength"][0, i, j] == pytest.approx(strength)
    image = found.axes().get_images()[0].get_array()
    np.testing.assert_array_equal(image, found.strength[0])
    assert table["strength"].is_monotonic_decreasing
    assert len(table) == 6


def test_every_class_has_its_own_strengths() -> None:
    values = np.concatenate([VALUES, 2 * VALUES], axis=2)
    found = Interaction.of(values, DATA, ["a", "b", "c"], ["no", "yes"])
    np.testing.assert_allclose(found.strength[1], 2 * found.strength[0])
    table = found.table().set_index(["feature", "depends_on", "output"])["strength"]
    assert table["a", "b", "yes"] == pytest.approx(1.0)


def test_features_without_values_are_left_out_and_counted() -> None:
    found = Interaction.of(VALUES, {k: DATA[k] for k in "ab"}, ["a", "b", "c"], ["yes"])
    assert found.names == ("a", "b")
    assert "the 2 strongest of 3 features" in found.note()


def test_no_interaction_is_said() -> None:
    values = np.stack([A, C], axis=1)[:, :, None]
    found = Interaction.of(values, {"a": A, "c": C}, ["a", "c"], ["yes"])
    assert not found.strength.any()
    assert "no contribution depends on another feature's value" in found.sentence()


def test_the_rows_looked_at_are_told() -> None:
    few = Interaction.of(
        np.tile(VALUES, (21, 1, 1)),
        {k: np.tile(v, 21) for k, v in DATA.items()},
        list("abc"),
        ["y"],
    )
    assert few.rows == 2800
    assert "2,800 rows of 8,400" in few.note()


def test_many_features_and_classes_are_cut_to_the_strongest(rng: np.random.Generator) -> None:
    values = rng.normal(size=(100, 200, 12)) / np.arange(1, 201)[None, :, None]
    names = [f"f{i}" for i in range(200)]
    data = {name: values[:, i, 0] for i, name in enumerate(names)}
    found = Interaction.of(values, data, names, [str(i) for i in range(12)])
    assert found.names[0] == "f0"
    assert len(found.names) == 28
    assert len(pack.embed(found.payload())) < 100_000


def test_a_partner_is_found_though_it_has_no_effect_on_average() -> None:
    assert partner(VALUES[:, 0], "a", ["c", "b"], DATA) == "b"
    assert partner(VALUES[:, 0], "a", [], DATA) is None


def test_missing_and_infinite_values_have_groups_of_their_own(rng: np.random.Generator) -> None:
    own = rng.normal(size=300)
    own[:30], own[30] = np.nan, np.inf
    values = rng.normal(size=(300, 2, 1))
    found = Interaction.of(values, {"a": own, "b": rng.normal(size=300)}, ["a", "b"], ["y"])
    first = next(one for one in found.maps if one.of == "a")
    assert first.of_groups[-1] == "missing"
    assert first.of_groups[-2].endswith("∞")
    assert np.isfinite(found.strength).all()
