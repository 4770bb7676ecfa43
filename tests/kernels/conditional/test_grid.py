from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.kernels.conditional.grid import even_grid, level_grid, spread_grid
from synapse_magic.kernels.conditional.stored import from_numbers, to_numbers

D = datetime.date


def test_an_even_grid_of_numbers_has_both_ends_and_equal_steps() -> None:
    found = even_grid("x", pa.float64(), 0.0, 5.0, 10)
    assert found.values.to_pylist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0]
    assert found.ordered
    tenths = even_grid("x", pa.float64(), 0.0, 3.0, 10).values.to_pylist()
    assert tenths == [0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 1.8, 2.1, 2.4, 2.7, 3.0]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(3, 6, [3, 4, 5, 6]), (0, 100, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]), (7, 7, [7])],
)
def test_an_even_grid_of_integers_holds_integers_once(low, high, expected) -> None:
    assert even_grid("x", pa.int32(), low, high, 10).values.to_pylist() == expected


def test_integers_beyond_the_digits_of_floats_are_exact() -> None:
    low, high = 2**62 + 1, 2**62 + 3
    assert even_grid("x", pa.int64(), low, high, 10).values.to_pylist() == [low, low + 1, high]


def test_the_largest_floats_make_a_grid_without_infinities() -> None:
    found = even_grid("x", pa.float64(), -1.7e308, 1.7e308, 4).values.to_numpy()
    assert np.isfinite(found).all()
    assert found[[0, 2, 4]].tolist() == [-1.7e308, 0.0, 1.7e308]


def test_floats_of_four_bytes_that_become_equal_are_there_once() -> None:
    found = even_grid("x", pa.float32(), 1.0, 1.0 + 2**-23, 10)
    assert found.values.to_pylist() == [1.0, 1.0 + 2**-23]
    assert found.values.type == pa.float32()


def test_a_constant_column_has_one_value() -> None:
    assert even_grid("x", pa.float64(), 2.5, 2.5, 10).values.to_pylist() == [2.5]


def test_dates_and_decimals_keep_their_types() -> None:
    days = to_numbers(pa.array([D(2024, 1, 1), D(2024, 1, 5)]))
    found = even_grid("d", pa.date32(), *days, 2).values.to_pylist()
    assert found == [D(2024, 1, 1), D(2024, 1, 3), D(2024, 1, 5)]
    kind = pa.decimal128(38, 2)
    cents = to_numbers(
        pa.array([Decimal("0.10"), Decimal("123456789012345678901234567890.12")], kind)
    )
    assert cents[1] == 12345678901234567890123456789012
    found = even_grid("p", kind, *cents, 1).values.to_pylist()
    assert found == [Decimal("0.10"), Decimal("123456789012345678901234567890.12")]


def test_timestamps_go_to_microseconds_and_back() -> None:
    kind = pa.timestamp("us", "UTC")
    column = pa.array([0, 1_700_000_000_123_456], pa.int64()).cast(kind)
    assert from_numbers(to_numbers(column), kind).equals(column)


def test_a_spread_grid_holds_values_of_the_column_up_to_its_ends() -> None:
    column = pa.array(np.r_[np.zeros(900), np.arange(1, 101)])
    found = spread_grid("gain", column, 11).values.to_pylist()
    assert found == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0]


def test_missing_and_infinite_numbers_are_no_points_of_a_grid() -> None:
    column = pa.array([None, np.nan, np.inf, -np.inf, 3.0, 1.0])
    assert spread_grid("x", column, 5).values.to_pylist() == [1.0, 3.0]


def test_a_column_without_any_value_has_one_point_that_is_missing() -> None:
    for column in (pa.nulls(3, pa.float64()), pa.array([np.nan]), pa.nulls(2, pa.date32())):
        found = spread_grid("x", column, 5)
        assert found.values.to_pylist() == [None]
        assert found.values.type == column.type
        assert not found.ordered


def test_levels_go_by_frequency_then_by_value_and_missing_is_one() -> None:
    column = pa.array(["b", "c", None, "a", None, "c", "d"])
    assert level_grid("x", column, 4).values.to_pylist() == ["c", None, "a", "b"]
    assert level_grid("x", pa.array([True, False, True, None]), 9).values.to_pylist() == [
        True, False, None,
    ]  # fmt: skip
    assert level_grid("x", pa.array([10, 9, 10, 9, 2]), 9).values.to_pylist() == [9, 10, 2]
