from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.conditional.adding import add_answers, add_scored, means, vary_all
from synapse_magic.kernels.conditional.answering import Answerer, read
from synapse_magic.kernels.conditional.grid import Grid
from synapse_magic.kernels.conditional.maps import CurveMap
from synapse_magic.kernels.conditional.scorer import CurveScorer
from synapse_magic.kernels.conditional.varying import Variation
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.vectors import from_matrix

A = Variation((Grid("a", pa.array([1.0, 2.0]), True),))
B = Variation((Grid("b", pa.array([10.0, 20.0, 30.0]), True),))
TARGET = Target("p")


class Product:
    inputs = ("a", "b")
    outputs = ("p",)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        a, b = (column.to_numpy() for column in batch.columns)
        if (b < 0).any():
            raise ValueError("b is negative")
        return pa.RecordBatch.from_arrays([pa.array(a * b)], ["p"])


def batch(*rows: tuple[Any, ...], names: str = "ab") -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(column) for column in zip(*rows)], list(names))


def contents(found: Any) -> list[bytes]:
    return [row["content"] for part in found for row in part.to_pylist()]


def test_partitions_add_up_to_the_means_whichever_way_the_model_is_asked() -> None:
    parts = [batch((1.0, 1.0), (2.0, 5.0)), batch((3.0, 0.0))]
    model = Answerer(Product(), TARGET)
    here = [
        one for part in parts for one in contents(add_scored(model, [A, B], list("ab"), [part]))
    ]
    found = means(here, [A, B], 3)
    assert [each.tolist() for each in found] == [[[2.0], [4.0]], [[20.0], [40.0], [60.0]]]
    there = []
    for part in parts:
        for asked in vary_all([A, B], list("ab"), "k", [part]):
            given = model(asked)[::-1, 0]
            answers = pa.RecordBatch.from_arrays(
                [pa.array(given), asked.column(2)[::-1]], ["p", "k"]
            )
            there += contents(
                add_answers(TARGET, 5, ["p", "k"], [answers.slice(0, 3), answers.slice(3)])
            )
    assert [each.tolist() for each in means(there, [A, B], 3)] == [each.tolist() for each in found]


def test_partitions_without_rows_send_nothing() -> None:
    model = Answerer(Product(), TARGET)
    assert contents(add_scored(model, [A], list("ab"), [batch((1.0, 1.0)).slice(1)])) == []
    assert contents(add_answers(TARGET, 2, ["p", "k"], [])) == []


def test_an_answer_too_few_or_too_many_is_told() -> None:
    model = Answerer(Product(), TARGET)
    sent = contents(add_scored(model, [A], list("ab"), [batch((1.0, 1.0), (2.0, 2.0))]))
    for rows in (1, 3):
        with pytest.raises(SynapseError, match=f"gave 4 rows for {2 * rows}"):
            means(sent, [A], rows)


def test_rows_have_their_own_classes() -> None:
    given = from_matrix(np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]))
    rows = pa.RecordBatch.from_pydict(
        {"k": [[2], [0], [2]], "one": [1, 0, 1], "odd": [[0], [1, 2], [0]]}
    )
    assert read(Target("p", (), "k"), given, rows).tolist() == [[3], [4], [9]]
    assert read(Target("p", (), "one"), given, rows).tolist() == [[2], [4], [8]]
    with pytest.raises(SynapseError, match="1 classes in one row and 2 in another"):
        read(Target("p", (), "odd"), given, rows)
    with pytest.raises(SynapseError, match="no class 7"):
        read(Target("p", (7,)), given, rows)


def test_a_row_that_fails_has_nulls_and_the_reason_and_the_others_their_maps() -> None:
    made = (CurveMap("A", A, 0),)
    scorer = CurveScorer(Answerer(Product(), TARGET), made, "why")
    rows = batch(*((1.0, float(b)) for b in (1, 2, -1, 4, 5)))
    found = scorer.score(rows)
    assert scorer.outputs == ("A", "why")
    assert found.column("why").to_pylist() == [
        None, None, "The model failed: ValueError: b is negative", None, None,
    ]  # fmt: skip
    maps = found.column("A").to_pylist()
    assert maps[2] is None
    assert [[value["values"] for _, value in maps[i]] for i in (0, 4)] == [[[1], [2]], [[5], [10]]]
    with pytest.raises(ValueError, match="negative"):
        CurveScorer(Answerer(Product(), TARGET), made, "").score(rows)
    assert scorer.score(rows.slice(5)).num_rows == 0


def test_a_map_that_insists_on_curves_tells_where_there_are_none() -> None:
    local = Local(np.array([[1.0], [2.0]]), *[np.zeros(1)] * 3)
    rows = batch((1.0, 1.0), (2.0, 2.0))
    assert CurveMap("A", A, 0).column([local, None], rows).null_count == 1
    with pytest.raises(SynapseError, match="errorCol='why'"):
        CurveMap("A", A, 0, insists=True).column([local, None], rows)
