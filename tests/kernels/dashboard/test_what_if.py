from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.conditions import Levels
from synapse_magic.kernels.dashboard.what_if import (
    Asker,
    Change,
    Goal,
    counterfactual,
    distances,
    spreads,
)
from synapse_magic.kernels.explaining.target import Target


def line(rows: Sequence[dict[str, Any]]) -> np.ndarray:
    return np.array([row["a"] + 2 * row["b"] for row in rows])


CHOICES = [Change("a", float(v), float(v)) for v in range(1, 6)] + [
    Change("b", float(v), 3.0 * v) for v in range(1, 3)
]


def test_the_smallest_single_change_is_found_first() -> None:
    found = counterfactual(line, {"a": 0.0, "b": 0.0}, CHOICES, Goal(3, above=True))
    assert found == [Change("a", 3.0, 3.0)]


def test_a_locked_column_stays_as_it_is() -> None:
    found = counterfactual(line, {"a": 0.0, "b": 0.0}, CHOICES, Goal(3, above=True), ["a"])
    assert found == [Change("b", 2.0, 6.0)]


def test_two_columns_are_changed_where_one_is_not_enough() -> None:
    found = counterfactual(line, {"a": 0.0, "b": 0.0}, CHOICES, Goal(7, above=True))
    assert found is not None
    assert {one.column for one in found} == {"a", "b"}
    assert line([{one.column: one.value for one in found}])[0] >= 7


def test_what_cannot_be_reached_has_no_changes() -> None:
    assert counterfactual(line, {"a": 0.0, "b": 0.0}, CHOICES, Goal(99, above=True)) is None
    assert counterfactual(line, {"a": 0.0, "b": 0.0}, CHOICES, Goal(0, above=False)) is None


def test_a_score_goes_below_a_bound_and_not_onto_it() -> None:
    lower = [Change("a", v, 1 - v) for v in (0.5, 0.0)]
    found = counterfactual(line, {"a": 1.0, "b": 0.0}, lower, Goal(0.5, above=False))
    assert found == [Change("a", 0.0, 1.0)]


def test_distances_count_spreads_and_other_levels() -> None:
    columns = {
        "age": np.array([0.0, 4.0, np.nan]),
        "job": Levels(np.array([0, 1, -1]), ("a", "b")),
        "nothing": np.full(3, np.nan),
    }
    assert spreads(columns)["age"] == 2.0
    row = {"age": 0.0, "job": "a", "nothing": None}
    assert distances(columns, row).tolist() == [0.0, 3.0, 2.0]


class Doubler:
    """A scorer that doubles, and raises for a row of 13."""

    inputs, outputs = ("age", "job", "on", "day"), ("prediction",)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        ages = batch.column("age").to_numpy(zero_copy_only=False)
        if (ages == 13).any():
            raise ValueError("no thirteen")
        return pa.RecordBatch.from_arrays([pa.array(2.0 * ages)], ["prediction"])


SCHEMA = pa.schema(
    [("age", pa.int32()), ("job", pa.string()), ("on", pa.bool_()), ("day", pa.date32())]
)


def test_values_are_given_to_the_scorer_in_the_types_of_its_columns() -> None:
    asker = Asker(Doubler(), Target("prediction"), SCHEMA)
    row = {"age": 4.0, "job": "</script>", "on": "true", "day": "2024-02-29"}
    assert asker.score([row, {**row, "age": 5.0, "job": None}]).tolist() == [[8.0], [10.0]]


def test_a_value_that_does_not_fit_is_told_with_its_column() -> None:
    asker = Asker(Doubler(), Target("prediction"), SCHEMA)
    for wrong in ({"age": 4.5}, {"age": 4.0, "day": "yesterday"}):
        with pytest.raises(SynapseError, match="does not fit"):
            asker.score([wrong])


def test_levels_that_a_column_holds_by_their_numbers_are_given_by_those() -> None:
    schema = pa.schema([("age", pa.float64())])
    asker = Asker(Doubler(), Target("prediction"), schema, {"age": ("low", "high")})
    assert asker.score([{"age": "high"}, {"age": "7"}]).tolist() == [[2.0], [14.0]]
    with pytest.raises(SynapseError, match="'high'"):
        asker.score([{"age": "higher"}])


class Hours:
    """A scorer of the hour of a time."""

    inputs, outputs = ("at",), ("prediction",)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        hours = pc.hour(batch.column("at")).cast(pa.float64())
        return pa.RecordBatch.from_arrays([hours], ["prediction"])


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_times_are_given_by_the_clock_of_their_zone(zone: str | None) -> None:
    kind = pa.timestamp("us", zone)
    asker = Asker(Hours(), Target("prediction"), pa.schema([("at", kind)]))
    for at in ("2024-01-01 12:00:00", "2024-01-01 12:00:00.25"):
        assert asker.score([{"at": at}]).tolist() == [[12.0]]
