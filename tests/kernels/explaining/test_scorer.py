from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.kernel_shap import KernelShap
from synapse_magic.kernels.explaining.outputs import Qualities, Values
from synapse_magic.kernels.explaining.scorer import ExplainingScorer
from synapse_magic.kernels.explaining.table_masker import TableMasker
from synapse_magic.kernels.explaining.target import Target


class Line:
    """Give 2x + 3y, and fail where x is 13."""

    inputs, outputs = ("x", "y"), ("p",)

    def score(self, batch):
        assert batch.schema.names == ["x", "y"]
        x, y = (column.to_numpy(zero_copy_only=False) for column in batch.columns)
        if (x == 13).any():
            raise RuntimeError("x is 13")
        return pa.RecordBatch.from_arrays([pa.array(2 * x + 3 * y)], ["p"])


def table(**columns):
    return pa.RecordBatch.from_arrays([pa.array(v) for v in columns.values()], list(columns))


def scorer(samples=None, **target):
    asker = KernelShap(TableMasker(table(x=[0.0, 2.0], y=[0.0, 0.0])), samples, 42)
    made = (Values("shap", True), Qualities("r2"))
    return ExplainingScorer(asker, Line(), Target("p", **target), made, "why")


def values(batch):
    return [row and row[0]["values"] for row in batch.column("shap").to_pylist()]


def test_each_row_is_explained_by_what_the_model_gives():
    found = scorer().score(table(y=[1.0, 0.0], x=[5.0, 1.0]))
    assert found.schema.names == ["shap", "r2", "why"]
    assert values(found)[0] == pytest.approx([2.0, 8.0, 3.0])
    assert values(found)[1] == pytest.approx([2.0, 0.0, 0.0])
    assert found.column("why").to_pylist() == [None, None]


def test_a_model_that_raises_for_one_row_leaves_the_others_explained():
    found = scorer().score(table(x=[5.0, 13.0, 1.0], y=[1.0, 1.0, 1.0]))
    assert found.column("why").to_pylist() == [
        None,
        "The model failed: RuntimeError: x is 13",
        None,
    ]
    assert [row is None for row in values(found)] == [False, True, False]
    assert found.column("r2").null_count == 1


def test_a_row_that_cannot_be_asked_about_tells_why():
    found = scorer(samples=1).score(table(x=[5.0], y=[1.0]))
    (why,) = found.column("why").to_pylist()
    assert why.startswith("numSamples=1 is too small for 2 features. Expected at least 4")


def test_an_outcome_that_is_no_number_is_told():
    found = scorer().score(table(x=[float("nan")], y=[1.0]))
    assert "NaN or infinite in column 'p'" in found.column("why")[0].as_py()


def test_classes_may_come_with_the_row():
    asked = scorer(classes_column="wanted")
    assert asked.inputs == ("x", "y", "wanted")
    found = asked.score(table(x=[5.0, 5.0], y=[1.0, 1.0], wanted=[[0], [1]]))
    assert "no classes [1]" in found.column("why")[1].as_py()
    assert values(found)[0] is not None


def test_many_rows_come_in_parts_and_no_rows_as_none():
    rows = table(x=np.arange(600.0) + 100, y=np.ones(600))
    parts = list(scorer().parts(rows))
    assert len(parts) > 1
    assert sum(part.num_rows for part in parts) == 600
    assert scorer().score(rows).num_rows == 600
    assert scorer().score(rows.slice(0, 0)).num_rows == 0
    assert scorer().score(rows.slice(0, 0)).schema == scorer().score(rows).schema


def test_a_missing_output_of_the_model_is_not_swallowed():
    broken = ExplainingScorer(scorer().questioner, Line(), Target("q"), (), "why")
    (why,) = broken.score(table(x=[5.0], y=[1.0])).column("why").to_pylist()
    assert "KeyError" in why


def test_an_interrupt_is_no_failure_of_a_row():
    class Stopped(Line):
        def score(self, batch):
            raise KeyboardInterrupt

    stopped = ExplainingScorer(scorer().questioner, Stopped(), Target("p"), (), "why")
    with pytest.raises(KeyboardInterrupt):
        stopped.score(table(x=[5.0], y=[1.0]))


def test_the_reason_is_one_line():
    class Wordy(Line):
        def score(self, batch):
            raise SynapseError("first\n  second")

    wordy = ExplainingScorer(scorer().questioner, Wordy(), Target("p"), (), "why")
    assert wordy.score(table(x=[5.0], y=[1.0])).column("why")[0].as_py() == "first second"
