from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.kernels.balance import pair_rows
from synapse_magic.kernels.balance.association import NAMES
from synapse_magic.kernels.balance.pair_rows import Levels, PairRows

FIELDS = ("feature", "a", "b", "gap")


def levels(name: str, count: int) -> Levels:
    table = np.arange(count * len(NAMES), dtype=float).reshape(count, -1)
    return Levels(name, tuple(f"{name}{i}" for i in range(count)), table)


def rows(work: PairRows, *batches: list[int]) -> list[dict]:
    given = [pa.RecordBatch.from_arrays([pa.array(b, pa.int64())], ["id"]) for b in batches]
    return [row for batch in work(given) for row in batch.to_pylist()]


@pytest.mark.parametrize("block", [1, 3, 1 << 16])
def test_each_level_meets_those_before_it(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_rows, "BLOCK", block)
    work = PairRows((levels("x", 4), levels("y", 2)), FIELDS, False)
    found = rows(work, [0, 1, 2], [3, 4, 5])
    pairs = [(row["feature"], row["a"], row["b"]) for row in found]
    expected = [("x", f"x{i}", f"x{j}") for i in range(4) for j in range(i)]
    assert pairs == [*expected, ("y", "y1", "y0")]
    # Measures of level i begin at ten times i, and so differ by ten times the places between.
    assert [row["gap"]["dp"] for row in found] == [10, 20, 10, 30, 20, 10, 10]


def test_rates_are_added_and_what_is_undefined_is_null() -> None:
    own = levels("x", 2)
    own.table[1, NAMES.index("krc")] = np.nan
    own.table[:, NAMES.index("pmi")] = -np.inf
    (row,) = rows(PairRows((own,), FIELDS, True), [0, 1])
    assert list(row["gap"]) == [*NAMES, "prA", "prB"]
    assert (row["gap"]["prA"], row["gap"]["prB"]) == (10, 0)
    assert row["gap"]["krc"] is None
    assert row["gap"]["pmi"] == 0.0
