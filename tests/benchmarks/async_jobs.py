"""Operations that take 2 s each, 500 of them with 200 in flight: seconds, threads and questions.

Run it on an otherwise idle machine of two cores::

    python tests/benchmarks/async_jobs.py

The service is a mock in a process of its own, which begins an operation at once and says that it
is done 2 s later. "Ideal" is what 200 in flight could do if nothing but those 2 s took time: three
rounds of 2 s. Threads are all those of this process, its first one among them.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import Any

import pyarrow as pa

from synapse_magic import AnalyzeDocument, MockService

JOBS, IN_FLIGHT, SECONDS = 500, 200, 2.0


def serve() -> None:
    """Be the service, until standard input ends."""
    begun: dict[str, float] = {}

    def submit(seen: Any) -> Any:
        number = str(len(begun))
        begun[number] = time.monotonic()
        return MockService.Reply(202, b"", {"Operation-Location": f"/operations?{number}"})

    def ask(seen: Any) -> Any:
        if time.monotonic() - begun[seen.query] < SECONDS:
            return {"status": "running"}
        return {"status": "succeeded", "analyzeResult": {"content": "found"}}

    with MockService() as service:
        service.answer("*", submit)
        service.answer("/operations", ask)
        service.answer("/asked", lambda _: str(len(service.seen("/operations"))))
        print(service.url(""), flush=True)
        sys.stdin.read()


def run(url: str) -> tuple[float, int]:
    """Return the seconds that all jobs take, and the most threads that there were meanwhile."""
    stage = AnalyzeDocument(
        prebuiltModelId="prebuilt-read", url=url, outputCol="found", concurrency=IN_FLIGHT
    )
    addresses = pa.array([f"https://example.org/{n}.png" for n in range(JOBS)])
    batch = pa.RecordBatch.from_arrays([addresses], ["address"])
    threads = threading.active_count()
    began = time.perf_counter()
    good = 0
    for part in stage.mapper({"imageUrl": 0}, 1).run([batch], "jobs"):
        threads = max(threads, threading.active_count())
        good += part.column("error").null_count
    assert good == JOBS
    return time.perf_counter() - began, threads


def main() -> None:
    """Print the numbers."""
    if "--serve" in sys.argv:
        serve()
        return
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as service:
        assert service.stdout is not None
        url = service.stdout.readline().strip()
        seconds, threads = run(url)
        import requests

        asked = int(requests.get(f"{url}/asked", timeout=10).text)
        service.communicate()
    print(f"{JOBS} jobs of {SECONDS:g} s, {IN_FLIGHT} in flight: {seconds:.2f} s, ideal 6.00 s")
    print(f"threads: {threads}; questions for each job: {asked / JOBS:.1f}")


if __name__ == "__main__":
    main()
