"""How far calls overshoot their deadline, and whether any comes before its Retry-After.

Run it on an otherwise idle machine::

    python tests/benchmarks/http_deadlines.py

Four mock services in a process of their own: one never answers, one sends a byte a second, one
answers 503, one 429 with a Retry-After of 0.3 s. 64 requests are in flight with a deadline of 2 s
each, after a first one that loads the libraries. "Overshot" is the time from a row's deadline to
its outcome. "Early" are requests that came before their Retry-After was over.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from contextlib import ExitStack

from synapse_magic.http.calls import call_each
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.policy import Policy
from synapse_magic.http.request import Request

NAMES = ("silent", "drip", "503", "429")
DEADLINE = 2.0
ASKED = 0.3


def serve() -> None:
    """Be the services, each at an address of its own; count what came too early when asked to."""
    with ExitStack() as stack:
        service = {name: stack.enter_context(MockService()) for name in NAMES}
        service["silent"].reply("/", MockService.Reply(fault="silent"))
        service["drip"].reply("/", MockService.Reply(body="words", fault="drip"))
        service["503"].reply("/", MockService.Reply(503))
        wait = {"retry-after-ms": str(ASKED * 1000)}
        service["429"].reply("/", MockService.Reply(429, headers=wait))
        print(*(one.url() for one in service.values()), flush=True)
        for _ in sys.stdin:
            print(early([(seen.body, seen.at) for seen in service["429"].ledger]), flush=True)


def early(seen: list[tuple[bytes, float]]) -> int:
    """Return how many tries of the same row follow each other sooner than asked."""
    last: dict[bytes, float] = {}
    found = 0
    for body, at in seen:
        found += at - last.get(body, -ASKED) < ASKED
        last[body] = at
    return found


def overshot(url: str, rows: int) -> list[float]:
    """Return by how many milliseconds each row went beyond its deadline."""
    policy = Policy(deadline=DEADLINE, timeout=60.0, attempts=1_000_000)
    list(call_each([Request("POST", url, (), b"first")], policy))
    asked = [Request("POST", url, (), str(n).encode()) for n in range(rows)]
    return [
        1000 * (outcome.elapsed - DEADLINE)
        for _, outcome in call_each(asked, policy, concurrency=64)
    ]


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=256)
    parser.add_argument("--serve", action="store_true")
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    pipe = subprocess.PIPE
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as service:
        assert service.stdin is not None
        assert service.stdout is not None
        urls = service.stdout.readline().split()
        print("| service | overshot: median ms | most ms |\n|---|---|---|")
        for name, url in zip(NAMES, urls):
            over = overshot(url, given.rows)
            print(f"| {name} | {statistics.median(over):.0f} | {max(over):.0f} |")
        print("early", file=service.stdin, flush=True)
        print(f"\nearly: {service.stdout.readline().strip()}")
        service.stdin.close()


if __name__ == "__main__":
    main()
