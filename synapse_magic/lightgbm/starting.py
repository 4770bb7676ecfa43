"""Starting the training process of a task, and saying how it ended. Runs in workers."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from typing import IO, cast

from synapse_magic.lightgbm.process import START, Job

_END_SECONDS = 5.0


def start_process(job: Job) -> subprocess.Popen[bytes]:
    """Start a process that does the job; it ends when this one does."""
    from pyspark import cloudpickle  # the user's functions in a plan go by value

    process = subprocess.Popen(
        [sys.executable, "-c", START],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # LightGBM's listening thread asks no logger
    )
    # One that has died already is noticed by its end.
    with contextlib.suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as told:
        told.write(json.dumps(sys.path).encode() + b"\n")
        told.write(json.dumps(job.greeting()).encode() + b"\n")
        told.write(cloudpickle.dumps(job))
    return process


def how_it_ended(process: subprocess.Popen[bytes]) -> str:
    """Say how a process ended that has closed its connection."""
    try:
        code = process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        return "closed its connection"
    if code >= 0:
        return f"ended with exit code {code}"
    name = signal.Signals(-code).name
    if name == "SIGKILL":
        return "was killed. The machine may have run out of memory"
    return f"was ended by {name}"
