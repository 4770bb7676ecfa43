"""The parts of the trainer that need no Spark."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time

import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.lightgbm.council import Council, convene
from synapse_magic.lightgbm.features import native_names
from synapse_magic.lightgbm.handover import (
    claim,
    read_rows,
    require_space,
    run_folder,
    sweep,
    task_file,
    write_rows,
)
from synapse_magic.lightgbm.leading import MOST_ATTEMPTS, NETWORK_GRACE_SECONDS, Leading
from synapse_magic.lightgbm.native import passed_through
from synapse_magic.lightgbm.rendezvous import Member, crews, own_address, within
from synapse_magic.spark.failure import first_cause


def member(partition, host="a", path="rows.arrow"):
    return Member(partition, host, 1000 + partition, path)


def ready(rows=5, validation=0, features=3):
    told = {"host": "a", "port": 1, "council": 2, "rows": rows}
    return {"ready": {**told, "validation": validation, "features": features}}


def led(*messages, timeout=60):
    """Return the state of a leader that has heard these messages, and what it said last."""
    leading = Leading(tuple(range(len(messages))), timeout)
    said = [leading.hear(index, message, 0.0) for index, message in enumerate(messages)]
    return leading, said[-1]


def test_the_tasks_of_a_host_are_one_crew_and_its_first_task_trains():
    found = crews([member(2, "b"), member(1), member(0, path=""), member(3, "c", "")], pooled=True)
    assert [crew.first.partition for crew in found] == [0, 2]
    assert [len(crew.members) for crew in found] == [2, 1]
    assert found[0].paths == ("rows.arrow",)


def test_each_task_is_a_crew_of_its_own_when_not_pooled():
    found = crews([member(1), member(0), member(2, path="")], pooled=False)
    assert [crew.first.partition for crew in found] == [0, 1]


def test_without_any_rows_there_is_nothing_to_train_on():
    with pytest.raises(SynapseError, match="no training rows"):
        crews([member(0, path="")], pooled=True)


def test_workers_without_rows_step_back_and_the_validating_one_leads():
    _, said = led(ready(5), ready(0, features=3), ready(7, validation=3))
    assert said["go"]["order"] == [2, 0]
    assert said["go"]["validates"] is True


def test_vectors_of_different_sizes_are_refused():
    leading, _ = led(ready(), ready(features=4))
    assert "different sizes, from 3 to 4" in leading.outcome.cause


def test_validation_rows_without_training_rows_are_refused():
    leading, _ = led(ready(), ready(0, validation=2))
    assert "numTasks=1" in leading.outcome.cause


def test_a_taken_port_is_tried_again_a_few_times_and_then_told():
    leading, _ = led(ready(), ready())
    failure = {"failed": "Binding port 7 failed", "kind": "port"}
    for attempt in range(2, MOST_ATTEMPTS + 1):
        assert leading.hear(1, failure, 1.0) == {"again": attempt}
        assert "go" not in (leading.hear(0, ready(), 2.0) or {})
        assert "go" in leading.hear(1, ready(), 2.0)
    leading.hear(1, failure, 3.0)
    assert leading.outcome.cause == "Binding port 7 failed"


def test_an_error_of_the_network_waits_for_its_cause_on_another_worker():
    leading, _ = led(ready(), ready())
    leading.hear(0, {"failed": "Socket recv error", "kind": "network"}, 1.0)
    assert leading.look(1.5) is None
    assert leading.outcome is None
    leading.hear(1, {"failed": "ValueError: x", "kind": "error"}, 2.0)
    assert leading.outcome.cause == "ValueError: x"


def test_an_error_of_the_network_alone_is_told_in_the_end():
    leading, _ = led(ready(), ready())
    leading.hear(0, {"failed": "Socket recv error", "kind": "network"}, 1.0)
    assert leading.look(1.0 + NETWORK_GRACE_SECONDS) is not None
    assert leading.outcome.cause == "Socket recv error"


def test_a_network_that_does_not_come_up_is_a_failure():
    leading, _ = led(ready(), ready(), timeout=9)
    leading.hear(0, {"linked": True}, 1.0)
    assert leading.look(8.0) is None
    leading.look(10.0)
    assert "did not stand within 9 s" in leading.outcome.cause


def test_workers_on_one_machine_use_the_loopback_address(monkeypatch):
    monkeypatch.delenv("SPARK_LOCAL_IP", raising=False)
    assert own_address(["host:1", "host:2"], 1) == "127.0.0.1"
    assert own_address(["10.0.0.1:1", "10.0.0.2:1"], 1) == "10.0.0.2"
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.7")
    assert own_address(["host:1", "host:2"], 1) == "127.0.0.7"


def test_waiting_for_the_others_has_an_end():
    with pytest.raises(SynapseError, match=r"did not all show up within 0\.05 s"):
        within(0.05, lambda: time.sleep(1))
    assert within(5, lambda: 3) == 3
    with pytest.raises(KeyError):
        within(5, lambda: {}["x"])


def test_all_members_of_a_council_get_the_leaders_decision():
    decisions = {}

    def attend(name, listener, leader):
        with convene(listener, leader, 3, "token", 5) as council:
            message = {"name": name}
            rule = lambda told: {"heard": sorted(m["name"] for m in told)}  # noqa: E731
            decisions[name] = council.decide(message, rule)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        with socket.create_connection(address) as stranger:
            stranger.sendall(b"wrong\n")
            threads = [
                threading.Thread(target=attend, args=(name, listener, leader))
                for name, leader in (("a", None), ("b", address), ("c", address))
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(10)
    assert decisions == {name: {"heard": ["a", "b", "c"]} for name in "abc"}


def test_a_council_of_one_decides_alone():
    assert Council().decide({"x": 1}, lambda told: {"n": len(told)}) == {"n": 1}


def test_a_lost_member_is_an_error_and_not_a_wait():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        lost = socket.create_connection(listener.getsockname())
        peer, _ = listener.accept()
        council = Council(peers=[peer])
        lost.close()
        with pytest.raises(ConnectionError, match="closed its connection"):
            council.decide({}, lambda told: {})
        council.close()


def test_names_are_made_safe_for_lightgbm():
    assert native_names(["a b", "a_b", 'x:"1"', "ä"]) == ("a_b", "a_b_1", "x__1_", "ä")


def test_aliases_become_main_names():
    assert passed_through("eta=0.1  n_estimators=7") == {
        "learning_rate": "0.1",
        "num_iterations": "7",
    }
    assert passed_through("") == {}


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("Job aborted.\nTraceback (most recent call last):\nValueError: bad\n", "bad"),
        ("x\nsynapse_magic.errors.SynapseError: no rows\n", "no rows"),
        ("x\nMemoryError: 3 GB\nValueError: later", "MemoryError: 3 GB"),
        (
            "a\n\tat b\nCaused by: java.lang.OutOfMemoryError: Java heap space\n\tat c",
            "OutOfMemoryError: Java heap space",
        ),
        ("Spark is gone\nmore", "Spark is gone"),
    ],
)
def test_the_first_cause_is_found_in_what_spark_says(text, cause):
    assert first_cause(RuntimeError(text)) == cause


def test_a_dead_worker_process_is_named():
    error = RuntimeError("SparkException: Python worker exited unexpectedly (crashed)\n  at x")
    assert "process of a worker died" in first_cause(error)


def test_handed_over_rows_come_back_and_the_folder_goes(tmp_path):
    batch = pa.RecordBatch.from_pydict({"x": [1.0, 2.0]})
    with run_folder(str(tmp_path)) as folder:
        (written,) = write_rows(str(folder), [batch.slice(0, 0), batch, batch])
        paths = written.column("path").to_pylist()
        assert pa.Table.from_batches(read_rows(paths)).to_pydict() == {"x": [1.0, 2.0, 1.0, 2.0]}
        assert list(write_rows(str(folder), [])) == []
    assert not folder.exists()


def test_a_failed_training_leaves_no_files_either(tmp_path):
    def interrupted():
        with run_folder(str(tmp_path)) as folder:
            (folder / "part.arrow").write_bytes(b"x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    (user,) = tmp_path.iterdir()
    assert list(user.iterdir()) == []


def test_files_of_dead_processes_are_swept(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for name in (f"{ended.pid}-dead", f"{os.getpid()}-alive"):
        (tmp_path / name).mkdir()
    (tmp_path / f"{ended.pid}-dead.arrow").touch()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{os.getpid()}-alive"]


def test_a_tasks_file_is_taken_over_by_the_one_who_trains_on_it_and_then_goes(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("SPARK_LOCAL_DIRS", f"{tmp_path},/elsewhere")
    batch = pa.RecordBatch.from_pydict({"x": [1.0]})
    with task_file([batch], 1) as path:
        pass
    with task_file([], 1) as none:
        assert none == ""
    with claim([path]) as taken:
        assert pa.Table.from_batches(read_rows(taken)).num_rows == 1
        assert not os.path.exists(path)
    assert [entry for entry in tmp_path.rglob("*") if entry.is_file()] == []


def test_a_task_that_fails_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("SPARK_LOCAL_DIRS", str(tmp_path))
    batch = pa.RecordBatch.from_pydict({"x": [1.0]})
    with pytest.raises(KeyError), task_file([batch], 1):
        raise KeyError
    assert [entry for entry in tmp_path.rglob("*") if entry.is_file()] == []


def test_too_little_space_is_told_before_anything_is_written(tmp_path):
    require_space(tmp_path, 1)
    with pytest.raises(SynapseError, match=r"hands about .* GB .* spark\.local\.dir"):
        require_space(tmp_path, 10**18)
