"""Requests a second of our calls, beside requests with threads and one at a time.

Run it on an otherwise idle machine of two cores::

    python tests/benchmarks/http_throughput.py
    python tests/benchmarks/http_throughput.py --seconds 3 --without-spark

The service is a mock in a process of its own that answers after 100 ms: 450 bytes go there and
540 come back. "Ideal" is what the number in flight could do if nothing but those 100 ms took time:
in flight / 0.1 s. "ms" is the processor time of this process for each request; of Spark's workers
it is not known. "One slow" has one call of 10 s among 1,000, and is compared with the larger of
10 s and the ideal. In Spark the rows lie in memory, in as many partitions as there are slots, and
come back by Arrow; "Spark alone" moves the same rows to Python and back and calls nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from synapse_magic.http.calls import call_each
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Request

LATENCY = 0.1
BODY = b'{"text": "' + b"x" * 438 + b'"}'
ANSWER = {"answer": "y" * 526}
HEADERS = (("Content-Type", "application/json"),)


class Forgetful(list[Any]):
    """A ledger that keeps nothing, for a service that sees very many requests."""

    def append(self, seen: Any) -> None:
        """Forget it."""


def serve() -> None:
    """Be the service, until standard input ends."""
    with MockService(latency=LATENCY) as service:
        service.ledger = Forgetful()
        service.reply("/", ANSWER)
        service.answer(
            "/slow", lambda seen: service.Reply(latency=10.0 if seen.query == "first" else 0.0)
        )
        print(service.url(""), flush=True)
        sys.stdin.read()


def ours(url: str, count: int, in_flight: int, engine: str = "aiohttp") -> None:
    """Call by our engine."""
    asked = (Request("POST", url + "/", HEADERS, BODY) for _ in range(count))
    good = sum(o.good for _, o in call_each(asked, Policy(engine=engine), concurrency=in_flight))
    assert good == count


def threads(url: str, count: int, in_flight: int) -> None:
    """Call by requests, with a thread for each request in flight."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=in_flight))

    def call(_: int) -> bool:
        return session.post(url + "/", data=BODY, headers=dict(HEADERS)).ok

    with ThreadPoolExecutor(in_flight) as pool:
        assert all(pool.map(call, range(count)))


def sequential(url: str, count: int, _: int) -> None:
    """Call one after the other."""
    threads(url, count, 1)


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """Return the seconds that some work takes, and those of this process's processor."""
    began, own = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - own


def show(side: str, in_flight: int, count: int, seconds: float, own: float, ideal: float) -> None:
    """Print a line of the table."""
    share = f"{ideal / seconds:7.1%}"
    processor = f"{1000 * own / count:8.3f}" if own else " " * 8
    print(f"{side:26}{in_flight:10}{count / seconds:12.1f}{share:>10}{processor}", flush=True)


def table(url: str, seconds: float) -> None:
    """Print what each engine does, the sides in turn at each number in flight."""
    sides: list[tuple[str, Callable[[str, int, int], None]]] = [
        ("ours", ours),
        ("requests with threads", threads),
    ]
    for in_flight in (16, 32, 64, 256):
        count = int(seconds * in_flight / LATENCY)
        for side, work in sides:
            work(url, in_flight, in_flight)  # connections and imports
            took, own = measured(lambda: work(url, count, in_flight))  # noqa: B023
            show(side, in_flight, count, took, own, count * LATENCY / in_flight)
    count = int(seconds / LATENCY)
    took, own = measured(lambda: sequential(url, count, 1))
    show("sequential", 1, count, took, own, count * LATENCY)


def one_slow(url: str) -> None:
    """Print how long 1,000 calls take, one of which takes 10 s."""
    queries = ["first", *["others"] * 999]
    asked = [Request("POST", f"{url}/slow?{query}", HEADERS, BODY) for query in queries]
    for in_flight in (8, 64):
        took, own = measured(lambda: list(call_each(asked, concurrency=in_flight)) and None)  # noqa: B023
        show("ours, one slow", in_flight, 1000, took, own, max(10.0, 1000 * LATENCY / in_flight))


def in_spark(url: str, seconds: float) -> None:
    """Print what the stage does in two slots."""
    from pyspark.sql import functions as F

    import synapse_magic

    session = synapse_magic.start("local[2]", conf={"spark.ui.enabled": False})
    line = F.struct(F.lit("POST").alias("method"), F.lit(url + "/").alias("uri"))
    header = F.struct(F.lit("Content-Type").alias("name"), F.lit("application/json").alias("value"))
    entity = F.struct(F.lit(bytearray(BODY)).alias("content"))
    request = F.struct(
        line.alias("requestLine"), F.array(header).alias("headers"), entity.alias("entity")
    )
    for in_flight in (64, 128):
        count = int(seconds * 2 * in_flight / LATENCY)
        frame = session.spark.range(0, count, 1, 2).select("id", request.alias("request")).cache()
        frame.count()
        call = synapse_magic.HTTPTransformer(
            inputCol="request", outputCol="response", concurrency=in_flight
        )

        def all_rows(call: Any = call, frame: Any = frame, count: int = count) -> None:
            out = call.transform(frame).where("response_error is null")
            assert len(out.select("response.entity.content").toArrow()) == count

        def alone(frame: Any = frame) -> None:
            moved = frame.mapInArrow(lambda batches: batches, frame.schema)
            moved.select("request.entity.content").toArrow()

        call.transform(frame.limit(200)).collect()  # workers, connections and imports
        for side, work in (("HTTPTransformer, 2 slots", all_rows), ("Spark alone", alone)):
            work()
            took, _ = measured(work)
            show(side, 2 * in_flight, count, took, 0.0, count * LATENCY / (2 * in_flight))
    session.stop()


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=10.0, help="ideal length of each run")
    options.add_argument("--without-spark", action="store_true")
    options.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        serve()
        return
    service = subprocess.Popen(
        [sys.executable, __file__, "--serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert service.stdout is not None
    url = service.stdout.readline().strip()
    print(f"load before: {os.getloadavg()[0]:.1f}")
    print(f"{'':26}{'in flight':>10}{'requests/s':>12}{'of ideal':>10}{'ms':>8}")
    table(url, chosen.seconds)
    one_slow(url)
    if not chosen.without_spark:
        in_spark(url, chosen.seconds)
    print(f"load after: {os.getloadavg()[0]:.1f}")
    service.communicate("")


if __name__ == "__main__":
    main()
