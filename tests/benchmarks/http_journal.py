"""What is paid twice when workers are killed, with a journal.

Run it on a machine of two cores::

    python tests/benchmarks/http_journal.py
    python tests/benchmarks/http_journal.py --rows 1000 --kills 5

A job of Spark calls a mock of 100 ms for each row, in two tasks with 16 requests in flight each,
while one of their worker processes after another is killed (``kill -9``) at random times. Spark
repeats the tasks. "Paid twice" are the calls that were answered more than once, "allowed" what
may be: for each kill the requests that a worker has in flight, and the answers of one second.
Then the job is run again in new workers with a tenth more rows: only those are to be sent.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import psutil
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

import synapse_magic
from synapse_magic import HTTPTransformer, MockService

LATENCY = 0.1
IN_FLIGHT = 16
TASKS = 2


def workers() -> list[psutil.Process]:
    """Return the worker processes of Spark, which a daemon of its own forks."""
    found = psutil.Process().children(recursive=True)
    daemons = {each.pid for each in found if _is_daemon(each)}
    return [each for each in found if each.pid in daemons and each.ppid() in daemons]


def _is_daemon(process: psutil.Process) -> bool:
    try:
        return any("pyspark.daemon" in word for word in process.cmdline())
    except psutil.Error:  # it has just ended
        return False


def kill(times: int, service: MockService, done: threading.Event, killed: list[float]) -> None:
    """Kill a worker again and again, each time after some calls were made."""
    chance = random.Random(0)
    while len(killed) < times and not done.is_set():
        before = len(service.ledger)
        until = before + chance.randint(10, 140)
        while len(service.ledger) < until and not done.is_set():
            time.sleep(0.01)
        alive = workers()
        if alive and not done.is_set():
            chance.choice(alive).kill()
            killed.append(time.monotonic())


def asked(spark: synapse_magic.Session, rows: int, url: str) -> DataFrame:
    """Return a frame of requests with a body each."""
    line = F.struct(F.lit("POST").alias("method"), F.lit(url).alias("uri"))
    content = F.struct(F.encode(F.col("id").cast("string"), "UTF-8").alias("content"))
    request = F.struct(line.alias("requestLine"), content.alias("entity")).alias("request")
    return spark.spark.range(0, rows, 1, TASKS).select("id", request)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=3000)
    options.add_argument("--kills", type=int, default=20)
    chosen = options.parse_args()
    conf = {"spark.ui.enabled": False, "spark.log.level": "OFF"}
    session = synapse_magic.start(f"local[{TASKS},1000]", app="journal", conf=conf)
    with MockService(latency=LATENCY) as service, tempfile.TemporaryDirectory() as folder:
        service.answer("/", lambda seen: seen.body)
        call = HTTPTransformer(
            inputCol="request", outputCol="response", concurrency=IN_FLIGHT, journal=folder
        )
        done, killed = threading.Event(), list[float]()
        killer = threading.Thread(target=kill, args=(chosen.kills, service, done, killed))
        killer.start()
        first = call.transform(asked(session, chosen.rows, service.url())).drop("request").collect()
        done.set()
        killer.join()
        sent = Counter(seen.body for seen in service.ledger)
        twice = sum(sent.values()) - len(sent)
        for each in workers():
            each.kill()
        service.ledger.clear()
        more = chosen.rows + chosen.rows // 10
        second = call.transform(asked(session, more, service.url())).drop("request").collect()
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    allowed = len(killed) * (IN_FLIGHT + round(IN_FLIGHT / LATENCY))
    good = [sum(row.response_error is None for row in rows) for rows in (first, second)]
    print(
        f"{'':12} {'rows':>6} {'answered':>9} {'kills':>6} {'sent':>6} {'twice':>6} {'allowed':>8}"
    )
    print(
        f"{'with kills':12} {chosen.rows:6} {good[0]:9} {len(killed):6} "
        f"{sum(sent.values()):6} {twice:6} {allowed:8}"
    )
    print(
        f"{'run again':12} {more:6} {good[1]:9} {0:6} {len(service.ledger):6} "
        f"{len(service.ledger) - (more - chosen.rows):6} {0:8}"
    )
    print(f"journal: {size / 1e3:.0f} kB")
    session.stop()
    if twice > allowed or good != [chosen.rows, more]:
        sys.exit("more was paid twice than may be, or rows are missing")


if __name__ == "__main__":
    main()
