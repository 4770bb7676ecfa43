"""How close calls come to a limit of requests a second, told and not told, with several workers.

Run it on an otherwise idle machine::

    python tests/benchmarks/http_rates.py
    python tests/benchmarks/http_rates.py --rate 20 --seconds 20

The service is a mock in a process of its own, with a token bucket of so many requests a second, a
tenth of a second's reserve, one request at least, and no Retry-After. Each worker is a process
with 32 requests in flight. "Rejected" is the share of answers that are 429, "of limit" the good
answers in terms of what the limit allows, both after ten seconds to settle; "share" the good
answers of the worker that had the fewest, in terms of the one that had the most. "Doubled" are
the same from ten seconds after the limit was doubled. "Known" is ``requestsPerSecond`` at the
limit.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import time
from collections import Counter

from synapse_magic.http.calls import call_each
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Request

SETTLE = 10.0
LATENCY = 0.1
IN_FLIGHT = 32


def serve(rate: float) -> None:
    """Be the service, and do what standard input says."""
    with MockService(latency=LATENCY) as service:
        bucket = service.TokenBucket(rate, burst=max(1.0, rate / 10))
        service.reply("/", "fine")
        service.limit("/", bucket)
        print(service.url("/"), flush=True)
        for line in sys.stdin:
            word, *values = line.split()
            if word == "count":
                seen = list(service.ledger)
                good = Counter(each.body for each in seen if each.status == 200)
                print(len(seen), *good.values(), flush=True)
            elif word == "forget":
                service.ledger.clear()
            elif word == "rate":
                bucket.rate = float(values[0])
                bucket.burst = max(1.0, bucket.rate / 10)


def work(url: str, rate: float | None) -> None:
    """Call for ever, by a body that tells the workers apart."""
    policy = Policy(requests_per_second=rate, attempts=1_000_000)
    asked = Request("POST", url, (), str(os.getpid()).encode())
    for _ in call_each(itertools.repeat(asked), policy, concurrency=IN_FLIGHT):
        pass


class Service:
    """The service in its process."""

    def __init__(self, rate: float) -> None:
        command = [sys.executable, __file__, "--serve", "--rate", str(rate)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.url = self._answer()

    def tell(self, line: str) -> None:
        """Send it a line."""
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)

    def measured(self, seconds: float, workers: int) -> tuple[float, float, float]:
        """Return the share rejected, the good answers a second, and the least worker's share."""
        self.tell("forget")
        began = time.perf_counter()
        time.sleep(seconds)
        self.tell("count")
        total, *good = map(int, self._answer().split())
        took = time.perf_counter() - began
        least = min(good) / max(good) if len(good) == workers else 0.0
        return 1 - sum(good) / max(1, total), sum(good) / took, least

    def stop(self) -> None:
        """End it."""
        self._process.communicate("")

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def show(side: str, workers: int, found: tuple[float, float, float], limit: float) -> None:
    """Print a line of the table."""
    rejected, good, least = found
    print(f"{side:10}{workers:9}{rejected:12.2%}{good / limit:12.1%}{least:9.0%}", flush=True)


def run(rate: float, workers: int, seconds: float, *, known: bool) -> None:
    """Print what so many workers do."""
    service = Service(rate)
    command = [sys.executable, __file__, "--work", service.url, "--rate", str(rate)]
    started = [
        subprocess.Popen(command + (["--known"] if known else []), stderr=subprocess.DEVNULL)
        for _ in range(workers)
    ]
    time.sleep(SETTLE)
    show("known" if known else "unknown", workers, service.measured(seconds, workers), rate)
    if not known:
        service.tell(f"rate {2 * rate}")
        time.sleep(SETTLE)
        show("doubled", workers, service.measured(seconds, workers), 2 * rate)
    for each in started:
        each.kill()
        each.wait()
    service.stop()


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rate", type=float, default=100.0, help="requests a second")
    options.add_argument("--seconds", type=float, default=20.0, help="measured, of each run")
    options.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--work", help=argparse.SUPPRESS)
    options.add_argument("--known", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        serve(chosen.rate)
    elif chosen.work:
        work(chosen.work, chosen.rate if chosen.known else None)
    else:
        print(f"load before: {os.getloadavg()[0]:.1f}")
        print(f"{'limit':10}{'workers':>9}{'rejected':>12}{'of limit':>12}{'share':>9}")
        for workers in (1, 2, 4):
            run(chosen.rate, workers, chosen.seconds, known=False)
        for workers in (1, 2, 4):
            run(chosen.rate, workers, chosen.seconds, known=True)


if __name__ == "__main__":
    main()
