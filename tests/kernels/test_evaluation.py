from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from synapse_magic.kernels.evaluation import (
    EQUAL_BINS,
    area_under_roc,
    average_precision,
    bits_for,
    equal_bins,
    score_bins,
    size_bins,
    size_of_bin,
    tally_classes,
    tally_residuals,
)
from synapse_magic.kernels.vectors import from_matrix


def counts_by_bin(labels, scores, bits=12):
    bins = score_bins(scores, bits)
    keys = np.unique(bins)
    place = np.searchsorted(keys, bins)
    return tuple(np.bincount(place[labels == k], minlength=len(keys)) for k in (0, 1))


def facts(batches, name):
    table = pa.Table.from_batches(list(batches)).to_pandas()
    return table[table.fact == name]


def binary_batch(labels, chances):
    probability = from_matrix(np.column_stack([1 - np.array(chances), chances]))
    predicted = (np.array(chances) > 0.5).astype(float)
    return pa.RecordBatch.from_arrays(
        [pa.array(labels), pa.array(predicted), probability], ["label", "prediction", "probability"]
    )


@pytest.mark.parametrize("bits", [9, 12])
def test_bins_rise_with_the_score_and_nest_in_equal_bins(bits):
    rng = np.random.default_rng(0)
    scores = np.sort(np.concatenate([rng.random(5000), rng.random(5000) ** 9, [0, 0.5, 1]]))
    bins = score_bins(scores, bits)
    assert (np.diff(bins) >= 0).all()
    expected = np.minimum((scores * EQUAL_BINS).astype(int), EQUAL_BINS - 1)
    on_an_edge = scores * EQUAL_BINS == np.floor(scores * EQUAL_BINS)
    assert (equal_bins(bins, bits)[~on_an_edge] == expected[~on_an_edge]).all()
    assert (np.abs(equal_bins(bins, bits) - expected) <= 1).all()


def test_areas_agree_with_exact_ones_even_when_every_score_is_tiny():
    rng = np.random.default_rng(1)
    labels = (rng.random(20_000) < 0.01).astype(int)
    scores = 1e-4 * rng.random(20_000) * (1 + labels)
    negatives, positives = counts_by_bin(labels, scores)
    assert area_under_roc(negatives, positives) == pytest.approx(
        roc_auc_score(labels, scores), abs=1e-5
    )
    assert average_precision(negatives, positives) == pytest.approx(
        average_precision_score(labels, scores), abs=1e-4
    )


def test_tied_scores_count_half():
    negatives, positives = counts_by_bin(np.array([0, 1, 0, 1]), np.array([0.3, 0.3, 0.3, 0.3]))
    assert area_under_roc(negatives, positives) == 0.5
    assert average_precision(negatives, positives) == 0.5


def test_areas_of_three_rows_as_derived_by_hand():
    negatives, positives = counts_by_bin(np.array([0, 1, 0]), np.array([0.1, 0.4, 0.8]))
    assert area_under_roc(negatives, positives) == 0.5
    assert average_precision(negatives, positives) == 0.5


def test_areas_without_one_of_the_classes_are_nan():
    assert np.isnan(area_under_roc(np.array([1.0]), np.array([0.0])))
    assert np.isnan(average_precision(np.array([1.0]), np.array([0.0])))


def test_many_classes_get_fewer_bins():
    assert bits_for(2) > bits_for(20)


def test_a_partition_is_counted_by_cell_loss_and_bin_over_several_batches():
    batches = [binary_batch([0.0, 1.0], [0.2, 0.7]), binary_batch([1.0, None], [0.4, 0.9])]
    table = list(tally_classes(batches, ()))
    cells = facts(table, "cell")
    assert sorted(zip(cells.row, cells.column, cells["count"])) == [(0, 0, 1), (1, 0, 1), (1, 1, 1)]
    loss = facts(table, "loss").iloc[0]
    expected = log_loss([0, 1, 1], [[0.8, 0.2], [0.3, 0.7], [0.6, 0.4]])
    assert loss.total / loss["count"] == pytest.approx(expected)
    assert facts(table, "unlabelled")["count"].sum() == 1
    assert facts(table, "bin")["count"].sum() == 2 * 3


def test_text_labels_are_matched_to_the_class_names():
    table = list(
        tally_classes([binary_batch(["no", "yes", "maybe"], [0.2, 0.7, 0.1])], ("no", "yes"))
    )
    assert facts(table, "unknown")["count"].sum() == 1
    assert facts(table, "cell")["count"].sum() == 2


def test_a_partition_without_rows_counts_nothing():
    assert facts(tally_classes([], ()), "cell").empty
    assert facts(tally_residuals([], 0.0, 0.0, 1.0, 4), "cell").empty


def test_rows_without_a_score_are_counted_apart():
    table = list(tally_classes([binary_batch([0.0, 1.0], [0.2, np.nan])], ()))
    assert facts(table, "unscored")["count"].sum() == 1
    assert facts(table, "cell")["count"].sum() == 1


def test_residuals_add_up_and_what_lies_outside_counts_at_the_edge():
    batch = pa.RecordBatch.from_arrays(
        [pa.array([1.0, 2.0, 50.0]), pa.array([1.5, 2.0, 0.0])], ["label", "prediction"]
    )
    table = list(tally_residuals([batch], 1.0, 0.0, 2.0, 8))
    assert facts(table, "squared").total.sum() == pytest.approx(0.25 + 2500)
    assert facts(table, "absolute").total.sum() == pytest.approx(50.5)
    assert facts(table, "label").total.sum() == pytest.approx(50.0)
    cells = facts(table, "cell")
    assert sorted(zip(cells.row, cells.column)) == [(0, 7), (6, 3), (7, 4)]


def test_a_size_is_found_again_from_its_bin_within_a_thousandth():
    sizes = np.array([0.0, 1e-9, 0.3, 7.0, 1e12])
    assert size_of_bin(size_bins(sizes)) == pytest.approx(sizes, rel=1e-3)
