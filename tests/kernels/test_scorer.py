from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.kernels.scorer import ChainedScorer


@dataclass(frozen=True)
class Plus:
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return pa.RecordBatch.from_arrays([pc.add(batch.column(0), 1)], list(self.outputs))


def batch(**columns: list[int]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(columns)


def test_each_scorer_sees_what_the_ones_before_it_made() -> None:
    chain = ChainedScorer.of([Plus(("a",), ("b",)), Plus(("b",), ("c",))])
    assert chain.score(batch(a=[1, 2])).to_pydict() == {"b": [2, 3], "c": [3, 4]}
    assert chain.inputs == ("a",)
    assert chain.outputs == ("b", "c")


def test_a_scorer_that_the_last_does_not_need_is_left_out() -> None:
    label = Plus(("income",), ("label",))
    chain = ChainedScorer.of([label, Plus(("a",), ("b",)), Plus(("b",), ("c",))])
    assert chain.inputs == ("a",)
    assert chain.score(batch(a=[1])).to_pydict() == {"b": [2], "c": [3]}


def test_a_column_replaced_under_its_own_name_is_still_an_input() -> None:
    chain = ChainedScorer.of([Plus(("a",), ("a",)), Plus(("a",), ("c",))])
    assert chain.inputs == ("a",)
    assert chain.score(batch(a=[1])).to_pydict() == {"a": [2], "c": [3]}


def test_the_batch_before_the_last_scorer_holds_inputs_and_made_columns() -> None:
    chain = ChainedScorer.of([Plus(("a",), ("b",)), Plus(("b",), ("c",))])
    assert chain.before_last(batch(a=[1])).to_pydict() == {"a": [1], "b": [2]}
