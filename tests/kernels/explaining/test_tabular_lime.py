from __future__ import annotations

import datetime
import decimal
import pickle

import numpy as np
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.asking import explain_row
from synapse_magic.kernels.explaining.numbers import as_numbers, from_numbers
from synapse_magic.kernels.explaining.tabular_lime import LimeSettings, TabularLime
from synapse_magic.kernels.vectors import from_matrix, to_matrix

SPREAD = np.array([1.0, 10.0, 0.1])


def table(**columns):
    arrays = [v if isinstance(v, pa.Array) else pa.array(v) for v in columns.values()]
    return pa.RecordBatch.from_arrays(arrays, list(columns))


def numbers(rows=400, seed=0):
    values = np.random.default_rng(seed).normal(size=(rows, 3)) * SPREAD
    return table(a=values[:, 0], b=values[:, 1], c=values[:, 2])


def asker(background, levels=(), **settings):
    return TabularLime(background, levels, LimeSettings(**settings))


def asked(questioner, row):
    (batch,) = questioner.ask(row, 0).batches()
    return batch


def line(slopes, at=1.0):
    return lambda batch: (np.column_stack(batch.columns) @ slopes + at)[:, None]


ROW = table(a=[0.5], b=[-7.0], c=[0.2])
SLOPES = np.array([2.0, -0.3, 40.0])


def test_the_slopes_of_a_line_are_found_again_in_units_of_the_columns():
    found = explain_row(asker(numbers(), slopes=True), line(SLOPES), ROW, 0)
    assert found.values[:, 0] == pytest.approx(SLOPES)
    assert found.base == pytest.approx([1.0])
    assert found.quality == pytest.approx([1.0])
    assert found.prediction == pytest.approx([0.5 * 2 + 7 * 0.3 + 0.2 * 40 + 1])


def test_effects_are_measured_from_the_mean_and_add_up():
    background = numbers()
    found = explain_row(asker(background), line(SLOPES), ROW, 0)
    center = np.column_stack(background.columns).mean(0)
    own = np.array([0.5, -7.0, 0.2])
    assert found.values[:, 0] == pytest.approx(SLOPES * (own - center))
    assert found.base == pytest.approx([center @ SLOPES + 1.0])
    assert found.base + found.values.sum(0) == pytest.approx(found.prediction)


def test_numbers_are_moved_by_a_normal_around_the_row():
    batch = asked(asker(numbers(), samples=4000), ROW)
    moved = np.column_stack(batch.columns)
    own = np.array([0.5, -7.0, 0.2])
    spread = np.column_stack(numbers().columns).std(0)
    assert (moved[0] == own).all()
    assert moved.mean(0) == pytest.approx(own, abs=0.05 * spread.max())
    assert moved.std(0) == pytest.approx(spread, rel=0.05)


def test_a_level_is_drawn_as_often_as_the_background_has_it():
    background = table(job=["a"] * 30 + ["b"] * 60 + [None] * 10)
    batch = asked(asker(background, samples=5000), table(job=["b"]))
    drawn = batch.column(0).to_pylist()
    assert drawn[0] == "b"
    assert drawn.count("a") / 5000 == pytest.approx(0.3, abs=0.03)
    assert drawn.count(None) / 5000 == pytest.approx(0.1, abs=0.03)


def test_a_level_counts_against_the_other_levels():
    background = table(job=["a", "b", "c"] * 100)
    told = {"a": 0.0, "b": 3.0, "c": 0.0}

    def model(batch):
        return np.array([[told[job]] for job in batch.column(0).to_pylist()])

    found = explain_row(asker(background), model, table(job=["b"]), 0)
    assert found.values[0, 0] == pytest.approx(3.0)
    assert found.base == pytest.approx([0.0], abs=1e-9)


def test_numbers_that_stand_for_levels_are_drawn():
    background = table(code=[0, 1, 2] * 50, x=np.arange(150.0))
    batch = asked(asker(background, levels=(0,)), table(code=[2], x=[3.0]))
    assert set(batch.column(0).to_pylist()) == {0, 1, 2}
    assert batch.column(0).type == pa.int64()
    assert len(set(batch.column(1).to_pylist())) == 1000


def test_floats_that_stand_for_levels_may_be_missing():
    background = table(code=pa.array([0.5, None, float("nan"), 1.5] * 10))
    (seen,) = asker(background, levels=(0,)).ask(table(code=pa.array([None], pa.float64())), 0).seen
    assert seen.alike[:4, 0].tolist() == [False, True, True, False]
    (seen,) = asker(background, levels=(0,)).ask(table(code=[1.5]), 0).seen
    assert seen.alike[:4, 0].tolist() == [False, False, False, True]


def test_a_level_that_the_background_does_not_have_is_drawn_now_and_then():
    background = table(job=["a"] * 19)
    batch = asked(asker(background, samples=4000), table(job=["new"]))
    assert batch.column(0).to_pylist().count("new") / 4000 == pytest.approx(1 / 20, abs=0.01)

    def model(batch):
        return np.array([[5.0 * (job == "new")] for job in batch.column(0).to_pylist()])

    found = explain_row(asker(background), model, table(job=["new"]), 0)
    assert found.values[0, 0] == pytest.approx(5.0)


@pytest.mark.parametrize("own", [None, float("nan"), float("inf")])
def test_a_missing_or_infinite_number_is_a_level_and_stays_as_it_was(own):
    background = table(x=[None, float("nan"), float("inf"), 1.0] * 50, y=np.arange(200.0))
    row = pa.RecordBatch.from_arrays([pa.array([own], pa.float64()), pa.array([1.0])], ["x", "y"])
    batch = asked(asker(background), row)
    first = batch.column(0)[0].as_py()
    assert first is None if own is None else (first == own or first != first)
    assert 1.0 in batch.column(0).to_pylist()

    def model(batch):
        x = batch.column(0).to_numpy(zero_copy_only=False)
        like = np.isnan(x) if own is None or own != own else x == own
        return 5.0 * like[:, None]

    found = explain_row(asker(background), model, row, 0)
    assert found.values[:, 0] == pytest.approx([5.0, 0.0], abs=1e-9)


def test_the_background_may_miss_what_the_row_has():
    row = pa.RecordBatch.from_arrays([pa.array([None], pa.float64())], ["x"])

    def model(batch):
        return np.isnan(batch.column(0).to_numpy(zero_copy_only=False))[:, None] * 3.0

    found = explain_row(asker(table(x=[1.0, 2.0])), model, row, 0)
    assert found.values[0, 0] == pytest.approx(3.0)


def test_a_constant_feature_and_a_background_of_one_row_add_nothing():
    row = table(a=[1.0], job=["x"])

    def model(batch):
        return batch.column(0).to_numpy()[:, None]

    found = explain_row(asker(row), model, row, 0)
    assert not found.values.any()
    assert found.base == pytest.approx([1.0])
    assert found.quality.tolist() == [1.0]


def test_the_same_seed_gives_the_same_and_another_seed_other_numbers():
    def model(batch):
        return np.square(np.column_stack(batch.columns[:2]))

    one, two, other = (
        explain_row(asker(numbers(), seed=seed), model, ROW, 0) for seed in (1, 1, 2)
    )
    assert (one.values == two.values).all()
    assert (one.values != other.values).any()
    assert one.values.shape == (3, 2)


def test_a_row_does_not_depend_on_the_rows_asked_about_before():
    background = table(x=np.arange(40.0), job=["a", "b"] * 20)
    rows = table(x=[1.0, None, 5.0], job=["a", "b", "new"])

    def model(batch):
        x = batch.column(0).to_numpy(zero_copy_only=False)
        a = np.array(batch.column(1).to_pylist()) == "a"
        return (np.nan_to_num(x) * (1 + a))[:, None]

    shared = asker(background)
    together = [explain_row(shared, model, rows, i).values for i in range(3)]
    alone = [explain_row(asker(background), model, rows, i).values for i in range(3)]
    assert all((one == two).all() for one, two in zip(together, alone))


def test_a_vector_has_a_feature_a_slot():
    matrix = np.random.default_rng(0).normal(size=(50, 3)) * SPREAD
    background = table(v=from_matrix(matrix))
    row = table(v=from_matrix(np.array([[0.5, -7.0, 0.2]])), other=["kept"])

    def model(batch):
        assert set(batch.column(1).to_pylist()) == {"kept"}
        return (to_matrix(batch.column(0)) @ SLOPES)[:, None]

    found = explain_row(asker(background, slopes=True), model, row, 0)
    assert found.values[:, 0] == pytest.approx(SLOPES)


def test_slots_of_a_vector_may_be_missing_infinite_or_levels():
    matrix = np.array([[0.0, np.nan, 1.0], [1.0, np.inf, 2.0], [2.0, 3.0, 3.0]] * 20)
    row = table(v=from_matrix(np.array([[1.0, np.nan, np.inf]])))
    batch = asked(asker(table(v=from_matrix(matrix)), levels=(0,)), row)
    drawn = to_matrix(batch.column(0))
    assert set(drawn[:, 0]) == {0.0, 1.0, 2.0}
    assert np.isnan(drawn[0, 1])
    assert 3.0 in drawn[:, 1]
    assert np.isinf(drawn[0, 2])
    assert 2.0 in drawn[:, 2]


def test_vectors_that_are_null_or_of_another_size_are_told():
    questioner = asker(table(v=from_matrix(np.zeros((2, 3)))))
    with pytest.raises(SynapseError, match=r"has 2 numbers\. Expected 3"):
        questioner.ask(table(v=from_matrix(np.zeros((1, 2)))), 0)
    null = from_matrix(np.zeros((2, 3))).take(pa.array([None, 1], pa.int64()))
    with pytest.raises(SynapseError, match="is null"):
        questioner.ask(table(v=null), 0)


def test_too_few_samples_and_too_many_features_are_refused():
    with pytest.raises(SynapseError, match=r"numSamples=4 is too small.*at least 5"):
        asker(numbers(), samples=4).check()
    asker(numbers(), samples=5).check()
    asker(numbers(), samples=2, penalty=0.1).check()
    wide = asker(table(v=from_matrix(np.zeros((1, 1001)))), samples=5000)
    with pytest.raises(SynapseError, match=r"1,001.*at most 1,000"):
        wide.check()


def test_what_is_asked_can_be_shipped():
    questioner = asker(numbers())
    here = explain_row(questioner, line(SLOPES), ROW, 0)
    there = explain_row(pickle.loads(pickle.dumps(questioner)), line(SLOPES), ROW, 0)
    assert (here.values == there.values).all()


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1, 127], pa.int8()),
        pa.array([1, 2**40], pa.int64()),
        pa.array([1.5, -0.1], pa.float32()),
        pa.array([decimal.Decimal("1.25"), decimal.Decimal("-3.50")]),
        pa.array([datetime.date(2024, 2, 29), datetime.date(1900, 1, 1)]),
        pa.array([datetime.datetime(2024, 2, 29, 1), None], pa.timestamp("us", "UTC"))[:1],
        pa.array([datetime.datetime(2024, 2, 29, 1)], pa.timestamp("us")),
    ],
    ids=lambda values: str(values.type),
)
def test_numbers_and_moments_come_back_as_they_were(values):
    back = from_numbers(as_numbers(values), values.type)
    assert back.type == values.type
    assert back.to_pylist() == values.to_pylist()


@pytest.mark.parametrize("kind", [pa.int8(), pa.int64()])
def test_numbers_stay_within_their_type(kind):
    far = from_numbers(np.array([1e30, -1e30]), kind).to_pylist()
    assert far[0] > 100
    assert far[1] < -100


@pytest.mark.parametrize(
    "values",
    [
        pa.array([True, False]),
        pa.array([["a"], ["b"]]),
        pa.array([{"x": 1}, {"x": 2}]),
        pa.array([b"a", b"b"]),
        pa.array([datetime.date(2024, 2, 29), datetime.date(1900, 1, 1)]),
    ],
    ids=lambda values: str(values.type),
)
def test_columns_of_any_type_are_explained(values):
    background = pa.RecordBatch.from_arrays([values], ["x"])
    batch = asked(asker(background), background)
    assert batch.column(0).type == values.type
    assert batch.column(0)[0] == values[0]
    assert len(set(map(str, batch.column(0).to_pylist()))) > 1
    found = explain_row(asker(background), lambda batch: np.ones((len(batch), 1)), background, 1)
    assert found.values.tolist() == [[0.0]]


def test_whole_numbers_stay_whole():
    batch = asked(asker(table(x=np.arange(50))), table(x=[10]))
    assert batch.column(0).type == pa.int64()
    assert np.std(batch.column(0).to_numpy()) > 5


def test_the_line_sees_whole_numbers_as_the_model_does():
    questioner = asker(table(x=[0, 1] * 50), slopes=True)
    found = explain_row(questioner, line(np.array([3.0])), table(x=[1]), 0)
    assert found.values[0, 0] == pytest.approx(3.0)
    assert found.quality == pytest.approx([1.0])
