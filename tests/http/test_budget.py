from __future__ import annotations

import itertools
import subprocess
import sys
import time
import uuid

import pytest

from synapse_magic.http.budget import Budget
from synapse_magic.http.host_file import HostNumber

TAKE = """
import sys, time
from synapse_magic.http.budget import Budget
budget = Budget(sys.argv[1], 100.0)
waits = []
for _ in range(50):
    time.sleep(max(0.0, budget.reserve()))
    print(time.monotonic())
"""


@pytest.fixture
def name() -> str:
    return uuid.uuid4().hex


def test_places_are_evenly_spaced(name: str) -> None:
    budget = Budget(name, 10.0)
    began = time.monotonic()
    places = [budget.reserve() + time.monotonic() - began for _ in range(5)]
    gaps = [after - before for before, after in itertools.pairwise(places)]
    assert gaps == pytest.approx([0.1] * 4, abs=0.05)


def test_one_may_take_many_units_and_give_some_back(name: str) -> None:
    budget = Budget(name, 10.0)
    assert budget.reserve(50.0) < 1.0
    assert budget.reserve(0.0) == pytest.approx(5.0, abs=0.5)
    budget.correct(-20.0)
    assert budget.reserve(0.0) == pytest.approx(3.0, abs=0.5)


def test_what_nobody_used_is_lost(name: str) -> None:
    budget = Budget(name, 1000.0)
    budget.reserve()
    time.sleep(0.1)
    waits = [budget.reserve() for _ in range(100)]
    assert waits[-1] > 0.05


def test_a_number_of_another_start_of_the_machine_is_forgotten(name: str) -> None:
    HostNumber(f"budget {name} 10.0").change(lambda _: time.monotonic() + 1e6)
    assert Budget(name, 10.0).reserve() < 1


def test_processes_share_it(name: str) -> None:
    takers = [
        subprocess.Popen([sys.executable, "-c", TAKE, name], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    times = sorted(float(line) for taker in takers for line in taker.communicate()[0].split())
    assert len(times) == 150
    # None of them is early; any may be late, on a machine that is busy.
    for number, at in enumerate(times):
        assert at - times[0] >= number / 100 - 0.5
    assert times[-1] - times[0] >= 1.0
