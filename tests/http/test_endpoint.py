from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Coroutine
from typing import Any

import pytest

from synapse_magic.http import breaker
from synapse_magic.http.endpoint import Endpoint
from synapse_magic.http.job import Job
from synapse_magic.http.request import Request, Response
from synapse_magic.http.verdict import Verdict

ASKED = Request("POST", "http://localhost/", (), bytes(400))
GOOD = Verdict("good", response=Response(200, "OK"))


def played(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


def endpoint(rate: float | None = None) -> Endpoint:
    return Endpoint(uuid.uuid4().hex, rate)


def soon() -> float:
    return time.monotonic() + 0.2


def test_without_limits_nothing_waits() -> None:
    async def scene() -> None:
        open_one, job = endpoint(), Job("job")
        for _ in range(100):
            assert await open_one.enter(ASKED, soon(), job) == "go"
        assert open_one.in_flight == 100

    played(scene())


def test_a_full_window_lets_in_as_others_leave() -> None:
    async def scene() -> None:
        full, job = endpoint(), Job("job")
        full.window.limit = 1.0
        assert await full.enter(ASKED, soon(), job) == "go"
        assert await full.enter(ASKED, soon(), job) == "late"
        waiting = asyncio.create_task(full.enter(ASKED, time.monotonic() + 10, job))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        full.leave(ASKED, GOOD, sent=time.monotonic())
        assert await waiting == "go"

    played(scene())


def test_one_who_gives_up_takes_no_place() -> None:
    async def scene() -> None:
        full, job = endpoint(), Job("job")
        full.window.limit = 1.0
        assert await full.enter(ASKED, soon(), job) == "go"
        waiting = [
            asyncio.create_task(full.enter(ASKED, time.monotonic() + 10, job)) for _ in range(2)
        ]
        await asyncio.sleep(0.01)
        waiting[0].cancel()
        full.leave(ASKED, GOOD, sent=time.monotonic())
        assert await waiting[1] == "go"
        assert full.in_flight == 1

    played(scene())


def test_a_stopped_job_wakes_those_in_the_line() -> None:
    async def scene() -> None:
        full, job = endpoint(), Job("job")
        full.window.limit = 1.0
        assert await full.enter(ASKED, soon(), job) == "go"
        waiting = asyncio.create_task(full.enter(ASKED, time.monotonic() + 60, job))
        await asyncio.sleep(0.01)
        job.stop(Verdict("quota", "quota_gone"))
        assert await waiting is None

    played(scene())


def test_what_goes_wrong_in_the_line_is_told_to_all_in_it() -> None:
    async def scene() -> None:
        limited, job = endpoint(rate=1.0), Job("job")

        def full_disk() -> float:
            raise OSError("no space left")

        limited._budget.reserve = full_disk  # type: ignore[method-assign, union-attr]
        entering = [limited.enter(ASKED, time.monotonic() + 60, job) for _ in range(3)]
        found = await asyncio.gather(*entering, return_exceptions=True)
        assert [str(each) for each in found] == ["no space left"] * 3

    played(scene())


@pytest.mark.parametrize("kind", ["fast", "crowded"])
def test_one_row_alone_lowers_no_rate(kind: Any) -> None:
    async def scene() -> None:
        alone, job = endpoint(), Job("job")
        alone.rows = 1
        await alone.enter(ASKED, soon(), job)
        alone.leave(ASKED, Verdict(kind, "throttled", response=Response(429, "")), time.monotonic())
        assert alone.pace.free
        assert (alone.window.limit == 1) == (kind == "crowded")

    played(scene())


def test_tokens_are_guessed_before_and_corrected_after_an_answer() -> None:
    told = Response(200, "OK", (), b'{"usage": {"total_tokens": 700}}')

    async def scene() -> None:
        limited = Endpoint(uuid.uuid4().hex, None, tokens=60.0)  # 400 bytes are 100 of them
        job = Job("tokens")
        assert await limited.enter(ASKED, soon(), job) == "go"
        assert await limited.enter(ASKED, soon(), job) == "late"
        assert limited._tokens is not None
        before = limited._tokens.reserve(0.0)
        limited.leave(ASKED, Verdict("good", response=told), time.monotonic())
        assert limited._tokens.reserve(0.0) - before == pytest.approx(600.0, abs=60.0)

    played(scene())


@pytest.mark.parametrize(("alive", "entry"), [(True, "go"), (False, "down")])
def test_rows_wait_for_the_probe_of_a_dead_endpoint(alive: bool, entry: str) -> None:
    failed = Verdict("again", "connection_refused", "nobody there", alive=alive)

    async def scene() -> None:
        dead, job = endpoint(), Job("job")
        dead.breaker.failures, dead.breaker.probes = breaker.FAILURES, breaker.PROBES
        assert await dead.enter(ASKED, soon(), job) == "go"
        waiting = asyncio.create_task(dead.enter(ASKED, time.monotonic() + 10, job))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        dead.leave(ASKED, failed, sent=time.monotonic())
        assert await waiting == entry

    played(scene())


def test_a_place_of_a_known_limit_is_taken_when_that_of_the_pace_has_come() -> None:
    """Places taken early and used late would be used close together."""

    async def scene() -> None:
        told, job, taken = endpoint(100.0), Job("job"), [0.0]

        def reserve() -> float:
            taken[0] = time.monotonic()
            return 0.0

        told._budget.reserve = reserve  # type: ignore[union-attr, method-assign]
        now = time.monotonic()
        told.pace._likely = 10.0
        told.pace.refused(now, now)
        assert await told.enter(ASKED, now + 10, job) == "go"
        assert taken[0] - now > 0.05

    played(scene())


def test_one_who_leaves_makes_room_whatever_cannot_be_written() -> None:
    async def scene() -> None:
        full, job = Endpoint(uuid.uuid4().hex, None, 60.0), Job("job")
        assert await full.enter(ASKED, soon(), job) == "go"

        def fails(_: float) -> None:
            raise OSError("No space left on device")

        full._tokens.correct = fails  # type: ignore[union-attr, method-assign]
        with pytest.raises(OSError, match="No space"):
            full.leave(ASKED, GOOD, sent=time.monotonic())
        assert full.in_flight == 0

    played(scene())
