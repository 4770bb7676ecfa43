"""How long ``import synapse_magic`` and ``%load_ext synapse_magic`` take, in fresh processes.

Run ``python tests/benchmarks/import_time.py``. Prints medians; ``import pyspark.ml`` stands beside
them as what a user would wait for if the extension loaded it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

RUNS = 9
TIMER = "import time; began = time.perf_counter(); {work}; print(time.perf_counter() - began)"
SHELL = "from IPython.core.interactiveshell import InteractiveShell; shell = InteractiveShell(); "
CASES = {
    "import synapse_magic": TIMER.format(work="import synapse_magic"),
    "%load_ext synapse_magic": SHELL
    + TIMER.format(work="shell.run_line_magic('load_ext', 'synapse_magic')"),
    "import pyspark.ml": TIMER.format(work="import pyspark.ml"),
}


def milliseconds(code: str) -> float:
    """Run the code in a fresh process and return the milliseconds that it prints as seconds."""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return 1000 * float(done.stdout)


def main() -> None:
    """Measure all cases, interleaved, and print the table."""
    measured: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(RUNS):
        for name, code in CASES.items():
            measured[name].append(milliseconds(code))
    print(f"{'case':28}{'median ms':>10}{'min':>8}{'max':>8}   ({RUNS} runs)")
    for name, times in measured.items():
        print(f"{name:28}{statistics.median(times):10.0f}{min(times):8.0f}{max(times):8.0f}")


if __name__ == "__main__":
    main()
