from __future__ import annotations

from synapse_magic.results.leaderboard import Leaderboard, Trial


def board(*trials: Trial, larger: bool = True) -> Leaderboard:
    return Leaderboard("AUC", larger, "random", 5, trials)


def done(number: int, metric: float, **params: object) -> Trial:
    return Trial(number, "LightGBMClassifier", dict(params), "done", metric)


def test_trials_are_ranked_best_first_and_those_without_a_metric_last() -> None:
    failed = Trial(2, "LightGBMClassifier", {}, "failed", error="why")
    found = board(done(1, 0.7), failed, done(3, 0.9))
    assert [trial.number for trial in found.ranked()] == [3, 1, 2]
    assert found.best == done(3, 0.9)
    assert [t.number for t in board(done(1, 0.7), done(2, 0.9), larger=False).ranked()] == [1, 2]


def test_of_two_equal_trials_the_earlier_is_best() -> None:
    best = board(done(1, 0.9, a=1), done(2, 0.9, a=2)).best
    assert best is not None
    assert best.number == 1


def test_it_says_in_one_line_how_far_it_is_and_what_is_best() -> None:
    running = Trial(2, "LightGBMClassifier", {"a": 3})
    assert repr(board(done(1, 0.7, a=1), running)) == (
        "<Leaderboard: 1 of 5 trials, best AUC 0.7000 with a=1>"
    )
    assert repr(board(running)) == "<Leaderboard: 0 of 5 trials, none finished yet>"
    cancelled = Trial(2, "LightGBMClassifier", {"a": 3}, "cancelled")
    assert "1 of 5 trials, cancelled" in repr(board(done(1, 0.7), cancelled))


def test_the_table_has_a_row_for_each_trial_and_a_column_for_each_param() -> None:
    table = board(done(1, 0.7, a=1), done(2, 0.8, b="x")).table()
    assert list(table["trial"]) == [2, 1]
    assert {"a", "b", "AUC", "state", "seconds"} <= set(table.columns)


def test_a_pruned_trial_tells_how_far_it_came() -> None:
    pruned = Trial(
        1, "LightGBMClassifier", {}, "pruned", iterations=12, streamed=("valid auc", 0.61)
    )
    assert board(pruned).table()["note"][0] == "iteration 12, valid auc 0.61"
