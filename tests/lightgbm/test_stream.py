"""The metric of each iteration reaches the driver while workers still train."""

from __future__ import annotations

import socket
import time

import numpy as np
import pytest

from synapse_magic import LightGBMClassifier
from synapse_magic.lightgbm.listener import listening
from synapse_magic.lightgbm.plan import Channel
from synapse_magic.lightgbm.reporter import Reporter, pulse, reporting
from synapse_magic.spark.events import listen


def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_what_is_reported_is_published_at_once():
    seen = []
    with (
        listen(seen.append),
        listening("uid", 9, "127.0.0.1", 60, pytest.fail) as channel,
        reporting(channel) as reporter,
    ):
        reporter.report(1, {"valid auc": 0.5})
        assert until(lambda: seen)
        assert (seen[0].uid, seen[0].iteration, seen[0].total) == ("uid", 1, 9)
        assert seen[0].metrics == {"valid auc": 0.5}


def test_whoever_watches_can_ask_the_training_to_end():
    def end_after_two(event):
        if event.iteration == 2:
            event.stop()

    with (
        listen(end_after_two),
        listening("uid", 9, "127.0.0.1", 60, pytest.fail) as channel,
        reporting(channel) as reporter,
    ):
        assert reporter.report(1, {}) is False
        reporter.report(2, {})
        assert until(reporter.asked_to_end)
        assert reporter.report(3, {}) is True


def test_the_wish_to_end_a_training_that_has_ended_does_no_harm():
    seen = []
    with listen(seen.append), listening("uid", 9, "127.0.0.1", 60, pytest.fail) as channel:
        with reporting(channel) as reporter:
            reporter.report(1, {})
            assert until(lambda: seen)
        for _ in range(3):
            seen[0].stop()
    seen[0].stop()


def test_a_worker_that_shows_no_sign_of_life_is_told_of():
    causes = []
    with listening("uid", 9, "127.0.0.1", 0.4, causes.append) as channel:
        with pulse(channel, 0.4):
            time.sleep(1)
            assert causes == []
        silent = Reporter(channel, {"pulse": "worker 1"})
        assert until(lambda: causes)
        silent.close()
    assert causes == ["worker 1 gave no sign of life for 0.4 s"]


def test_a_stranger_without_the_token_is_not_heard():
    seen = []
    with listen(seen.append), listening("uid", 9, "127.0.0.1", 60, pytest.fail) as channel:
        stranger = Reporter(Channel(channel.host, channel.port, "guess"))
        stranger.report(1, {"valid auc": 0.5})
        stranger.close()
        with socket.create_connection((channel.host, channel.port)) as rude:
            rude.sendall(b"no json\n")
        with reporting(channel) as reporter:
            reporter.report(2, {"valid auc": 0.6})
            assert until(lambda: seen)
    assert [event.iteration for event in seen] == [2]


def test_nobody_listening_does_no_harm():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with reporting(Channel("127.0.0.1", port, "token")) as reporter:
        reporter.report(1, {})


@pytest.mark.parametrize("tasks", [1, 2])
def test_metrics_arrive_while_training_still_runs(binary, tasks):
    times = []
    with listen(lambda event: times.append(time.monotonic())):
        LightGBMClassifier(
            inputCols=binary.names,
            numTasks=tasks,
            numIterations=150,
            numLeaves=63,
            isProvideTrainingMetric=True,
        ).fit(binary.frame)
    assert len(times) == 150
    assert np.ptp(times) > 0.1


def test_without_any_metric_asked_for_the_progress_is_still_told(binary):
    seen = []
    with listen(seen.append):
        model = LightGBMClassifier(inputCols=binary.names, numIterations=5).fit(binary.frame)
    assert (seen[0].iteration, seen[-1].iteration) == (1, 5)
    assert seen[-1].metrics["training binary_logloss"] < seen[0].metrics["training binary_logloss"]
    assert model.trainingMetrics == {}
