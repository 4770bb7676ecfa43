"""The pace against a limiter that is simulated, on a clock of the test's own."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from synapse_magic.http.pace import SHORT_WAIT, Pace
from synapse_magic.http.tally import Tally

LATENCY = 0.1
IN_FLIGHT = 32
BEGAN = 1000.0


@dataclass
class Bucket:
    """A token bucket, with a tenth of a second's reserve and one request at least."""

    rate: float
    tokens: float = 1.0
    seen: float = BEGAN

    def lets_in(self, now: float) -> bool:
        most = max(1.0, self.rate / 10)
        self.tokens = min(most, self.tokens + (now - self.seen) * self.rate)
        self.seen = now
        fine = self.tokens >= 1
        self.tokens -= fine
        return fine


@dataclass
class World:
    """Workers of one machine who call a limited service, each with 32 rows, by one pace."""

    bucket: Bucket
    workers: int
    seed: int = 0
    pace: Pace = field(default_factory=Pace)
    tally: Tally = field(default_factory=Tally)
    answers: list[tuple[float, int, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._number = itertools.count()
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._lines = [[0] * IN_FLIGHT for _ in range(self.workers)]
        self._waits = [False] * self.workers
        self.now = BEGAN
        for worker in range(self.workers):
            self._after(self._random.random() / 3, lambda w=worker: self._clear(w))  # type: ignore[misc]

    def run(self, seconds: float) -> None:
        """Let so many seconds pass."""
        until = self.now + seconds
        while self._coming[0][0] < until:
            self.now, _, then = heapq.heappop(self._coming)
            then()
        self.now = until

    def measured(self, seconds: float) -> tuple[float, float, float]:
        """Return the share refused, that of the limit used, and the least worker's to the most."""
        self.answers.clear()
        self.run(seconds)
        good = [worker for _, worker, fine in self.answers if fine]
        counts = [good.count(worker) for worker in range(self.workers)]
        refused = 1 - len(good) / len(self.answers)
        return refused, len(good) / seconds / self.bucket.rate, min(counts) / max(counts)

    def _after(self, seconds: float, then: Callable[[], None]) -> None:
        heapq.heappush(self._coming, (self.now + seconds, next(self._number), then))

    def _clear(self, worker: int) -> None:
        """Let the first of a worker's line wait for its place, and wake a little late."""
        if self._waits[worker] or not self._lines[worker]:
            return
        self._waits[worker] = True
        asked, wait = self.now, self.pace.reserve(self.now) + self._late()
        self._after(wait, lambda: self._admit(worker, asked))

    def _late(self) -> float:
        """Return by how much something comes late: a millisecond, and at times 20."""
        return self._random.expovariate(1000.0 if self._random.random() < 0.95 else 100.0)

    def _admit(self, worker: int, asked: float) -> None:
        self._waits[worker] = False
        if self.now - asked < SHORT_WAIT or not self.pace.void(asked):
            tries, sent = self._lines[worker].pop(0), self.now
            self._after(self._late(), lambda: self._arrive(worker, tries, sent))
        self._clear(worker)

    def _arrive(self, worker: int, tries: int, sent: float) -> None:
        fine = self.bucket.lets_in(self.now)
        self.answers.append((self.now, worker, fine))
        ended = self._answered if fine else self._refused
        self._after(LATENCY + self._late(), lambda: ended(worker, tries, sent))

    def _answered(self, worker: int, _: int, __: float) -> None:
        self.tally.add(self.now, refused=False)
        self.pace.answered()
        self._back(worker, 0)

    def _refused(self, worker: int, tries: int, sent: float) -> None:
        self.tally.add(self.now, refused=True)
        self.pace.refused(sent, self.now, max(1.0, self.tally.rate(self.now)))
        rest = min(20.0, 0.25 * 2.0**tries) * self._random.uniform(0.5, 1.0)
        self._after(rest, lambda: self._back(worker, tries + 1))

    def _back(self, worker: int, tries: int) -> None:
        self._lines[worker].append(tries)
        self._clear(worker)


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize(("limit", "least"), [(5.0, 0.8), (10.0, 0.78), (20.0, 0.94)])
def test_a_limit_that_nobody_tells_is_met_closely_and_shared(
    limit: float, least: float, workers: int
) -> None:
    """With a reserve of one request, all that come a little late cost something."""
    world = World(Bucket(limit), workers)
    world.run(10.0)
    refused, used, share = world.measured(40.0)
    assert refused < 0.06
    assert used > least
    assert share > 0.6


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_limit_of_many_requests_is_used_whole(workers: int) -> None:
    world = World(Bucket(100.0), workers)
    world.run(10.0)
    refused, used, _ = world.measured(40.0)
    assert refused < 0.01
    assert used > 0.97


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize(("limit", "most"), [(1.0, 0.2), (2.0, 0.08)])
def test_of_a_request_or_two_a_second_more_are_lost_to_finding_out(
    limit: float, most: float, workers: int
) -> None:
    """One refusal in 12 seconds, which is how long a doubled limit may stay unseen, is 1 in 12."""
    world = World(Bucket(limit), workers)
    world.run(30.0)
    refused, used, share = world.measured(60.0)
    assert refused < most
    assert used > 0.75
    assert share > 0.4


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("limit", [5.0, 20.0, 100.0])
def test_a_limit_that_doubles_is_used_ten_seconds_later(limit: float, workers: int) -> None:
    world = World(Bucket(limit), workers)
    world.run(30.0)
    world.bucket.rate *= 2
    world.run(10.0)
    refused, used, _ = world.measured(20.0)
    assert refused < 0.05
    assert used > (0.75 if limit == 5.0 else 0.95)


@pytest.mark.parametrize("limit", [20.0, 100.0])
def test_a_limit_that_is_halved_is_kept_ten_seconds_later(limit: float) -> None:
    world = World(Bucket(limit), 2)
    world.run(30.0)
    world.bucket.rate /= 2
    world.run(10.0)
    refused, used, _ = world.measured(20.0)
    assert refused < 0.06
    assert used > 0.75


def test_one_refusal_costs_little_and_many_cost_what_was_let_in() -> None:
    pace = Pace(most=10.0, cut=BEGAN, due=BEGAN)
    pace.answered(20)
    pace.refused(sent=BEGAN + 3, now=BEGAN + 3)  # on the way back to ten
    assert pace.most == pytest.approx(10.0)
    pace.answered(1)
    pace.refused(sent=BEGAN + 3.25, now=BEGAN + 3.25)  # two in a quarter of a second: eight
    assert pace.most == pytest.approx(8.0)
    rate = pace.rate(BEGAN + 4.25)
    pace.refused(sent=BEGAN + 4.25, now=BEGAN + 4.25)  # one in a second, but never by half
    assert pace.most == pytest.approx(0.7 * rate)


def test_what_was_sent_before_the_last_refusal_was_heard_tells_nothing_new() -> None:
    pace = Pace(most=10.0, cut=BEGAN, due=BEGAN)
    pace.refused(sent=BEGAN - 0.1, now=BEGAN + 0.1)
    assert (pace.most, pace.cut) == (10.0, BEGAN)


def test_a_place_that_was_taken_before_a_refusal_is_void() -> None:
    pace = Pace(most=1.0, cut=BEGAN, due=BEGAN)
    assert pace.reserve(BEGAN + 0.5) > 0.4
    assert not pace.void(BEGAN + 0.5)
    pace.refused(sent=BEGAN + 0.6, now=BEGAN + 0.7)
    assert pace.void(BEGAN + 0.5)


@pytest.mark.parametrize("later", [31.0, -1e5, -100.0])
def test_a_pace_that_nobody_kept_for_long_is_forgotten(later: float) -> None:
    pace = Pace(most=1.0, cut=BEGAN, due=BEGAN)
    assert pace.reserve(BEGAN + later) == 0.0
    assert pace.free


def test_a_pace_that_was_refused_once_is_kept_for_hours() -> None:
    pace = Pace()
    pace.refused(sent=BEGAN, now=BEGAN, guess=10.0)
    for later in (1_000.0, 1_030.0, 10_000.0):
        pace.due = BEGAN + later - 0.1
        assert pace.reserve(BEGAN + later) == 0.0
        assert pace.rate(BEGAN + later) == pytest.approx(10_000.0)


def test_places_that_are_too_near_to_be_void_are_not_given_twice() -> None:
    pace = Pace(most=100.0, cut=BEGAN, due=BEGAN)
    first = pace.reserve(BEGAN), pace.reserve(BEGAN), pace.reserve(BEGAN)
    assert max(first) < SHORT_WAIT
    pace.refused(sent=BEGAN, now=BEGAN + 0.001)
    assert pace.reserve(BEGAN + 0.001) > max(first)


def test_a_first_guess_that_was_far_too_low_is_left_within_a_few_requests() -> None:
    world = World(Bucket(20.0), 2, pace=Pace(most=1.0, cut=BEGAN, due=BEGAN, finding=1.0))
    world.pace.refused(sent=BEGAN + 0.1, now=BEGAN + 0.1)  # by what was on its way already
    assert world.pace.finding
    world.run(18.0)
    refused, used, _ = world.measured(10.0)
    assert refused < 0.05
    assert used > 0.9
