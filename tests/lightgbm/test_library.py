from __future__ import annotations

import subprocess
import sys


def python(source: str) -> str:
    """Return what this source prints in a process of its own, where nothing is loaded yet."""
    run = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_lightgbm_alone_trains_without_what_it_only_offers() -> None:
    found = python("""
import sys
import numpy as np
from synapse_magic.lightgbm.library import UNUSED, loaded_alone
before = set(sys.modules)
with loaded_alone():
    import lightgbm
    loaded = [name for name in UNUSED if name in set(sys.modules) - before]
    data = lightgbm.Dataset(np.arange(200.0).reshape(100, 2), np.arange(100.0))
    lightgbm.train({"verbosity": -1}, data, 3)
print(loaded)
""")
    assert found == "[]"


def test_it_makes_way_for_the_whole_package_and_comes_back() -> None:
    found = python("""
import sys
from synapse_magic.lightgbm.library import loaded_alone
with loaded_alone():
    first = sys.modules["lightgbm"]
assert not [name for name in sys.modules if name.startswith("lightgbm")]
with loaded_alone():
    assert sys.modules["lightgbm"] is first
import lightgbm
assert lightgbm is not first
lightgbm.LGBMRegressor(n_estimators=1, verbosity=-1).fit([[0.0], [1.0]] * 30, [0.0, 1.0] * 30)
with loaded_alone():
    assert sys.modules["lightgbm"] is lightgbm
print("whole" if sys.modules["lightgbm"] is lightgbm else "gone")
""")
    assert found == "whole"


def test_it_makes_way_when_training_fails() -> None:
    found = python("""
import sys
from synapse_magic.lightgbm.library import loaded_alone
try:
    with loaded_alone():
        raise ValueError
except ValueError:
    print("lightgbm" in sys.modules)
""")
    assert found == "False"
