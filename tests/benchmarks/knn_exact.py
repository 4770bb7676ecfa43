"""Exact neighbours through Spark against numpy's and scikit-learn's on the same rows and cores.

Run it on an otherwise idle machine::

    python tests/benchmarks/knn_exact.py
    python tests/benchmarks/knn_exact.py --repeats 3 --queries 5000

The index has 100,000 rows of 64 numbers in float32, and there are 20,000 queries for 10 neighbours
each. Spark has both in its memory, the index fitted; ``transform`` gives rows with lists of values
and distances. numpy multiplies blocks of queries with the whole index and picks with argpartition,
as one process with a thread for each slot and as a process of one thread for each slot: the faster
counts. scikit-learn is ``NearestNeighbors(algorithm="brute")``. The sides take turns; medians of
seconds are compared, and processor seconds are given, which a busy machine changes less.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import statistics
import subprocess
import sys
import time

import numpy as np

INDEX, WIDTH, K = 100_000, 64, 10

BARE = """
import sys
import time

import numpy as np

side, index_rows, width, k = sys.argv[1], *map(int, sys.argv[2:5])
count, start, end = map(int, sys.argv[5:8])
index = np.random.default_rng(0).normal(size=(index_rows, width)).astype(np.float32)
queries = np.random.default_rng(1).normal(size=(count, width)).astype(np.float32)[start:end]


def with_numpy():
    halves = 0.5 * np.einsum("ij,ij->i", index, index)
    for first in range(0, len(queries), 256):
        part = queries[first : first + 256]
        scores = halves - part @ index.T
        best = np.argpartition(scores, k, axis=1)[:, :k]
        near = np.take_along_axis(scores, best, axis=1)
        order = np.argsort(near, axis=1)
        best, near = np.take_along_axis(best, order, 1), np.take_along_axis(near, order, 1)
        lengths = np.einsum("ij,ij->i", part, part)
        np.sqrt(np.maximum(0, 2 * near + lengths[:, None]))


def with_sklearn():
    from sklearn.neighbors import NearestNeighbors

    NearestNeighbors(n_neighbors=k, algorithm="brute").fit(index).kneighbors(queries)


run = with_sklearn if side == "sklearn" else with_numpy
for line in sys.stdin:
    began, used = time.perf_counter(), time.process_time()
    run()
    print(time.perf_counter() - began, time.process_time() - used, flush=True)
"""


class Bare:
    """Processes that search for their share of the queries when told to."""

    def __init__(self, side: str, queries: int, processes: int, threads: int) -> None:
        bounds = np.linspace(0, queries, processes + 1).astype(int).tolist()
        shared = [sys.executable, "-c", BARE, side, *map(str, (INDEX, WIDTH, K, queries))]
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        self.processes = [
            subprocess.Popen(
                [*shared, str(start), str(end)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | dict.fromkeys(names, str(threads)),
            )
            for start, end in itertools.pairwise(bounds)
        ]

    def run(self) -> tuple[float, float]:
        """Return the seconds of the slowest, and the processor seconds of all."""
        for process in self.processes:
            process.stdin.write("go\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        found = [tuple(map(float, p.stdout.readline().split())) for p in self.processes]  # type: ignore[union-attr]
        return max(wall for wall, _ in found), sum(used for _, used in found)

    def end(self) -> None:
        """Wait for the processes to end."""
        for process in self.processes:
            process.communicate()


class Transform:
    """The search through Spark."""

    def __init__(self, queries: int, slots: int) -> None:
        import psutil

        import synapse_magic

        conf = {"spark.ui.enabled": False}
        self.session = synapse_magic.start(f"local[{slots}]", app="benchmark", conf=conf)
        self.tree = psutil.Process()
        self.slots = slots
        self.model = synapse_magic.KNN(k=K).fit(self._frame(0, INDEX))
        self.queries = self._frame(1, queries)

    def run(self) -> tuple[float, float]:
        """Return the seconds, and the processor seconds of Spark and its workers."""
        began, used = time.perf_counter(), self._used()
        self.model.transform(self.queries).write.format("noop").mode("overwrite").save()
        return time.perf_counter() - began, self._used() - used

    def end(self) -> None:
        """Stop Spark."""
        self.session.stop()

    def _used(self) -> float:
        import psutil

        total = 0.0
        for process in [self.tree, *self.tree.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):  # it ended meanwhile
                if "-c" not in process.cmdline()[1:2]:  # those are the other sides
                    total += sum(process.cpu_times()[:2])
        return total

    def _frame(self, seed: int, rows: int):  # type: ignore[no-untyped-def]
        """Return rows in Spark's memory, a partition for each slot."""
        share = rows // self.slots

        def make(batches):  # type: ignore[no-untyped-def]
            import pyarrow as pa

            numbers = np.random.default_rng(seed).normal(size=(rows, WIDTH)).astype(np.float32)
            for batch in batches:
                for slot in batch.column(0).to_pylist():
                    for start in range(slot * share, (slot + 1) * share, 10_000):
                        part = numbers[start : start + min(10_000, share)]
                        offsets = pa.array(np.arange(len(part) + 1, dtype=np.int32) * WIDTH)
                        lists = pa.ListArray.from_arrays(offsets, pa.array(part.ravel()))
                        values = pa.array(np.arange(start, start + len(part)))
                        yield pa.RecordBatch.from_arrays([values, lists], ["values", "features"])

        schema = "values long, features array<float>"
        frame = self.session.spark.range(0, self.slots, 1, self.slots).mapInArrow(make, schema)
        frame = frame.cache()
        frame.count()
        return frame


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--queries", type=int, default=20_000)
    options = parser.parse_args()
    slots, queries = options.slots, options.queries
    sides = {
        "numpy, threads": Bare("numpy", queries, 1, slots),
        "numpy, processes": Bare("numpy", queries, slots, 1),
        "scikit-learn brute": Bare("sklearn", queries, 1, slots),
        "KNN.transform": Transform(queries, slots),
    }
    found: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
    for _ in range(options.repeats + 1):
        for side, runner in sides.items():
            found[side].append(runner.run())
    for runner in sides.values():
        runner.end()
    medians = {  # the first run warms up
        side: tuple(statistics.median(one) for one in zip(*runs[1:]))
        for side, runs in found.items()
    }
    base = min(("numpy, threads", "numpy, processes"), key=lambda side: medians[side][0])
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{slots} slots; load average {load}; ratios to {base!r}")
    print(f"{'':20}{'median s':>10}{'ratio':>8}{'CPU s':>10}{'ratio':>8}{'queries/s':>12}")
    for side, (wall, used) in medians.items():
        ratios = wall / medians[base][0], used / medians[base][1]
        print(
            f"{side:20}{wall:10.2f}{ratios[0]:8.2f}{used:10.2f}{ratios[1]:8.2f}"
            f"{queries / wall:12,.0f}"
        )


if __name__ == "__main__":
    main()
