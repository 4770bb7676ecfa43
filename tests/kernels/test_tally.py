from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from synapse_magic.kernels.tally import REST, Tally

MOST = (24, 64)


def whole(
    values: np.ndarray, shap: np.ndarray, parts: int = 1, most: tuple[int, int] = MOST
) -> Tally:
    cut = zip(np.array_split(values, parts), np.array_split(shap, parts), strict=True)
    found: Tally | None = None
    for i, one in enumerate(cut):
        part = Tally.of(*one, most, found if i % 2 else None)
        if found is None:
            found = part
        else:
            found.merge(part)
    assert found is not None
    return found


def numbers(rows: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    values = np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows) * 10)
    return values, np.stack([rng.normal(size=rows), rng.lognormal(size=rows)], axis=1)


def test_moments_and_range_are_those_of_all_rows() -> None:
    values, shap = numbers()
    for parts in (1, 7):
        found = whole(values, shap, parts)
        assert found.rows == 3000
        np.testing.assert_allclose(found.mean_abs, np.abs(shap).mean(axis=0), rtol=1e-14)
        np.testing.assert_allclose(found.squares / 2999, np.abs(shap).var(axis=0, ddof=1))
        np.testing.assert_array_equal(found.low, shap.min(axis=0))
        np.testing.assert_array_equal(found.high, shap.max(axis=0))


@pytest.mark.parametrize("parts", [2, 5, 100])
def test_parts_and_their_order_do_not_matter(parts: int) -> None:
    values, shap = numbers()
    order = np.random.default_rng(parts).permutation(len(values))
    one, other = whole(values, shap), whole(values[order], shap[order], parts)
    assert (one.level, one.step_levels) == (other.level, other.step_levels)
    np.testing.assert_array_equal(one.values, other.values)
    for a, b in zip(one.counts, other.counts, strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_allclose(one.sums, other.sums)


def test_a_tally_stays_small_and_loses_no_row() -> None:
    values, shap = numbers(20_000)
    found = whole(values, shap, 10)
    assert found.counts[0].shape[0] <= 24
    assert all(one.shape[1] <= 64 and one.sum() == 20_000 for one in found.counts)
    assert len(pickle.dumps(found)) < 40_000


def test_few_distinct_values_and_contributions_are_kept_as_they_are() -> None:
    values = np.tile([0.1, np.nan, -7.0, np.inf], 50)
    shap = np.tile([0.25, -0.25], 100)[:, None]
    found = whole(values, shap, 3)
    np.testing.assert_array_equal(found.values, [-7.0, 0.1, np.inf, np.nan])
    np.testing.assert_array_equal(found.steps[0], [-0.25, 0.25])
    np.testing.assert_array_equal(found.counts[0], [[0, 50], [0, 50], [50, 0], [50, 0]])


def test_levels_are_counted_by_name_with_the_missing_apart() -> None:
    levels = np.array(["a", None, "b", "a"] * 30, dtype=object)
    shap = np.tile([1.0, 2.0, 3.0, 5.0], 30)[:, None]
    found = whole(levels, shap, 4)
    assert found.values.tolist() == ["a", None, "b"]
    np.testing.assert_array_equal(found.sums[:, 0], [180, 60, 90])
    np.testing.assert_array_equal(found.counts[0].sum(axis=1), [60, 30, 30])


def test_of_too_many_levels_the_frequent_ones_are_kept() -> None:
    rare = [f"rare {i}" for i in range(500)]
    levels = np.array((["often"] * 30 + rare[:50] + [None]) * 10 + rare, dtype=object)
    found = whole(levels, np.ones((len(levels), 1)), 9)
    counts = dict(zip(found.values, found.counts[0].sum(axis=1), strict=True))
    assert len(counts) <= 24
    assert counts["often"] == 300
    assert counts[None] == 10
    assert counts[REST] > 400
    assert sum(counts.values()) == len(levels)


def test_merging_leaves_the_other_as_it_was() -> None:
    values, shap = numbers(100)
    one, other = Tally.of(values, shap, MOST), Tally.of(values, shap, MOST)
    before = copy.deepcopy(other)
    one.merge(other)
    np.testing.assert_array_equal(other.values, before.values)
    np.testing.assert_array_equal(other.counts[0], before.counts[0])
