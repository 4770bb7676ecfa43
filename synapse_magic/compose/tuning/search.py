"""Running the trials of a search: several at once, in a fixed order, until all are done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from pyspark.sql import SparkSession

from synapse_magic.compose.tuning.samplers import Proposal, Sampler
from synapse_magic.compose.tuning.trials import Attempt, Contest
from synapse_magic.results.leaderboard import Leaderboard, Trial
from synapse_magic.spark.events import Iteration, listen, publish
from synapse_magic.spark.running import in_thread, run, stopping

_LOOK_SECONDS = 0.2
_JOIN_SECONDS = 1.0


class Search:
    """Asks a sampler for trials and runs them, ``parallelism`` at a time.

    Trial n is chosen from the results of all trials up to n - parallelism, whichever end first: so
    a seed gives the same trials each time.

    Parameters
    ----------
    spark : SparkSession
    contest : Contest
    sampler : Sampler
    parallelism : int
    board : callable
        Makes the leaderboard of some trials.
    known : mapping of int to Trial
        Trials that an interrupted search of the same kind has finished, by number.
    changed : callable
        Takes the leaderboard after each change.
    """

    def __init__(
        self,
        spark: SparkSession,
        contest: Contest,
        sampler: Sampler,
        parallelism: int,
        board: Callable[[tuple[Trial, ...]], Leaderboard],
        known: Mapping[int, Trial],
        changed: Callable[[Leaderboard], None],
    ) -> None:
        self._spark, self._contest, self._sampler = spark, contest, sampler
        self._parallelism, self._board, self._known = parallelism, board, known
        self._publish = changed
        self._lock = threading.Condition()
        self._ended = threading.Event()
        self._attempts: dict[int, Attempt] = {}
        self._results: dict[int, Trial] = {}
        self._proposals: dict[int, Proposal] = {}
        self._told = 0
        self._fatal: BaseException | None = None
        self._threads: list[threading.Thread] = []

    @property
    def leaderboard(self) -> Leaderboard:
        """All trials begun so far."""
        with self._lock:
            running = {number: attempt.trial for number, attempt in self._attempts.items()}
            if self._ended.is_set():
                running = {n: replace(each, state="cancelled") for n, each in running.items()}
            trials = {**running, **self._results}
        return self._board(tuple(trials[number] for number in sorted(trials)))

    def run(self) -> Leaderboard:
        """Run all trials and return them.

        Raises
        ------
        SynapseError
            When a stage that is the same in all trials fails.
        Cancelled
            On an interrupt; no job of the search runs any more.
        """
        try:
            with listen(self._hear):
                run(self._spark, self._run_threads, description="Search for the best model")
        finally:
            self._ended.set()
            until = time.monotonic() + _JOIN_SECONDS
            for thread in self._threads:
                thread.join(max(0.0, until - time.monotonic()))
            self._changed()
        if self._fatal is not None:
            raise self._fatal
        return self.leaderboard

    def proposal(self, number: int) -> Proposal:
        """Return what a trial tried."""
        return self._proposals[number]

    def _run_threads(self) -> None:
        count = min(self._parallelism, self._sampler.planned)
        self._threads = [
            threading.Thread(
                target=in_thread(self._spark, self._work), name="synapse-trial", daemon=True
            )
            for _ in range(count)
        ]
        for thread in self._threads:
            thread.start()
        try:
            for thread in self._threads:
                while thread.is_alive():
                    thread.join(_LOOK_SECONDS)
                    if stopping():
                        raise KeyboardInterrupt
        except KeyboardInterrupt:
            with self._lock:
                self._ended.set()
                self._lock.notify_all()
            raise

    def _work(self) -> None:
        """Run trials until there are none left; what one thread does."""
        try:
            while (taken := self._take()) is not None:
                self._finish(taken[0], self._known_or_run(*taken))
        except Exception as failure:
            # Passed on by the thread that waits; the other trials would meet the same.
            self._stop(failure)

    def _take(self) -> tuple[int, Proposal] | None:
        """Return the next trial, after what its choice rests on was told."""
        with self._lock:
            number = len(self._proposals) + 1
            while self._told < number - self._parallelism and not self._ended.is_set():
                if self._told + 1 in self._results:
                    self._told += 1
                    self._sampler.tell(self._loss(self._results[self._told]))
                else:
                    self._lock.wait(_LOOK_SECONDS)
                    number = len(self._proposals) + 1
            if self._ended.is_set() or number > self._sampler.planned:
                return None
            proposal = self._proposals[number] = self._sampler.ask()
            return number, proposal

    def _known_or_run(self, number: int, proposal: Proposal) -> Trial:
        known = self._known.get(number)
        if known is not None and known.params == proposal.values:
            return known
        attempt = Attempt(self._contest, number, proposal, self._changed, self._ended)
        with self._lock:
            self._attempts[number] = attempt
        self._changed()
        return attempt.run()

    def _finish(self, number: int, trial: Trial) -> None:
        if self._contest.pruner is not None:
            told = trial.streamed if trial.state == "done" else None
            self._contest.pruner.finish(number, told)
        with self._lock:
            self._results[number] = trial
            self._attempts.pop(number, None)
            self._lock.notify_all()
        self._changed()

    def _stop(self, failure: BaseException) -> None:
        with self._lock:
            self._fatal = self._fatal or failure
            self._ended.set()
            self._lock.notify_all()

    def _hear(self, event: Iteration) -> None:
        with self._lock:
            attempts = list(self._attempts.values())
        for attempt in attempts:
            attempt.hear(event)

    def _loss(self, trial: Trial) -> float | None:
        return None if trial.metric is None else self._contest.measure.loss(trial.metric)

    def _changed(self) -> None:
        board = self.leaderboard
        self._publish(board)
        publish(board)
