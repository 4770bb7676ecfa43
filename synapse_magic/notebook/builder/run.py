"""One run of the builder's cell: the program of the magic, in this thread or in one of its own."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from synapse_magic.language.program import Program

State = Literal["running", "done", "failed", "stopped"]
Curve = dict[str, list[tuple[int, float]]]
_SHORTEST_UPDATE = 0.5


@dataclass
class Run:
    """A run and what is known of it so far.

    Attributes
    ----------
    number : int
        Its place among the runs of the builder, from 1.
    text : str
        The cell that it ran.
    program : Program
        What that cell became, which is what ``%synapse code`` shows.
    variables : mapping
        The user's variables that it takes, as they were when it began.
    thread : int
        The thread that carries it out, 0 before it does.
    state : str
    error : str
        Why it failed, in one line.
    board : Leaderboard or None
        The trials of a search.
    curve : dict
        The metrics of the training that goes on, by name: after which iteration, and what. Of one
        that has ended all that its model has kept.
    iteration, spark : tuple or None
        How far training and Spark's tasks have come: done, total, words.
    trained : Trained or None
        The model with its rows.
    evaluation : Evaluation or None
        What it is worth on the rows that were held out.
    """

    number: int
    text: str
    program: Program
    variables: Mapping[str, Any] = field(default_factory=dict)
    thread: int = 0
    state: State = "running"
    error: str = ""
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    board: Any = None
    curve: Curve = field(default_factory=dict)
    iteration: tuple[int, int, str] | None = None
    spark: tuple[int, int, str] | None = None
    trained: Any = None
    evaluation: Any = None

    @property
    def elapsed(self) -> float:
        """Seconds since it began, or that it took."""
        return self.seconds or time.monotonic() - self.began


class Runner:
    """Carries a run out, and tells at most twice a second what is new.

    Parameters
    ----------
    spark : SparkSession
    tell : callable
        Called with the run when there is something new; from any thread.
    """

    def __init__(self, spark: Any, tell: Callable[[Run], None]) -> None:
        self._spark, self._tell = spark, tell
        self._root: str | None = None
        self._last = 0.0
        self._lock = threading.Lock()

    def start(self, run: Run) -> threading.Thread:
        """Carry a run out in a thread of its own; ``cancel`` of that thread ends it."""
        from synapse_magic import in_thread

        try:
            work = in_thread(self._spark, lambda: self._kept(run))
        except Exception as failure:
            run.state, run.error = "failed", str(failure)
            raise
        thread = threading.Thread(target=work, name="synapse-builder", daemon=True)
        thread.start()
        return thread

    def carry_out(self, run: Run) -> None:
        """Carry a run out in this thread, where an interrupt ends it.

        Raises
        ------
        Exception
            Whatever the program raises.
        """
        from synapse_magic import interruptible
        from synapse_magic.notebook.errors import one_line

        state: State = "failed"
        run.thread = threading.get_ident()
        try:
            with self._listening(run):
                interruptible(
                    self._spark,
                    lambda: self._work(run),
                    on_progress=lambda progress: self._hear_spark(run, progress),
                    description="%synapse build",
                )
            state = "done"
        except KeyboardInterrupt as interrupt:
            state, run.error = "stopped", str(interrupt) or "Stopped"
            raise
        except Exception as failure:
            run.error = one_line(failure)
            raise
        finally:
            run.seconds = time.monotonic() - run.began
            run.state = state
            self._tell(run)

    def _kept(self, run: Run) -> None:
        """Carry a run out; what it raises is kept in the run, and told, for those who look."""
        try:
            self.carry_out(run)
        except KeyboardInterrupt:
            return  # told already: it was stopped
        except Exception:
            if not run.error:
                raise  # not of the program, and told to nobody

    def _work(self, run: Run) -> None:
        from synapse_magic import current_run, evaluate

        self._root = current_run()
        run.trained = run.program.call(self._spark, run.variables)
        run.curve = _kept_curve(run.trained.model) or run.curve
        if run.trained.test is not None and run.trained.label:
            run.evaluation = evaluate(run.trained.model, run.trained.test)

    @contextlib.contextmanager
    def _listening(self, run: Run) -> Any:
        from synapse_magic import Leaderboard, current_run, listen

        def own(hear: Callable[[Run, Any], None]) -> Callable[[Any], None]:
            # All of the process is heard: a training in another cell is none of this run.
            return lambda event: hear(run, event) if current_run() == self._root else None

        with listen(own(self._hear_iteration)), listen(own(self._hear_board), Leaderboard):
            yield

    def _hear_spark(self, run: Run, progress: Any) -> None:
        names = [stage.name for stage in progress.stages if stage.name]
        run.spark = (progress.done, progress.total, names[-1] if names else "")
        self._soon(run)

    def _hear_iteration(self, run: Run, event: Any) -> None:
        if event.iteration == 1:
            run.curve = {}
        for name, value in event.metrics.items():
            run.curve.setdefault(name, []).append((event.iteration, float(value)))
        words = ", ".join(f"{name} {value:.5g}" for name, value in event.metrics.items())
        run.iteration = (event.iteration, event.total, words)
        self._soon(run)

    def _hear_board(self, run: Run, board: Any) -> None:
        run.board = board
        self._soon(run)

    def _soon(self, run: Run) -> None:
        now = time.monotonic()
        with self._lock:
            if run.state != "running" or now - self._last < _SHORTEST_UPDATE:
                return
            self._last = now
        self._tell(run)


def _kept_curve(model: Any) -> Curve:
    """Return the metrics that the last stage of a model has kept, after each iteration."""
    best = getattr(model, "bestModel", model)
    stage = getattr(best, "stages", [best])[-1]
    kept = getattr(stage, "trainingMetrics", None) or {}
    return {
        name: [(i + 1, float(value)) for i, value in enumerate(values)]
        for name, values in kept.items()
    }
