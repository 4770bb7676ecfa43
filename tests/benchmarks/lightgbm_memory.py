"""Peak memory of ``fit`` against native LightGBM for the same Parquet files.

Run it on an otherwise idle machine::

    python tests/benchmarks/lightgbm_memory.py
    python tests/benchmarks/lightgbm_memory.py --rows 200000

Of ``fit`` it is the unique memory (USS) of all Python workers of Spark and of their training
processes, added up, plus the bytes of the hand-over files. Pages of those files that a worker has
mapped are counted once, as bytes of the files. The notebook's own process and the JVM are left out,
as the data passes them by. Of native LightGBM it is the unique memory of its process.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from lightgbm_fit import COLUMNS, NATIVE, SETTINGS, generate, run_ours

SAMPLE_SECONDS = 0.1


def unique_memory(process: psutil.Process) -> int:
    """Return the unique memory of a process without the hand-over files it has mapped."""
    with contextlib.suppress(psutil.Error):
        maps = process.memory_maps(grouped=True)
        kept = (one for one in maps if not one.path.partition(" (")[0].endswith(".arrow"))
        return sum(one.private_clean + one.private_dirty for one in kept)
    return 0


def file_bytes(root: Path) -> int:
    """Return the bytes of the hand-over files below a folder."""
    total = 0
    for path in root.rglob("*.arrow"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def workers() -> list[psutil.Process]:
    """Return all Python processes below this one."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "python" in process.name():
                found.append(process)
    return found


@contextlib.contextmanager
def peak(measure: Callable[[], int]) -> Iterator[list[int]]:
    """Sample a measure in a thread for the length of a block; the largest comes in a list."""
    largest, over = [0], threading.Event()

    def sample() -> None:
        while not over.wait(SAMPLE_SECONDS):
            largest[0] = max(largest[0], measure())

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield largest
    finally:
        over.set()
        thread.join()


def native_peak(folder: Path, threads: int) -> int:
    """Return the peak of native LightGBM."""
    numbers = (threads, SETTINGS["num_iterations"], SETTINGS["num_leaves"])
    command = [sys.executable, "-c", NATIVE, str(folder), *map(str, numbers)]
    with peak(lambda: sum(map(unique_memory, workers()))) as largest:
        subprocess.run(command, capture_output=True, check=True)
    return largest[0]


def fit_peak(spark, folder: Path, tasks: int, root: Path) -> int:  # type: ignore[no-untyped-def]
    """Return the peak of our ``fit``."""
    with peak(lambda: sum(map(unique_memory, workers())) + file_bytes(root)) as largest:
        run_ours(spark, folder, tasks)
    return largest[0]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    import synapse_magic

    folder = generate(options.rows)
    native = native_peak(folder, options.threads)
    peaks = {"native LightGBM": native}
    with tempfile.TemporaryDirectory() as root:
        conf = {"spark.ui.enabled": False, "spark.local.dir": root}
        for tasks in (0, options.threads):
            # A session of its own each: workers keep what the training before has loaded.
            session = synapse_magic.start(f"local[{options.threads}]", app="benchmark", conf=conf)
            name = f"fit, {tasks} workers" if tasks else "fit"
            peaks[name] = fit_peak(session.spark, folder, tasks, Path(root))
            session.stop()
    print(f"{options.rows} rows x {COLUMNS} float32")
    print(f"{'':22}{'peak MB':>10}{'ratio':>8}")
    for name, found in peaks.items():
        print(f"{name:22}{found / 1e6:10.0f}{found / native:8.2f}")


if __name__ == "__main__":
    main()
