"""Memory of a worker over very many rows, without and with a journal.

Run it on a machine of two cores::

    python tests/benchmarks/http_memory.py
    python tests/benchmarks/http_memory.py --rows 20000

A process maps rows in Arrow batches of 10,000, as a worker of Spark does, with 64 requests in
flight. The service is a mock in a process of its own that answers at once: 450 bytes go there and
540 come back. "MB" is the resident memory of the process when so many tenths of the rows were
done, "grown" what came on top from the third tenth to the last.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import psutil
import pyarrow as pa

from synapse_magic.http.mapping import RequestMapper
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy

BATCH = 10_000
FILL = b"x" * 430


class Forgetful(list[object]):
    """A ledger that keeps nothing."""

    def append(self, seen: object) -> None:
        """Forget it."""


def serve() -> None:
    """Be the service, until standard input ends."""
    with MockService() as service:
        service.ledger = Forgetful()  # type: ignore[assignment]
        service.answer("/", lambda seen: seen.body + bytes(90))
        print(service.url("/"), flush=True)
        sys.stdin.read()


def batches(rows: int, url: str) -> Iterator[pa.RecordBatch]:
    """Yield rows with a request each, made when they are asked for."""
    line = pa.struct({"method": pa.string(), "uri": pa.string()})
    kind = pa.struct({"requestLine": line, "entity": pa.struct({"content": pa.binary()})})
    for start in range(0, rows, BATCH):
        numbers = range(start, min(rows, start + BATCH))
        made = [
            {
                "requestLine": {"method": "POST", "uri": url},
                "entity": {"content": b"%010d%s" % (number, FILL)},
            }
            for number in numbers
        ]
        columns = [pa.array(numbers), pa.array(made, kind)]
        yield pa.RecordBatch.from_arrays(columns, ["n", "request"])


def measure(rows: int, url: str, journal: str | None) -> None:
    """Map the rows, and print the memory at each tenth of them."""
    mapper = RequestMapper(column=1, kept=1, policy=Policy(journal=journal), concurrency=64)
    process, done, told = psutil.Process(), 0, list[float]()
    for batch in mapper.run(batches(rows, url), "job"):
        done += batch.num_rows
        assert batch["error"].null_count == batch.num_rows
        while len(told) < 10 * done // rows:
            told.append(process.memory_info().rss / 1e6)
    assert done == rows
    print(" ".join(f"{each:5.0f}" for each in told), f"{told[-1] - told[2]:7.0f}", flush=True)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--serve", action="store_true")
    options.add_argument("--measure", nargs="*", default=None)
    chosen = options.parse_args()
    if chosen.serve:
        return serve()
    if chosen.measure is not None:
        return measure(chosen.rows, chosen.measure[0], (chosen.measure[1:] or [None])[0])
    pipe = subprocess.PIPE
    own = [sys.executable, __file__]
    service = subprocess.Popen([*own, "--serve"], stdin=pipe, stdout=pipe, text=True)
    assert service.stdin is not None
    assert service.stdout is not None
    url = service.stdout.readline().strip()
    print(f"MB over {chosen.rows} rows, by tenths of them, and grown since the third")
    with tempfile.TemporaryDirectory() as folder:
        for name, more in (("without", []), ("journal", [folder])):
            print(f"{name:8}", end=" ", flush=True)
            command = [*own, "--rows", str(chosen.rows), "--measure", url, *more]
            subprocess.run(command, check=True)
    service.stdin.close()
    service.wait()
    return None


if __name__ == "__main__":
    main()
