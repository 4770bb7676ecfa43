from __future__ import annotations

import socket

from synapse_magic.services.call_listener import CallListener
from synapse_magic.spark.events import CallsCounted, listen


def test_a_row_that_fails_in_each_of_several_steps_has_failed_once() -> None:
    seen: list[CallsCounted] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        listener = CallListener("127.0.0.1", server)
        try:
            listener.steps = 2
            listener.begin(10)
            with listen(seen.append, CallsCounted):
                for stage in (0, 1):
                    counts = {"sent": 10, "rows": 10, "failed": 8}
                    listener._take({"from": "a", "stage": stage, "counts": counts})
        finally:
            listener.close()
    shown = [(e.counts.rows, e.counts.failed) for e in seen]
    assert shown == [(5, 5), (10, 10)]
