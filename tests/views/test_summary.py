from __future__ import annotations

import time

import everyview
import numpy as np

from synapse_magic.views import pack
from synapse_magic.views.summary import Summary
from synapse_magic.views.words import number

VALUES = np.array([[[1.0], [-0.5]], [[-3.0], [0.5]]])
DATA = {"a": np.array([0.0, 1.0]), "b": np.array(["x", None], dtype=object)}


def small() -> Summary:
    return Summary.of(VALUES, DATA, ["b", "a"], ["yes"], rows_total=10)


def test_the_mean_is_that_of_absolute_values() -> None:
    summary = small()
    assert summary.names == ("b", "a")
    np.testing.assert_allclose(summary.mean_abs[:, 0], [2.0, 0.5])


def test_html_axes_and_table_tell_the_same_numbers() -> None:
    summary = small()
    payload = pack.extract(pack.embed(summary.payload()))
    table = summary.table()
    np.testing.assert_array_equal(payload["meanAbs"][:, 0], table["mean_abs"])
    assert payload["names"] == table["feature"].tolist()
    labels = [label.get_text() for label in summary.axes().get_yticklabels()]
    expected = [f"{n}  {number(v)}" for n, v in zip(*table.to_numpy().T, strict=True)]
    assert labels == expected
    (still,) = everyview.stills(summary.picture())
    for value in table["mean_abs"]:
        assert f">{number(value)}<" in still


def test_the_picture_and_the_payload_count_the_same_rows() -> None:
    summary = small()
    payload = pack.extract(pack.embed(summary.payload()))
    for strip, sent in zip(summary.strips, payload["strips"], strict=True):
        np.testing.assert_array_equal(strip.counts, sent["counts"])
    pixels = summary.strip_pixels(0, 0)
    seen = pixels[..., 3].any(axis=0).reshape(60, -1).any(axis=1)
    np.testing.assert_array_equal(seen, summary.strips[0].counts[0].sum(axis=1) > 0)


def test_several_classes_each_have_their_mean() -> None:
    values = np.stack([VALUES[..., 0], 2 * VALUES[..., 0]], axis=2)
    table = Summary.of(values, DATA, ["a", "b"], ["no", "yes"]).table()
    np.testing.assert_allclose(table["mean_abs[yes]"], 2 * table["mean_abs[no]"])


def test_one_row_can_be_summarised() -> None:
    summary = Summary.of(VALUES[:1], {}, ["a", "b"], ["yes"])
    assert "1 row" in summary.html()


def test_features_whose_values_are_unknown_are_neutral() -> None:
    assert {strip.kind for strip in Summary.of(VALUES, {}, ["a", "b"], ["yes"]).strips} == {
        "unknown"
    }


def test_a_million_rows_take_seconds_and_kilobytes(rng: np.random.Generator) -> None:
    rows, features = 1_000_000, 20
    values = rng.standard_normal((rows, features, 1), dtype=np.float32)
    data = {f"f{i}": values[:, i, 0].astype(float) for i in range(16)}
    levels = np.array([f"level {i}" for i in range(10)], dtype=object)
    data |= {f"f{i}": levels[rng.integers(0, 10, rows)] for i in range(16, 20)}
    before = time.process_time()
    summary = Summary.of(values, data, list(data), ["yes"])
    html = summary.html()
    assert time.process_time() - before < 2
    assert len(pack.embed(summary.payload())) < 300_000
    assert len(html) < 300_000


def test_two_thousand_features_stay_within_the_budget(rng: np.random.Generator) -> None:
    values = rng.standard_normal((200, 2000, 1))
    data = {f"a feature with a long name {i}": values[:, i, 0] for i in range(2000)}
    summary = Summary.of(values, data, list(data), ["yes"])
    assert len(pack.embed(summary.payload())) < 300_000
    assert len(summary.html()) < 360_000
    assert len(summary.table()) == 2000
