from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.views import pack


def test_what_is_embedded_comes_back_exactly() -> None:
    arrays = {
        "small": np.array([[1, 2], [3, 250]], dtype=np.uint8),
        "large": np.array([70_000], dtype=np.uint32),
        "real": np.array([0.1, -np.inf, np.nan]),
        "none": np.zeros((0, 3)),
    }
    back = pack.extract(pack.embed({"deep": [arrays], "word": "x", "gone": float("nan")}))
    for name, array in arrays.items():
        np.testing.assert_array_equal(back["deep"][0][name], array)
        assert back["deep"][0][name].dtype == array.dtype
    assert back["word"] == "x"
    assert back["gone"] is None


def test_no_string_can_close_the_script_element() -> None:
    text = pack.embed({"name": "</script><script>alert(1)//<!--"})
    assert "<" not in text
    assert pack.extract(text)["name"] == "</script><script>alert(1)//<!--"


def test_text_that_is_no_text_survives() -> None:
    assert pack.extract(pack.embed({"name": "a\ud800\u2028b"}))["name"] == "a\ud800\u2028b"


def test_counts_take_the_narrowest_type_that_is_exact() -> None:
    assert pack.smallest(np.array([255])).dtype == np.uint8
    assert pack.smallest(np.array([256])).dtype == np.uint16
    assert pack.smallest(np.array([65_536])).dtype == np.uint32
    with pytest.raises(OverflowError, match="32 bits"):
        pack.smallest(np.array([2**32]))


def test_quantised_values_are_within_half_a_step() -> None:
    values = np.linspace(-3, 5, 1001)
    steps = pack.quantise(values, -3, 5)
    assert np.abs(-3 + steps / 65534 * 8 - values).max() <= 8 / 65534 / 2 + 1e-12


def test_missing_is_told_from_every_value() -> None:
    steps = pack.quantise(np.array([np.nan, np.inf, -np.inf, 2.0]), 2.0, 2.0)
    assert steps.tolist() == [65535, 65534, 0, 0]


def test_other_kinds_of_arrays_are_refused() -> None:
    with pytest.raises(TypeError, match="int64"):
        pack.embed({"x": np.array([1], dtype=np.int64)})
