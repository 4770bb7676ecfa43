from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.gathering import Gathering
from synapse_magic.kernels.explaining.kernel_shap import KernelShap
from synapse_magic.kernels.explaining.outputs import Values
from synapse_magic.kernels.explaining.samples import Marks, ask_all
from synapse_magic.kernels.explaining.scorer import ExplainingScorer
from synapse_magic.kernels.explaining.table_masker import TableMasker
from synapse_magic.kernels.explaining.target import Target

NAMES = ["x", "y", "z"]
MARKS = Marks("r", "p", "l", "e", ("k0", "k1", "k2"))
RNG = np.random.default_rng(0)
BACKGROUND = pa.RecordBatch.from_arrays(
    [pa.array(RNG.normal(size=60)), pa.array(RNG.normal(size=60)), pa.array(["a", "b"] * 30)], NAMES
)


class Model:
    inputs, outputs = tuple(NAMES), ("out",)

    def score(self, batch):
        x, y = batch.column(0).to_numpy(), batch.column(1).to_numpy()
        b = np.array(batch.column(2).to_pylist()) == "b"
        return pa.RecordBatch.from_arrays([pa.array(x * y + b)], ["out"])


def rows(count=5):
    arrays = [pa.array(np.arange(count) + 1.0), pa.array(np.arange(count) * 2.0)]
    texts = pa.array([f"t{i}" for i in range(count)])
    return pa.RecordBatch.from_arrays([*arrays, texts], NAMES)


def asker(samples=None):
    return KernelShap(TableMasker(BACKGROUND), samples, 42)


def asked(batch, samples=None):
    numbers = pa.array(np.arange(batch.num_rows) + (1 << 33))
    sent = pa.RecordBatch.from_arrays([*batch.columns, numbers], ["c0", "c1", "c2", "c3"])
    return pa.Table.from_batches(list(ask_all(asker(samples), NAMES, MARKS, [sent])))


def scored(perturbed, place=1):
    parts = []
    for batch in perturbed.to_batches(max_chunksize=1000):
        out = Model().score(batch.select(NAMES)).column(0)
        places = pa.array([place] * batch.num_rows, pa.int32())
        columns = [out, *(batch.column(name) for name in MARKS.names), places]
        parts.append(pa.RecordBatch.from_arrays(columns, ["out", *MARKS.names, MARKS.place]))
    return parts


def gathered(parts, samples=None):
    made = (Values("shap", True),)
    gathering = Gathering(asker(samples), Target("out"), tuple(NAMES), made, "why")
    found = pa.Table.from_batches(list(gathering.rows(parts))).to_pylist()
    return sorted(found, key=lambda row: row["x"])


def taken(parts, places):
    table = pa.Table.from_batches(parts).take(pa.array(places))
    return table.combine_chunks().to_batches(max_chunksize=700)


def test_the_numbers_are_those_of_a_model_in_the_worker():
    here = ExplainingScorer(asker(), Model(), Target("out"), (Values("shap", True),), "why")
    found = gathered(scored(asked(rows())))
    assert [row["shap"] for row in found] == here.score(rows()).column("shap").to_pylist()
    assert [row["why"] for row in found] == [None] * 5
    assert [row["z"] for row in found] == rows().column(2).to_pylist()


def test_the_order_of_perturbed_rows_in_a_partition_does_not_matter():
    parts = scored(asked(rows()))
    total = sum(part.num_rows for part in parts)
    shuffled = taken(parts, np.random.default_rng(1).permutation(total))
    assert gathered(shuffled) == gathered(parts)
    assert gathered(taken(parts, np.arange(total)[::-1])) == gathered(parts)


def test_a_row_whose_perturbed_rows_were_dropped_says_so():
    parts = scored(asked(rows()))
    total = sum(part.num_rows for part in parts)
    kept = np.setdiff1d(np.arange(total), [0, 1, 2, 600])  # of the first row and of the second
    found = gathered(taken(parts, kept))
    assert [row["shap"] is None for row in found] == [True, True, False, False, False]
    assert found[0]["why"].startswith("The model gave back 477 of 480 perturbed rows")
    assert found[1]["why"].startswith("The model gave back 479 of 480 perturbed rows")


def test_a_row_whose_perturbed_rows_were_doubled_says_so():
    parts = scored(asked(rows(2)))
    total = sum(part.num_rows for part in parts)
    found = gathered(taken(parts, np.sort(np.r_[np.arange(total), 5, 6])))
    assert found[0]["why"].startswith("The model gave back 482 of 480 perturbed rows")
    assert found[1]["why"] is None


def test_all_rows_given_twice_end_the_job():
    parts = scored(asked(rows(2)))
    with pytest.raises(SynapseError, match="more than once"):
        gathered([*parts, *parts])


def some_of(place):
    return taken(scored(asked(rows(1)), place), np.arange(50))


def test_rows_that_went_to_another_partition_end_the_job():
    made = (Values("shap", True),)
    gathering = Gathering(asker(), Target("out"), tuple(NAMES), made, "why")
    with pytest.raises(SynapseError, match="moves rows to other partitions"):
        list(gathering.rows(some_of(0)))
    (here,) = gathering.rows(some_of(1))
    assert "gave back 50 of the perturbed rows" in here.column("why")[0].as_py()


def test_whole_rows_that_were_copied_to_another_partition_end_the_job():
    gathering = Gathering(asker(), Target("out"), tuple(NAMES), (), "why")
    with pytest.raises(SynapseError, match="copies them there"):
        list(gathering.rows(scored(asked(rows(2)), 3)))


def test_partitions_that_were_put_together_are_explained():
    gathering = Gathering(asker(), Target("out"), tuple(NAMES), (), "why")
    found = pa.Table.from_batches(list(gathering.rows(scored(asked(rows(2)), 0))))
    assert found.column("why").to_pylist() == [None, None]


def sent(batch):
    numbers = pa.array(np.arange(batch.num_rows) + (1 << 33))
    return pa.RecordBatch.from_arrays([*batch.columns, numbers], ["c0", "c1", "c2", "c3"])


class Choosy(KernelShap):
    """Asks about no row whose x is 1."""

    def ask(self, batch, row):
        if batch.column(0)[row].as_py() == 1.0:
            raise SynapseError("no such row")
        return super().ask(batch, row)


def test_a_row_that_cannot_be_asked_about_never_reaches_the_model():
    choosy = Choosy(TableMasker(BACKGROUND), None, 42)
    assert list(ask_all(choosy, NAMES, MARKS, [sent(rows(1))])) == []
    perturbed = pa.Table.from_batches(list(ask_all(choosy, NAMES, MARKS, [sent(rows(2))])))
    assert set(perturbed.column("r").to_pylist()) == {(1 << 33) + 1}
    assert [(row["z"], row["why"]) for row in gathered(scored(perturbed))] == [("t1", None)]


def test_rows_that_cannot_be_asked_about_come_as_they_are():
    made = (Values("shap", True),)
    gathering = Gathering(asker(3), Target("out"), tuple(NAMES), made, "why")
    batches = list(gathering.refusals([sent(rows(40)), sent(rows(40))]))
    assert [batch.num_rows for batch in batches] == [64, 16]
    found = pa.Table.from_batches(batches).to_pylist()
    assert [row["z"] for row in found] == [f"t{i}" for i in range(40)] * 2
    assert all("numSamples=3 is too small for 3 features" in row["why"] for row in found)
    assert all(row["shap"] is None for row in found)
    choosy = Choosy(TableMasker(BACKGROUND), None, 42)
    some = Gathering(choosy, Target("out"), tuple(NAMES), made, "why")
    (batch,) = some.refusals([sent(rows(3))])
    assert batch.column("why").to_pylist() == ["no such row"]


def test_perturbed_rows_that_fail_on_the_way_are_told():
    class Breaking(KernelShap):
        def ask(self, batch, row):
            question = super().ask(batch, row)

            class Some:
                answer = question.answer

                def batches(self):
                    yield from question.batches()
                    raise MemoryError("too wide")

            return Some()

    breaking = Breaking(TableMasker(BACKGROUND), None, 42)
    perturbed = pa.Table.from_batches(list(ask_all(breaking, NAMES, MARKS, [sent(rows(2))])))
    found = gathered(scored(perturbed))
    assert [row["z"] for row in found] == ["t0", "t1"]
    assert [row["why"] for row in found] == ["The model failed: MemoryError: too wide"] * 2


def test_a_partition_without_rows_gives_none():
    empty = rows().slice(0, 0)
    sent = pa.RecordBatch.from_arrays([*empty.columns, pa.array([], pa.int64())], list("abcd"))
    assert list(ask_all(asker(), NAMES, MARKS, [sent])) == []
    gathering = Gathering(asker(), Target("out"), tuple(NAMES), (), "why")
    assert list(gathering.rows([])) == []


def test_an_answer_that_asks_for_more_is_told():
    class Curious(KernelShap):
        def ask(self, batch, row):
            question = super().ask(batch, row)

            class More:
                batches = question.batches

                def answer(self, outcomes):
                    return self

            return More()

    curious = Curious(TableMasker(BACKGROUND), None, 42)
    gathering = Gathering(curious, Target("out"), tuple(NAMES), (), "why")
    (batch,) = gathering.rows(scored(asked(rows(1))))
    assert "numSamples in place of tolerance" in batch.column("why")[0].as_py()
