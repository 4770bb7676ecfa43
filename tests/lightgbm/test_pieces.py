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
from synapse_magic.lightgbm.failure import first_cause
from synapse_magic.lightgbm.features import native_names
from synapse_magic.lightgbm.handover import read_rows, run_folder, sweep, write_rows
from synapse_magic.lightgbm.native import passed_through
from synapse_magic.lightgbm.rendezvous import Member, own_address, seated, within


def member(partition, rows, validation=0, features=3):
    return Member(partition, "127.0.0.1", 1000 + partition, 2000, rows, validation, features)


def test_workers_without_rows_step_back_and_the_validating_one_leads():
    found = seated([member(0, 5), member(1, 0, features=0), member(2, 7, validation=3)])
    assert [m.partition for m in found] == [2, 0]


def test_vectors_of_different_sizes_are_refused():
    with pytest.raises(SynapseError, match="different sizes, from 3 to 4"):
        seated([member(0, 5), member(1, 5, features=4)])


def test_validation_rows_without_training_rows_are_refused():
    with pytest.raises(SynapseError, match="numTasks=1"):
        seated([member(0, 5), member(1, 0, validation=2)])


def test_workers_on_one_machine_use_the_loopback_address():
    assert own_address(["host:1", "host:2"], 1) == "127.0.0.1"
    assert own_address(["10.0.0.1:1", "10.0.0.2:1"], 1) == "10.0.0.2"


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
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{os.getpid()}-alive"]
