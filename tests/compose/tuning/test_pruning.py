from __future__ import annotations

import pytest

from synapse_magic.compose.tuning.pruning import Pruner, streamed, streamed_loss


def run(pruner: Pruner, trial: int, losses: list[float]) -> int:
    """Report losses until the trial is ended; return after how many."""
    for step, loss in enumerate(losses, 1):
        if pruner.hopeless(trial, step, len(losses), loss):
            pruner.finish(trial, None)
            return step
    pruner.finish(trial, ("valid l2", losses[-1]))
    return len(losses)


def test_the_median_ends_a_trial_that_is_worse_than_most_at_the_same_iteration() -> None:
    pruner = Pruner("median")
    for trial in range(4):
        assert run(pruner, trial, [1.0 - 0.01 * step for step in range(20)]) == 20
    assert run(pruner, 4, [5.0] * 20) < 10
    assert run(pruner, 5, [0.1] * 20) == 20


def test_halving_lets_the_best_go_on() -> None:
    pruner = Pruner("halving")
    ended = [run(pruner, trial, [1.0 + trial] * 27) for trial in range(6)]
    assert ended[0] == 27
    assert min(ended) == 3


@pytest.mark.parametrize(
    ("name", "loss"),
    [("valid auc", -0.7), ("valid ndcg@5", -0.7), ("valid binary_logloss", 0.7)],
)
def test_a_streamed_metric_is_turned_so_that_less_is_better(name: str, loss: float) -> None:
    assert streamed_loss(name, 0.7) == loss


def test_only_metrics_on_validation_rows_count() -> None:
    assert streamed({"training auc": 0.9, "valid auc": 0.7}) == ("valid auc", 0.7)
    assert streamed({"training auc": 0.9}) is None
