from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., str]:
    """Give a function that runs Python source in a process of its own and returns its output.

    One process has one JVM, and the tests' own session is in this one already.
    """

    def run(source: str, *, importable: bool = True, **variables: str | None) -> str:
        environment = dict(os.environ)
        environment.pop("PYTHONPATH", None)
        if importable:
            environment["PYTHONPATH"] = str(ROOT)
        for name, value in variables.items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value
        done = subprocess.run(
            [sys.executable, "-c", source],
            capture_output=True,
            text=True,
            timeout=240,
            cwd=tmp_path,
            env=environment,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        assert done.stderr == "", f"Spark wrote to standard error: {done.stderr[-3000:]}"
        return done.stdout

    return run
